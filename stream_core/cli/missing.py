"""What to install when something a command needs is not there; installs nothing itself.

Run as a module it looks for Qt's system libraries and names the Debian packages of those that
are missing: `python -m stream_core.cli.missing`.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys

__all__ = ["explanation", "main", "missing_libraries"]

QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""What every Qt application loads, by its Debian package."""

WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What a window on X11 needs besides."""

_SHARED_OBJECT = re.compile(r"(lib\S+\.so(?:\.\d+)*)")


def missing_libraries(libraries: dict[str, str]) -> dict[str, str]:
    """Give those of `libraries` (file name → Debian package) that cannot be loaded here.

    Only Linux has them as system libraries; elsewhere nothing is ever missing.
    """
    if not sys.platform.startswith("linux"):
        return {}
    return {file: package for file, package in libraries.items() if not _loads(file)}


def _loads(file: str) -> bool:
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True


def explanation(error: ImportError, extra: str) -> str:
    """Say in one sentence what to install so that `error` does not come again.

    Args:
        error: what an import raised.
        extra: the extra of this distribution that brings the missing module.
    """
    found = _SHARED_OBJECT.search(str(error))
    if found:
        package = (QT_LIBRARIES | WINDOW_LIBRARIES).get(found[1])
        remedy = f"on Debian: apt-get install {package}" if package else "install it"
        return f"the system library {found[1]} is missing; {remedy}"
    name = (error.name or str(error)).partition(".")[0]
    return f"{name} is not installed; install it by: pip install 'streamscope[{extra}]'"


def main() -> int:
    """Report Qt's missing system libraries on standard error.

    Returns:
        1 if Qt cannot do here what it is wanted for, else 0: where there is no display, what only
        windows need is told, and nothing more.
    """
    needed, windows = missing_libraries(QT_LIBRARIES), missing_libraries(WINDOW_LIBRARIES)
    if os.environ.get("DISPLAY"):
        needed, windows = needed | windows, {}
    if needed:
        _tell("Qt needs system libraries that are missing here", needed)
    if windows:
        _tell("windows need system libraries that are missing here", windows)
    return 1 if needed else 0


def _tell(fact: str, missing: dict[str, str]) -> None:
    packages = " ".join(sorted(set(missing.values())))
    sys.stderr.write(f"{fact}: {', '.join(missing)}; on Debian: apt-get install {packages}\n")


if __name__ == "__main__":
    sys.exit(main())
