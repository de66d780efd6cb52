"""One turn of an event loop: what is sent in it leaves at its end, all together.

What is sent while bytes are being received leaves as soon as they have been handled, without
another round of the loop: a hop costs one look at the sockets instead of two.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar, Protocol
from weakref import WeakKeyDictionary

__all__ = ["Turn"]


class Sender(Protocol):
    """What has something to send."""

    def flush(self) -> None:
        """Hand it over now."""


class Turn:
    """The turns of one loop; all connections of the loop share them.

    Args:
        loop: the running one.

    Attributes:
        receiving: whether bytes are being handled; who begins that sets it, `end` ends it.
    """

    _of_loop: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, Turn]] = WeakKeyDictionary()

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._call_soon = loop.call_soon
        self._senders: list[Sender] = []
        self._scheduled = False
        self.receiving = False

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> Turn:
        """The turns of a loop."""
        turn = cls._of_loop.get(loop)
        if turn is None:
            turn = cls._of_loop[loop] = cls(loop)
        return turn

    def send_later(self, sender: Sender) -> None:
        """Have a sender flushed when the turn ends."""
        self._senders.append(sender)
        if not self._scheduled and not self.receiving:
            self._scheduled = True
            self._call_soon(self._scheduled_end)

    def end(self) -> None:
        """Flush all who have something to send."""
        self.receiving = False
        while self._senders:
            senders, self._senders = self._senders, []
            for sender in senders:
                sender.flush()

    def _scheduled_end(self) -> None:
        self._scheduled = False
        self.end()
