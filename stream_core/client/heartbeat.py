"""Signs of life between a client and its server, and the clock that is set by them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time

from stream_core.clock import OffsetEstimate
from stream_core.errors import ConnectionLost
from stream_core.transport import Connection
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind, header

__all__ = ["Heartbeat"]

logger = logging.getLogger(__name__)
UNKNOWN_NS = 2**63 - 1
SILENT_BEATS = 3
BURST_PINGS = 4
DOUBT_NS = 1_000_000_000  # a clock that changes more often is asked no more often for it
FIRST_BURST_S = 1.0  # after the one at the start; the next ones come at twice the distance each
LONGEST_BURST_S = 64.0  # at which idle clients cost a server next to nothing
GOOD = 2.0  # so many times the shortest round trip is one that has hardly waited


class Heartbeat:
    """Pings a connection on which little comes, and gives it up when it stays silent.

    The clock is set by bursts, at first often: each ping waits for the PONG of the one before, so
    that no round trip holds the time that another one spent. The first burst tells how short a
    round trip may be; a later one ends with the first that is about as short.

    Args:
        clock: the estimate of the server's clock; every PONG is a sample of it.
    """

    def __init__(self, clock: OffsetEstimate) -> None:
        self._clock = clock
        self._connection: Connection | None = None
        self._interval_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._burst_timer: asyncio.TimerHandle | None = None
        self._burst_s = FIRST_BURST_S  # from the burst under way to the next one
        self._burst_left = 0
        self._burst_ping = 0
        self._shortest_ns = UNKNOWN_NS  # of the round trips on this connection
        self._good_ns = 0.0  # a round trip by which a burst may end
        self._settled = asyncio.Event()
        self._number = 0
        self._sent: dict[int, tuple[int, asyncio.Future[float] | None]] = {}
        self._believe_again_ns = 0

    def begin(self, connection: Connection, interval_s: float) -> None:
        """Beat on that connection from now on."""
        self._connection = connection
        self._interval_s = interval_s
        self._set_timer()
        self._burst_s = FIRST_BURST_S
        self._shortest_ns, self._good_ns = UNKNOWN_NS, 0.0
        self._settled.clear()
        self._burst()

    async def settled(self, timeout_s: float) -> None:
        """Wait for the end of the first burst on this connection, but no longer than that."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._settled.wait()

    def end(self, reason: str) -> None:
        """The connection is gone; who waits for a PONG hears why."""
        self._connection = None
        for timer in (self._timer, self._burst_timer):
            if timer is not None:
                timer.cancel()
        self._timer = self._burst_timer = None
        self._settled.set()
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
        self._ping(self._connection, future)
        return await future

    def pong(self, frame: Frame) -> None:
        """The answer to a ping."""
        sent_ns, future = self._sent.pop(frame.sequence, (None, None))
        if sent_ns is None:
            return
        now_ns = time.perf_counter_ns()
        round_trip_ns = now_ns - sent_ns
        self._shortest_ns = min(self._shortest_ns, round_trip_ns)
        agrees = self._clock.sample(sent_ns, frame.time_ns, now_ns)
        if future is not None and not future.done():
            future.set_result(round_trip_ns / 1e9)
        if not agrees and now_ns >= self._believe_again_ns:
            self._believe_again_ns = now_ns + DOUBT_NS
            logger.info("the server's clock is another one now: one of the computers has slept")
            self._burst_s = FIRST_BURST_S
            self._burst()
        elif frame.sequence == self._burst_ping:
            if round_trip_ns <= self._good_ns:
                self._burst_left = 0
            self._go_on()

    def _ping(self, connection: Connection, future: asyncio.Future[float] | None = None) -> None:
        self._number += 1
        self._sent[self._number] = (time.perf_counter_ns(), future)
        connection.send(header(Kind.PING, 0, sequence=self._number))
        connection.flush()  # what else leaves in this turn is no part of the round trip

    # Bursts

    def _burst(self) -> None:
        """Begin a burst; one that is under way is forgotten."""
        if self._burst_timer is not None:
            self._burst_timer.cancel()
            self._burst_timer = None
        self._burst_left = BURST_PINGS
        self._go_on()

    def _go_on(self) -> None:
        """The next ping of the burst, or its end."""
        connection = self._connection
        if connection is None:
            return
        if self._burst_left:
            self._burst_left -= 1
            self._burst_ping = self._number + 1
            self._ping(connection)
            return
        self._burst_ping = 0
        self._good_ns = GOOD * self._shortest_ns
        self._clock.settle(time.perf_counter_ns())
        self._settled.set()
        loop = asyncio.get_running_loop()
        self._burst_timer = loop.call_later(self._burst_s, self._burst)
        self._burst_s = min(self._burst_s * 2, LONGEST_BURST_S)

    # Beats

    def _set_timer(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._interval_s, self._beat)

    def _beat(self) -> None:
        connection = self._connection
        assert connection is not None
        self._set_timer()
        silent_s = time.monotonic() - connection.last_in_s
        if silent_s > SILENT_BEATS * self._interval_s:
            logger.warning("%s is silent; the link is given up", connection.peer)
            connection.abort()
        elif silent_s > self._interval_s / 2 and self._burst_ping == 0:  # else one is under way
            self._ping(connection)
