from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.values import Codec
from stream_core.wire import trusted
from stream_core.wire.blocks import Block
from stream_core.wire.framing import Frame
from stream_core.wire.header import CodecNumber, Kind
from stream_core.wire.items import Layout, decode_block

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
