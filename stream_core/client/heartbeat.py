"""Signs of life between a client and its server, and the clock that is set by them."""

from __future__ import annotations

import asyncio
import logging
import time

from stream_core.clock import OffsetEstimate
from stream_core.errors import ConnectionLost
from stream_core.transport import Connection
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind, header

__all__ = ["Heartbeat"]

logger = logging.getLogger(__name__)
CLOCK_BURST = 4
SILENT_BEATS = 3


class Heartbeat:
    """Pings a connection while there is one, and gives it up when it stays silent.

    Args:
        clock: the estimate of the server's clock; every PONG is a sample of it.
    """

    def __init__(self, clock: OffsetEstimate) -> None:
        self._clock = clock
        self._connection: Connection | None = None
        self._interval_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._number = 0
        self._sent: dict[int, tuple[int, asyncio.Future[float] | None]] = {}

    def begin(self, connection: Connection, interval_s: float) -> None:
        """Beat on that connection from now on."""
        self._connection = connection
        self._interval_s = interval_s
        for _ in range(CLOCK_BURST):
            self._ping(None)
        self._set_timer()

    def end(self, reason: str) -> None:
        """The connection is gone; who waits for a PONG hears why."""
        self._connection = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        sent, self._sent = self._sent, {}
        for _, future in sent.values():
            if future is not None and not future.done():
                future.set_exception(ConnectionLost(reason))

    async def ping(self) -> float:
        """The round trip to the server, in seconds.

        Raises:
            ConnectionLost: there is no link, or it goes down meanwhile.
        """
        if self._connection is None:
            raise ConnectionLost("there is no link to the server now")
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._ping(future)
        return await future

    def pong(self, frame: Frame) -> None:
        """The answer to a ping."""
        sent_ns, future = self._sent.pop(frame.sequence, (None, None))
        if sent_ns is None:
            return
        now_ns = time.monotonic_ns()
        self._clock.sample(sent_ns, frame.time_ns, now_ns)
        if future is not None and not future.done():
            future.set_result((now_ns - sent_ns) / 1e9)

    def _ping(self, future: asyncio.Future[float] | None) -> None:
        assert self._connection is not None
        self._number += 1
        self._sent[self._number] = (time.monotonic_ns(), future)
        self._connection.send(header(Kind.PING, 0, sequence=self._number))

    def _set_timer(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._interval_s, self._beat)

    def _beat(self) -> None:
        connection = self._connection
        assert connection is not None
        self._set_timer()
        if time.monotonic() - connection.last_in_s > SILENT_BEATS * self._interval_s:
            logger.warning("%s is silent; the link is given up", connection.peer)
            connection.abort()
        else:
            self._ping(None)
