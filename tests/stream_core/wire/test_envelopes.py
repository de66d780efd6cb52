from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.wire.batches import SamplesBatch
from stream_core.wire.blocks import Block
from stream_core.wire.envelopes import Folder, OpenBin
from stream_core.wire.header import Flag
from stream_core.wire.items import Layout, decode_block

TYPES = ["f8", ">f4", "f2", "i1", "<u2", ">i8", "?"]


def samples(values: np.ndarray, first: int, time_ns: int = 0, interval_ns: int = 0) -> Block:
    batch = SamplesBatch(values.dtype, values.shape[1:])
    batch.add_rows(np.ascontiguousarray(values), time_ns, interval_ns)
    packed = batch.pack()
    body = b"".join(packed.parts)
    return Block(packed.codec, packed.flags, 7, packed.count, 1, first, packed.time_ns, body)


def noise(
    chance: np.random.Generator, count: int, dtype: str, shape: tuple[int, ...]
) -> np.ndarray:
    values = chance.integers(-100, 100, (count, *shape)).astype(dtype)
    if values.dtype.kind == "f":
        values[chance.random(values.shape) < 0.3] = np.nan
    return values


def brute_force(values: np.ndarray, first: int, width: int) -> dict[int, np.ndarray]:
    """Each bin by the number of its first sample."""
    bins: dict[int, list[int]] = {}
    for number in range(first, first + len(values)):
        bins.setdefault(number // width, []).append(number)
    return {
        numbers[0]: np.stack(
            [
                np.fmin.reduce([values[number - first] for number in numbers]),
                np.fmax.reduce([values[number - first] for number in numbers]),
            ]
        )
        for numbers in bins.values()
    }


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    dtype=st.sampled_from(TYPES),
    shape=st.sampled_from([(), (3,), (2, 2)]),
    first=st.integers(0, 50),
    width=st.integers(1, 12),
    cuts=st.lists(st.integers(1, 30), min_size=1, max_size=6),
)
def test_it_is_what_numpy_says_of_the_raw_samples(
    seed: int, dtype: str, shape: tuple[int, ...], first: int, width: int, cuts: list[int]
) -> None:
    values = noise(np.random.default_rng(seed), sum(cuts), dtype, shape)
    layout = Layout(values.dtype, shape)
    folder, opened, found = Folder(layout), None, {}
    position = 0
    for count in cuts:
        rows = values[position : position + count]
        start_ns = 1000 * (first + position)
        fold = folder.fold(samples(rows, first + position, start_ns, 1000), width, opened)
        opened = fold.opened
        for block in fold.closed:
            add(found, block, layout)
        position += count
    assert (opened is None) == ((first + position) % width == 0)
    if opened is not None:
        add(found, folder.close(opened), layout)
    expected = brute_force(values, first, width)
    assert found.keys() == expected.keys()
    for number, extremes in expected.items():
        assert found[number].dtype == values.dtype
        assert np.array_equal(found[number], extremes, equal_nan=values.dtype.kind == "f")


def add(found: dict[int, np.ndarray], block: Block, layout: Layout) -> None:
    block.check(2**20)
    assert block.enveloped
    assert block.flags & Flag.ENVELOPE
    decoded = decode_block(block, layout, ())
    for number, time_ns, item in zip(block.sequences, block.times_ns(), decoded, strict=True):
        assert item.shape == (2, *layout.shape)
        assert time_ns == 1000 * number
        found[number] = item


def test_whole_bins_travel_as_one_block_of_even_times() -> None:
    folder = Folder(Layout(np.dtype("f8"), ()))
    fold = folder.fold(samples(np.arange(40.0), 0, 5, 10), 10, None)
    assert fold.opened is None
    (block,) = fold.closed
    assert list(block.sequences) == [0, 10, 20, 30]
    assert (block.time_ns, block.interval_ns, block.source) == (5, 100, 7)


def test_a_cut_of_an_envelope_is_an_envelope() -> None:
    layout = Layout(np.dtype("i4"), (2,))
    fold = Folder(layout).fold(samples(np.arange(80, dtype="i4").reshape(40, 2), 0), 10, None)
    cut = fold.closed[0].cut(range(1, 3))
    assert list(cut.sequences) == [10, 20]
    assert decode_block(cut, layout, ()).tolist() == [
        [[20, 21], [38, 39]],
        [[40, 41], [58, 59]],
    ]


def test_uneven_times_are_kept() -> None:
    batch = SamplesBatch(np.dtype("f8"), ())
    for value, time_ns in ((1.0, 5), (2.0, 6), (3.0, 100), (4.0, 101), (5.0, 9), (6.0, 10)):
        batch.add(value, time_ns)
    packed = batch.pack()
    body = b"".join(packed.parts)
    block = Block(packed.codec, packed.flags, 0, 6, 1, 0, packed.time_ns, body)
    (folded,) = Folder(Layout(np.dtype("f8"), ())).fold(block, 2, None).closed
    assert list(folded.times_ns()) == [5, 100, 9]


def test_it_is_made_once_for_all_who_want_the_same() -> None:
    folder, block = Folder(Layout(np.dtype("f8"), ())), samples(np.arange(25.0), 0)
    first, second = folder.fold(block, 10, None), folder.fold(block, 10, None)
    assert first is second
    assert folder.fold(block, 5, None) is not first
    following = samples(np.arange(25.0), 25)
    assert folder.fold(following, 10, first.opened) is folder.fold(following, 10, second.opened)


def test_who_came_later_has_an_open_bin_of_its_own() -> None:
    folder = Folder(Layout(np.dtype("i8"), ()))
    older = folder.fold(samples(np.array([50, 60]), 0), 5, None).opened
    newer = folder.fold(samples(np.array([60]), 1), 5, None).opened
    block = samples(np.array([70, 80, 90]), 2)
    found = [folder.fold(block, 5, opened).closed[0] for opened in (older, newer, None)]
    assert [(block.first, rows(block).tolist()) for block in found] == [
        (0, [[50, 90]]),
        (1, [[60, 90]]),
        (2, [[70, 90]]),
    ]


def test_what_was_withheld_between_leaves_its_bin() -> None:
    folder = Folder(Layout(np.dtype("i8"), ()))
    opened = OpenBin(3, 0, 7, np.array([30, 30], "i8"))
    body = np.array([100, 120, 140], "i8").tobytes()
    block = Block(4, 0, 7, 3, 2, 10, 0, body)  # numbers 10, 12, 14
    fold = folder.fold(block, 4, opened)
    found = {n: v.tolist() for b in fold.closed for n, v in zip(b.sequences, rows(b), strict=True)}
    assert found == {3: [30, 30], 10: [100, 100]}
    assert (fold.opened.first, fold.opened.extremes.tolist()) == (12, [120, 140])


def rows(block: Block) -> np.ndarray:
    return decode_block(block, Layout(np.dtype("i8"), ()), ())


@pytest.mark.parametrize("dtype", ["c16", "S4", "U2", "M8[s]", "m8[s]", [("a", "i4")]])
def test_what_has_no_order_is_refused(dtype: object) -> None:
    with pytest.raises(InvalidValue, match="leave envelope out"):
        Folder(Layout(np.dtype(dtype), ()))


def test_bytes_that_are_no_samples_are_told() -> None:
    with pytest.raises(ProtocolError, match="12 bytes are not 3 samples of float64"):
        Folder(Layout(np.dtype("f8"), ())).fold(Block(4, 0, 0, 3, 1, 0, 0, bytes(12)), 2, None)


def test_a_writer_sends_no_envelopes() -> None:
    from stream_core.wire.framing import Frame

    frame = Frame(16, 4, int(Flag.ENVELOPE), 1, 0, 2, 1, 0, 0, bytes(32))
    assert not Block.received(frame, source=3, first=5).enveloped
    assert Block.received(frame).enveloped
