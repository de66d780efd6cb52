from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.wire.blocks import Block
from stream_core.wire.framing import Frame
from stream_core.wire.header import CodecNumber, Flag, Kind
from stream_core.wire.joining import follows, joined
from stream_core.wire.tables import aligned, pack_int64

Times = list[int]


def block(first: int, times: Times, stride: int = 1, **facts: int) -> Block:
    """Samples of two bytes, whose values are their numbers."""
    count, steps = len(times), {b - a for a, b in pairwise(times)}
    flags, prefix = 0, b""
    if len(steps) > 1:
        flags, prefix = int(Flag.TIMES), pack_int64(times)
    elif steps - {0}:
        flags, prefix = int(Flag.INTERVAL), pack_int64(steps)
    data = b"".join((first + i * stride).to_bytes(2, "little") for i in range(count))
    body = prefix.ljust(aligned(len(prefix)), b"\0") + data
    facts = {"codec": CodecNumber.SAMPLES, "source": 1} | facts
    flags |= facts.pop("flags", 0)
    frame = Frame(Kind.DATA, address=0, count=count, stride=stride if count > 1 else 1,
                  sequence=first, time_ns=times[0], body=body, flags=flags, **facts)  # fmt: skip
    return Block.received(frame)


@given(
    stride=st.integers(1, 3),
    times=st.lists(
        st.lists(st.integers(-1000, 1000), min_size=1, max_size=5)
        | st.builds(
            lambda start, step, count: [start + step * i for i in range(count)],
            st.integers(0, 100),
            st.sampled_from([0, 10]),
            st.integers(1, 5),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_every_item_keeps_its_number_its_time_and_its_bytes(
    stride: int, times: list[Times]
) -> None:
    blocks: list[Block] = []
    first = 0
    for of_block in times:
        blocks.append(block(first, of_block, stride))
        assert len(blocks) == 1 or follows(blocks[-1], blocks[:-1])
        first += len(of_block) * stride
    one = joined(blocks)
    one.check(10_000)
    assert list(one.sequences) == [number for each in blocks for number in each.sequences]
    assert list(one.times_ns()) == [time for of_block in times for time in of_block]
    assert bytes(one.data) == b"".join(bytes(each.data) for each in blocks)
    assert one.source == 1


def test_times_at_one_distance_are_an_interval_again() -> None:
    parts = [block(0, [0, 10, 20]), block(3, [30]), block(4, [40, 50])]
    assert joined(parts).size_bytes == 64 + 12
    assert joined([block(0, [0]), block(1, [10]), block(2, [20])]).interval_ns == 10
    assert joined([block(0, [7, 7]), block(2, [7])]).size_bytes == 6


@pytest.mark.parametrize(
    "other",
    [
        block(4, [0]),
        block(2, [0]),
        block(3, [0, 0], stride=2),
        block(3, [0], source=2),
        block(3, [0], flags=int(Flag.ENVELOPE)),
        block(3, [0], codec=int(CodecNumber.RAW)),
    ],
    ids=["a gap", "a repetition", "a stride", "another source", "an envelope", "no samples"],
)
def test_what_is_not_of_a_kind_does_not_follow(other: Block) -> None:
    assert not follows(other, [block(0, [0, 0, 0])])


@pytest.mark.parametrize("last_ns", [2**62, 2**63 - 1])
def test_times_too_far_apart_for_an_interval_are_told_one_by_one(last_ns: int) -> None:
    for first_ns in (0, -(2**63)):
        one = joined([block(0, [first_ns]), block(1, [last_ns])])
        one.check(10_000)
        assert list(one.times_ns()) == [first_ns, last_ns]


def test_no_block_spans_more_numbers_than_a_block_may() -> None:
    first = block(0, [0])
    assert follows(Block(first.codec, 0, 1, 1, 1, 2**32 - 1, 0, b"ab"), [first])
    assert not follows(Block(first.codec, 0, 1, 1, 1, 2**32, 0, b"ab"), [first])


def test_all_have_one_distance() -> None:
    assert follows(block(6, [0]), [block(0, [0]), block(3, [0])])
    assert not follows(block(6, [0]), [block(2, [0]), block(3, [0])])
