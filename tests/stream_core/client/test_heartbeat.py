from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from stream_core.client import heartbeat
from stream_core.client.heartbeat import BURST_PINGS, Heartbeat
from stream_core.clock import OffsetEstimate
from stream_core.errors import ConnectionLost
from stream_core.wire.framing import Frame
from stream_core.wire.header import HEADER, Kind


class Wire:
    """The connection to a server whose clock is an hour ahead."""

    def __init__(self) -> None:
        self.last_in_s = time.monotonic()
        self.peer = "the server"
        self.asked: list[int] = []
        self.unflushed = 0
        self.aborted = False
        self.ahead_ns = 3_600_000_000_000

    def send(self, data: bytes) -> None:
        frame = Frame(*HEADER.unpack(data)[1:], body=memoryview(b""))
        assert frame.kind == Kind.PING
        self.asked.append(frame.sequence)
        self.unflushed += 1

    def flush(self) -> None:
        self.unflushed = 0

    def abort(self) -> None:
        self.aborted = True

    def answer(self, beat: Heartbeat) -> None:
        """Answer the oldest ping."""
        now_ns = time.perf_counter_ns() + self.ahead_ns
        facts = [int(Kind.PONG), 0, 0, 0, 0, 0, 0, self.asked.pop(0), now_ns]
        beat.pong(Frame(*facts, body=memoryview(b"")))


def strike(beat: Heartbeat) -> None:
    """Let the time of a beat come."""
    assert beat._timer is not None
    beat._timer.cancel()
    beat._beat()


@pytest.fixture
async def wire() -> Wire:
    return Wire()


@pytest.fixture
async def clock() -> OffsetEstimate:
    return OffsetEstimate()


@pytest.fixture
async def beat(wire: Wire, clock: OffsetEstimate) -> AsyncIterator[Heartbeat]:
    beat = Heartbeat(clock)
    beat.begin(wire, 60.0)  # type: ignore[arg-type]
    yield beat
    beat.end("the test has ended")


async def test_each_ping_of_a_burst_waits_for_the_one_before(
    wire: Wire, beat: Heartbeat, clock: OffsetEstimate
) -> None:
    for _ in range(BURST_PINGS):
        assert len(wire.asked) == 1
        assert not wire.unflushed
        wire.answer(beat)
    assert not wire.asked
    now_ns = time.perf_counter_ns()
    assert abs(clock.offset_ns(now_ns) - wire.ahead_ns) <= clock.error_ns(now_ns) < 1e9


async def test_bursts_are_repeated_at_first_often(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, clock: OffsetEstimate
) -> None:
    monkeypatch.setattr(heartbeat, "FIRST_BURST_S", 0.002)
    monkeypatch.setattr(heartbeat, "LONGEST_BURST_S", 0.008)
    beat, begins = Heartbeat(clock), list[float]()
    beat.begin(wire, 60.0)  # type: ignore[arg-type]
    async with asyncio.timeout(10):
        while len(begins) < 5:
            while not wire.asked:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0)
            begins.append(time.monotonic())
            while wire.asked:
                wire.answer(beat)
    beat.end("enough")
    waits_s = [later - sooner for sooner, later in pairwise(begins)]
    for wait_s, least_s in zip(waits_s, (0.002, 0.004, 0.008, 0.008), strict=True):
        assert wait_s >= least_s - 0.001


@pytest.mark.parametrize(
    ("round_trips_ms", "asked"), [([10], 1), ([25, 19], 2), ([25, 25, 25, 25], 4), ([5, 9], 1)]
)
async def test_a_later_burst_ends_with_a_round_trip_that_has_hardly_waited(
    wire: Wire,
    clock: OffsetEstimate,
    monkeypatch: pytest.MonkeyPatch,
    round_trips_ms: list[int],
    asked: int,
) -> None:
    now_ms = 0
    monkeypatch.setattr(time, "perf_counter_ns", lambda: now_ms * 1_000_000)
    beat = Heartbeat(clock)
    beat.begin(wire, 60.0)  # type: ignore[arg-type]
    for round_trip_ms in (12, 10, 11, 30):
        now_ms += round_trip_ms
        wire.answer(beat)
    assert not wire.asked
    beat._burst()
    answered = 0
    while wire.asked:
        now_ms += round_trips_ms[answered]
        wire.answer(beat)
        answered += 1
    assert answered == asked
    beat.end("enough")


async def test_a_beat_is_one_ping_and_none_while_a_burst_is_under_way(
    wire: Wire, clock: OffsetEstimate
) -> None:
    beat = Heartbeat(clock)
    beat.begin(wire, 1.0)  # type: ignore[arg-type]
    wire.last_in_s -= 1.0
    strike(beat)
    assert len(wire.asked) == 1
    for _ in range(BURST_PINGS):
        wire.answer(beat)
    strike(beat)
    assert len(wire.asked) == 1
    beat.end("enough")


async def test_what_comes_saves_the_beat(wire: Wire, beat: Heartbeat) -> None:
    for _ in range(BURST_PINGS):
        wire.answer(beat)
    wire.last_in_s = time.monotonic() - 20
    strike(beat)
    assert not wire.asked
    wire.last_in_s = time.monotonic() - 40
    strike(beat)
    assert len(wire.asked) == 1


async def test_a_silent_link_is_given_up(wire: Wire, beat: Heartbeat) -> None:
    wire.last_in_s -= 179
    strike(beat)
    assert not wire.aborted
    wire.last_in_s -= 2
    strike(beat)
    assert wire.aborted


async def test_after_a_sleep_the_clock_is_set_anew_at_once(
    wire: Wire, beat: Heartbeat, clock: OffsetEstimate
) -> None:
    for _ in range(BURST_PINGS):
        wire.answer(beat)
    wire.ahead_ns += 600_000_000_000
    wire.last_in_s -= 60
    strike(beat)
    wire.answer(beat)
    now_ns = time.perf_counter_ns()
    assert abs(clock.offset_ns(now_ns) - wire.ahead_ns) <= clock.error_ns(now_ns) < 1e9
    assert len(wire.asked) == 1
    while wire.asked:
        wire.answer(beat)
    assert beat._burst_timer is not None


async def test_who_pings_hears_the_round_trip_or_why_there_is_none(
    wire: Wire, beat: Heartbeat
) -> None:
    first = asyncio.create_task(beat.ping())
    await asyncio.sleep(0)
    wire.answer(beat)
    wire.answer(beat)
    assert 0 < await first < 10
    second = asyncio.create_task(beat.ping())
    await asyncio.sleep(0)
    beat.end("the server went")
    with pytest.raises(ConnectionLost, match="the server went"):
        await second
    with pytest.raises(ConnectionLost, match="no link"):
        await beat.ping()


async def test_a_clock_that_is_another_one_each_time_is_not_asked_for_ever(
    wire: Wire, beat: Heartbeat
) -> None:
    answers = 0
    while wire.asked:
        wire.answer(beat)
        wire.ahead_ns += 600_000_000_000
        answers += 1
        assert answers <= 2 * BURST_PINGS
