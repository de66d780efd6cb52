"""The line between the harness and one of its processes: words with a fact each, nothing timed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any

__all__ = ["Line", "PartError", "hear_all"]


class PartError(RuntimeError):
    """A process of a run failed, fell silent, or ended too early."""


class Line:
    """One end of the line.

    Args:
        connection: the pipe.
        name: who is at the other end, for messages.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self.connection = connection
        self.name = name

    def say(self, word: str, fact: Any = None) -> None:
        """Tell the other end; that it is gone already does not matter."""
        try:
            self.connection.send((word, fact))
        except OSError:
            return

    @property
    def called(self) -> bool:
        """Whether the other end has said something, or is gone."""
        return bool(self.connection.poll())

    def listen(self) -> str:
        """Wait for a word; "stop" if the other end is gone."""
        try:
            word: str = self.connection.recv()[0]
        except (EOFError, OSError):
            return "stop"
        return word

    async def until_stopped(self) -> None:
        """Let the loop run until the other end says so."""
        while await asyncio.to_thread(self.listen) != "stop":
            pass


def hear_all(expected: Mapping[Line, str], timeout_s: float) -> list[Any]:
    """Wait until each line has said its word; return the facts in the order of the lines."""
    lines = {line.connection: line for line in expected}
    facts: dict[Line, Any] = {}
    deadline_s = monotonic() + timeout_s
    while len(facts) < len(expected):
        ready = wait(list(lines), max(0.0, deadline_s - monotonic()))
        if not ready:
            silent = ", ".join(line.name for line in expected if line not in facts)
            raise PartError(f"nothing more within {timeout_s:.0f} s from {silent}")
        for connection in ready:
            line = lines[connection]  # type: ignore[index] # these are what it was given
            facts[line] = _hear(line, "" if line in facts else expected[line])
    return [facts[line] for line in expected]


def _hear(line: Line, expected: str) -> Any:
    try:
        word, fact = line.connection.recv()
    except (EOFError, OSError):
        raise PartError(f"{line.name} ended too early") from None
    if word != expected:
        raise PartError(f"{line.name} {word}: {fact}")
    return fact
