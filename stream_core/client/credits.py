"""Tells the server what the readers of a client have consumed; it takes nothing itself."""

from __future__ import annotations

import asyncio

from stream_core.client.home import StreamHome
from stream_core.client.inbox import Inbox
from stream_core.wire.header import Kind, header

__all__ = ["Credits"]

SOON_S = 0.01
PART_S = 0.5  # while somebody takes a block slowly


class Credits:
    """Sends CREDIT: at once where much is consumed, soon where little is.

    Args:
        home: the session.
    """

    def __init__(self, home: StreamHome) -> None:
        self._home = home
        self._loop = asyncio.get_running_loop()
        self._owing: dict[Inbox, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._soon = False

    def consumed(self, inbox: Inbox, *, at_once: bool) -> None:
        """The server should hear what was consumed, at once or soon."""
        if not inbox.number:
            return
        if at_once:
            self.tell(inbox)
            return
        self._owing[inbox] = None
        if not self._soon:
            self._soon = True
            self._set_timer(SOON_S)

    def _set_timer(self, delay_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(delay_s, self._tell_all)

    def _tell_all(self) -> None:
        self._timer = None
        self._soon = False
        owing, self._owing = self._owing, {}
        for inbox in owing:
            self.tell(inbox)
            if inbox.begun and inbox.number:
                self._owing[inbox] = None
        if self._owing:
            self._set_timer(PART_S)

    def tell(self, inbox: Inbox) -> None:
        """Tell what was consumed, if the server does not know it yet and there is a link."""
        if not inbox.number or not self._home.up:
            return
        sequence = inbox.consumed()
        if sequence is not None:
            self._home.send(header(Kind.CREDIT, 0, address=inbox.number, sequence=sequence))

    def forget(self, inbox: Inbox) -> None:
        """Nothing is owed for that reader any more."""
        self._owing.pop(inbox, None)

    def close(self) -> None:
        """Nothing is owed any more; no timer stays behind."""
        self._owing.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._soon = False
