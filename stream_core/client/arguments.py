"""What a client is made with: each argument is held to what it may be, before anything connects.

All that checks raises `InvalidValue`, which names the argument.
"""

from __future__ import annotations

import keyword
import os
import socket
import sys
from collections.abc import Collection
from math import inf
from typing import Any

from stream_core.errors import InvalidValue
from stream_core.security import check_user_name
from stream_core.values import Codec

__all__ = [
    "check_user",
    "checked_codecs",
    "checked_timeout_name",
    "checked_wait",
    "checked_workers",
    "program_here",
]


def check_user(user: str | None, secret: str | None) -> None:
    """Refuse a user that is none, or cannot prove itself."""
    if user is None:
        return
    check_user_name(user)
    if secret is None:
        raise InvalidValue(f"user '{user}' proves itself by its secret; give secret= too")


def checked_codecs(names: Collection[str]) -> frozenset[Codec]:
    """The codecs that are trusted."""
    if isinstance(names, str):
        raise InvalidValue(f"trusted_codecs={names!r}: give a tuple, such as ('pickle',)")
    unknown = [name for name in names if name not in (Codec.PICKLE, Codec.MARSHAL)]
    if unknown:
        raise InvalidValue(f"trusted_codecs: {unknown[0]!r} is neither 'pickle' nor 'marshal'")
    return frozenset(Codec(name) for name in names)


def checked_timeout_name(name: Any) -> str:
    """The keyword that sets the time-out of a call."""
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise InvalidValue(f"timeout_name={name!r}: give the name of a parameter, such as 'tto'")
    return name


def checked_wait(wait_s: Any) -> float:
    """How long to wait for a target."""
    if isinstance(wait_s, bool) or not isinstance(wait_s, int | float) or not 0 <= wait_s < inf:
        raise InvalidValue(f"wait_s must be a number of seconds, 0 or more, not {wait_s!r}")
    return float(wait_s)


def checked_workers(count: Any) -> int:
    """How many methods may run at once."""
    if type(count) is not int or count < 1:
        raise InvalidValue(f"rpc_workers={count!r} must be a whole number, 1 or more")
    return count


def program_here() -> str:
    """What a client without a name is called by: program, host and process."""
    path = sys.argv[0] if sys.argv else ""
    if os.path.basename(path) == "__main__.py":  # `python -m package`
        path = os.path.dirname(path)
    program = os.path.basename(path) or "python"
    program = "".join(char for char in program if char.isprintable() and char not in "*?")
    return f"{program[:60]}@{socket.gethostname()}-{os.getpid()}"
