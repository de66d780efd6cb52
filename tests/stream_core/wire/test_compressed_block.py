from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest

from stream_core.errors import ProtocolError
from stream_core.values import Codec
from stream_core.wire import compressed_block
from stream_core.wire.batches import Batch, ItemBatch, ObjectBatch, SamplesBatch
from stream_core.wire.blocks import Block
from stream_core.wire.compressed_block import CompressedBlock
from stream_core.wire.compression import COMPRESSION_FLAGS, MOST_PLAIN_BYTES, Compressor
from stream_core.wire.framing import Frame
from stream_core.wire.header import HEADER, CodecNumber, Flag, Kind
from stream_core.wire.items import Layout, decode_block

COMPRESSIONS = ["gzip", "zstd"]
LAYOUT = Layout(np.dtype("<i4"), ())
VALUES: dict[CodecNumber, list[Any]] = {
    CodecNumber.RAW: [b"x" * 400, b"", b"yz" * 50],
    CodecNumber.OBJECT: ["x" * 400, {"a": [1, 2]}, None],
    CodecNumber.ARRAY: [np.zeros(100), np.arange(5), np.ones((2, 3))],
    CodecNumber.SAMPLES: [5] * 200,
    CodecNumber.PICKLE: ["x" * 400, {1, 2}, None],
    CodecNumber.MARSHAL: ["x" * 400, 2, None],
}


def frames(
    codec: CodecNumber, name: str, *, times: bool = True, values: list[Any] | None = None
) -> tuple[Frame, Frame]:
    """One block as it is, and compressed."""
    batch: Batch
    if codec is CodecNumber.OBJECT:
        batch = ObjectBatch()
    elif codec is CodecNumber.SAMPLES:
        batch = SamplesBatch(LAYOUT.dtype, LAYOUT.shape)
    else:
        batch = ItemBatch(codec)
    for index, value in enumerate(VALUES[codec] if values is None else values):
        batch.add(value, 1000 + 7 * index * index * times)
    packed = batch.pack()
    flag, parts = Compressor(name).packed(packed.parts)
    assert flag == COMPRESSION_FLAGS[name]
    facts = (1, 9, packed.count, 2, 100, packed.time_ns)
    body = b"".join(packed.parts)
    plain = Frame(Kind.DATA, packed.codec, packed.flags, *facts, body)
    return plain, Frame(Kind.DATA, packed.codec, packed.flags | flag, *facts, b"".join(parts))


def both(codec: CodecNumber, name: str = "gzip", **wishes: Any) -> tuple[Block, Block]:
    plain, compressed = map(Block.received, frames(codec, name, **wishes))
    assert isinstance(compressed, CompressedBlock)
    return plain, compressed


def with_body(frame: Frame, body: bytes) -> Frame:
    facts = [getattr(frame, name) for name in frame.__struct_fields__]
    return Frame(*facts[:-1], body)


def values(block: Block) -> list[str]:
    return list(map(repr, decode_block(block, LAYOUT, (Codec.PICKLE, Codec.MARSHAL))))


@pytest.fixture
def inflations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of each body that is made plain."""
    sizes: list[int] = []
    inflate = compressed_block.inflate

    def counted(body: bytes, flag: int) -> bytes:
        sizes.append(len(body))
        return inflate(body, flag)

    monkeypatch.setattr(compressed_block, "inflate", counted)
    return sizes


@pytest.mark.parametrize("name", COMPRESSIONS)
@pytest.mark.parametrize("codec", VALUES, ids=str)
@pytest.mark.parametrize("times", [False, True], ids=["one time", "times"])
def test_it_is_the_same_block_to_whoever_looks_inside(
    codec: CodecNumber, name: str, times: bool
) -> None:
    plain, compressed = both(codec, name, times=times)
    for indices in (range(compressed.count), range(1, compressed.count), range(0, 3, 2)):
        one, other = plain.cut(indices), compressed.cut(indices)
        assert values(one) == values(other)
        assert list(one.times_ns()) == list(other.times_ns())
        assert (one.sequences, one.source, one.time_ns) == (
            other.sequences,
            other.source,
            other.time_ns,
        )
        assert [bytes(item) for item in one.items()] == [bytes(item) for item in other.items()]
    assert compressed.plain().body == plain.body
    assert compressed.interval_ns == plain.interval_ns
    assert plain.plain() is plain


def test_it_goes_out_as_it_came(inflations: list[int]) -> None:
    _, frame = frames(CodecNumber.OBJECT, "gzip")
    block = Block.received(frame, source=77, first=5)
    whole = block.cut(range(block.count))
    assert whole.body is frame.body
    length, _, codec, flags, *_ = HEADER.unpack(whole.head(4))
    assert (length, codec, flags) == (len(frame.body), frame.codec, frame.flags)
    assert (block.count, block.last, block.size_bytes) == (3, 9, len(frame.body))
    assert not inflations


def test_items_have_shares_of_its_size(inflations: list[int]) -> None:
    for codec in (CodecNumber.SAMPLES, CodecNumber.OBJECT):
        _, block = both(codec)
        shares = [block.item_bytes(index) for index in range(block.count)]
        assert sum(shares) == block.size_bytes == block.span_bytes(0, block.count)
        assert sum(shares[1:3]) == block.span_bytes(1, 3)
        assert max(shares) - min(shares) <= 1
    assert not inflations


def test_the_size_of_its_samples_is_known(inflations: list[int]) -> None:
    plain, compressed = both(CodecNumber.SAMPLES)
    assert plain.sample_bytes == compressed.sample_bytes == 4
    assert not inflations


def test_it_is_made_plain_once_until_all_readers_have_seen_it(inflations: list[int]) -> None:
    _, block = both(CodecNumber.OBJECT)
    assert block.cut(range(0, 3, 2)) is block.cut(range(0, 3, 2))
    block.cut(range(1))
    assert len(inflations) == 1
    held = weakref.ref(block.plain())
    block.release()
    gc.collect()
    assert held() is None
    kept = block.plain()
    assert block.plain() is kept
    assert len(inflations) == 2
    held = weakref.ref(kept)
    del kept
    gc.collect()
    assert held() is None


def test_what_proves_broken_is_tried_once(inflations: list[int]) -> None:
    _, frame = frames(CodecNumber.OBJECT, "gzip")
    block = Block.received(with_body(frame, bytes(frame.body)[:-1]))
    assert block.broken is None
    for _ in range(2):
        with pytest.raises(ProtocolError, match=r"^cannot be decompressed: "):
            block.cut(range(1))
        assert block.broken is not None
    assert len(inflations) == 1
    assert block.cut(range(3)) is block  # those who want all of it get it as it is


def test_what_is_inside_is_held_to_what_the_header_says() -> None:
    plain, frame = frames(CodecNumber.OBJECT, "gzip")
    wrong = bytearray(plain.body)
    wrong[24:28] = b"\xff\xff\xff\xff"  # in the table, behind three times
    _, parts = Compressor("gzip").packed([wrong])
    block = Block.received(with_body(frame, b"".join(parts)))
    with pytest.raises(ProtocolError, match=r"^cannot be decompressed: the table"):
        block.plain()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"flags": Flag.GZIP | Flag.ZSTD}, "not by both"),
        ({"body": b""}, "compressed body of 0 bytes"),
        ({"body": b"\0\0\0\0"}, "compressed body of 4 bytes"),
        ({"body": (MOST_PLAIN_BYTES + 1).to_bytes(4, "little") + b"x"}, "exceeds"),
        ({"body": b"\x01\0\0\0x", "count": 2}, "cannot hold"),
        ({"codec": CodecNumber.SAMPLES, "body": b"\x41\0\0\0x", "count": 2}, "divide"),
        ({"codec": 7}, "codec"),
        ({"count": 0}, "items"),
        ({"sequence": -1}, "numbers"),
        ({"count": 2, "stride": 2**32 - 1, "body": b"\xff\0\0\0x"}, None),
        ({"count": 2**17, "body": b"\0\0\xff\0x"}, "items at most"),
    ],
)
def test_a_header_that_cannot_be_is_refused_without_a_look_inside(
    inflations: list[int], change: dict[str, Any], message: str | None
) -> None:
    _, frame = frames(CodecNumber.RAW, "gzip", values=[b"x" * 400])
    facts = {name: getattr(frame, name) for name in frame.__struct_fields__} | change
    if message is None:
        Block.received(Frame(**facts))
    else:
        with pytest.raises(ProtocolError, match=message):
            Block.received(Frame(**facts))
    assert not inflations


def test_more_than_the_limit_is_refused_without_a_look_inside(inflations: list[int]) -> None:
    plain, frame = frames(CodecNumber.RAW, "gzip", values=[b"x" * 400])
    size = len(plain.body)
    Block.received(frame, limit_bytes=size)
    with pytest.raises(ProtocolError, match=f"{size} plain bytes exceeds {size - 1}"):
        Block.received(frame, limit_bytes=size - 1)
    assert not inflations
