"""How much must have come on a socket before the system wakes this process; on Linux only.

It never reads from the socket.
"""

from __future__ import annotations

import asyncio
import socket
import sys

__all__ = ["Waking"]

LEAST_BYTES = 64 * 1024  # for less it is not worth telling the system
MOST_BYTES = 512 * 1024  # that lie with the system: the rest of its window stays open to the peer
PATIENCE_S = 0.1


class Waking:
    """Sleeps while a large body comes, instead of being woken for each piece of it.

    Where the link is slow what has come is received after `PATIENCE_S` even so: it is a sign of
    life. An end of the connection wakes at once.

    Args:
        transport: of the socket. Under TLS nothing is changed, since a part of what comes is not
            in the socket any more.
    """

    def __init__(self, transport: asyncio.BaseTransport) -> None:
        secure = transport.get_extra_info("ssl_object") is not None
        able = sys.platform == "linux" and not secure
        self._socket = transport.get_extra_info("socket") if able else None
        self._bytes = 1
        self._timer: asyncio.TimerHandle | None = None

    def received(self, missing_bytes: int, *, more: bool) -> None:
        """Something has come.

        Args:
            missing_bytes: of a large body that has begun; 0: there is none.
            more: whether the socket is looked at again before the loop sleeps.
        """
        wanted = 1 if missing_bytes < LEAST_BYTES else min(missing_bytes, MOST_BYTES)
        if wanted < self._bytes or (wanted > self._bytes and not more):
            self._wake_at(wanted)

    def end(self) -> None:
        """Wake for each piece again, for good."""
        self.received(0, more=False)
        self.lost()

    def lost(self) -> None:
        """The socket is gone; no timer stays behind."""
        self._socket = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake_at(self, size_bytes: int) -> None:
        connected = self._socket
        if connected is None:
            return
        try:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size_bytes)
        except OSError:  # it has failed, which the loop will tell
            return
        self._bytes = size_bytes
        if size_bytes > 1 and self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(PATIENCE_S, self._lose_patience)

    def _lose_patience(self) -> None:
        self._timer = None
        if self._bytes > 1:
            self._wake_at(1)
