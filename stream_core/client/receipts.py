"""Tells the server how much has come on a link, by which it paces what it sends.

The quicker the link, the less often: each receipt costs both ends more than a frame does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from stream_core.transport import Connection
from stream_core.wire.header import Kind, header

__all__ = ["Receipts"]

LEAST_BYTES = 32 * 1024  # a quarter of what the server sends ahead at least
MOST_BYTES = 512 * 1024
PERIOD_S = 0.002  # a quarter of what it sends ahead otherwise
LATEST_S = 0.004  # half of that
SHORTEST_SAMPLE_S = 0.001  # as the server measures, so that it never waits for what is enough here


class Receipts:
    """Sends CREDIT for a connection: after as many bytes as came in two milliseconds lately.

    Where the link has become slower than that, it sends one when four have passed. Who waits for
    what has come has it first.

    Args:
        send: sends a frame at once on the connection that is received on.
    """

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._connection: Connection | None = None
        self._told_bytes = 0
        self._told_s = 0.0
        self._sample_bytes = 0  # had come, and when, as the sample of the rate began
        self._sample_s = 0.0
        self._enough_bytes = LEAST_BYTES
        self._timer: asyncio.TimerHandle | None = None
        self._soon: asyncio.Handle | None = None

    def begin(self, connection: Connection) -> None:
        """Something new is received on that one."""
        self.end()
        self._connection = connection
        self._told_bytes = self._sample_bytes = 0
        self._told_s = self._sample_s = connection.last_in_s
        self._enough_bytes = LEAST_BYTES

    def end(self) -> None:
        """It is gone; no timer stays behind."""
        self._connection = None
        for handle in (self._timer, self._soon):
            if handle is not None:
                handle.cancel()
        self._timer = self._soon = None

    def received(self, connection: Connection) -> None:
        """Frames have come on it."""
        new_bytes = connection.bytes_in - self._told_bytes
        if new_bytes < LEAST_BYTES or connection is not self._connection:
            return
        if new_bytes >= self._enough_bytes:
            if self._soon is None:
                self._soon = asyncio.get_running_loop().call_soon(self._tell, connection)
        elif self._timer is None:
            self._set_timer(connection, LATEST_S)

    def _set_timer(self, connection: Connection, delay_s: float) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(delay_s, self._due, connection)

    def _due(self, connection: Connection) -> None:
        self._timer = None
        if connection.bytes_in - self._told_bytes < LEAST_BYTES:
            return
        early_s = self._told_s + LATEST_S - time.monotonic()
        if early_s > 0:
            self._set_timer(connection, early_s)
        else:
            self._tell(connection)

    def _tell(self, connection: Connection) -> None:
        self._soon = None
        total_bytes, now_s = connection.bytes_in, connection.last_in_s
        elapsed_s = now_s - self._sample_s
        if elapsed_s >= SHORTEST_SAMPLE_S:
            enough_bytes = int((total_bytes - self._sample_bytes) * PERIOD_S / elapsed_s)
            self._enough_bytes = min(max(enough_bytes, LEAST_BYTES), MOST_BYTES)
            self._sample_bytes, self._sample_s = total_bytes, now_s
        self._told_bytes, self._told_s = total_bytes, now_s
        self._send(header(Kind.CREDIT, 0, sequence=total_bytes))
