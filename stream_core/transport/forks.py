"""What a fork of this process must know of what it has inherited, and must not use."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["inherited_reason", "keep_from_forks", "let_go"]

logger = logging.getLogger(__name__)


T = TypeVar("T")

_kept: weakref.WeakKeyDictionary[Any, Callable[[Any], None]] = weakref.WeakKeyDictionary()
_owner = os.getpid()


def keep_from_forks(thing: T, inherited: Callable[[T], None]) -> None:
    """Have `inherited(thing)` called in every fork of this process.

    It must wait for no lock, tell nobody and do no I/O: the threads that it knows do not run there.
    """
    _kept[thing] = inherited


def inherited_reason() -> str:
    """Why what this process has inherited is of no use, and what is."""
    return (
        f"belongs to process {_owner}, of which this process ({os.getpid()}) is a fork: "
        "connections and threads do not pass a fork; make a new client here, or use the start "
        "method 'spawn'"
    )


def let_go(connected: socket.socket | None) -> None:
    """Have this process's copy of a socket lead nowhere, under the same number.

    So nothing here can write to it, or take it out of a selector that both processes share, and
    the peer sees its end as soon as the process ends to which it belongs.
    """
    if connected is None or connected.fileno() < 0:
        return
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, connected.fileno(), inheritable=False)
        os.close(nowhere)


def _forked() -> None:
    global _owner
    for thing, inherited in tuple(_kept.items()):
        try:
            inherited(thing)
        except Exception:
            logger.exception("%r could not be kept from a fork", thing)
    _kept.clear()
    _owner = os.getpid()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
