"""A block: items that travel together. It can be cut and strided without decoding an item.

The body of a DATA frame, by its flags and codec:

    [count int64 times (TIMES) | one int64 interval (INTERVAL)]
    [count u32 ends of the items' data, if count > 1 and the codec is not `samples`]
    [zeros up to a multiple of 64, if the codec is `array` or `samples`]
    data

All of it may be compressed (GZIP, ZSTD); then `Block.received` gives a `CompressedBlock`.

`samples` data is one array, first axis = items. An item of codec `array` starts at the next
multiple of 64 after the end of the one before. This module never decodes a value.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from collections.abc import Sequence

from stream_core.errors import ProtocolError
from stream_core.wire.framing import Frame
from stream_core.wire.header import HEADER, CodecNumber, Flag, Kind
from stream_core.wire.tables import (
    ALIGNMENT,
    aligned,
    ascending,
    little,
    lowered,
    unpack_int64,
    unpack_uint32,
)

__all__ = [
    "LARGEST_NUMBER",
    "LARGEST_SPAN",
    "MOST_ITEMS",
    "Block",
]

LARGEST_NUMBER = 2**62  # of an item: what is computed from it still fits the header
LARGEST_SPAN = 2**32 - 1  # between the numbers of a block's first and last item
LARGEST_BODY = 2**32 - 1  # that a header can tell of
MOST_ITEMS = 2**16  # of a block that has a table; samples are bounded by their bytes
_CUTS = 8

_INT64 = struct.Struct("<q")
_UINT32 = struct.Struct("<I")
_TIME = range(-(2**63), 2**63)

# Plain ints: on the hot path the operators of an enum cost microseconds.
_TIMES = int(Flag.TIMES)
_INTERVAL = int(Flag.INTERVAL)
_TIMING = _TIMES | _INTERVAL
_ENVELOPE = int(Flag.ENVELOPE)
_COMPRESSED = int(Flag.GZIP | Flag.ZSTD)
_FROM_WRITER = _TIMING | _COMPRESSED
_FROM_SERVER = _FROM_WRITER | _ENVELOPE
_FIRST_CODEC = int(CodecNumber.RAW)
_LAST_CODEC = int(CodecNumber.MARSHAL)
_ARRAY = int(CodecNumber.ARRAY)
_SAMPLES = int(CodecNumber.SAMPLES)
_DATA = int(Kind.DATA)


class Block:
    """Items of one writer with consecutive numbers, `stride` apart; immutable.

    Attributes:
        codec: a `CodecNumber`; flags: of its body (`Flag`).
        source: number of the writing client.
        count: how many items; stride: the distance of their numbers; first, last: the first's and
            the last one's number.
        time_ns: time of the first item.
        body: bytes as in the module's description; data_start: where in it the data begins.
        size_bytes: of the body.
    """

    __slots__ = (
        "__weakref__",
        "_cuts",
        "_ends",
        "_head",
        "_head_address",
        "_times_bytes",
        "body",
        "codec",
        "count",
        "data_start",
        "first",
        "flags",
        "last",
        "size_bytes",
        "source",
        "stride",
        "time_ns",
    )

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
        self.codec = codec
        self.flags = flags
        self.source = source
        self.count = count
        self.stride = stride
        self.first = first
        self.last = first if count == 1 else first + (count - 1) * stride
        self.time_ns = time_ns
        self.body = body
        self.size_bytes = len(body)
        self._times_bytes = start = 8 * count if flags & _TIMES else 8 if flags & _INTERVAL else 0
        if codec == _SAMPLES:
            self.data_start = aligned(start)
        else:
            start += 4 * count if count > 1 else 0
            self.data_start = aligned(start) if codec == _ARRAY else start
        self._ends: array[int] | None = None
        self._cuts: dict[range, Block] | None = None
        self._head = b""
        self._head_address = 0

    @classmethod
    def received(
        cls,
        frame: Frame,
        *,
        source: int | None = None,
        first: int | None = None,
        limit_bytes: int = LARGEST_BODY,
    ) -> Block:
        """The block in a DATA frame, restamped with `source` and `first` where given.

        What it says of itself is checked, so that nobody has to check it again; what is in a
        compressed body is checked when that is made plain, and may not be more than `limit_bytes`.
        What is restamped comes from a writer, and no writer sends envelopes.

        Raises:
            ProtocolError: count, stride, times, table and size of the frame contradict each other.
        """
        kind = cls
        if frame.flags & _COMPRESSED:
            from stream_core.wire.compressed_block import CompressedBlock  # is a Block itself

            kind = CompressedBlock
        block = kind(
            frame.codec,
            frame.flags & (_FROM_SERVER if source is None else _FROM_WRITER),
            frame.source if source is None else source,
            frame.count,
            frame.stride or 1,
            frame.sequence if first is None else first,
            frame.time_ns,
            frame.body,
        )
        block.check(limit_bytes)
        return block

    def check(self, limit_bytes: int) -> None:
        """Hold what it says of itself to its body.

        Raises:
            ProtocolError: they contradict each other, or a compressed body is said to be larger
                than `limit_bytes`.
        """
        self._check_facts(self.size_bytes)
        if self.flags & _INTERVAL:
            self._check_interval()
        if self.codec != _SAMPLES and self.count > 1:
            self._check_table(self.size_bytes - self.data_start)

    def _check_facts(self, body_bytes: int) -> None:
        """Hold the header to itself and to the size of the plain body."""
        count = self.count
        if not _FIRST_CODEC <= self.codec <= _LAST_CODEC:
            raise ProtocolError(f"codec {self.codec} is unknown")
        if count < 1 or not 0 <= self.first <= LARGEST_NUMBER:
            raise ProtocolError(f"a block has items, and numbers from 0 to {LARGEST_NUMBER}")
        if (count - 1) * self.stride > LARGEST_SPAN:
            raise ProtocolError(f"the numbers of a block span {LARGEST_SPAN} at most")
        size_bytes = body_bytes - self.data_start
        if size_bytes < 0:
            raise ProtocolError(f"a body of {body_bytes} bytes cannot hold {count} items")
        if self.codec == _SAMPLES:
            if size_bytes % count or size_bytes < count:
                raise ProtocolError(f"{size_bytes} bytes do not divide into {count} samples")
        elif count > MOST_ITEMS:
            raise ProtocolError(f"a block has {MOST_ITEMS} items at most, not {count}")

    def _check_interval(self) -> None:
        if self.flags & _TIMES:
            raise ProtocolError("a block has times or an interval, not both")
        interval_ns = self.interval_ns
        length_ns = interval_ns * self.count
        if length_ns not in _TIME or self.time_ns + length_ns not in _TIME:
            raise ProtocolError("the times of a block must fit 64 bits")

    def _check_table(self, size_bytes: int) -> None:
        count, start = self.count, self._times_bytes
        table = memoryview(self.body)[start : start + 4 * count]
        if _UINT32.unpack_from(table, 4 * count - 4)[0] != size_bytes or not ascending(
            table, padded=self.codec == _ARRAY
        ):
            raise ProtocolError("the table of a block's items contradicts its data")

    @property
    def enveloped(self) -> bool:
        """Whether an item is the minima and the maxima of a bin of samples."""
        return bool(self.flags & _ENVELOPE)

    @property
    def sequences(self) -> range:
        """The items' numbers."""
        return range(self.first, self.first + self.count * self.stride, self.stride)

    @property
    def data(self) -> memoryview:
        """The data of all items."""
        return memoryview(self.body)[self.data_start :]

    @property
    def times_differ(self) -> bool:
        """Whether its items may have different times; else all have that of the first."""
        return bool(self.flags & _TIMING)

    @property
    def interval_ns(self) -> int:
        """The distance of the items' times; 0 where each has its own or all have the same."""
        return int(_INT64.unpack_from(self.body)[0]) if self.flags & _INTERVAL else 0

    @property
    def ends(self) -> array[int]:
        """The end of each item in the data; not of samples."""
        if self._ends is None:
            if self.count == 1:
                self._ends = array("I", [self.size_bytes - self.data_start])
            else:
                start = self._times_bytes
                table = memoryview(self.body)[start : start + 4 * self.count]
                self._ends = unpack_uint32(table)
        return self._ends

    def item_range(self, index: int) -> tuple[int, int]:
        """Where in the data an item begins and ends."""
        if self.codec == _SAMPLES:
            size = (self.size_bytes - self.data_start) // self.count
            return index * size, (index + 1) * size
        ends = self.ends
        start = ends[index - 1] if index else 0
        return (aligned(start) if self.codec == _ARRAY else start), ends[index]

    def item_bytes(self, index: int) -> int:
        """The size of one item."""
        start, stop = self.item_range(index)
        return max(0, stop - start)

    def span_bytes(self, start: int, stop: int) -> int:
        """The size of neighbouring items, with what pads them."""
        return max(0, self.item_range(stop - 1)[1] - self.item_range(start)[0])

    def fitting(self, start: int, stop: int, size_bytes: int) -> int:
        """How many of the items from `start` to `stop` have no more bytes together; one at least.

        Not of a compressed block.
        """
        if self.codec == _SAMPLES:
            count = size_bytes // self.sample_bytes
        else:
            end = self.item_range(start)[0] + size_bytes
            count = bisect_right(self.ends, end, start, stop) - start
        return min(max(count, 1), stop - start)

    @property
    def sample_bytes(self) -> int:
        """The size of each item of a samples block."""
        return (self.size_bytes - self.data_start) // self.count

    # What differs where the body is compressed

    @property
    def compressed(self) -> bool:
        """Whether the body has to be made plain before it can be looked into."""
        return False

    @property
    def broken(self) -> str | None:
        """Why the body cannot be made plain; None as far as is known."""
        return None

    def plain(self) -> Block:
        """The same items with a plain body: itself, if it has one.

        Raises:
            ProtocolError: "cannot be decompressed: …"
        """
        return self

    def release(self) -> None:
        """All readers have seen it: what was made of it for them together need not be kept."""

    def items(self) -> list[memoryview]:
        """The data of each item."""
        data = self.data
        return [data[slice(*self.item_range(index))] for index in range(self.count)]

    def times_ns(self) -> Sequence[int]:
        """The time of each item."""
        if self.flags & _TIMES:
            return unpack_int64(memoryview(self.body)[: 8 * self.count])
        step = self.interval_ns
        if step == 0:
            return (self.time_ns,) * self.count
        return range(self.time_ns, self.time_ns + step * self.count, step)

    def head(self, address: int) -> bytes:
        """The frame's header for a reader's number; made once for all who share the number."""
        if self._head_address != address or not self._head:
            self._head_address = address
            # Spelled out: going through keywords would double the cost of a header.
            self._head = HEADER.pack(
                self.size_bytes,
                _DATA,
                self.codec,
                self.flags,
                address,
                self.source,
                self.count,
                self.stride,
                self.first,
                self.time_ns,
            )
        return self._head

    def cut(self, indices: range) -> Block:
        """The block of the items at `indices`, one at least; made once for all who want the same.

        Only the newest few cuts are kept for others, so that pieces do not pile up in memory.
        """
        if len(indices) == self.count:
            return self
        cuts = self._cuts
        if cuts is None:
            cuts = self._cuts = {}
        block = cuts.get(indices)
        if block is None:
            if len(cuts) == _CUTS:
                del cuts[next(iter(cuts))]
            block = cuts[indices] = self._cut(indices)
        return block

    def _cut(self, indices: range) -> Block:
        flags, time_ns, prefix = self._cut_times(indices)
        if self.codec == _SAMPLES:
            data: bytes | memoryview = self._cut_samples(indices)
        else:
            table, data = self._cut_items(indices)
            prefix += table
        if self.codec in (_ARRAY, _SAMPLES):
            prefix += bytes(-len(prefix) % ALIGNMENT)
        count = len(indices)
        return Block(
            self.codec,
            flags | self.flags & _ENVELOPE,
            self.source,
            count,
            self.stride * indices.step if count > 1 else 1,
            self.first + self.stride * indices.start,
            time_ns,
            b"".join((prefix, data)),
        )

    def _cut_times(self, indices: range) -> tuple[int, int, bytes]:
        start, step = indices.start, indices.step
        if self.flags & _TIMES:
            if len(indices) == 1:
                return 0, _INT64.unpack_from(self.body, 8 * start)[0], b""
            chosen = unpack_int64(memoryview(self.body)[: 8 * self.count])[
                start : indices.stop : step
            ]
            return _TIMES, chosen[0], little(chosen)
        interval_ns = self.interval_ns
        time_ns = self.time_ns + start * interval_ns
        if interval_ns and len(indices) > 1:
            return _INTERVAL, time_ns, _INT64.pack(interval_ns * step)
        return 0, time_ns, b""

    def _cut_samples(self, indices: range) -> bytes | memoryview:
        size = (self.size_bytes - self.data_start) // self.count
        if indices.step == 1:
            return self.data[indices.start * size : indices.stop * size]
        from stream_core.wire.arrays import stride_rows  # numpy is loaded when first needed

        return stride_rows(self.data, size, indices.start, indices.step, len(indices))

    def _cut_items(self, indices: range) -> tuple[bytes, bytes | memoryview]:
        if indices.step == 1:
            return self._cut_neighbours(indices)
        data, padded, position = self.data, self.codec == _ARRAY, 0
        parts: list[bytes | memoryview] = []
        ends = array("I")
        for index in indices:
            start, stop = self.item_range(index)
            if padded:
                parts.append(bytes(-position % ALIGNMENT))
                position = aligned(position)
            parts.append(data[start:stop])
            position += stop - start
            ends.append(position)
        return (little(ends) if len(ends) > 1 else b""), b"".join(parts)

    def _cut_neighbours(self, indices: range) -> tuple[bytes, memoryview]:
        first, after = indices.start, indices.stop
        start, stop = self.item_range(first)[0], self.item_range(after - 1)[1]
        data = self.data[start:stop]
        if len(indices) == 1:
            return b"", data
        table = memoryview(self.body)[self._times_bytes :][4 * first : 4 * after]
        return lowered(table, start), data
