from __future__ import annotations

import gzip
import importlib
import os
import sys
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.wire.compression import (
    COMPRESSION_FLAGS,
    LEAST_BYTES,
    MOST_PLAIN_BYTES,
    WINDOW_LOG,
    Compressor,
    check_available,
    inflate,
    plain_size,
)
from stream_core.wire.header import Flag

COMPRESSIONS = ["gzip", "zstd"]
PLAIN = b"one text and another " * 50


def body(name: str, plain: bytes = PLAIN) -> bytes:
    flag, parts = Compressor(name).packed([plain])
    assert flag == COMPRESSION_FLAGS[name]
    return b"".join(parts)


def claiming(size: int, compressed: bytes) -> bytes:
    return size.to_bytes(4, "little") + compressed


@pytest.mark.parametrize("name", COMPRESSIONS)
@given(st.lists(st.sampled_from([b"", PLAIN, bytes(3000), os.urandom(700)]), max_size=4))
def test_what_goes_in_comes_out(name: str, parts: list[bytes]) -> None:
    compressor = Compressor(name)
    for _ in range(2):  # a compressor can be used again
        flag, packed = compressor.packed(parts)
        plain, packed_body = b"".join(parts), b"".join(packed)
        if flag:
            assert len(packed_body) < len(plain)
            assert plain_size(packed_body) == len(plain)
            assert inflate(memoryview(packed_body), flag) == plain
        else:
            assert packed_body == plain


@pytest.mark.parametrize("name", COMPRESSIONS)
@pytest.mark.parametrize(
    "plain",
    [b"", bytes(LEAST_BYTES - 1), os.urandom(10_000), bytes(MOST_PLAIN_BYTES + 1)],
    ids=["empty", "small", "random", "large"],
)
def test_what_is_not_worth_it_stays_as_it_is(name: str, plain: bytes) -> None:
    parts = [plain]
    flag, packed = Compressor(name).packed(parts)
    assert (flag, packed) == (0, parts)


def test_gzip_is_what_everybody_calls_gzip() -> None:
    assert gzip.decompress(body("gzip")[4:]) == PLAIN
    assert inflate(claiming(len(PLAIN), gzip.compress(PLAIN)), Flag.GZIP) == PLAIN


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_it_is_there(name: str) -> None:
    check_available(name)


@pytest.mark.parametrize("name", COMPRESSIONS)
@pytest.mark.parametrize("wrong", [-1, 1, -len(PLAIN), 2**31])
def test_another_size_than_it_claims_is_refused(name: str, wrong: int) -> None:
    lie = claiming(len(PLAIN) + wrong, body(name)[4:])
    with pytest.raises(ProtocolError, match=r"cannot be decompressed: .* at its size"):
        inflate(lie, COMPRESSION_FLAGS[name])


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_anything_cut_off_or_behind_is_refused(name: str) -> None:
    whole = body(name)
    for wrong in (*(whole[:stop] for stop in range(len(whole))), whole + b"\0", whole + whole[4:]):
        with pytest.raises(ProtocolError):
            inflate(wrong, COMPRESSION_FLAGS[name])


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_a_bomb_takes_no_more_memory_than_it_claims(name: str) -> None:
    bomb = claiming(10_000, body(name, bytes(MOST_PLAIN_BYTES))[4:])
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError, match="cannot be decompressed"):
            inflate(bomb, COMPRESSION_FLAGS[name])
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most_bytes < 400_000


@pytest.mark.parametrize("name", COMPRESSIONS)
@given(st.binary(max_size=80), st.integers(0, 2**32 - 1))
def test_junk_is_a_protocol_error(name: str, junk: bytes, size: int) -> None:
    with pytest.raises(ProtocolError):
        inflate(claiming(size, junk), COMPRESSION_FLAGS[name])


def test_a_window_that_is_larger_than_any_block_is_refused() -> None:
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    zstd = importlib.import_module(name)
    for window_log, fits in ((WINDOW_LOG, True), (WINDOW_LOG + 1, False)):
        options = {zstd.CompressionParameter.window_log: window_log}
        stream = zstd.ZstdCompressor(options=options)  # not told the size, it wants all of it
        lie = claiming(len(PLAIN), stream.compress(PLAIN) + stream.flush())
        if fits:
            assert inflate(lie, Flag.ZSTD) == PLAIN
        else:
            with pytest.raises(ProtocolError, match="memory"):
                inflate(lie, Flag.ZSTD)


def test_deflate_without_its_frame_is_no_gzip() -> None:
    with pytest.raises(ProtocolError):
        inflate(claiming(len(PLAIN), zlib.compress(PLAIN)), Flag.GZIP)


def test_what_is_missing_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    compressed = body("zstd")
    for module in ("backports.zstd", "compression.zstd"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InvalidValue, match=r"pip install backports\.zstd"):
        check_available("zstd")
    with pytest.raises(ProtocolError, match=r"cannot be decompressed: .* backports\.zstd"):
        inflate(compressed, Flag.ZSTD)
    check_available("gzip")
    with pytest.raises(InvalidValue, match="'lzma' is not known here"):
        check_available("lzma")
