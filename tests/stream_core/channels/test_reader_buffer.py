"""What a reader notices of its buffer; the model's test holds it to the rules item by item."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.channels.backlog import UNBOUNDED
from stream_core.channels.parameters import checked_parameters
from stream_core.channels.reader_buffer import EARLIER_DEMAND, Ended, Mark, ReaderBuffer
from stream_core.values import Loss
from stream_core.wire.blocks import Block
from stream_core.wire.compression import Compressor
from stream_core.wire.framing import Frame
from stream_core.wire.header import CodecNumber, Kind
from stream_core.wire.tables import pack_uint32

SECOND_NS = 1_000_000_000


def samples(first: int, count: int, stride: int = 1, size: int = 1, source: int = 1) -> Block:
    """A block; those of different sources never become one."""
    return Block(CodecNumber.SAMPLES, 0, source, count, stride, first, 0, bytes(count * size))


def compressed(first: int, count: int, *, broken: bool = False) -> Block:
    flag, parts = Compressor("gzip").packed([bytes(100 * count)])
    body = b"".join(parts)[: -1 if broken else None]
    return Block.received(
        Frame(Kind.DATA, CodecNumber.SAMPLES, flag, 0, 1, count, 1, first, 0, body)
    )


def reader(
    first: int = 0, *, reader_bytes: int = 10_000, joined_bytes: int = 10_000, **parameters: object
) -> ReaderBuffer:
    return ReaderBuffer(
        checked_parameters(**parameters),
        first,
        reader_bytes=reader_bytes,
        joined_bytes=joined_bytes,
    )


def offer(buffer: ReaderBuffer, block: Block, *, room: bool = True, now_ns: int = 0) -> bool:
    """Whether it went straight; the account must be balanced after each step."""
    straight = buffer.offer(block, room=room, now_ns=now_ns) is not None
    assert buffer.counters.balanced
    return straight


def drained(buffer: ReaderBuffer, now_ns: int = 0, most_bytes: int = UNBOUNDED) -> list[object]:
    """Everything that may go now; blocks as lists of their numbers."""
    things: list[object] = []
    while (thing := buffer.take(now_ns, most_bytes)) is not None:
        things.append(list(thing.sequences) if isinstance(thing, Block) else thing)
        assert buffer.counters.balanced
    return things


def test_what_follows_the_last_of_the_past_passes_straight_through() -> None:
    buffer = reader(0, buffer_size=1, overflow="raise")
    buffer.begin_with([samples(0, 3)], 0)
    assert not offer(buffer, samples(3, 1))  # it waits behind them
    for numbers in ([0, 1, 2], [3]):
        block = buffer.take(0)
        assert isinstance(block, Block)
        assert list(block.sequences) == numbers
    buffer = reader(0, buffer_size=1, overflow="raise")
    buffer.begin_with([samples(0, 3)], 0)
    buffer.take(0)
    assert offer(buffer, samples(3, 5))
    assert not buffer.ended


# Before the writers know of the reader


@pytest.mark.parametrize("every", [1, 2])
def test_it_begins_after_what_was_withheld_from_it(every: int) -> None:
    parameters = checked_parameters(every=every, overflow="wait", buffer_size=2)
    buffer = ReaderBuffer(parameters, 10, reader_bytes=10_000, settled=False)
    buffer.full_override = True
    assert not offer(buffer, samples(10, 2), room=False)
    assert not offer(buffer, samples(12, 3, stride=3), room=False)
    assert (buffer.counters.published, buffer.buffered_bytes, buffer.pausing) == (0, 0, False)
    assert (buffer.full_override, buffer.first_sequence) == (True, 19)
    offer(buffer, samples(19, 4), room=False)
    buffer.gap(23, 26, "no reader", withheld=True)
    offer(buffer, samples(27, 4), room=False)
    assert buffer.settle() == 27
    assert [n for block in drained(buffer) for n in block] == list(
        range(27 + 27 % every, 31, every)
    )
    buffer.gap(31, 32, "no reader", withheld=True)
    assert buffer.counters.published == 6
    assert buffer.counters.balanced


def test_what_it_does_not_select_may_be_withheld_from_the_first_on() -> None:
    buffer = ReaderBuffer(checked_parameters(every=6), 0, reader_bytes=100, settled=False)
    offer(buffer, samples(0, 5, stride=3), room=False)
    buffer.gap(13, 17, "no reader", withheld=True)
    assert buffer.settle() == 0
    assert drained(buffer) == [[0, 6, 12]]


# Straight through


def test_a_reader_that_keeps_up_gets_the_writers_block_itself() -> None:
    buffer = reader(buffer_size=2)
    block = samples(0, 100)
    assert buffer.offer(block, room=True, now_ns=0) is block
    assert buffer.counters.in_flight == 100
    buffer.credit(99, 1)
    assert buffer.counters.delivered == 100


def test_nothing_overtakes_what_waits() -> None:
    buffer = reader()
    assert not offer(buffer, samples(0, 2), room=False)
    assert not offer(buffer, samples(2, 2))
    assert drained(buffer) == [[0, 1, 2, 3]]


def test_nothing_overtakes_a_loss() -> None:
    buffer = reader()
    buffer.gap(0, 4, "paused")
    assert not offer(buffer, samples(5, 1))
    assert drained(buffer) == [Loss(0, 4, 5, "paused"), [5]]


def test_without_credit_items_wait_and_the_policy_acts() -> None:
    buffer = reader(buffer_size=2)
    assert offer(buffer, samples(0, 2))
    assert offer(buffer, samples(2, 2))
    assert not offer(buffer, samples(4, 3))
    assert drained(buffer) == []
    buffer.credit(1, 0)
    assert drained(buffer) == [Loss(4, 4, 1, "overflow"), [5, 6]]


def test_a_buffered_block_is_cut_to_the_window() -> None:
    buffer = reader(buffer_size=10)
    for first in (0, 4):
        assert offer(buffer, samples(first, 4))
    offer(buffer, samples(8, 6), room=False)
    assert drained(buffer) == [[8, 9]]
    buffer.credit(5, 0)
    assert drained(buffer) == [[10, 11, 12, 13]]


def test_a_buffer_without_bounds_is_held_back_by_bytes_alone() -> None:
    buffer = reader(buffer_size=None, reader_bytes=10)
    half = samples(0, 1, size=600_000)
    assert offer(buffer, half)
    assert offer(buffer, samples(1, 1, size=600_000))
    for first in range(2, 50):
        assert not offer(buffer, samples(first, 1, size=600_000))
    assert buffer.counters.dropped == 0
    assert buffer.counters.buffered == 48


# What the link does not take as a whole


def test_a_large_block_passes_in_pieces_whatever_the_buffers_size() -> None:
    buffer = reader(buffer_size=2)
    assert buffer.offer(samples(0, 20), room=True, now_ns=0, most_bytes=8) is None
    assert (buffer.counters.buffered, buffer.pausing) == (20, False)
    assert not offer(buffer, samples(20, 3))  # the policy acts on what waits behind it
    pieces = [[*range(7)], [*range(7, 14)], [*range(14, 20)]]
    assert drained(buffer, most_bytes=8) == [*pieces, Loss(20, 20, 1, "overflow"), [21, 22]]
    assert not offer(buffer, samples(23, 1))  # two blocks are on their way


def test_what_waits_is_cut_to_what_the_link_takes() -> None:
    buffer = reader(buffer_size=100)
    offer(buffer, samples(0, 10), room=False)
    assert drained(buffer, most_bytes=5) == [[*range(5)], [*range(5, 10)]]


def test_an_item_and_a_compressed_block_are_not_cut() -> None:
    buffer = reader()
    for block in (samples(0, 1, size=1000), compressed(1, 1000)):
        assert block.size_bytes > 100
        assert buffer.offer(block, room=True, now_ns=0, most_bytes=100) is block


def test_pieces_are_cleared_and_come_back_like_all_that_waits() -> None:
    buffer = reader(buffer_size=2)
    buffer.offer(samples(0, 20), room=True, now_ns=0, most_bytes=10)
    buffer.take(0, 10)
    buffer.resume(4)
    assert drained(buffer, most_bytes=10) == [[*range(5, 10)]]
    buffer.credit(9, 0)
    assert drained(buffer, most_bytes=10) == [[*range(10, 20)]]
    buffer.offer(samples(20, 20), room=True, now_ns=0, most_bytes=10)
    buffer.credit(19, 0)
    buffer.take(0, 10)
    buffer.clear()
    assert drained(buffer) == [Loss(30, 39, 10, "cleared")]
    assert buffer.counters.balanced


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=30),
    st.lists(st.integers(1, 60), min_size=1, max_size=40),
)
def test_pieces_are_as_large_as_they_may_be_or_one_item(sizes: list[int], most: list[int]) -> None:
    data = b"".join(bytes([index]) * size for index, size in enumerate(sizes))
    ends = list(accumulate(sizes))
    table = pack_uint32(ends) if len(sizes) > 1 else b""
    block = Block(CodecNumber.OBJECT, 0, 1, len(sizes), 1, 0, 0, table + data)
    buffer = reader(buffer_size=1)
    straight = buffer.offer(block, room=True, now_ns=0, most_bytes=most[0])
    taken = [] if straight is None else [straight]
    for most_bytes in [*most, 10_000]:
        piece = buffer.take(0, most_bytes)
        if piece is not None:
            assert isinstance(piece, Block)
            assert piece.count == 1 or len(piece.data) <= most_bytes
            taken.append(piece)
            buffer.credit(piece.last, 0)
    while (piece := buffer.take(0)) is not None:
        taken.append(piece)
        buffer.credit(piece.last, 0)
    assert [item.tobytes() for piece in taken for item in piece.items()] == [
        item.tobytes() for item in block.items()
    ]
    assert [number for piece in taken for number in piece.sequences] == list(range(len(sizes)))
    assert buffer.counters.delivered + buffer.counters.in_flight == len(sizes)


# Selection and gaps


def test_every_counts_from_number_zero_across_blocks() -> None:
    buffer = reader(first=5, every=3)
    assert offer(buffer, samples(5, 3))
    assert not offer(buffer, samples(8, 1))
    assert offer(buffer, samples(9, 4))
    counters = buffer.counters
    assert (counters.published, counters.in_flight, counters.not_selected) == (8, 3, 5)


def test_the_numbers_between_a_strided_blocks_items_are_not_selected() -> None:
    buffer = reader(every=5)
    offer(buffer, samples(0, 3, stride=5))
    counters = buffer.counters
    assert (counters.published, counters.in_flight, counters.not_selected) == (11, 3, 8)


def test_a_gap_loses_what_was_selected_only() -> None:
    buffer = reader(every=10)
    buffer.gap(0, 4, "paused")
    buffer.gap(5, 9, "paused")
    buffer.gap(10, 34, "paused")
    counters = buffer.counters
    assert (counters.published, counters.dropped, counters.not_selected) == (35, 4, 31)
    assert drained(buffer) == [Loss(0, 30, 4, "paused")]


def test_what_the_writer_withheld_of_what_nobody_wants_is_no_loss() -> None:
    buffer = reader(first=1, every=10)
    buffer.gap(1, 9, "withheld", withheld=True)
    assert drained(buffer) == []
    assert buffer.counters.not_selected == 9
    assert buffer.counters.balanced


def test_what_a_writer_withholds_on_an_earlier_demand_is_lost_to_who_wants_it() -> None:
    buffer = reader(every=2)
    buffer.gap(0, 9, "withheld", withheld=True)
    assert not offer(buffer, samples(10, 3, stride=5))  # 10, 15, 20: 12, 14, 16 and 18 are missing
    offer(buffer, samples(21, 2))
    assert drained(buffer) == [Loss(0, 20, 11, EARLIER_DEMAND), [22]]
    newest = reader(buffer_size=1, min_interval_s=1)
    newest.gap(0, 9, "withheld", withheld=True)
    assert drained(newest) == []


def test_until_the_writers_know_of_a_change_what_they_withhold_is_not_selected() -> None:
    buffer = reader(every=5)
    buffer.configure(checked_parameters(every=1), 0)
    assert offer(buffer, samples(0, 2, stride=5))
    buffer.gap(6, 9, "withheld", withheld=True)
    assert (drained(buffer), buffer.counters.not_selected) == ([], 8)
    buffer.settle_change()
    buffer.gap(10, 12, "withheld", withheld=True)
    assert drained(buffer) == [Loss(10, 12, 3, EARLIER_DEMAND)]


# Overflow


def test_a_loss_stands_in_its_place() -> None:
    buffer = reader(buffer_size=2, overflow="skip")
    for first in range(3):
        offer(buffer, samples(first, 1, source=first), room=False)
    assert buffer.take(0) is not None
    offer(buffer, samples(3, 1), room=False)
    assert drained(buffer) == [[1]]
    buffer.credit(1, 0)
    assert drained(buffer) == [Loss(2, 2, 1, "overflow"), [3]]


def test_a_reader_that_reads_nothing_costs_no_more_memory_with_time() -> None:
    buffer = reader(buffer_size=3)
    for first in range(0, 3000, 3):
        buffer.gap(first, first, f"reason {first}")
        buffer.mark(first)
        offer(buffer, samples(first + 1, 2), room=False)
    things = drained(buffer)
    assert len(things) < 64
    lost = sum(thing.count for thing in things if isinstance(thing, Loss))
    assert lost == buffer.counters.dropped == 3000 - 3


def test_raise_ends_the_subscription_after_what_is_buffered() -> None:
    buffer = reader(buffer_size=3, overflow="raise")
    offer(buffer, samples(0, 7), room=False)
    assert buffer.overflowed
    assert not offer(buffer, samples(7, 1))
    assert buffer.counters.published == 4
    *things, end = drained(buffer)
    assert things == [[0, 1, 2], Loss(3, 3, 1, "overflow")]
    assert isinstance(end, Ended)
    assert end.error == "BufferOverflow"
    assert "buffer_size" in end.reason


def test_all_buffers_full_makes_the_policy_act() -> None:
    buffer = reader()
    offer(buffer, samples(0, 3), room=False)
    buffer.full_override = True
    offer(buffer, samples(3, 1), room=False)
    assert drained(buffer) == [Loss(0, 0, 1, "overflow"), [1, 2, 3]]


def test_clear_drops_what_waits_and_says_so() -> None:
    buffer = reader(overflow="wait", buffer_size=2)
    offer(buffer, samples(0, 2), room=False)
    assert buffer.pausing
    buffer.clear()
    assert not buffer.pausing
    assert drained(buffer) == [Loss(0, 1, 2, "cleared")]
    assert buffer.counters.balanced


# Wait


def test_wait_pauses_at_the_buffers_size_and_goes_on_at_half() -> None:
    buffer = reader(buffer_size=4, overflow="wait")
    offer(buffer, samples(0, 2), room=False)
    offer(buffer, samples(2, 1, source=2), room=False)
    assert not buffer.pausing
    offer(buffer, samples(3, 2, source=3), room=False)
    assert buffer.pausing
    assert buffer.counters.buffered == 5
    buffer.take(0)
    assert buffer.pausing
    buffer.take(0)
    assert not buffer.pausing


def test_wait_pauses_by_bytes_too() -> None:
    buffer = reader(reader_bytes=100, overflow="wait")
    offer(buffer, samples(0, 1, size=60), room=False)
    assert not buffer.pausing
    offer(buffer, samples(1, 1, size=60, source=2), room=False)
    assert buffer.pausing
    buffer.take(0)
    assert buffer.pausing
    buffer.take(0)
    assert not buffer.pausing


def test_a_stall_is_counted_from_the_last_credit() -> None:
    buffer = reader(buffer_size=2, overflow="wait")
    for first in range(0, 8, 2):
        offer(buffer, samples(first, 2), now_ns=first)
    assert buffer.stalled_since_ns == 4
    buffer.credit(0, 100)
    assert buffer.stalled_since_ns == 100
    buffer.end("stalled")
    assert buffer.stalled_since_ns is None
    assert not buffer.pausing


def test_a_reader_that_is_served_seldom_does_not_stall() -> None:
    buffer = reader(buffer_size=1, overflow="wait", min_interval_s=100)
    offer(buffer, samples(0, 2), now_ns=0)
    assert buffer.pausing
    assert buffer.stalled_since_ns is None
    drained(buffer, 0)
    offer(buffer, samples(2, 2), now_ns=5)
    buffer.credit(1, 6)
    assert buffer.pausing
    assert buffer.stalled_since_ns is None


def test_a_pause_for_all_buffers_counts_no_stall_from_before_it() -> None:
    buffer = reader(buffer_size=100, overflow="wait")
    offer(buffer, samples(0, 1))
    offer(buffer, samples(1, 1), room=False)
    buffer.full_override = True
    assert buffer.pausing
    assert buffer.stalled_since_ns is None
    offer(buffer, samples(2, 1), room=False, now_ns=7)
    assert buffer.stalled_since_ns == 7


# Serving at intervals


def test_a_serving_gives_what_waits_then_and_no_more() -> None:
    buffer = reader(min_interval_s=1)
    assert not offer(buffer, samples(0, 1))
    assert buffer.due_ns == 0
    assert drained(buffer, 5) == [[0]]
    offer(buffer, samples(1, 1), now_ns=10)
    offer(buffer, samples(2, 1, source=2), now_ns=20)
    assert buffer.due_ns == 5 + SECOND_NS
    assert not buffer.has_more(4 + SECOND_NS)
    first = buffer.take(5 + SECOND_NS)
    offer(buffer, samples(3, 1), now_ns=6 + SECOND_NS)
    assert isinstance(first, Block)
    assert list(first.sequences) == [1]
    assert drained(buffer, 6 + SECOND_NS) == [[2]]
    assert buffer.due_ns == 5 + 2 * SECOND_NS
    assert drained(buffer, 5 + 2 * SECOND_NS) == [[3]]
    assert buffer.due_ns is None


def test_what_is_taken_together_is_of_one_serving() -> None:
    buffer = reader(min_interval_s=1)
    offer(buffer, samples(0, 1), room=False)
    offer(buffer, samples(1, 1, source=2), room=False)
    first = buffer.take(5)
    assert isinstance(first, Block)
    offer(buffer, samples(2, 1, source=2), room=False, now_ns=6)
    assert drained(buffer, 6) == [[1]]
    assert drained(buffer, 5 + SECOND_NS) == [[2]]


@pytest.mark.parametrize("overflow", ["ring", "clear"])
def test_what_something_newer_replaced_is_no_loss(overflow: str) -> None:
    buffer = reader(buffer_size=1, overflow=overflow, min_interval_s=1)
    for first in range(0, 100, 10):
        offer(buffer, samples(first, 10))
    assert drained(buffer, 0) == [[99]]
    counters = buffer.counters
    assert (counters.not_selected, counters.dropped) == (99, 0)


def test_a_serving_without_credit_is_due_when_credit_comes() -> None:
    buffer = reader(buffer_size=1, min_interval_s=1)
    for second in range(3):
        offer(buffer, samples(second, 1), now_ns=second * SECOND_NS)
        drained(buffer, second * SECOND_NS)
    assert buffer.counters.in_flight == 2
    assert buffer.due_ns is None
    buffer.credit(0, 3 * SECOND_NS)
    assert buffer.due_ns is not None
    assert drained(buffer, 3 * SECOND_NS) == [[2]]


# Marks and the end


def test_a_mark_keeps_its_place() -> None:
    buffer = reader(first=3)
    offer(buffer, samples(3, 2), room=False)
    buffer.mark("transfer 1")
    offer(buffer, samples(5, 1), room=False)
    assert drained(buffer) == [[3, 4], Mark(4, "transfer 1"), [5]]


def test_no_mark_stands_before_the_first_item_that_is_for_it() -> None:
    buffer = ReaderBuffer(checked_parameters(every=2), 3, reader_bytes=100, settled=False)
    buffer.mark("of a transfer that it has none of")
    buffer.gap(3, 5, "withheld", withheld=True)
    assert (buffer.settle(), buffer.marks, drained(buffer)) == (6, [], [])


def test_the_end_comes_after_what_is_buffered_and_once() -> None:
    buffer = reader()
    offer(buffer, samples(0, 2), room=False)
    buffer.end("deleted")
    buffer.end("its owner left")
    assert not offer(buffer, samples(2, 2))
    buffer.gap(4, 5, "paused")
    buffer.mark(None)
    assert buffer.counters.published == 2
    assert drained(buffer) == [[0, 1], Ended("deleted")]
    assert drained(buffer) == []


# Broken links and changed wishes


def test_after_a_broken_link_nothing_is_missing_and_nothing_comes_twice() -> None:
    buffer = reader(buffer_size=2)
    offer(buffer, samples(0, 4))
    buffer.gap(4, 4, "paused")
    drained(buffer)
    offer(buffer, samples(5, 2))
    buffer.mark("end")
    drained(buffer)
    buffer.end("deleted")
    drained(buffer)
    buffer.credit(1, 0)
    buffer.resume(3)
    assert buffer.counters.balanced
    assert buffer.counters.buffered == 2
    assert drained(buffer) == [Loss(4, 4, 1, "paused"), [5, 6], Mark(6, "end"), Ended("deleted")]


def test_what_waits_again_may_exceed_the_buffers_size_until_served() -> None:
    buffer = reader(buffer_size=2)
    offer(buffer, samples(0, 5))
    buffer.resume(-1)
    assert buffer.counters.buffered == 5
    assert drained(buffer) == [[0, 1, 2, 3, 4]]


@pytest.mark.parametrize(
    ("overflow", "expected"),
    [
        ("ring", [Loss(0, 3, 4, "overflow"), [4, 5]]),
        ("clear", [Loss(0, 3, 4, "overflow"), [4, 5]]),
        ("skip", [[0, 1, 2, 3, 4, 5]]),
        ("wait", [[0, 1, 2, 3, 4, 5]]),
        ("raise", [[0, 1, 2, 3, 4, 5]]),
    ],
)
def test_a_smaller_buffer_drops_at_once_only_where_it_may(
    overflow: str, expected: list[object]
) -> None:
    buffer = reader(overflow=overflow, buffer_size=10)
    offer(buffer, samples(0, 6), room=False)
    buffer.configure(checked_parameters(buffer.parameters, buffer_size=2), 0)
    assert buffer.pausing == (overflow == "wait")
    assert buffer.counters.balanced
    assert drained(buffer) == expected


def test_a_changed_wish_holds_from_the_next_item_on() -> None:
    buffer = reader()
    offer(buffer, samples(0, 4), room=False)
    buffer.configure(checked_parameters(buffer.parameters, every=5), 0)
    offer(buffer, samples(4, 8), room=False)
    assert drained(buffer) == [[0, 1, 2, 3], [5, 10]]


# Compressed blocks


def test_a_compressed_block_passes_straight_through_as_it_came() -> None:
    buffer, block = reader(), compressed(0, 10, broken=True)
    assert buffer.offer(block, room=True, now_ns=0) is block
    assert (buffer.in_flight_bytes, block.broken) == (block.size_bytes, None)
    buffer.credit(4, 0)
    assert (buffer.counters.delivered, buffer.counters.in_flight) == (5, 5)


@pytest.mark.parametrize("room", [True, False])
def test_who_wants_each_nth_item_gets_it_plain(room: bool) -> None:
    buffer = reader(every=3)
    assert offer(buffer, compressed(0, 10), room=room) is room
    assert drained(buffer) == ([] if room else [[0, 3, 6, 9]])
    assert (buffer.in_flight_bytes, buffer.counters.not_selected) == (400, 6)


@pytest.mark.parametrize("room", [True, False])
def test_each_nth_item_of_what_cannot_be_made_plain_is_lost(room: bool) -> None:
    buffer = reader(every=3)
    assert not offer(buffer, compressed(0, 10, broken=True), room=room)
    assert not offer(buffer, samples(10, 4), room=room)
    (loss, block) = drained(buffer)
    assert block == [12]
    assert (loss.first, loss.last, loss.count) == (0, 9, 4)
    assert loss.reason.startswith("cannot be decompressed: ")
    assert buffer.counters.dropped == 4


def test_a_window_that_cuts_what_cannot_be_made_plain_loses_it() -> None:
    buffer = reader(buffer_size=4, overflow="ring")
    for first in (0, 1):
        offer(buffer, samples(first, 1))
    offer(buffer, samples(2, 1), room=False)
    offer(buffer, compressed(3, 3, broken=True), room=False)
    block, loss = drained(buffer)
    assert block == [2]
    assert (loss.first, loss.last, loss.count) == (3, 5, 3)
    offer(buffer, samples(6, 1), room=False)
    assert drained(buffer) == [[6]]
    buffer.credit(6, 0)
    assert (buffer.counters.delivered, buffer.counters.dropped) == (4, 3)


def numbered_samples(first: int, count: int) -> Block:
    """Samples of 100 bytes, each full of its number."""
    body = b"".join(bytes([number % 251]) * 100 for number in range(first, first + count))
    return Block(CodecNumber.SAMPLES, 0, 1, count, 1, first, 0, body)


def compressed_samples(first: int, count: int) -> Block:
    body = numbered_samples(first, count).body
    flag, parts = Compressor("gzip").packed([body])
    facts = (0, 1, count, 1, first, 0)
    return Block.received(Frame(Kind.DATA, CodecNumber.SAMPLES, flag, *facts, b"".join(parts)))


STEPS = st.one_of(
    st.tuples(st.just("offer"), st.integers(1, 12)),
    st.tuples(st.just("gap"), st.integers(1, 4)),
    st.tuples(st.just("drain"), st.just(0)),
    st.tuples(st.just("credit"), st.integers(0, 100)),
    st.tuples(st.just("resume"), st.integers(0, 100)),
    st.tuples(st.just("clear"), st.just(0)),
)


def seen(
    make: Callable[[int, int], Block], steps: list[tuple[str, int]], **wishes: object
) -> list[object]:
    """What a reader is sent, and its account after each step; `make` makes the blocks."""
    buffer, told, sent, consumed = reader(joined_bytes=0, reader_bytes=10**9, **wishes), [], -1, -1
    for step, amount in steps:
        things: list[object] = []
        sequence = buffer.next_sequence
        match step:
            case "offer":
                straight = buffer.offer(make(sequence, amount), room=amount % 2 == 0, now_ns=0)
                things = [] if straight is None else [straight]
            case "gap":
                buffer.gap(sequence, sequence + amount - 1, "gone")
            case "drain":
                things = list(iter(partial(buffer.take, 0), None))
            case "credit":
                consumed += (sent - consumed) * amount // 100
                buffer.credit(consumed, 0)
            case "resume":
                sent = consumed + (sent - consumed) * amount // 100
                buffer.resume(sent)
            case "clear":
                buffer.clear()
        for thing in things:
            sent = thing.last if isinstance(thing, Block | Loss) else sent
            block = isinstance(thing, Block)
            told.append((thing.sequences, bytes(thing.data)) if block else thing)
        told.append((buffer.counters, buffer.pausing))
        assert buffer.counters.balanced
    return told


@given(
    steps=st.lists(STEPS, max_size=25),
    overflow=st.sampled_from(["ring", "clear", "skip", "wait", "raise"]),
    buffer_size=st.one_of(st.none(), st.integers(1, 15)),
    every=st.integers(1, 4),
)
def test_a_reader_sees_no_difference_between_plain_and_compressed_blocks(
    steps: list[tuple[str, int]], overflow: str, buffer_size: int | None, every: int
) -> None:
    wishes = {"overflow": overflow, "buffer_size": buffer_size, "every": every}
    assert seen(compressed_samples, steps, **wishes) == seen(numbered_samples, steps, **wishes)
