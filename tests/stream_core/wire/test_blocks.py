from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import ProtocolError
from stream_core.wire.blocks import LARGEST_NUMBER, LARGEST_SPAN, MOST_ITEMS, Block
from stream_core.wire.framing import Frame
from stream_core.wire.header import HEADER, CodecNumber, Flag, Kind
from stream_core.wire.tables import aligned, pack_int64, pack_uint32

TABLE_CODECS = [codec for codec in CodecNumber if codec not in (0, CodecNumber.SAMPLES)]


def body_of(codec: int, items: list[bytes], times: bytes = b"") -> bytes:
    """The body of a block as the protocol describes it."""
    data, ends = b"", []
    for item in items:
        if codec == CodecNumber.ARRAY:
            data += bytes(-len(data) % 64)
        data += item
        ends.append(len(data))
    table = pack_uint32(ends) if len(items) > 1 and codec != CodecNumber.SAMPLES else b""
    prefix = times + table
    if codec in (CodecNumber.ARRAY, CodecNumber.SAMPLES):
        prefix += bytes(-len(prefix) % 64)
    return prefix + data


def frame(
    codec: int, count: int, body: bytes, *, flags: int = 0, stride: int = 1, sequence: int = 100,
    time_ns: int = 5000,
) -> Frame:  # fmt: skip
    return Frame(Kind.DATA, codec, flags, 1, 9, count, stride, sequence, time_ns, body)


def received(codec: int, items: list[bytes], **facts: int) -> Block:
    return Block.received(frame(codec, len(items), body_of(codec, items), **facts))


def contents(block: Block) -> list[tuple[int, int, bytes]]:
    values = [bytes(item) for item in block.items()]
    return list(zip(block.sequences, block.times_ns(), values, strict=True))


@st.composite
def blocks(draw: st.DrawFn) -> tuple[Block, list[tuple[int, int, bytes]]]:
    """A block of any codec with any kind of times, and what is in it."""
    codec = draw(st.sampled_from([*TABLE_CODECS, CodecNumber.SAMPLES]))
    if codec == CodecNumber.SAMPLES:
        size = draw(st.integers(1, 9))
        items = draw(st.lists(st.binary(min_size=size, max_size=size), min_size=1, max_size=12))
    else:
        items = draw(st.lists(st.binary(max_size=150), min_size=1, max_size=12))
    flags, time_ns, times = draw(some_times(len(items)))
    stride, first = draw(st.integers(1, 5)), draw(st.integers(0, 1000))
    prefix = pack_int64(times) if flags == Flag.TIMES else b""
    if flags == Flag.INTERVAL:
        prefix = pack_int64([times[-1] - time_ns if len(times) == 1 else times[1] - times[0]])
    body = body_of(codec, items, prefix)
    block = Block.received(
        frame(codec, len(items), body, flags=flags, stride=stride, sequence=first, time_ns=time_ns)
    )
    numbers = range(first, first + stride * len(items), stride)
    return block, list(zip(numbers, times, items, strict=True))


@st.composite
def some_times(draw: st.DrawFn, count: int) -> tuple[int, int, list[int]]:
    flags = draw(st.sampled_from([Flag.NONE, Flag.TIMES, Flag.INTERVAL]))
    start = draw(st.integers(-(2**60), 2**60))
    if flags == Flag.TIMES:
        times = draw(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=count, max_size=count))
        return int(flags), times[0], times
    step = draw(st.integers(-(10**9), 10**9)) if flags == Flag.INTERVAL else 0
    return int(flags), start, [start + step * index for index in range(count)]


@given(blocks())
def test_a_received_block_tells_what_is_in_it(
    case: tuple[Block, list[tuple[int, int, bytes]]],
) -> None:
    block, expected = case
    assert contents(block) == expected
    assert block.last == expected[-1][0]
    sizes = [block.item_bytes(index) for index in range(block.count)]
    assert sizes == [len(item) for _, _, item in expected]


@given(blocks(), st.data())
def test_a_cut_is_the_same_as_a_block_of_the_chosen_items(
    case: tuple[Block, list[tuple[int, int, bytes]]], data: st.DataObject
) -> None:
    block, expected = case
    start = data.draw(st.integers(0, block.count - 1))
    stop = data.draw(st.integers(start + 1, block.count))
    step = data.draw(st.integers(1, block.count + 3))
    cut = block.cut(range(start, stop, step))
    assert contents(cut) == expected[start:stop:step]
    assert (cut.codec, cut.source) == (block.codec, block.source)
    again = Block.received(through_the_wire(cut))
    assert contents(again) == expected[start:stop:step]
    if cut.count > 1:
        assert contents(again.cut(range(1, again.count))) == expected[start:stop:step][1:]


def through_the_wire(block: Block) -> Frame:
    facts = HEADER.unpack(block.head(7))
    assert facts[0] == len(block.body)
    return Frame(*facts[1:], bytes(block.body))


@pytest.mark.parametrize("codec", [*TABLE_CODECS, CodecNumber.SAMPLES])
def test_each_boundary_and_stride_of_each_codec(codec: int) -> None:
    items = [
        bytes([65 + index]) * (8 if codec == CodecNumber.SAMPLES else 13 * index)
        for index in range(9)
    ]
    block = received(codec, items, stride=3)
    expected = contents(block)
    assert [item for _, _, item in expected] == items
    for start in range(9):
        for stop in range(start + 1, 10):
            for step in range(1, 10):
                assert contents(block.cut(range(start, stop, step))) == expected[start:stop:step]


def test_data_of_arrays_and_samples_is_aligned_after_any_cut() -> None:
    for codec in (CodecNumber.ARRAY, CodecNumber.SAMPLES):
        block = received(codec, [b"x" * 72] * 5)
        for indices in (range(5), range(1, 3), range(0, 5, 2), range(4, 5)):
            cut = block.cut(indices)
            assert cut.data_start % 64 == 0
            if codec == CodecNumber.ARRAY:
                assert all(cut.item_range(index)[0] % 64 == 0 for index in range(cut.count))


def test_those_who_want_the_same_share_one_cut() -> None:
    block = received(CodecNumber.OBJECT, [b"a", b"b", b"c"])
    assert block.cut(range(0, 3, 2)) is block.cut(range(0, 4, 2))
    assert block.cut(range(3)) is block


def test_cuts_do_not_pile_up() -> None:
    block = received(CodecNumber.RAW, [b"x" * 1000] * 1000)
    tracemalloc.start()
    try:
        for index in range(1000):
            block.cut(range(index, index + 1))
        held_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held_bytes < 100_000


def test_a_cut_keeps_nothing_of_its_block() -> None:
    body = bytearray(body_of(CodecNumber.SAMPLES, [b"abcd"] * 4))
    block = Block(CodecNumber.SAMPLES, 0, 1, 4, 1, 0, 0, memoryview(body))
    cuts = [block.cut(range(1, 2)), block.cut(range(0, 4, 3))]
    body[:] = bytes(len(body))
    assert [bytes(cut.data) for cut in cuts] == [b"abcd", b"abcdabcd"]


@pytest.mark.parametrize("codec", [CodecNumber.OBJECT, CodecNumber.SAMPLES])
def test_a_single_item_far_apart_from_the_next_fits_the_header(codec: int) -> None:
    block = received(codec, [b"a", b"b", b"c"])
    cut = block.cut(range(1, 3, 2**40))
    assert through_the_wire(cut).stride == 1
    assert contents(cut) == [(101, 5000, b"b")]


def test_the_head_is_made_once_for_those_who_share_the_number() -> None:
    block = received(CodecNumber.OBJECT, [b"a"])
    assert block.head(3) is block.head(3)
    assert HEADER.unpack(block.head(4))[4] == 4


def test_a_received_block_takes_the_numbers_that_the_server_gives() -> None:
    block = Block.received(frame(CodecNumber.RAW, 1, b"x"), source=77, first=5)
    assert (block.source, block.first, block.last) == (77, 5, 5)
    assert Block.received(frame(CodecNumber.RAW, 1, b"x", stride=0)).stride == 1


# What a hostile writer sends


def refused(*args: object, **facts: int) -> str:
    with pytest.raises(ProtocolError) as caught:
        Block.received(frame(*args, **facts))  # type: ignore[arg-type]
    return str(caught.value)


def test_unknown_codecs_are_refused() -> None:
    for codec in (0, 7, 255):
        assert "codec" in refused(codec, 1, b"x")


def test_a_block_without_items_is_refused() -> None:
    refused(CodecNumber.RAW, 0, b"")


@pytest.mark.parametrize("codec", list(CodecNumber)[1:])
@pytest.mark.parametrize("flags", [0, Flag.TIMES, Flag.INTERVAL])
def test_counts_beyond_the_body_are_refused(codec: int, flags: int) -> None:
    for count in (2, 1000, 2**31, 2**32 - 1):
        refused(codec, count, b"x", flags=flags)


def test_samples_must_divide_into_items() -> None:
    refused(CodecNumber.SAMPLES, 3, bytes(10))
    refused(CodecNumber.SAMPLES, 3, b"")


def test_more_items_than_a_table_may_have_are_refused() -> None:
    count = MOST_ITEMS + 1
    assert str(MOST_ITEMS) in refused(CodecNumber.RAW, count, bytes(4 * count))
    assert received(CodecNumber.RAW, [b""] * MOST_ITEMS).count == MOST_ITEMS


@pytest.mark.parametrize("codec", TABLE_CODECS)
@pytest.mark.parametrize(
    "ends", [[0, 1], [5, 3], [3, 2, 3], [4, 4, 3], [2**32 - 1, 3], [2**31, 3], [3, 4]]
)
def test_a_table_that_contradicts_the_data_is_refused(codec: int, ends: list[int]) -> None:
    prefix = pack_uint32(ends)
    if codec == CodecNumber.ARRAY:
        prefix += bytes(-len(prefix) % 64)
    assert "table" in refused(codec, len(ends), prefix + b"abc")


def test_arrays_must_begin_where_they_are_aligned() -> None:
    start = aligned(12)
    body = pack_uint32([3, 10, 70]).ljust(start, b"\0") + bytes(70)
    assert "table" in refused(CodecNumber.ARRAY, 3, body)


def test_numbers_beyond_the_largest_are_refused() -> None:
    refused(CodecNumber.RAW, 1, b"x", sequence=LARGEST_NUMBER + 1)
    refused(CodecNumber.RAW, 1, b"x", sequence=-1)
    assert refused(CodecNumber.SAMPLES, 3, bytes(64)[:3], stride=LARGEST_SPAN)
    assert (
        received(CodecNumber.SAMPLES, [b"x", b"y"], stride=LARGEST_SPAN).last == LARGEST_SPAN + 100
    )


@pytest.mark.parametrize("interval_ns", [2**62, -(2**62), 2**63 - 1])
def test_times_beyond_64_bits_are_refused(interval_ns: int) -> None:
    body = body_of(CodecNumber.SAMPLES, [b"x"] * 4, pack_int64([interval_ns]))
    refused(CodecNumber.SAMPLES, 4, body, flags=Flag.INTERVAL)
    refused(CodecNumber.SAMPLES, 4, body, flags=Flag.INTERVAL, time_ns=2**63 - 1)


def test_times_and_an_interval_together_are_refused() -> None:
    body = body_of(CodecNumber.RAW, [b"x"] * 2, pack_int64([1, 2]))
    refused(CodecNumber.RAW, 2, body, flags=Flag.TIMES | Flag.INTERVAL)


@given(
    codec=st.integers(0, 8),
    flags=st.integers(0, 2**16 - 1).map(lambda flags: flags & ~(Flag.GZIP | Flag.ZSTD)),
    count=st.one_of(st.integers(0, 12), st.integers(0, 2**32 - 1)),
    stride=st.one_of(st.integers(0, 5), st.integers(0, 2**32 - 1)),
    sequence=st.integers(-(2**63), 2**63 - 1),
    time_ns=st.integers(-(2**63), 2**63 - 1),
    body=st.one_of(
        st.binary(max_size=300),
        st.lists(st.integers(0, 40), max_size=12).map(lambda ends: pack_uint32(ends) + bytes(200)),
    ),
    step=st.integers(1, 5),
)
def test_what_is_not_refused_can_be_cut_and_sent_on(
    codec: int,
    flags: int,
    count: int,
    stride: int,
    sequence: int,
    time_ns: int,
    body: bytes,
    step: int,
) -> None:
    try:
        block = Block.received(
            frame(
                codec, count, body, flags=flags, stride=stride, sequence=sequence, time_ns=time_ns
            )
        )
    except ProtocolError:
        return
    for part in (
        block,
        block.cut(range(0, block.count, step)),
        block.cut(range(block.count // 2, block.count)),
    ):
        assert contents(Block.received(through_the_wire(part))) == contents(part)
