from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from stream_core.client.outlet import Outlet
from stream_core.client.writer import Writer
from stream_core.clock import OffsetEstimate
from stream_core.errors import InvalidValue, LimitExceeded
from stream_core.values import ChannelInfo
from stream_core.wire import objects
from stream_core.wire.blocks import Block
from stream_core.wire.framing import Frame, FrameReader
from stream_core.wire.header import CodecNumber, Flag, Kind
from stream_core.wire.items import decode_block
from stream_core.wire.messages import DemandNotice

ACTIVE = DemandNotice("active")
REASONS = Flag.GAP_PAUSED | Flag.GAP_OUTBOX | Flag.GAP_LINK | Flag.GAP_WITHHELD


class Wire:
    """An outlet and the frames that it sent."""

    def __init__(self, demand: DemandNotice = ACTIVE, **info: Any) -> None:
        self.reader = FrameReader(1 << 30)
        self.frames: list[Frame] = []
        self.dirty = 0
        self.outlet = Outlet("x", {}, self.send, OffsetEstimate(), self.mark)
        self.outlet.limit_bytes = 1 << 20
        self.outlet.attach(7, ChannelInfo(name="x", **info), demand, told=1, base=0)

    def mark(self, outlet: Outlet) -> None:
        self.dirty += 1

    def send(self, *parts: bytes) -> None:
        data = b"".join(parts)
        while data:
            view = self.reader.buffer()
            count = min(len(view), len(data))
            view[:count] = data[:count]
            self.frames += self.reader.received(count)
            data = data[count:]

    def told(self, state: str, **wishes: Any) -> None:
        self.outlet.follow(DemandNotice(state, **wishes), 2)

    def data(self) -> list[tuple[int, int, int]]:
        """First number, count and reasons of each DATA frame so far; forgets them."""
        frames, self.frames = self.frames, []
        return [
            (frame.sequence, frame.count, frame.flags & REASONS)
            for frame in frames
            if frame.kind == Kind.DATA
        ]


def test_the_items_of_a_turn_leave_as_one_block() -> None:
    wire = Wire()
    assert all(wire.outlet.offer(number, None) for number in range(5))
    assert (wire.dirty, wire.data()) == (1, [])
    wire.outlet.flush()
    assert wire.data() == [(0, 5, 0)]
    wire.outlet.offer("next", 5)
    wire.outlet.flush()
    [frame] = wire.frames
    block = Block.received(frame)
    assert objects.decode_run(block.data, block.count) == ["next"]
    assert (block.first, block.time_ns) == (5, 5)


def test_refused_values_take_no_number_and_spoil_nothing() -> None:
    wire = Wire()
    wire.outlet.offer(1, None)
    for value in (object(), np.array([object()])):
        with pytest.raises(InvalidValue):
            wire.outlet.offer(value, None)
    wire.outlet.offer(np.zeros(2), None)
    wire.outlet.offer(2, None)
    wire.outlet.flush()
    assert wire.data() == [(0, 1, 0), (1, 1, 0), (2, 1, 0)]


@pytest.mark.parametrize("remote_ns", [-(2**63), 2**63 - 1, 2**64 - 1])
def test_items_leave_whatever_the_clock_of_the_server_says(remote_ns: int) -> None:
    wire = Wire()
    now_ns = time.perf_counter_ns()
    wire.outlet.clock.sample(now_ns - 1000, remote_ns, now_ns)
    writer = Writer(wire.outlet, None)  # type: ignore[arg-type]
    assert all(writer.send_nowait(float(number)) for number in range(3))
    wire.outlet.flush()
    assert wire.data() == [(0, 3, 0)]


def test_each_reason_of_a_gap_is_told() -> None:
    wire = Wire()
    wire.told("paused")
    assert not wire.outlet.offer(0, None)
    wire.told("active")
    assert wire.data() == [(1, 0, Flag.GAP_PAUSED)]
    wire.outlet.set_room(False)
    assert not wire.outlet.offer(1, None)
    wire.outlet.set_room(True)
    wire.outlet.flush()
    assert wire.data() == [(2, 0, Flag.GAP_OUTBOX)]
    wire.outlet.offer(2, None)
    wire.outlet.detach()
    assert not wire.outlet.offer(3, None)
    wire.outlet.reattach(0)
    wire.told("active")
    assert wire.data() == [(4, 0, Flag.GAP_LINK)]
    assert wire.outlet.offer(4, None)
    wire.outlet.flush()
    assert wire.data() == [(4, 1, 0)]


def test_idle_items_have_no_numbers() -> None:
    wire = Wire(DemandNotice("idle"))
    assert not wire.outlet.offer(object(), None)  # not even looked at
    assert wire.outlet.next == 0
    wire.told("active")
    wire.outlet.offer(0, None)
    wire.outlet.flush()
    assert wire.data() == [(0, 1, 0)]


def test_the_block_of_a_broken_link_does_not_stick() -> None:
    wire = Wire()
    wire.outlet.offer(0, None)
    wire.outlet.detach()
    wire.outlet.reattach(0)
    wire.told("active")
    wire.outlet.offer(1, None)
    assert wire.dirty == 2


def test_what_was_withheld_is_told_before_a_new_demand_is_acknowledged() -> None:
    wire = Wire(DemandNotice("active", every=10, binding=True))
    for number in range(13):
        wire.outlet.offer(number, None)
    wire.frames.clear()
    wire.told("active")
    facts = [(frame.kind, frame.count, frame.sequence) for frame in wire.frames]
    assert facts == [(Kind.DATA, 2, 0), (Kind.DATA, 0, 13), (Kind.DEMAND, 0, 2)]
    assert wire.frames[1].flags & REASONS == Flag.GAP_WITHHELD


def test_marks_are_sent_again_that_the_server_does_not_have() -> None:
    wire = Wire()
    for number in range(4):
        wire.outlet.offer(number, None)
        wire.outlet.mark_end()
    wire.outlet.marks.arrived(1)
    wire.outlet.detach()
    assert not wire.outlet.offer(4, None)
    wire.frames.clear()
    wire.outlet.reattach(2)
    wire.told("active")
    facts = [(frame.kind, frame.count, frame.sequence) for frame in wire.frames]
    assert facts == [
        (Kind.MARK, 3, 3),
        (Kind.MARK, 4, 4),
        (Kind.DATA, 0, 5),
        (Kind.DEMAND, 0, 2),
    ]
    assert {frame.flags & REASONS for frame in wire.frames if frame.kind != Kind.DEMAND} == {
        Flag.GAP_LINK
    }


def test_every_withholds_and_says_so() -> None:
    wire = Wire(DemandNotice("active", every=3, binding=True))
    for number in range(8):
        assert wire.outlet.offer(number, None)
    wire.outlet.flush()
    [frame] = [frame for frame in wire.frames if frame.kind == Kind.DATA]
    assert (frame.sequence, frame.count, frame.stride) == (0, 3, 3)
    wire.frames.clear()
    wire.told("active")  # everything from here on
    assert wire.data() == [(8, 0, Flag.GAP_WITHHELD)]


def test_only_the_newest_is_held_and_losses_are_told_apart() -> None:
    wire = Wire(DemandNotice("active", newest_interval_ns=10**12, binding=True))
    wire.outlet.offer("first", None)
    wire.outlet.flush(final=True)
    assert wire.data() == [(0, 1, 0)]
    for number in range(1, 5):
        wire.outlet.offer(number, None)
    assert wire.outlet.flush() is not None
    wire.outlet.set_room(False)
    assert not wire.outlet.offer("given up", None)
    wire.outlet.set_room(True)
    for number in range(6, 9):
        wire.outlet.offer(number, None)
    assert wire.outlet.flush(final=True) is None
    assert wire.data() == [
        (4, 1, Flag.GAP_WITHHELD),
        (6, 0, Flag.GAP_OUTBOX),
        (8, 1, Flag.GAP_WITHHELD),
    ]


def test_an_item_that_no_frame_carries_leaves_the_others_as_they_were() -> None:
    wire = Wire()
    wire.outlet.offer("a", None)
    wire.outlet.offer("b", None)
    with pytest.raises(LimitExceeded, match="frame_bytes=1048576"):
        wire.outlet.offer(bytes(2 << 20), None)
    wire.outlet.offer("c", None)
    wire.outlet.flush()
    assert wire.data() == [(0, 2, 0), (2, 1, 0)]


@pytest.mark.parametrize("every", [1, 3])
def test_an_item_that_is_too_large_for_its_block_alone_leaves_by_itself(every: int) -> None:
    wire = Wire(DemandNotice("active", every=every, binding=True))
    for number in range(2 * every + 1):
        wire.outlet.offer(np.full(450_000 if number else 300_000, number, "u1"), number)
    wire.outlet.flush()
    blocks = [Block.received(frame) for frame in wire.frames if frame.kind == Kind.DATA]
    assert all(block.size_bytes <= 1 << 20 for block in blocks)
    numbers = [number for block in blocks for number in block.sequences]
    assert numbers == [0, every, 2 * every]
    values = [value for block in blocks for value in decode_block(block, None, ())]
    assert [len(value) for value in values] == [300_000, 450_000, 450_000]
    assert [value[0] for value in values] == numbers
    assert [time for block in blocks for time in block.times_ns()] == numbers


def test_an_item_leaves_although_those_before_it_leave_no_room_for_it() -> None:
    wire = Wire()
    wire.outlet.offer(np.zeros(400_000, "u1"), 1)
    wire.outlet.offer(np.zeros(700_000, "u1"), 2)
    assert wire.data() == [(0, 1, 0), (1, 1, 0)]
    wire.outlet.offer(np.zeros(400_000, "u1"), 3)
    with pytest.raises(LimitExceeded, match="1100064 bytes"):
        wire.outlet.offer(np.zeros(1_100_000, "u1"), 4)
    wire.outlet.offer(np.zeros(1, "u1"), 5)
    wire.outlet.flush()
    assert wire.data() == [(2, 1, 0), (3, 1, 0)]


@pytest.mark.parametrize("limit_bytes", [100_000, 200_000, 1 << 20])
def test_blocks_of_large_items_keep_within_a_frame(limit_bytes: int) -> None:
    wire = Wire()
    wire.outlet.limit_bytes = limit_bytes
    wire.outlet.attach(7, ChannelInfo(name="x"), ACTIVE, told=1, base=0)
    for _ in range(20):
        wire.outlet.offer(np.zeros(65_536, "u1"), None)
    wire.outlet.flush()
    frames = [frame for frame in wire.frames if frame.kind == Kind.DATA]
    assert max(len(frame.body) for frame in frames) <= limit_bytes
    assert sum(frame.count for frame in frames) == 20


@pytest.mark.parametrize("limit_bytes", [1024, 20_000, 70_000, 100_000, 150_000, 1 << 20])
@pytest.mark.parametrize("every", [1, 2])
@pytest.mark.parametrize(
    ("info", "value", "count"),
    [
        ({}, b"x" * 100, 3000),
        ({}, b"x" * 700, 1000),
        ({}, [7] * 20, 3000),
        ({}, np.zeros(30, "u1"), 1500),
        ({}, np.zeros(600, "u1"), 500),
        ({"codec": "raw"}, b"", 3000),
        ({"codec": "samples", "dtype": "f8"}, 1.5, 20_000),
        ({"codec": "samples", "dtype": "u1", "shape": (700,)}, np.zeros(700, "u1"), 500),
    ],
)
def test_whatever_fits_a_frame_is_sent_in_frames_that_fit(
    info: dict[str, Any], value: Any, count: int, every: int, limit_bytes: int
) -> None:
    wire = Wire()
    outlet = wire.outlet
    outlet.limit_bytes = limit_bytes
    demand = DemandNotice("active", every=every, binding=every > 1)
    outlet.attach(7, ChannelInfo(name="x", **info), demand, told=1, base=0)
    for number in range(count):
        lane = outlet.lane
        short = type(value) is bytes and lane is not None and len(value) < lane.short
        if short or (type(value) is bytes and lane is not None and lane.fits(len(value))):
            assert lane is not None
            lane.values.append(value)
            lane.times.append(number)
            if len(lane.values) >= lane.most:
                outlet.filled()
        else:
            outlet.offer(value, number)
    outlet.flush()
    frames = [frame for frame in wire.frames if frame.kind == Kind.DATA]
    assert max(len(frame.body) for frame in frames) <= limit_bytes
    blocks = [Block.received(frame) for frame in frames if frame.count]
    assert [number for block in blocks for number in block.sequences] == [*range(0, count, every)]


@pytest.mark.parametrize("limit_bytes", [20_000, 300_000, 2 << 20])
@pytest.mark.parametrize("every", [1, 2])
def test_rows_leave_before_a_sample_for_which_each_needs_a_time(
    every: int, limit_bytes: int
) -> None:
    wire = Wire()
    outlet = wire.outlet
    outlet.limit_bytes = limit_bytes
    demand = DemandNotice("active", every=every, binding=every > 1)
    info = ChannelInfo(name="x", codec="samples", dtype="u1")
    outlet.attach(7, info, demand, told=1, base=0)
    rows = outlet.rows(np.zeros(700_000, "u1"))
    for part, time_ns, step_ns in outlet.parts(rows, 0, 10):
        outlet.offer_rows(part, time_ns, step_ns)
    for number in range(700_000, 700_010):
        outlet.offer(1, number)
    outlet.flush()
    frames = [frame for frame in wire.frames if frame.kind == Kind.DATA and frame.count]
    assert max(len(frame.body) for frame in frames) <= limit_bytes
    times = [time for frame in frames for time in Block.received(frame).times_ns()]
    assert times == [*range(0, 7_000_000, 10 * every), *range(700_000, 700_010, every)]


def test_rows_whose_times_no_block_can_tell_together_leave_apart() -> None:
    wire = Wire(codec="samples", dtype="f8")
    times = range(-(2**63), 2**63 - 2**61, 2**61)
    for time_ns in times:
        rows = wire.outlet.rows(np.zeros(2000))
        wire.outlet.offer_rows(rows, time_ns, 2**61 // 2000)
    wire.outlet.flush()
    frames = [frame for frame in wire.frames if frame.kind == Kind.DATA]
    assert sum(Block.received(frame).count for frame in frames) == 2000 * len(times)


def test_samples_leave_in_blocks_that_the_reader_can_place_in_time() -> None:
    wire = Wire(codec="samples", dtype="int16", rate_hz=1000)
    rows = wire.outlet.rows(range(10))
    for part, time_ns, step_ns in wire.outlet.parts(rows, 1000, None):
        assert wire.outlet.offer_rows(part, time_ns, step_ns)
    wire.outlet.flush()
    [frame] = [frame for frame in wire.frames if frame.kind == Kind.DATA]
    assert frame.codec == CodecNumber.SAMPLES
    assert list(Block.received(frame).times_ns()) == list(range(1000, 10_001_000, 1_000_000))
    with pytest.raises(InvalidValue):
        wire.outlet.rows(["text"])


def offer_rows(wire: Wire, count: int) -> None:
    rows = wire.outlet.rows(np.zeros(count))
    assert wire.outlet.offer_array(rows, 5, None)


def test_the_first_samples_of_a_turn_wait_for_more_however_long_the_last_turn_was() -> None:
    wire = Wire(codec="samples", dtype="float64")
    for _ in range(2):
        offer_rows(wire, 1000)
        assert not wire.outlet.overdue
        wire.outlet.turn_ns -= 10_000_000
        offer_rows(wire, 1000)
        assert wire.outlet.overdue
        wire.outlet.overdue = False
        wire.outlet.flush()
    assert wire.data() == [(0, 2000, 0), (2000, 2000, 0)]


def test_many_small_arrays_leave_as_blocks_of_a_megabyte() -> None:
    wire = Wire(codec="samples", dtype="float64")
    wire.outlet.limit_bytes = 4 << 20
    for _ in range(280):
        offer_rows(wire, 1000)
    wire.outlet.flush()
    assert wire.data() == [(0, 132_000, 0), (132_000, 132_000, 0), (264_000, 16_000, 0)]


def test_what_is_held_survives_a_newer_item_that_is_too_large() -> None:
    wire = Wire(DemandNotice("active", newest_interval_ns=1, binding=True))
    wire.outlet.offer("held", 1)
    with pytest.raises(LimitExceeded):
        wire.outlet.offer(bytes(1 << 20), 2)
    wire.outlet.flush(final=True)
    assert wire.data() == [(0, 1, 0)]


def test_items_of_other_kinds_follow_one_that_was_held() -> None:
    wire = Wire(DemandNotice("active", newest_interval_ns=1, binding=True))
    wire.outlet.offer(np.zeros(2), 1)
    wire.told("active")
    wire.outlet.offer("text", 2)
    wire.outlet.offer(np.zeros(2), 3)
    wire.outlet.offer(5, 4)
    wire.outlet.flush()
    codecs = [frame.codec for frame in wire.frames if frame.kind == Kind.DATA]
    assert codecs == [CodecNumber.ARRAY, CodecNumber.OBJECT, CodecNumber.ARRAY, CodecNumber.OBJECT]
    assert wire.data() == [(0, 1, 0), (1, 1, 0), (2, 1, 0), (3, 1, 0)]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_block_is_compressed_when_it_leaves_if_that_makes_it_smaller(compression: str) -> None:
    wire = Wire(compression=compression)
    for value in ("x", "long " * 200):
        wire.outlet.offer(value, 5)
        wire.outlet.flush()
    _, small, large = wire.frames
    assert (small.flags, objects.decode(small.body)) == (0, "x")
    assert large.flags == Flag[compression.upper()]
    assert len(large.body) < 100
    assert objects.decode(Block.received(large).data) == "long " * 200
    assert wire.data() == [(0, 1, 0), (1, 1, 0)]


def test_where_a_compression_cannot_be_had_blocks_are_sent_plain(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wire = Wire(compression="lzma")
    wire.outlet.offer("long " * 200, 5)
    wire.outlet.flush()
    assert objects.decode(wire.frames[-1].body) == "long " * 200
    assert "'lzma' is not known here" in caplog.text


def test_many_items_without_an_end_of_the_turn_are_told() -> None:
    wire = Wire()
    sent = 0
    while not wire.outlet.tired:
        assert wire.outlet.offer(sent, None)
        sent += 1
    assert 16 * 1024 <= sent <= 17 * 1024
    assert wire.outlet.offer(sent, None)  # it would still go
    wire.outlet.flush()
    assert not wire.outlet.tired
    assert sum(count for _, count, _ in wire.data()) == sent + 1


def test_the_short_way_numbers_items_like_the_long_one() -> None:
    wire = Wire()
    outlet = wire.outlet
    assert outlet.lane is None  # a block has to be begun
    assert outlet.offer(b"first", None)
    lane = outlet.lane
    assert lane is not None
    for value in (b"second", b"third"):
        lane.values.append(value)
        lane.times.append(1)
    assert outlet.next == 3
    assert outlet.offer([4], None)
    outlet.flush()
    assert outlet.lane is None
    (frame,) = [frame for frame in wire.frames if frame.kind == Kind.DATA]
    block = Block.received(frame)
    assert list(block.sequences) == [0, 1, 2, 3]
    assert objects.decode_run(block.data, 4) == [b"first", b"second", b"third", [4]]
