"""A block whose body travels compressed; it never looks inside before a part of it is wanted."""

from __future__ import annotations

import weakref
from array import array
from collections.abc import Sequence

from stream_core.errors import ProtocolError
from stream_core.wire.blocks import Block
from stream_core.wire.compression import MOST_PLAIN_BYTES, inflate, plain_size
from stream_core.wire.framing import Frame
from stream_core.wire.header import Flag, Kind

__all__ = ["CompressedBlock"]

_GZIP = int(Flag.GZIP)
_ZSTD = int(Flag.ZSTD)
_TIMES = int(Flag.TIMES)
_INTERVAL = int(Flag.INTERVAL)


class CompressedBlock(Block):
    """Items of one writer, shared as they came.

    What looks into the body makes it plain, once for all who look while somebody keeps the plain
    block, and raises `ProtocolError` if that cannot be done.

    Attributes:
        size_bytes: of the body as it is; plain_bytes: what it says that it has when it is plain.
    """

    __slots__ = ("_found", "_kept", "_released", "broken", "plain_bytes")

    def __init__(
        self,
        codec: int,
        flags: int,
        source: int,
        count: int,
        stride: int,
        first: int,
        time_ns: int,
        body: bytes | memoryview,
    ) -> None:
        super().__init__(codec, flags, source, count, stride, first, time_ns, body)
        self.plain_bytes = plain_size(body)
        self.broken: str | None = None
        self._found: weakref.ref[Block] | None = None
        self._kept: Block | None = None
        self._released = False

    # What is known without a look into the body

    def check(self, limit_bytes: int) -> None:
        """Hold what it says of itself to the size that its body says it has."""
        if self.flags & _GZIP and self.flags & _ZSTD:
            raise ProtocolError("a body is compressed by gzip or by zstd, not by both")
        limit_bytes = min(limit_bytes, MOST_PLAIN_BYTES)
        if self.plain_bytes > limit_bytes:
            raise ProtocolError(
                f"a compressed body of {self.plain_bytes} plain bytes exceeds {limit_bytes}"
            )
        self._check_facts(self.plain_bytes)

    @property
    def compressed(self) -> bool:
        """Whether the body has to be made plain before it can be looked into."""
        return True

    @property
    def sample_bytes(self) -> int:
        """The size of each item of a samples block."""
        return (self.plain_bytes - self.data_start) // self.count

    def span_bytes(self, start: int, stop: int) -> int:
        """The share that neighbouring items have of the body."""
        size, count = self.size_bytes, self.count
        return stop * size // count - start * size // count

    def item_bytes(self, index: int) -> int:
        """The share that one item has of the body."""
        return self.span_bytes(index, index + 1)

    # What needs the plain body

    def plain(self) -> Block:
        """The same items with a plain body.

        Raises:
            ProtocolError: "cannot be decompressed: …"; `broken` is the same text from then on.
        """
        if self.broken is not None:
            raise ProtocolError(self.broken)
        block = self._found() if self._found is not None else None
        if block is None:
            try:
                block = self._inflated()
            except ProtocolError as error:
                self.broken = str(error)
                raise
            self._found = weakref.ref(block)
        if not self._released:
            self._kept = block
        return block

    def _inflated(self) -> Block:
        compression = self.flags & (_GZIP | _ZSTD)
        body = inflate(self.body, compression)
        frame = Frame(
            Kind.DATA,
            self.codec,
            self.flags & ~compression,
            0,
            self.source,
            self.count,
            self.stride,
            self.first,
            self.time_ns,
            body,
        )
        try:
            return Block.received(frame)
        except ProtocolError as error:
            raise ProtocolError(f"cannot be decompressed: {error}") from None

    def release(self) -> None:
        """Keep the plain block no longer than somebody else does."""
        self._released = True
        self._kept = None

    def cut(self, indices: range) -> Block:
        """The block of the items at `indices`; plain, unless it has all of them."""
        return self if len(indices) == self.count else self.plain().cut(indices)

    @property
    def data(self) -> memoryview:
        """The data of all items."""
        return self.plain().data

    @property
    def interval_ns(self) -> int:
        """The distance of the items' times; 0 where each has its own or all have the same."""
        return self.plain().interval_ns if self.flags & _INTERVAL else 0

    @property
    def ends(self) -> array[int]:
        """The end of each item in the data; not of samples."""
        return self.plain().ends

    def item_range(self, index: int) -> tuple[int, int]:
        """Where in the data an item begins and ends."""
        return self.plain().item_range(index)

    def times_ns(self) -> Sequence[int]:
        """The time of each item."""
        return self.plain().times_ns() if self.flags & _TIMES else super().times_ns()
