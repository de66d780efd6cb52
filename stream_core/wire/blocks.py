"""A block: items that travel together. It can be cut and strided without decoding an item.

The body of a DATA frame, by its flags and codec:

    [count int64 times (TIMES) | one int64 interval (INTERVAL)]
    [count u32 ends of the items' data, if count > 1 and the codec is not `samples`]
    [zeros up to a multiple of 64, if the codec is `array` or `samples`]
    data

`samples` data is one array, first axis = items. An item of codec `array` starts at the next
multiple of 64 after the end of the one before. This module never decodes a value.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Sequence

from stream_core.errors import ProtocolError
from stream_core.wire.framing import Frame
from stream_core.wire.header import CodecNumber, Flag, Kind, header

__all__ = ["ALIGNMENT", "Block", "aligned", "pack_int64", "pack_uint32", "unpack_int64"]

ALIGNMENT = 64
_ALIGNED_CODECS = (CodecNumber.ARRAY, CodecNumber.SAMPLES)
_INT64 = struct.Struct("<q")


def aligned(offset: int) -> int:
    """The next multiple of 64 that is not below `offset`."""
    return (offset + ALIGNMENT - 1) & -ALIGNMENT


def pack_int64(values: Sequence[int]) -> bytes:
    """Little-endian int64 values."""
    return _little(array("q", values))


def pack_uint32(values: Sequence[int]) -> bytes:
    """Little-endian uint32 values."""
    return _little(array("I", values))


def unpack_int64(data: bytes | memoryview) -> array[int]:
    """The int64 values in little-endian bytes."""
    return _unpack("q", data)


def _little(values: array[int]) -> bytes:
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def _unpack(code: str, data: bytes | memoryview) -> array[int]:
    values = array(code)
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


class Block:
    """Items of one writer with consecutive numbers, `stride` apart; immutable.

    Attributes:
        codec: a `CodecNumber`; flags: `Flag.TIMES`, `Flag.INTERVAL`.
        source: number of the writing client.
        count: how many items; stride: the distance of their numbers; first: the first's number.
        time_ns: time of the first item.
        body: bytes as in the module's description.
    """

    __slots__ = (
        "_cuts",
        "_ends",
        "_head",
        "_head_address",
        "body",
        "codec",
        "count",
        "first",
        "flags",
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
        self.time_ns = time_ns
        self.body = body
        self.size_bytes = len(body)
        self._ends: array[int] | None = None
        self._cuts: dict[tuple[int, int, int], Block] | None = None
        self._head = b""
        self._head_address = 0

    @classmethod
    def received(
        cls, frame: Frame, *, source: int | None = None, first: int | None = None
    ) -> Block:
        """The block in a DATA frame, restamped with `source` and `first` where given.

        Raises:
            ProtocolError: count, stride and size of the frame contradict each other.
        """
        block = cls(
            frame.codec,
            frame.flags & (Flag.TIMES | Flag.INTERVAL),
            frame.source if source is None else source,
            frame.count,
            frame.stride or 1,
            frame.sequence if first is None else first,
            frame.time_ns,
            frame.body,
        )
        block._check()
        return block

    def _check(self) -> None:
        if not CodecNumber.RAW <= self.codec <= CodecNumber.MARSHAL:
            raise ProtocolError(f"codec {self.codec} is unknown")
        if self.count < 1 or self.first < 0:
            raise ProtocolError("a block needs items and numbers from 0")
        if self.data_start > self.size_bytes:
            raise ProtocolError(f"a body of {self.size_bytes} bytes cannot hold {self.count} items")
        if self.codec == CodecNumber.SAMPLES and (self.size_bytes - self.data_start) % self.count:
            raise ProtocolError(f"the samples do not divide into {self.count} items")
        if self.codec == CodecNumber.SAMPLES and self.size_bytes - self.data_start < self.count:
            raise ProtocolError(f"{self.count} samples need as many bytes at least")

    @property
    def sequences(self) -> range:
        """The items' numbers."""
        return range(self.first, self.first + self.count * self.stride, self.stride)

    @property
    def last(self) -> int:
        """The number of the last item."""
        return self.first + (self.count - 1) * self.stride

    @property
    def _times_bytes(self) -> int:
        if self.flags & Flag.TIMES:
            return 8 * self.count
        return 8 if self.flags & Flag.INTERVAL else 0

    @property
    def _table_bytes(self) -> int:
        return 4 * self.count if self.count > 1 and self.codec != CodecNumber.SAMPLES else 0

    @property
    def data_start(self) -> int:
        """Where in the body the data begins."""
        start = self._times_bytes + self._table_bytes
        return aligned(start) if self.codec in _ALIGNED_CODECS else start

    @property
    def data(self) -> memoryview:
        """The data of all items."""
        return memoryview(self.body)[self.data_start :]

    @property
    def interval_ns(self) -> int:
        """The distance of the items' times; 0 where each has its own or all have the same."""
        return int(_INT64.unpack_from(self.body)[0]) if self.flags & Flag.INTERVAL else 0

    @property
    def ends(self) -> array[int]:
        """The end of each item in the data; not of samples."""
        if self._ends is None:
            if self.count == 1:
                self._ends = array("I", [self.size_bytes - self.data_start])
            else:
                start = self._times_bytes
                table = memoryview(self.body)[start : start + self._table_bytes]
                self._ends = _unpack("I", table)
        return self._ends

    def item_range(self, index: int) -> tuple[int, int]:
        """Where in the data an item begins and ends."""
        if self.codec == CodecNumber.SAMPLES:
            size = (self.size_bytes - self.data_start) // self.count
            return index * size, (index + 1) * size
        ends = self.ends
        start = ends[index - 1] if index else 0
        return (aligned(start) if self.codec == CodecNumber.ARRAY else start), ends[index]

    def item_bytes(self, index: int) -> int:
        """The size of one item."""
        start, stop = self.item_range(index)
        return max(0, stop - start)

    def span_bytes(self, start: int, stop: int) -> int:
        """The size of the items from `start` up to `stop`, what pads them included."""
        if stop <= start:
            return 0
        return max(0, self.item_range(stop - 1)[1] - self.item_range(start)[0])

    def times_ns(self) -> Sequence[int]:
        """The time of each item."""
        if self.flags & Flag.TIMES:
            return unpack_int64(memoryview(self.body)[: 8 * self.count])
        step = self.interval_ns
        if step == 0:
            return (self.time_ns,) * self.count
        return range(self.time_ns, self.time_ns + step * self.count, step)

    def head(self, address: int) -> bytes:
        """The frame's header for a reader's number; made once for all who share the number."""
        if self._head_address != address or not self._head:
            self._head_address = address
            self._head = header(
                Kind.DATA,
                self.size_bytes,
                codec=self.codec,
                flags=self.flags,
                address=address,
                source=self.source,
                count=self.count,
                stride=self.stride,
                sequence=self.first,
                time_ns=self.time_ns,
            )
        return self._head

    def cut(self, indices: range) -> Block:
        """The block of the items at `indices`; made once for all who want the same."""
        if len(indices) == self.count:
            return self
        key = (indices.start, indices.stop, indices.step)
        if self._cuts is None:
            self._cuts = {}
        block = self._cuts.get(key)
        if block is None:
            block = self._cuts[key] = self._cut(indices)
        return block

    def _cut(self, indices: range) -> Block:
        flags, time_ns, times = self._cut_times(indices)
        if self.codec == CodecNumber.SAMPLES:
            data: bytes | memoryview = self._cut_samples(indices)
            table = b""
        else:
            table, data = self._cut_items(indices)
        start = len(times) + len(table)
        pad = aligned(start) - start if self.codec in _ALIGNED_CODECS else 0
        return Block(
            self.codec,
            flags,
            self.source,
            len(indices),
            self.stride * indices.step,
            self.first + self.stride * indices.start,
            time_ns,
            b"".join((times, table, bytes(pad), data)),
        )

    def _cut_times(self, indices: range) -> tuple[int, int, bytes]:
        if self.flags & Flag.TIMES:
            chosen = self.times_ns()[indices.start : indices.stop : indices.step]
            if len(chosen) == 1:
                return Flag.NONE, chosen[0], b""
            return Flag.TIMES, chosen[0], pack_int64(chosen)
        time_ns = self.time_ns + indices.start * self.interval_ns
        if self.flags & Flag.INTERVAL and len(indices) > 1:
            return Flag.INTERVAL, time_ns, _INT64.pack(self.interval_ns * indices.step)
        return Flag.NONE, time_ns, b""

    def _cut_samples(self, indices: range) -> bytes | memoryview:
        size = (self.size_bytes - self.data_start) // self.count
        if indices.step == 1:
            return self.data[indices.start * size : indices.stop * size]
        from stream_core.wire.arrays import stride_rows  # numpy is loaded when first needed

        return stride_rows(self.data, size, indices.start, indices.step, len(indices))

    def _cut_items(self, indices: range) -> tuple[bytes, bytes]:
        data, position = self.data, 0
        parts: list[bytes | memoryview] = []
        ends: list[int] = []
        for index in indices:
            start, stop = self.item_range(index)
            if self.codec == CodecNumber.ARRAY:
                parts.append(bytes(aligned(position) - position))
                position = aligned(position)
            part = data[start:stop]
            parts.append(part)
            position += len(part)
            ends.append(position)
        return (pack_uint32(ends) if len(indices) > 1 else b""), b"".join(parts)
