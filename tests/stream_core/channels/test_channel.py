from __future__ import annotations

from typing import Any

import msgspec
import pytest

from stream_core.channels.backlog import Backlog
from stream_core.channels.channel import LARGEST_JUMP, LOST_ON_THE_WAY, Channel
from stream_core.channels.parameters import Parameters, checked_parameters
from stream_core.channels.patience import patience
from stream_core.channels.serving import Serving
from stream_core.channels.spec import checked_spec
from stream_core.channels.writer_slot import WriterSlot
from stream_core.errors import InvalidValue, ProtocolError
from stream_core.wire.blocks import LARGEST_NUMBER, Block
from stream_core.wire.compression import Compressor
from stream_core.wire.framing import Frame
from stream_core.wire.header import CodecNumber, Flag, Kind
from stream_core.wire.messages import LARGEST_EVERY, DemandNotice
from stream_core.wire.tables import pack_uint32


class Listener:
    """A reader that writes down what it is told."""

    def __init__(self, **parameters: Any) -> None:
        self.parameters: Parameters = checked_parameters(**parameters)
        self.pausing = False
        self.heard: list[Any] = []

    def offer(self, block: Block) -> None:
        self.heard.append((list(block.sequences), block.source))

    def gap(self, first: int, last: int, reason: str, *, withheld: bool) -> None:
        self.heard.append(("gap", first, last, "withheld" if withheld else reason))

    def mark(self, remaining: int, transfers: int) -> None:
        self.heard.append(("mark", remaining, transfers))

    def end(self, reason: str) -> None:
        self.heard.append(("end", reason))


def channel(**wishes: Any) -> Channel:
    return Channel(7, checked_spec("x", **wishes), owner=1, origin=5)


def join(target: Channel, **parameters: Any) -> Listener:
    listener = Listener(**parameters)
    target.readers[(len(target.readers), 1)] = listener
    return listener


def frame(
    sequence: int,
    count: int = 1,
    *,
    stride: int = 1,
    flags: int = 0,
    codec: int = CodecNumber.RAW,
    body: bytes | None = None,
) -> Frame:
    if body is None:
        body = pack_uint32(range(1, count + 1)) * (count > 1) + bytes(count)
    return Frame(Kind.DATA, codec, flags, 7, 99, count, stride, sequence, 0, body)


def compressed(sequence: int, count: int, body: bytes, *, codec: int) -> Frame:
    flag, parts = Compressor("gzip").packed([body])
    return frame(sequence, count, codec=codec, flags=flag, body=b"".join(parts))


def compressing(**wishes: Any) -> Channel:
    spec = msgspec.structs.replace(checked_spec("x", **wishes), compression="gzip")
    return Channel(7, spec, owner=1, origin=5, limit_bytes=10_000)


def end_mark(number: int = 0, sequence: int = 0, flags: int = 0) -> Frame:
    return Frame(Kind.MARK, 0, flags, 7, 99, number, 0, sequence, 0, b"")


def announcement(sequence: int, flags: int) -> Frame:
    return frame(sequence, 0, flags=flags, body=b"")


# Numbers


def test_on_a_one_writer_channel_the_writers_number_is_the_sequence() -> None:
    target = channel()
    slot, listener = target.add_writer(1, next_number=100), join(target)
    assert target.publish(slot, frame(100, 3)) == 3
    assert target.publish(slot, frame(103)) == 1
    assert listener.heard == [([100, 101, 102], 1), ([103], 1)]
    assert (target.next_sequence, target.items, target.bytes) == (104, 4, 16)


def test_a_shared_channel_numbers_in_order_of_arrival() -> None:
    target = channel(shared=True)
    one, two = target.add_writer(1, next_number=50), target.add_writer(2, next_number=0)
    listener = join(target)
    target.publish(one, frame(50, 2))
    target.publish(two, frame(0, 2))
    target.publish(one, frame(52))
    assert listener.heard == [([0, 1], 1), ([2, 3], 2), ([4], 1)]


def test_on_a_shared_channel_a_jump_of_one_writer_is_a_gap_of_that_size() -> None:
    target = channel(shared=True)
    one, two = target.add_writer(1), target.add_writer(2)
    listener = join(target)
    target.publish(one, frame(0))
    target.publish(two, frame(5))
    target.publish(one, frame(1))
    assert listener.heard == [([0], 1), ("gap", 1, 5, LOST_ON_THE_WAY), ([6], 2), ([7], 1)]


def test_strided_blocks_take_their_numbers() -> None:
    target = channel()
    slot, listener = target.add_writer(1), join(target)
    target.publish(slot, frame(0, 3, stride=10))
    target.publish(slot, frame(30, 1, stride=10, flags=Flag.GAP_WITHHELD))
    assert listener.heard == [([0, 10, 20], 1), ("gap", 21, 29, "withheld"), ([30], 1)]


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (0, LOST_ON_THE_WAY),
        (Flag.GAP_PAUSED, "the writer was paused"),
        (Flag.GAP_OUTBOX, "the writer's outbox was full"),
        (Flag.GAP_LINK, "the writer's link was down"),
        (Flag.GAP_LINK | Flag.GAP_WITHHELD, "the writer's link was down"),
        (Flag.GAP_PAUSED | Flag.GAP_LINK, LOST_ON_THE_WAY),
        (Flag.GAP_WITHHELD, "withheld"),
        (Flag.GAP_WITHHELD | Flag.TIMES, "withheld"),
    ],
)
@pytest.mark.parametrize("with_items", [True, False])
def test_gaps_have_their_reason(flags: int, reason: str, with_items: bool) -> None:
    target = channel()
    slot, listener = target.add_writer(1), join(target)
    body = bytes(8) * bool(flags & Flag.TIMES) + b"x"
    sent = frame(4, flags=flags, body=body) if with_items else announcement(4, flags)
    assert target.publish(slot, sent) == with_items
    assert listener.heard[0] == ("gap", 0, 3, reason)
    assert slot.next_number == target.next_sequence == 4 + with_items


def test_an_announcement_of_nothing_is_nothing() -> None:
    target = channel()
    slot, listener = target.add_writer(1), join(target)
    assert target.publish(slot, announcement(0, Flag.GAP_LINK)) == 0
    assert listener.heard == []


# What a writer must not do: nobody hears of it


def breach(target: Channel, slot: WriterSlot, sent: Frame) -> str:
    listener = join(target)
    before = (target.next_sequence, target.items)
    with pytest.raises(ProtocolError) as caught:
        target.publish(slot, sent)
    assert listener.heard == []
    assert (target.next_sequence, target.items) == before
    return str(caught.value)


def test_numbers_do_not_run_backwards() -> None:
    target = channel()
    slot = target.add_writer(1)
    target.publish(slot, frame(0, 3))
    assert "number 2 comes after 2" in breach(target, slot, frame(2))
    breach(target, slot, announcement(2, 0))
    breach(target, slot, frame(-(2**63)))


@pytest.mark.parametrize("shared", [True, False])
def test_numbers_do_not_run_away(shared: bool) -> None:
    target = channel(shared=shared)
    slot = target.add_writer(1)
    for sent in (frame(2**63 - 1), announcement(2**63 - 1, 0), frame(LARGEST_NUMBER + 1)):
        breach(target, slot, sent)
    if shared:
        breach(target, slot, frame(LARGEST_JUMP + 1))
    target.publish(slot, frame(LARGEST_JUMP))


@pytest.mark.parametrize("number", [-1, LARGEST_NUMBER + 1])
def test_a_writer_begins_with_a_possible_number(number: int) -> None:
    target = channel()
    with pytest.raises(InvalidValue, match="next_number"):
        target.add_writer(1, next_number=number)
    assert target.writers == {}


def test_nothing_is_sent_after_an_acknowledged_pause() -> None:
    target = channel()
    slot, listener = target.add_writer(1), join(target, overflow="wait")
    list(target.changed_demand())
    slot.acknowledge(1)
    listener.pausing = True
    assert list(target.changed_demand()) == [slot]
    target.publish(slot, frame(0))  # it was on its way
    slot.acknowledge(2)
    assert "pause" in breach(target, slot, frame(5))
    target.publish(slot, announcement(3, Flag.GAP_PAUSED))
    assert listener.heard == [([0], 1), ("gap", 1, 2, "the writer was paused")]


@pytest.mark.parametrize(
    ("wishes", "codec"),
    [
        ({}, CodecNumber.SAMPLES),
        ({"dtype": "f8"}, CodecNumber.RAW),
        ({"codec": "raw"}, CodecNumber.PICKLE),
        ({"codec": "object"}, CodecNumber.ARRAY),
    ],
)
def test_a_channel_takes_its_own_codec_only(wishes: dict[str, Any], codec: int) -> None:
    target = channel(**wishes)
    slot = target.add_writer(1)
    assert "does not take codec" in breach(target, slot, frame(3, codec=codec))


@pytest.mark.parametrize("codec", [codec for codec in CodecNumber if codec != 0])
def test_a_channel_takes_its_own_codec(codec: CodecNumber) -> None:
    name = codec.name.lower()
    target = channel(codec=name, dtype="u1" if name == "samples" else None)
    assert target.publish(target.add_writer(1), frame(0, codec=codec)) == 1


def test_a_frame_that_contradicts_itself_is_a_breach() -> None:
    target = channel()
    slot = target.add_writer(1)
    breach(target, slot, frame(0, 3, body=b"x"))
    breach(target, slot, frame(9, 1, codec=77))


# Compressed bodies


def test_a_channel_takes_bodies_that_are_plain_or_compressed_its_own_way() -> None:
    target = compressing()
    slot, listener = target.add_writer(1), join(target)
    target.publish(slot, compressed(0, 1, bytes(500), codec=CodecNumber.RAW))
    target.publish(slot, frame(1))
    assert listener.heard == [([0], 1), ([1], 1)]
    for other, flag in ((compressing(), Flag.ZSTD), (channel(), Flag.GZIP)):
        slot, listener = other.add_writer(1), join(other)
        with pytest.raises(ProtocolError, match="compressed otherwise"):
            other.publish(slot, frame(0, flags=flag, body=b"\x01\0\0\0x"))
        assert listener.heard == []


def test_a_compressed_body_may_not_be_larger_than_a_frame_when_it_is_plain() -> None:
    target = compressing()
    slot, listener = target.add_writer(1), join(target)
    target.publish(slot, compressed(0, 1, bytes(10_000), codec=CodecNumber.RAW))
    with pytest.raises(ProtocolError, match="10001 plain bytes exceeds 10000"):
        target.publish(slot, compressed(1, 1, bytes(10_001), codec=CodecNumber.RAW))
    assert listener.heard == [([0], 1)]


def test_compressed_samples_have_the_size_of_the_others() -> None:
    target = compressing(dtype="float64")
    slot = target.add_writer(1)
    target.publish(slot, compressed(0, 100, bytes(800), codec=CodecNumber.SAMPLES))
    target.publish(slot, frame(100, 2, codec=CodecNumber.SAMPLES, body=bytes(16)))
    with pytest.raises(ProtocolError, match="samples of 8 bytes; one of 4 came"):
        target.publish(slot, compressed(102, 100, bytes(400), codec=CodecNumber.SAMPLES))


class Looker(Listener):
    """A reader that wants a part of each block."""

    def offer(self, block: Block) -> None:
        try:
            self.heard.append(bytes(block.cut(range(1)).data))
        except ProtocolError:
            self.heard.append("lost")


def test_who_sends_what_cannot_be_made_plain_is_cut_off_when_that_is_found() -> None:
    target = compressing(dtype="uint8")
    slot, listener = target.add_writer(1), join(target)
    good = compressed(0, 300, b"x" * 300, codec=CodecNumber.SAMPLES)
    bad = compressed(300, 300, b"x" * 300, codec=CodecNumber.SAMPLES)
    bad.body = bytes(bad.body)[:-1]
    later = frame(600, 300, codec=CodecNumber.SAMPLES, flags=Flag.GZIP, body=bytes(bad.body))
    looker = Looker()
    target.readers[(9, 9)] = looker
    target.publish(slot, good)
    with pytest.raises(ProtocolError, match="cannot be decompressed"):
        target.publish(slot, bad)
    assert looker.heard == [b"x", "lost"]
    del target.readers[(9, 9)]
    target.publish(slot, later)  # nobody looks
    assert [sequences[0] for sequences, _ in listener.heard] == [0, 300, 600]


# Marks


def test_marks_count_the_writers_that_go_on() -> None:
    target = channel(shared=True)
    slots = [target.add_writer(client) for client in (1, 2, 3)]
    listener = join(target)
    for slot in slots:
        target.mark(slot, end_mark())
    target.mark(slots[0], end_mark())
    assert listener.heard == [("mark", 2, 0), ("mark", 1, 0), ("mark", 0, 1), ("mark", 2, 1)]


def test_the_last_that_goes_on_may_leave_instead() -> None:
    target = channel(shared=True)
    one, two, three = (target.add_writer(client) for client in (1, 2, 3))
    listener = join(target)
    target.mark(one, end_mark())
    target.remove_writer(two.client)
    assert listener.heard == [("mark", 2, 0)]
    target.remove_writer(three.client)
    assert listener.heard == [("mark", 2, 0), ("mark", 0, 1)]
    target.mark(one, end_mark())
    assert listener.heard[2:] == [("mark", 0, 2)]


def test_who_has_marked_may_leave() -> None:
    target = channel(shared=True)
    one, two = target.add_writer(1), target.add_writer(2)
    listener = join(target)
    target.mark(one, end_mark())
    target.remove_writer(one.client)
    target.remove_writer(77)
    assert listener.heard == [("mark", 1, 0)]
    target.mark(two, end_mark())
    assert listener.heard == [("mark", 1, 0), ("mark", 0, 1)]


def test_a_mark_that_comes_again_is_heard_once_and_in_its_place() -> None:
    target = channel()
    slot, listener = target.add_writer(1), join(target)
    target.publish(slot, frame(0, 2))
    target.mark(slot, end_mark(1, 2))
    target.mark(slot, end_mark(1, 2))
    target.mark(
        slot, end_mark(2, 5, Flag.GAP_LINK)
    )  # the items before it were lost, and it came again
    target.publish(slot, frame(8, flags=Flag.GAP_LINK))
    assert listener.heard == [
        ([0, 1], 1),
        ("mark", 0, 1),
        ("gap", 2, 4, "the writer's link was down"),
        ("mark", 0, 2),
        ("gap", 5, 7, "the writer's link was down"),
        ([8], 1),
    ]


def test_a_mark_that_cannot_be_is_not_heard_and_its_number_not_known() -> None:
    target = channel()
    slot, listener = target.add_writer(1), join(target)
    with pytest.raises(ProtocolError, match="a jump of"):
        target.mark(slot, end_mark(1, LARGEST_NUMBER + 1))
    assert (slot.marks, slot.marked, listener.heard) == (0, False, [])
    target.mark(slot, end_mark(1))
    assert listener.heard == [("mark", 0, 1)]


def test_the_transfers_of_one_writer_go_on_in_a_channel_made_again() -> None:
    target = channel()
    slot, listener = target.add_writer(1, next_number=10, marks=3), join(target)
    target.mark(slot, end_mark(3, 8))
    target.mark(slot, end_mark(4, 10))
    assert (listener.heard, target.transfers) == ([("mark", 0, 4)], 4)
    together = channel(shared=True)
    together.add_writer(1, marks=3)
    assert together.transfers == 0


# Demand


def test_without_readers_it_is_idle() -> None:
    target = channel()
    assert target.demand() == DemandNotice("idle")
    join(target)
    assert target.demand() == DemandNotice("active", binding=True)
    target.readers.clear()
    assert target.demand() == DemandNotice("idle")


@pytest.mark.parametrize(("every", "expected"), [((4, 6), 2), ((4, 7), 1), ((10,), 10)])
def test_the_writer_sends_what_all_readers_have_in_common(
    every: tuple[int, ...], expected: int
) -> None:
    target = channel()
    for each in every:
        join(target, every=each)
    assert target.demand().every == expected


def test_a_distance_that_fits_no_block_is_not_asked_for() -> None:
    target = channel()
    join(target, every=LARGEST_EVERY)
    assert target.demand().every == LARGEST_EVERY
    target.readers.clear()
    join(target, every=LARGEST_EVERY + 1)
    assert target.demand().every == 1


def test_the_newest_now_and_then_only_if_nobody_wants_more() -> None:
    target = channel()
    join(target, buffer_size=1, min_interval_s=0.5)
    join(target, buffer_size=1, min_interval_s=0.2, overflow="clear")
    assert target.demand().newest_interval_ns == 200_000_000
    join(target)
    assert target.demand().newest_interval_ns == 0


@pytest.mark.parametrize(
    "parameters", [{"buffer_size": 2}, {"overflow": "skip"}, {"min_interval_s": 0.0}]
)
def test_who_wants_more_than_the_newest(parameters: dict[str, Any]) -> None:
    target = channel()
    join(target, **({"buffer_size": 1, "min_interval_s": 1.0} | parameters))
    assert target.demand().newest_interval_ns == 0


def test_one_full_reader_that_waits_pauses_all_writers() -> None:
    target = channel(shared=True)
    slots = [target.add_writer(client) for client in (1, 2)]
    join(target)
    waiting = join(target, overflow="wait")
    assert list(target.changed_demand()) == slots
    assert list(target.changed_demand()) == []
    waiting.pausing = True
    assert list(target.changed_demand()) == slots
    assert slots[0].told == DemandNotice("paused")
    waiting.pausing = False
    assert [slot.told.state for slot in target.changed_demand()] == ["active", "active"]


def test_on_a_shared_channel_demand_is_advice() -> None:
    target = channel(shared=True)
    join(target, every=5)
    assert target.demand() == DemandNotice("active", 5, binding=False)


def test_the_end_reaches_every_reader() -> None:
    target = channel()
    listeners = [join(target), join(target)]
    target.end("deleted")
    assert target.ended == "deleted"
    assert [listener.heard for listener in listeners] == [[("end", "deleted")]] * 2


# Readers that rest


class Store:
    """Lends whatever is asked for."""

    def lend(self, borrower: object, size_bytes: int) -> bool:
        return True

    def give_back(self, borrower: object, size_bytes: int) -> None:
        pass


class Sleeper(Listener):
    """Tries to rest whenever it is told of something, and when another is."""

    def __init__(self, target: Channel, before: Sleeper | None = None) -> None:
        super().__init__(every=5, min_interval_s=1.0)
        self.target, self.before = target, before
        self.next = 0
        self.rests = False

    def offer(self, block: Block) -> None:
        assert not self.rests
        super().offer(block)
        self.next = block.last + 1
        for sleeper in (self, self.before):
            if sleeper is not None and not sleeper.rests:
                found = patience(
                    sleeper.parameters, Backlog(1000), serving(), sleeper.next, due_ns=1
                )
                assert found is not None
                sleeper.rests = self.target.rest(sleeper, found)

    def catch_up(self) -> None:
        if self.rests:
            self.rests = False
            for part in self.target.wake(self):
                for thing in part.things:
                    self.heard.append((list(thing.sequences), thing.source))
                    self.next = thing.last + 1


def serving() -> Serving:
    made = Serving(0)
    made.interval_ns = 10
    return made


def test_a_reader_does_not_rest_before_it_has_what_is_just_being_told() -> None:
    target = Channel(7, checked_spec("x", dtype="u1"), owner=1, origin=5, lender=Store())
    slot = target.add_writer(1)
    last = Sleeper(target)
    first = Sleeper(target, before=last)
    target.readers[(1, 1)], target.readers[(2, 1)] = first, last
    for number in range(0, 30, 10):
        body = bytes(10)
        target.publish(slot, frame(number, 10, codec=CodecNumber.SAMPLES, body=body))
    expected = [(list(range(number, number + 10)), 1) for number in range(0, 30, 10)]
    assert (first.rests, last.rests) == (True, True)
    for sleeper in (first, last):
        sleeper.catch_up()
        assert sleeper.heard == expected


def test_readers_rest_only_where_items_are_plain_samples() -> None:
    def gathers(**wishes: Any) -> bool:
        return Channel(7, checked_spec("x", **wishes), owner=1, origin=5, lender=Store()).gathers

    assert gathers(dtype="u1")
    assert not gathers()
    assert not gathers(dtype="u1", compression="gzip")
    assert not channel(dtype="u1").gathers
