from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stream_core.channels.backlog import UNBOUNDED, Backlog, Run
from stream_core.channels.overflow import drop_excess, store
from stream_core.values import Loss, Overflow
from stream_core.wire.blocks import Block
from stream_core.wire.compressed_block import CompressedBlock
from stream_core.wire.header import CodecNumber, Flag


def run(first: int, count: int, size: int = 1) -> Run:
    body = bytes(count * size)
    return Run(Block(CodecNumber.SAMPLES, 0, 1, count, 1, first, 0, body), 0, count, len(body))


def backlog(items: int, size_bytes: int = 1000) -> Backlog:
    backlog = Backlog(size_bytes)
    backlog.limit_items = items
    return backlog


def content(backlog: Backlog) -> list[object]:
    """Everything that waits, in order: numbers and losses."""
    line: list[object] = list(backlog.notices)
    for run in backlog.runs:
        line += range(run.first, run.first + run.count)
        line += run.after
    return line


@pytest.mark.parametrize(
    ("overflow", "expected"),
    [
        (Overflow.RING, [Loss(0, 3, 4, "overflow"), 4, 5, 6]),
        (Overflow.CLEAR, [Loss(0, 5, 6, "overflow"), 6]),
        (Overflow.SKIP, [0, 1, 2, Loss(3, 6, 4, "overflow")]),
        (Overflow.WAIT, [0, 1, 2, 3, 4, 5, 6]),
        (Overflow.RAISE, [0, 1, 2, Loss(3, 3, 1, "overflow")]),
    ],
)
@pytest.mark.parametrize("cut", range(1, 7))
def test_a_full_buffer_follows_its_policy_wherever_the_blocks_are_cut(
    overflow: Overflow, expected: list[object], cut: int
) -> None:
    waiting = backlog(3)
    last = store(waiting, run(0, cut), overflow)
    if last is None:
        last = store(waiting, run(cut, 7 - cut), overflow)
    assert content(waiting) == expected
    assert last == (3 if overflow is Overflow.RAISE else None)


@pytest.mark.parametrize("most_singly", [0, 1024])
@given(
    sizes=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 12)), min_size=1, max_size=6),
    items=st.integers(1, 8),
    size_bytes=st.integers(1, 40),
    full=st.booleans(),
    overflow=st.sampled_from(list(Overflow)),
)
def test_a_block_is_as_good_as_its_items_one_by_one(
    most_singly: int,
    sizes: list[tuple[int, int]],
    items: int,
    size_bytes: int,
    full: bool,
    overflow: Overflow,
) -> None:
    if full and most_singly == 0:  # a ring is then held to what it has when the block comes
        sizes = [(count, sizes[0][1]) for count, _ in sizes]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stream_core.channels.overflow.MOST_SINGLY", most_singly)
        compare_with_items_one_by_one(sizes, items, size_bytes, full, overflow)


def compare_with_items_one_by_one(
    sizes: list[tuple[int, int]], items: int, size_bytes: int, full: bool, overflow: Overflow
) -> None:
    whole, singly = backlog(items, size_bytes), backlog(items, size_bytes)
    whole.full_override = singly.full_override = full
    first, ends = 0, []
    for count, size in sizes:
        ends.append(store(whole, run(first, count, size), overflow))
        one_by_one = (store(singly, run(first + i, 1, size), overflow) for i in range(count))
        ends.append(next((end for end in one_by_one if end is not None), None))
        assert ends[-1] == ends[-2]
        if ends[-1] is not None:
            break
        first += count
    assert content(whole) == content(singly)
    assert (whole.count, whole.size_bytes, whole.dropped) == (
        singly.count,
        singly.size_bytes,
        singly.dropped,
    )


@pytest.mark.parametrize("overflow", list(Overflow))
def test_an_empty_buffer_takes_one_item_of_any_size(overflow: Overflow) -> None:
    waiting = backlog(3, 10)
    waiting.full_override = True
    assert store(waiting, run(0, 1, 5000), overflow) is None
    assert content(waiting) == [0]


def test_skip_takes_a_small_item_where_a_large_one_did_not_fit() -> None:
    waiting = backlog(10, 10)
    for first, size in enumerate((6, 6, 3)):
        store(waiting, run(first, 1, size), Overflow.SKIP)
    assert content(waiting) == [0, Loss(1, 1, 1, "overflow"), 2]


@pytest.mark.parametrize("most_singly", [0, 1024])
@pytest.mark.parametrize("overflow", [Overflow.RING, Overflow.CLEAR, Overflow.SKIP])
def test_a_buffer_that_must_not_grow_does_not(
    overflow: Overflow, most_singly: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stream_core.channels.overflow.MOST_SINGLY", most_singly)
    waiting = backlog(1000)
    store(waiting, run(0, 10, 5), overflow)
    waiting.full_override = True
    for first in range(10, 100, 3):
        store(waiting, run(first, 3, 7), overflow)
        assert waiting.size_bytes <= 50
        assert waiting.count >= 1


def test_a_smaller_buffer_drops_its_oldest() -> None:
    waiting = backlog(10)
    store(waiting, run(0, 10), Overflow.RING)
    waiting.limit_items = 2
    drop_excess(waiting)
    assert content(waiting) == [Loss(0, 7, 8, "overflow"), 8, 9]


@pytest.mark.parametrize("overflow", [o for o in Overflow if o is not Overflow.WAIT])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("waiting_items", [0, 3, 2500])
def test_a_large_run_of_samples_is_as_good_as_its_items_one_by_one(
    overflow: Overflow, full: bool, waiting_items: int
) -> None:
    contents = []
    for parts in ([3000], [1] * 3000):
        waiting = backlog(10_000, size_bytes=4 * 2000)
        if waiting_items:
            store(waiting, run(0, waiting_items, 4), Overflow.WAIT)
        waiting.full_override = full
        last, first = None, waiting_items
        for count in parts:
            last = store(waiting, run(first, count, 4), overflow)
            first += count
            if last is not None:
                break
        contents.append(
            (content(waiting), waiting.count, waiting.size_bytes, waiting.dropped, last)
        )
    assert contents[0] == contents[1]


def test_a_run_of_millions_of_samples_is_not_looked_at_one_by_one() -> None:
    waiting = backlog(UNBOUNDED, size_bytes=1000)
    store(waiting, run(0, 10, 1), Overflow.RING)
    store(waiting, run(10, 20_000_000, 1), Overflow.RING)
    assert waiting.count == 1000
    assert waiting.dropped == 20_000_010 - 1000


def compressed(first: int, count: int, size_bytes: int) -> Run:
    flags = int(Flag.GZIP)
    block = CompressedBlock(CodecNumber.SAMPLES, flags, 1, count, 1, first, 0, bytes(size_bytes))
    return Run(block, 0, count, size_bytes)


@example(blocks=[(1025, 1026)], items=2, size_bytes=2, full=False, overflow=Overflow.RING)
@given(
    blocks=st.lists(st.tuples(st.integers(1, 5000), st.integers(5, 3000)), min_size=1, max_size=9),
    items=st.integers(1, 9000),
    size_bytes=st.integers(1, 4000),
    full=st.booleans(),
    overflow=st.sampled_from(list(Overflow)),
)
def test_compressed_blocks_of_any_share_stay_within_the_limits(
    blocks: list[tuple[int, int]], items: int, size_bytes: int, full: bool, overflow: Overflow
) -> None:
    waiting, first = backlog(items, size_bytes), 0
    waiting.full_override = full
    for count, size in blocks:
        last = store(waiting, compressed(first, count, size), overflow)
        assert waiting.count + waiting.dropped == (first + count if last is None else last + 1)
        assert waiting.size_bytes == sum(run.size_bytes for run in waiting.runs)
        first += count
        if overflow is not Overflow.WAIT:
            assert waiting.count <= items
            largest = max(size for _, size in blocks)
            assert waiting.size_bytes <= size_bytes + largest
        if overflow is Overflow.RING and waiting.count > 1 and not full:
            assert waiting.size_bytes <= size_bytes
        if last is not None:
            break
