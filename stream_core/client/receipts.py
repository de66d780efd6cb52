"""Tells the server how much has come on a link, by which it paces what it sends.

The quicker the link, the less often: each receipt costs both ends more than a frame does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from stream_core.transport import Connection
from stream_core.wire.header import Kind, header

__all__ = ["Receipts"]

LEAST_BYTES = 32 * 1024  # a quarter of what the server sends ahead at least
MOST_BYTES = 512 * 1024
PERIOD_S = 0.001  # an eighth of what it sends ahead otherwise, and as long as it may wait for one


class Receipts:
    """Sends CREDIT for a connection: after as many bytes as came in a millisecond lately.

    Where the link has become slower than that, it sends one when a millisecond has passed.

    Args:
        send: sends a frame on the connection that is received on.
    """

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._connection: Connection | None = None
        self._told_bytes = 0
        self._told_s = 0.0
        self._enough_bytes = LEAST_BYTES
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, connection: Connection) -> None:
        """Something new is received on that one."""
        self.end()
        self._connection = connection
        self._told_bytes = 0
        self._told_s = connection.last_in_s
        self._enough_bytes = LEAST_BYTES

    def end(self) -> None:
        """It is gone; no timer stays behind."""
        self._connection = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def received(self, connection: Connection) -> None:
        """Frames have come on it."""
        new_bytes = connection.bytes_in - self._told_bytes
        if new_bytes < LEAST_BYTES or connection is not self._connection:
            return
        if new_bytes >= self._enough_bytes:
            self._tell(connection, new_bytes)
        elif self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(PERIOD_S, self._due, connection)

    def _due(self, connection: Connection) -> None:
        self._timer = None
        new_bytes = connection.bytes_in - self._told_bytes
        if new_bytes >= LEAST_BYTES:
            self._tell(connection, new_bytes)

    def _tell(self, connection: Connection, new_bytes: int) -> None:
        now_s = connection.last_in_s
        elapsed_s = max(now_s - self._told_s, 1e-6)
        enough_bytes = int(new_bytes * PERIOD_S / elapsed_s)
        self._enough_bytes = min(max(enough_bytes, LEAST_BYTES), MOST_BYTES)
        self._told_bytes, self._told_s = connection.bytes_in, now_s
        self._send(header(Kind.CREDIT, 0, sequence=connection.bytes_in))
