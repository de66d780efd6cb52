from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.values import Codec
from stream_core.wire import trusted
from stream_core.wire.arrays import as_samples
from stream_core.wire.batches import Batch, ItemBatch, ObjectBatch, SamplesBatch
from stream_core.wire.blocks import Block
from stream_core.wire.compression import Compressor
from stream_core.wire.framing import Frame
from stream_core.wire.header import CodecNumber, Kind
from stream_core.wire.items import Layout, decode_block
from tests.payloads import PLAIN, VALUES, arrays, assert_same

LAYOUT = Layout(np.dtype("<i4"), (2,))


def block(codec: int, count: int, body: bytes) -> Block:
    return Block.received(Frame(Kind.DATA, codec, 0, 1, 2, count, 1, 0, 0, body))


@pytest.mark.parametrize("codec", ["pickle", "marshal"])
def test_code_is_never_loaded_unless_it_is_allowed(
    codec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(_data: bytes) -> None:
        pytest.fail("it was loaded")

    monkeypatch.setattr(trusted, f"decode_{codec}", load)
    others = tuple(other for other in Codec if other != codec)
    with pytest.raises(InvalidValue, match=f"trusted_codecs=\\('{codec}',\\)"):
        decode_block(block(CodecNumber[codec.upper()], 1, b"junk"), None, others)


def test_samples_share_the_memory_of_their_block() -> None:
    received = block(CodecNumber.SAMPLES, 2, np.arange(4, dtype="<i4").tobytes())
    samples = decode_block(received, LAYOUT, ())
    assert samples.tolist() == [[0, 1], [2, 3]]
    assert np.shares_memory(samples, np.frombuffer(received.body, "u1"))
    assert not samples.flags.writeable


@pytest.mark.parametrize(("count", "size"), [(1, 4), (2, 8), (1, 16), (3, 3)])
def test_samples_of_another_size_are_refused(count: int, size: int) -> None:
    with pytest.raises(ProtocolError, match="int32"):
        decode_block(block(CodecNumber.SAMPLES, count, bytes(size)), LAYOUT, ())


def test_samples_on_a_channel_without_a_type_are_refused() -> None:
    with pytest.raises(ProtocolError, match="dtype"):
        decode_block(block(CodecNumber.SAMPLES, 1, b"x"), None, ())


def test_bytes_come_out_as_bytes() -> None:
    body = b"raw"
    (value,) = decode_block(block(CodecNumber.RAW, 1, body), None, ())
    assert value is body
    large = memoryview(bytearray(b"large"))
    received = Block(CodecNumber.RAW, 0, 1, 1, 1, 0, 0, large)
    assert decode_block(received, None, ()) == [b"large"]


@given(
    codec=st.sampled_from([CodecNumber.OBJECT, CodecNumber.ARRAY, CodecNumber.SAMPLES]),
    items=st.lists(st.binary(max_size=60), min_size=1, max_size=4),
    padded=st.booleans(),
)
def test_junk_is_a_protocol_error(codec: int, items: list[bytes], padded: bool) -> None:
    data, ends = b"", []
    for item in items:
        data += bytes(-len(data) % 64) * padded + item
        ends.append(len(data))
    table = b"".join(end.to_bytes(4, "little") for end in ends) if len(items) > 1 else b""
    try:
        values = decode_block(
            block(codec, len(items), table.ljust(64 * padded, b"\0") + data), LAYOUT, ()
        )
    except ProtocolError:
        return
    assert len(values) == len(items)


# What goes in comes out, through a batch, a block and the wire


COMPRESSIONS = st.sampled_from([None, "gzip", "zstd"])


def through_the_wire(batch: Batch, compression: str | None, layout: Layout | None = None) -> Any:
    packed = batch.pack()
    flag, parts = Compressor(compression).packed(packed.parts) if compression else (0, packed.parts)
    facts = (1, 2, packed.count, 1, 0, packed.time_ns, b"".join(parts))
    received = Block.received(Frame(Kind.DATA, packed.codec, packed.flags | flag, *facts))
    return decode_block(received, layout, (Codec.PICKLE, Codec.MARSHAL))


@given(st.lists(VALUES, min_size=1, max_size=4), COMPRESSIONS)
def test_objects_come_out_as_they_went_in(values: list[Any], compression: str | None) -> None:
    batch, values = ObjectBatch(), [*values, "long enough to be compressed " * 10]
    for value in values:
        batch.add(value, 0)
    assert_same(through_the_wire(batch, compression), values)


@given(st.lists(arrays(), min_size=1, max_size=4), COMPRESSIONS)
def test_arrays_come_out_as_they_went_in(values: list[Any], compression: str | None) -> None:
    batch = ItemBatch(CodecNumber.ARRAY)
    for value in values:
        batch.add(value, 0)
    assert_same(through_the_wire(batch, compression), values)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), COMPRESSIONS)
def test_raw_bytes_come_out_as_they_went_in(values: list[Any], compression: str | None) -> None:
    batch = ItemBatch(CodecNumber.RAW)
    for value in values:
        batch.add(value, 0)
    assert_same(through_the_wire(batch, compression), values)


@given(arrays().filter(lambda array: array.ndim and array.dtype.itemsize), COMPRESSIONS)
def test_samples_come_out_as_they_went_in(values: Any, compression: str | None) -> None:
    shape = values.shape[1:]
    if not values.size:
        return
    batch = SamplesBatch(values.dtype, shape)
    batch.add_rows(as_samples(values, values.dtype, shape), 0, 10)
    assert_same(through_the_wire(batch, compression, Layout(values.dtype, shape)), values)


TREES = st.recursive(
    PLAIN,  # the types of numpy do not all survive a pickle
    lambda members: st.lists(members, max_size=3) | st.dictionaries(PLAIN, members, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("codec", [CodecNumber.PICKLE, CodecNumber.MARSHAL])
@given(values=st.lists(TREES, min_size=1, max_size=3), compression=COMPRESSIONS)
def test_what_is_trusted_comes_out_as_it_went_in(
    codec: CodecNumber, values: list[Any], compression: str | None
) -> None:
    batch = ItemBatch(codec)
    for value in values:
        batch.add(value, 0)
    assert_same(through_the_wire(batch, compression), values)
