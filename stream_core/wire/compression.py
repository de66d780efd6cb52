"""gzip and zstd for the bodies of blocks: made smaller, and plain again within a bound.

A compressed body is the u32 size of the plain one, then one member of gzip or one frame of zstd.
This module never knows what is in a body.
"""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.values import Compression
from stream_core.wire.encoders import Buffer
from stream_core.wire.header import Flag

__all__ = [
    "COMPRESSION_FLAGS",
    "MOST_PLAIN_BYTES",
    "Compressor",
    "check_available",
    "inflate",
    "plain_size",
]

LEAST_BYTES = 256  # of a plain body: with less the header is what counts
MOST_PLAIN_BYTES = 16 * 1024 * 1024  # making more plain would hold up a loop for too long
LEVEL = 1  # of both: a writer's loop has other things to do, and higher ones win little
WINDOW_LOG = 23  # of zstd, in bits: what RFC 8878 asks every decoder to take, and no more

COMPRESSION_FLAGS: dict[str, int] = {
    Compression.GZIP: int(Flag.GZIP),
    Compression.ZSTD: int(Flag.ZSTD),
}
_GZIP_BITS = 16 + zlib.MAX_WBITS
_SIZE = struct.Struct("<I")


def _zstd() -> Any:
    """The module for zstd; loaded when first needed.

    Raises:
        InvalidValue: there is none.
    """
    try:
        if sys.version_info >= (3, 14):
            import compression.zstd as zstd
        else:
            import backports.zstd as zstd
    except ImportError:
        raise InvalidValue(
            "compression='zstd' needs the package backports.zstd, or Python 3.14 built with zstd: "
            "pip install backports.zstd; 'gzip' is always there"
        ) from None
    return zstd


def check_available(name: str) -> None:
    """See to it that what a channel is compressed with can be used here.

    Raises:
        InvalidValue: it cannot; the message says what to install.
    """
    if name not in COMPRESSION_FLAGS:
        raise InvalidValue(f"compression={name!r} is not known here; is this version older?")
    if name == Compression.ZSTD:
        _zstd()


class Compressor:
    """Makes the bodies of one channel's blocks smaller, where that is worth it.

    Args:
        name: a `Compression`.

    Raises:
        InvalidValue: it cannot be used here.
    """

    def __init__(self, name: str) -> None:
        check_available(name)
        self._flag = COMPRESSION_FLAGS[name]
        self._compress = _gzip if name == Compression.GZIP else _new_zstd_compressor()

    def packed(self, parts: Sequence[Buffer]) -> tuple[int, Sequence[Buffer]]:
        """A body, given and returned in parts: smaller with its flag, or as it is with 0."""
        size = sum(map(len, parts))
        if not LEAST_BYTES <= size <= MOST_PLAIN_BYTES:
            return 0, parts
        compressed = self._compress(parts)
        if _SIZE.size + len(compressed) >= size:
            return 0, parts
        return self._flag, [_SIZE.pack(size), compressed]


def _gzip(parts: Sequence[Buffer]) -> bytes:
    stream = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP_BITS)
    return b"".join((*map(stream.compress, parts), stream.flush()))


def _new_zstd_compressor() -> Callable[[Sequence[Buffer]], bytes]:
    zstd = _zstd()
    stream = zstd.ZstdCompressor(LEVEL)  # its tables are used again: they cost more than a block

    def compress(parts: Sequence[Buffer]) -> bytes:
        return b"".join((*map(stream.compress, parts), stream.flush(stream.FLUSH_FRAME)))

    return compress


def plain_size(body: Buffer) -> int:
    """The size that a compressed body says it has when it is plain.

    Raises:
        ProtocolError: it says none.
    """
    if len(body) <= _SIZE.size:
        raise ProtocolError(f"a compressed body of {len(body)} bytes")
    return int(_SIZE.unpack_from(body)[0])


def inflate(body: Buffer, flag: int) -> bytes:
    """The plain body; no more memory is taken than it says it needs.

    Raises:
        ProtocolError: it is not what its flag and its size say, or cannot be made plain here.
    """
    size = plain_size(body)
    data = memoryview(body)[_SIZE.size :]
    # One byte of room more: the end of the data is seen only if something could follow.
    plain, whole = (_gunzip if flag == Flag.GZIP else _unzstd)(data, size + 1)
    if not whole or len(plain) != size:
        raise ProtocolError(f"cannot be decompressed: it does not end at its size of {size} bytes")
    return plain


def _gunzip(data: memoryview, most: int) -> tuple[bytes, bool]:
    """At most so many bytes, and whether that is all there is."""
    stream = zlib.decompressobj(_GZIP_BITS)
    try:
        plain = stream.decompress(data, most)
    except zlib.error as error:
        raise ProtocolError(f"cannot be decompressed: {error}") from None
    return plain, stream.eof and not stream.unused_data


def _unzstd(data: memoryview, most: int) -> tuple[bytes, bool]:
    try:
        zstd = _zstd()
    except InvalidValue as error:
        raise ProtocolError(f"cannot be decompressed: {error}") from None
    options = {zstd.DecompressionParameter.window_log_max: WINDOW_LOG}
    stream = zstd.ZstdDecompressor(options=options)
    try:
        plain = stream.decompress(data, most)
    except zstd.ZstdError as error:
        raise ProtocolError(f"cannot be decompressed: {error}") from None
    return plain, stream.eof and not stream.unused_data
