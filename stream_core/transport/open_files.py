"""How many connections this process may have open at once, by the system's limit of files."""

from __future__ import annotations

import os
import sys

__all__ = ["allow_files", "free_files"]

_UNLIMITED = 2**20  # of what the system does not count we count no more


def free_files() -> int:
    """How many files may be opened beyond those that are open."""
    return _limit() - _open_files()


def allow_files(wanted: int) -> int:
    """Ask the system for so many files in all; returns how many there may be."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return _limit()


def _limit() -> int:
    if sys.platform == "win32":
        return _UNLIMITED
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _UNLIMITED if soft == resource.RLIM_INFINITY else min(soft, _UNLIMITED)


def _open_files() -> int:
    try:
        return len(os.listdir("/dev/fd"))
    except OSError:
        return 0
