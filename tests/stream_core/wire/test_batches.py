from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import InvalidValue
from stream_core.values import Codec
from stream_core.wire import objects
from stream_core.wire.batches import (
    BLOCK_BYTES,
    BLOCK_ITEMS,
    LARGE_BLOCK_BYTES,
    OBJECT_BLOCK_BYTES,
    OBJECT_ITEMS,
    Batch,
    ItemBatch,
    ObjectBatch,
    Packed,
    SamplesBatch,
)
from stream_core.wire.blocks import Block
from stream_core.wire.framing import Frame
from stream_core.wire.header import CodecNumber, Flag, Kind
from stream_core.wire.items import Layout, decode_block
from stream_core.wire.memory import uninitialised

TRUSTED = (Codec.PICKLE, Codec.MARSHAL)

VALUES: dict[CodecNumber, list[Any]] = {
    CodecNumber.RAW: [b"", b"one", b"x" * 300],
    CodecNumber.OBJECT: [None, {"a": (1, 2)}, 2**70, "text", [1.5], b""],
    CodecNumber.ARRAY: [
        np.arange(5),
        np.zeros((0, 3), "f4"),
        np.array("text"),
        np.arange(12, dtype=">i2").reshape(3, 4).T,
    ],
    CodecNumber.PICKLE: [{1, 2}, frozenset({3})],
    CodecNumber.MARSHAL: [1, (2, "three")],
}


def batch_of(codec: CodecNumber) -> Batch:
    return ObjectBatch() if codec is CodecNumber.OBJECT else ItemBatch(codec)


def block_of(packed: Packed) -> Block:
    body = b"".join(packed.parts)
    assert len(body) == packed.size_bytes
    assert type(packed.flags) is int
    return Block.received(
        Frame(Kind.DATA, packed.codec, packed.flags, 1, 2, packed.count, 1, 0, packed.time_ns, body)
    )


def values_of(batch: Batch, layout: Layout | None = None) -> tuple[list[Any], list[int]]:
    block = block_of(batch.pack())
    assert batch.count == 0
    assert batch.size_bytes == 0
    return list(decode_block(block, layout, TRUSTED)), list(block.times_ns())


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and bool((one == other).all())
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("codec", VALUES, ids=str)
@pytest.mark.parametrize("times", ["equal", "apart"])
@pytest.mark.parametrize("most", [1, 2, 10])
def test_what_goes_in_comes_out(codec: CodecNumber, times: str, most: int) -> None:
    batch, values = batch_of(codec), VALUES[codec][:most]
    for _ in range(2):  # a batch can be filled again
        times_ns = [7 + 3 * index * (times == "apart") for index in range(len(values))]
        for value, time_ns in zip(values, times_ns, strict=True):
            batch.add(value, time_ns)
        found, found_times = values_of(batch)
        assert all(map(equal, found, values))
        assert len(found) == len(values)
        assert found_times == times_ns


def test_equal_times_take_no_room() -> None:
    batch = ObjectBatch()
    for _ in range(3):
        batch.add("x", 5)
    assert batch.pack().flags == 0
    batch.add("x", 5)
    batch.add("x", 6)
    assert batch.pack().flags == Flag.TIMES


@pytest.mark.parametrize(
    ("codec", "bad"),
    [
        (CodecNumber.RAW, "text"),
        (CodecNumber.RAW, 5),
        (CodecNumber.OBJECT, object()),
        (CodecNumber.OBJECT, [1, [2**80, {3: object()}]]),
        (CodecNumber.ARRAY, [1, 2]),
        (CodecNumber.ARRAY, np.array([object()])),
        (CodecNumber.PICKLE, lambda: None),
        (CodecNumber.MARSHAL, object()),
    ],
)
@pytest.mark.parametrize("before", [0, 2])
def test_a_refused_value_leaves_the_batch_as_it_was(
    codec: CodecNumber, bad: Any, before: int
) -> None:
    batch, values = batch_of(codec), VALUES[codec][:before]
    for value in values:
        batch.add(value, 1)
    size = batch.size_bytes
    with pytest.raises(InvalidValue):
        batch.add(bad, 2)
    assert (batch.count, batch.size_bytes) == (before, size)
    batch.add(VALUES[codec][0], 3)
    found, times = values_of(batch)
    assert all(map(equal, found, [*values, VALUES[codec][0]]))
    assert times == [1] * before + [3]


@pytest.mark.parametrize("codec", [*VALUES, CodecNumber.SAMPLES], ids=str)
@pytest.mark.parametrize("time_ns", [2**63, -(2**63) - 1, 1.5, "now", None])
def test_a_refused_time_leaves_the_batch_as_it_was(codec: CodecNumber, time_ns: Any) -> None:
    batch: Batch
    if codec is CodecNumber.SAMPLES:
        batch, value = SamplesBatch(np.dtype("f8"), ()), 1.5
    else:
        batch, value = batch_of(codec), VALUES[codec][0]
    for before in range(2):
        size = batch.size_bytes
        with pytest.raises(InvalidValue, match="time"):
            batch.add(value, time_ns)
        assert (batch.count, batch.size_bytes) == (before, size)
        batch.add(value, 1)
    block = block_of(batch.pack())
    assert list(block.times_ns()) == [1, 1]


def test_an_object_named_like_an_array_is_none() -> None:
    impostor = type("ndarray", (), {})()
    with pytest.raises(InvalidValue, match="numpy array"):
        ItemBatch(CodecNumber.ARRAY).add(impostor, 0)


def test_what_may_change_is_taken_as_it_is() -> None:
    array, raw = np.zeros(3), bytearray(b"abc")
    arrays, raws = ItemBatch(CodecNumber.ARRAY), ItemBatch(CodecNumber.RAW)
    arrays.add(array, 0)
    raws.add(raw, 0)
    array[:] = 1
    raw[:] = b"xyz"
    assert values_of(arrays)[0][0].tolist() == [0, 0, 0]
    assert values_of(raws)[0] == [b"abc"]


def test_a_read_only_array_is_not_copied() -> None:
    array = np.zeros(1000)
    array.flags.writeable = False
    batch = ItemBatch(CodecNumber.ARRAY)
    batch.add(array, 0)
    shared = [part for part in batch.pack().parts if len(part) == array.nbytes]
    assert np.shares_memory(np.frombuffer(shared[0]), array)


def read_only(array: Any) -> Any:
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    "view",
    [
        lambda memory: read_only(np.frombuffer(memory)[:]),
        lambda memory: read_only(np.frombuffer(memory)),
        lambda memory: np.frombuffer(memoryview(memory).toreadonly()),
        lambda memory: np.frombuffer(read_only(np.frombuffer(memory)[:]).data),
        lambda memory: np.lib.stride_tricks.as_strided(np.frombuffer(memory), writeable=False),
    ],
)
def test_a_read_only_view_of_what_may_change_is_taken_as_it_is(view: Any) -> None:
    memory = bytearray(80)
    batch = ItemBatch(CodecNumber.ARRAY)
    batch.add(view(memory), 0)
    memory[:] = b"1" * 80
    assert values_of(batch)[0][0].tolist() == [0] * 10


@pytest.mark.parametrize("size_bytes", [100, 50_000, 5_000_000])
def test_what_was_received_is_sent_on_without_a_copy(size_bytes: int) -> None:
    memory = uninitialised(size_bytes)
    for received in (bytes(size_bytes), memory.toreadonly()):
        array = np.frombuffer(received, "u1").reshape(2, -1)[1]
        batch = ItemBatch(CodecNumber.ARRAY)
        batch.add(array, 0)
        [shared] = [part for part in batch.pack().parts if len(part) == array.nbytes]
        assert np.shares_memory(np.frombuffer(shared, "u1"), array)


@pytest.mark.parametrize(
    ("codec", "items"), [(CodecNumber.OBJECT, OBJECT_ITEMS), (CodecNumber.RAW, BLOCK_ITEMS)]
)
def test_a_batch_is_full_by_items_or_bytes(codec: CodecNumber, items: int) -> None:
    batch = batch_of(codec)
    for index in range(items):
        assert not batch.full
        batch.add(b"x", index)
    assert batch.full
    batch.pack()
    assert not batch.full
    batch.add(bytes(LARGE_BLOCK_BYTES), 0)
    assert batch.full


@pytest.mark.parametrize(
    ("item_bytes", "items"), [(1024, 128), (8 * 1024, 16), (20 * 1024, 16), (64 * 1024, 16)]
)
def test_a_large_batch_is_sixteen_times_as_large_as_its_items_at_most(
    item_bytes: int, items: int
) -> None:
    batch = batch_of(CodecNumber.RAW)
    added = [batch.add(bytes(item_bytes), index) for index in range(items)]
    assert added == [False] * (items - 1) + [True]


@pytest.mark.parametrize(("item_bytes", "items"), [(100_000, 11), (300_000, 4), (2**20, 1)])
def test_a_batch_has_as_few_items_as_fill_it(item_bytes: int, items: int) -> None:
    batch = batch_of(CodecNumber.ARRAY)
    added = [batch.add(np.zeros(item_bytes, "u1"), index) for index in range(items)]
    assert added == [False] * (items - 1) + [True]
    assert not batch_of(CodecNumber.ARRAY).full


def test_a_small_item_ends_a_batch_of_large_ones() -> None:
    batch = batch_of(CodecNumber.RAW)
    assert not batch.add(bytes(BLOCK_BYTES), 0)
    assert batch.add(b"x", 1)
    batch.pack()
    assert not batch.add(bytes(BLOCK_BYTES), 2)


@pytest.mark.parametrize("value", [None, True, 7, 2**80, 1.5, "text", "tëxt", b"x", [1, "a"]])
def test_adding_says_when_a_batch_is_full(value: Any) -> None:
    batch = ObjectBatch()
    added = [batch.add(value, index) for index in range(OBJECT_ITEMS)]
    assert added == [False] * (OBJECT_ITEMS - 1) + [True]
    assert batch.full
    assert values_of(batch)[0] == [value] * OBJECT_ITEMS


@pytest.mark.parametrize("value", [b"x" * 900, "x" * 900, "\u20ac" * 300, [b"x" * 900], 2**7200])
def test_a_batch_of_longer_items_has_few_of_them(value: Any) -> None:
    batch = ObjectBatch()
    while not batch.add(value, 0):
        pass
    assert 0.99 * OBJECT_BLOCK_BYTES < batch.size_bytes < OBJECT_BLOCK_BYTES + 1000


def test_what_is_encoded_late_and_at_once_keeps_its_order() -> None:
    values = [1, [2], "3", 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, "\ud800", b"", {}, None, 1.5]
    batch = ObjectBatch()
    for index, value in enumerate(values):
        batch.add(value, index)
        assert batch.count == index + 1
    size = batch.size_bytes
    assert size == sum(len(objects.encode(value)) for value in values)
    found, times = values_of(batch)
    assert all(map(equal, found, values))
    assert times == list(range(len(values)))


RUNS = st.lists(
    st.sampled_from([b"x", b"y", b"xyz", b"\xc4\x01", 1.5, 2.5, None, True, "text", [1], {"a": 2}]),
    min_size=1,
    max_size=8,
)


@given(st.lists(RUNS, min_size=1, max_size=4), st.booleans())
def test_the_table_tells_where_each_item_lies(runs: list[list[Any]], looked_at: bool) -> None:
    batch = ObjectBatch()
    values: list[Any] = []
    for run in runs:
        for value in run:
            batch.add(value, len(values))
            values.append(value)
        if looked_at:  # what has come until now is encoded then
            assert batch.size_bytes == sum(len(objects.encode(value)) for value in values)
    block = block_of(batch.pack())
    assert [bytes(item) for item in block.items()] == list(map(objects.encode, values))
    assert list(block.ends) == list(np.cumsum([len(objects.encode(value)) for value in values]))


@pytest.mark.parametrize("count", [2, 1000, OBJECT_ITEMS])
def test_the_table_of_equal_items_is_as_long_as_they_are_many(count: int) -> None:
    batch = ObjectBatch()
    for index in range(count):
        batch.add(b"1234", index)
    assert list(block_of(batch.pack()).ends) == list(range(6, 6 * count + 1, 6))


# Samples

FORMS: list[tuple[str, tuple[int, ...], list[Any]]] = [
    ("f8", (), [1.5, float("inf"), 3, -0.0, np.float32(2), True]),
    ("f4", (), [1.5, float("inf"), 3]),
    ("f2", (), [1.5, 2]),
    (">i4", (), [1, -2]),
    ("i2", (), [1, -2, np.int8(5)]),
    ("u8", (), [2**64 - 1]),
    ("?", (), [True, False]),
    ("M8[ns]", (), [np.datetime64(5, "ns")]),
    ("c16", (), [1 + 2j]),
    ("f8", (2,), [(1, 2), np.array([3.0, 4.0])]),
    ("i2", (2, 2), [[[1, 2], [3, 4]]]),
]


@pytest.mark.parametrize(("dtype", "shape", "values"), FORMS)
def test_single_samples_come_out(dtype: str, shape: tuple[int, ...], values: list[Any]) -> None:
    batch = SamplesBatch(np.dtype(dtype), shape)
    for index, value in enumerate(values):
        batch.add(value, 10 * index)
    block = block_of(batch.pack())
    found = decode_block(block, Layout(np.dtype(dtype), shape), ())
    assert found.dtype == np.dtype(dtype)
    assert found.shape == (len(values), *shape)
    assert (found == np.array(values, dtype)).all()
    assert list(block.times_ns()) == [10 * index for index in range(len(values))]


@pytest.mark.parametrize(
    ("dtype", "shape", "bad"),
    [
        ("f8", (), "1.5"),
        ("f8", (), None),
        ("f8", (), 1j),
        ("f8", (), [1.5]),
        ("f4", (), 1e39),
        ("f4", (), 10**400),
        ("f2", (), 1e6),
        ("i2", (), 40000),
        ("i2", (), 1.5),
        ("u1", (), -1),
        (">i2", (), 40000),
        ("f8", (2,), 1.0),
        ("f8", (2,), (1, 2, 3)),
        ("f8", (2,), []),
        ("i2", (2,), (1, 2.5)),
    ],
)
@pytest.mark.parametrize("rows_before", [0, 3])
def test_a_refused_sample_leaves_the_batch_as_it_was(
    dtype: str, shape: tuple[int, ...], bad: Any, rows_before: int
) -> None:
    layout = Layout(np.dtype(dtype), shape)
    batch = SamplesBatch(layout.dtype, shape)
    if rows_before:
        batch.add_rows(np.ones((rows_before, *shape), layout.dtype), 0, 10)
    with pytest.raises(InvalidValue):
        batch.add(bad, 1000)
    assert batch.count == rows_before
    batch.add(np.zeros(shape, layout.dtype)[()], 2000)
    block = block_of(batch.pack())
    assert len(decode_block(block, layout, ())) == rows_before + 1
    assert list(block.times_ns()) == [*[0, 10, 20][:rows_before], 2000]


@st.composite
def some_pieces(draw: st.DrawFn) -> list[tuple[list[float], int, int | None]]:
    """Pieces of samples: values, the first one's time, the interval; None: one sample singly."""
    pieces: list[tuple[list[float], int, int | None]] = []
    end = draw(st.integers(0, 100))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.sampled_from([end, end + 7, 0]))
        interval = draw(st.sampled_from([None, 0, 10, 11]))
        count = 1 if interval is None else draw(st.integers(1, 4))
        values = draw(st.lists(st.floats(allow_nan=False), min_size=count, max_size=count))
        pieces.append((values, start, interval))
        end = start + (interval or 0) * count
    return pieces


@given(some_pieces(), st.sampled_from(["<f8", ">f8"]))
def test_rows_and_single_samples_mix_in_order(
    pieces: list[tuple[list[float], int, int | None]], dtype: str
) -> None:
    batch = SamplesBatch(np.dtype(dtype), ())
    values: list[float] = []
    times: list[int] = []
    for piece, start, interval in pieces:
        if interval is None:
            batch.add(piece[0], start)
        else:
            batch.add_rows(np.array(piece, dtype), start, interval)
        values += piece
        times += [start + (interval or 0) * index for index in range(len(piece))]
        assert batch.count == len(values)
        assert batch.size_bytes == 8 * len(values)
    block = block_of(batch.pack())
    assert decode_block(block, Layout(np.dtype(dtype), ()), ()).tolist() == values
    assert list(block.times_ns()) == times
    assert (batch.count, batch.size_bytes) == (0, 0)


def test_neighbouring_blocks_of_samples_merge_under_one_interval() -> None:
    batch = SamplesBatch(np.dtype("f4"), (2,))
    assert batch.follows(100, 10, 2)
    batch.add_rows(np.zeros((3, 2), "f4"), 100, 10)
    assert batch.follows(130, 10, 2)
    assert not batch.follows(131, 10, 2)
    assert not batch.follows(130, 11, 2)
    assert not batch.follows(130, 10, 2**60)
    batch.add_rows(np.ones((2, 2), "f4"), 130, 10)
    packed = batch.pack()
    assert (packed.flags, packed.count, packed.time_ns) == (Flag.INTERVAL, 5, 100)
    assert list(block_of(packed).times_ns()) == [100, 110, 120, 130, 140]
    batch.add(np.zeros(2), 0)
    assert not batch.follows(0, 10, 2)


@pytest.mark.parametrize(
    ("time_ns", "interval_ns"),
    [(2**63 - 5, 10), (0, 2**63), (0, 2**62), (1.5, 10), (0, 2.5), (None, 1), (-(2**63), -1)],
)
def test_rows_with_impossible_times_leave_the_batch_as_it_was(
    time_ns: Any, interval_ns: Any
) -> None:
    batch = SamplesBatch(np.dtype("f8"), ())
    batch.add(1.5, 5)
    with pytest.raises(InvalidValue, match="time"):
        batch.add_rows(np.zeros(3), time_ns, interval_ns)
    block = block_of(batch.pack())
    assert (block.count, block.time_ns) == (1, 5)


def test_times_of_numpy_are_times() -> None:
    batch = SamplesBatch(np.dtype("f8"), ())
    batch.add_rows(np.zeros(3), np.int64(50), np.int64(10))
    assert list(block_of(batch.pack()).times_ns()) == [50, 60, 70]


def test_samples_are_full_by_bytes_with_their_times() -> None:
    batch = SamplesBatch(np.dtype("u1"), ())
    while not batch.full:
        batch.add(1, batch.count)
    assert batch.pack().size_bytes <= BLOCK_BYTES + 9 + 64
    batch.add_rows(np.zeros(BLOCK_BYTES, "u1"), 0, 1)
    assert batch.full


# Many arrays in a row lie in a page


@given(
    steps=st.lists(
        st.one_of(st.integers(1, 3000), st.just("single"), st.just("later")), max_size=20
    ),
    dtype=st.sampled_from(["<f8", ">i4", "u1", "c16", "g", "?"]),
    shape=st.sampled_from([(), (3,), (2, 2)]),
    interval_ns=st.sampled_from([0, 10]),
)
def test_arrays_that_are_put_are_as_if_added(
    steps: list[Any], dtype: str, shape: tuple[int, ...], interval_ns: int
) -> None:
    batches = [SamplesBatch(np.dtype(dtype), shape) for _ in range(2)]
    time_ns, put = 0, 0
    for step in steps:
        if step == "later":
            time_ns += 5
        elif step == "single":
            for batch in batches:
                batch.add(np.ones(shape, dtype)[()], time_ns)
        else:
            rows = np.arange(step * math.prod(shape)).astype(dtype).reshape(step, *shape)
            first, second = batches
            first.add_rows(rows, time_ns, interval_ns)
            if second.put_rows(rows, time_ns, interval_ns):
                put += 1
            else:
                second.add_rows(rows, time_ns, interval_ns)
            time_ns += step * interval_ns
        assert len({(batch.count, batch.size_bytes, batch.full_of_rows) for batch in batches}) == 1
    if steps and batches[0].count:
        first, second = (batch.pack() for batch in batches)
        assert (first.flags, first.count, first.time_ns) == (
            second.flags,
            second.count,
            second.time_ns,
        )
        assert b"".join(first.parts) == b"".join(second.parts)
        assert (first.size_bytes, put == 0) == (second.size_bytes, put == 0)


def test_a_page_is_begun_by_the_second_array_that_is_not_large() -> None:
    batch, rows = SamplesBatch(np.dtype("f8"), ()), np.arange(1000.0)
    assert not batch.put_rows(rows, 0, 10)
    batch.add_rows(rows, 0, 10)
    batch.add_rows(rows, 10_000, 10)
    assert not batch.put_rows(rows, 20_001, 10)
    assert not batch.put_rows(rows, 20_000, 11)
    assert not batch.put_rows(rows, 2**63 - 1, 10)
    assert batch.put_rows(rows, 20_000, 10)
    rows[:] = 0  # they were copied
    packed = batch.pack()
    body = b"".join(packed.parts)
    expected = np.tile(np.arange(1000.0), 3)
    assert (np.frombuffer(body[-24_000:]) == expected).all()
    assert not batch.put_rows(rows, 30_000, 10)


def test_arrays_that_are_added_go_on_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []

    def uninitialised(size_bytes: int) -> memoryview:
        begun.append(size_bytes)
        return memoryview(bytearray(size_bytes))

    monkeypatch.setattr("stream_core.wire.memory.uninitialised", uninitialised)
    batch, rows = SamplesBatch(np.dtype("f8"), ()), np.arange(1000.0)
    for index in range(20):
        batch.add_rows(rows, index * 10_000, 10)
    assert len(begun) == 1
    body = b"".join(batch.pack().parts)
    assert (np.frombuffer(body[-160_000:]) == np.tile(rows, 20)).all()


def test_a_page_has_an_end() -> None:
    batch, rows, time_ns = SamplesBatch(np.dtype("f8"), ()), np.arange(5000.0), 40_000
    batch.add_rows(np.arange(4000.0), 0, 10)
    while batch.put_rows(rows, time_ns, 10):
        time_ns += 50_000
    assert batch.full_of_rows
    before = batch.count
    batch.add_rows(rows, time_ns, 10)
    assert block_of(batch.pack()).count == before + 5000


def test_what_pads_a_number_is_never_shared() -> None:
    batch, rows = SamplesBatch(np.dtype("g"), ()), np.arange(1000).astype("g")
    for index in range(5):
        batch.add_rows(rows, index * 10_000, 10)
    assert not batch.put_rows(rows, 50_000, 10)
