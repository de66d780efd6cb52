"""The processes of a run: started together, watched, and ended together."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any

import psutil

from benchmarks.line import Line

__all__ = ["Part", "started"]

GRACE_S = 5.0
PRELOADED = ("numpy", "psutil", "stream_core", "benchmarks.parts")

Duty = Callable[..., None]
"""What a process does; called with the line to the harness and its arguments."""


class Part:
    """One process and the line to it.

    Args:
        name: who it is, for messages.
        duty: what it does; must be importable.
        arguments: for the duty, after the line.
    """

    def __init__(self, name: str, duty: Duty, *arguments: Any) -> None:
        context = _context()
        ours, theirs = context.Pipe()
        self.line = Line(ours, name)
        self._process = context.Process(  # type: ignore[attr-defined] # every context has it
            target=_do, args=(duty, arguments, theirs), daemon=True
        )
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """The number of the process."""
        number: int = self._process.pid
        return number

    def cpu_s(self) -> float:
        """Return the processor time that it and its children have used."""
        parent = psutil.Process(self.pid)
        times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
        return float(sum(time.user + time.system for time in times))

    def end(self) -> None:
        """Wait until it has ended, by force if need be."""
        for force in (self._process.terminate, self._process.kill):
            self._process.join(GRACE_S)
            if self._process.is_alive():
                force()
        self._process.join()
        self._process.close()
        self.line.connection.close()


@contextmanager
def started(parts: Sequence[Part]) -> Iterator[Sequence[Part]]:
    """Tell the parts to stop when the block is left, and wait until they have."""
    try:
        yield parts
    finally:
        for part in parts:
            part.line.say("stop")
        for part in parts:
            part.end()


@cache
def _context() -> BaseContext:
    """Fork from a process that has loaded what all need, where that can be: it saves seconds."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


def _do(duty: Duty, arguments: Sequence[Any], connection: Connection) -> None:
    """Do it, in a process of its own; what goes wrong is told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line = Line(connection, "the harness")
    try:
        duty(line, *arguments)
    except Exception:
        line.say("failed", traceback.format_exc())
