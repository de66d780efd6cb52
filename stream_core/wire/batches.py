"""Batches: a writer's items on their way into one block. Each takes the value at once.

They know nothing of channels, numbers or links.
"""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from stream_core.errors import InvalidValue
from stream_core.wire import objects
from stream_core.wire.blocks import aligned, pack_int64, pack_uint32
from stream_core.wire.header import CodecNumber, Flag

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "BLOCK_BYTES",
    "BLOCK_ITEMS",
    "Batch",
    "ItemBatch",
    "ObjectBatch",
    "Packed",
    "SamplesBatch",
]

BLOCK_BYTES = 64 * 1024
BLOCK_ITEMS = 1024

Buffer = bytes | bytearray | memoryview

# typecodes of `array` for the numpy types that one call per sample is made fast for
_TYPECODES = {
    "<f8": "d",
    "<f4": "f",
    "|i1": "b",
    "|u1": "B",
    "<i2": "h",
    "<u2": "H",
    "<i4": "i",
    "<u4": "I",
    "<i8": "q",
    "<u8": "Q",
}


class Packed(msgspec.Struct, gc=False):
    """A finished body in parts, with the header fields that describe it."""

    codec: int
    flags: int
    count: int
    time_ns: int
    parts: list[Buffer]
    size_bytes: int


class Batch(Protocol):
    """What all batches can do."""

    codec: int
    count: int

    @property
    def full(self) -> bool:
        """Whether the block should leave before another item comes."""
        ...

    @property
    def size_bytes(self) -> int:
        """Of the data so far."""
        ...

    def add(self, value: Any, time_ns: int) -> None:
        """Take one item.

        Raises:
            InvalidValue: it cannot be encoded; the batch is as before.
        """
        ...

    def pack(self) -> Packed:
        """The body; the batch is empty afterwards."""
        ...


def _pack_times(times: list[int]) -> tuple[int, bytes]:
    if times.count(times[0]) == len(times):
        return Flag.NONE, b""
    return Flag.TIMES, pack_int64(times)


class ObjectBatch:
    """Items of codec `object`, encoded into one growing buffer."""

    codec = int(CodecNumber.OBJECT)

    def __init__(self) -> None:
        self.count = 0
        self._buffer = bytearray()
        self._ends: list[int] = []
        self._times: list[int] = []

    @property
    def full(self) -> bool:
        """Whether the block should leave before another item comes."""
        return self.count >= BLOCK_ITEMS or len(self._buffer) >= BLOCK_BYTES

    @property
    def size_bytes(self) -> int:
        """Of the data so far."""
        return len(self._buffer)

    def add(self, value: Any, time_ns: int) -> None:
        """Take one item."""
        objects.encode_into(value, self._buffer)
        self._ends.append(len(self._buffer))
        self._times.append(time_ns)
        self.count += 1

    def pack(self) -> Packed:
        """The body; the batch is empty afterwards."""
        flags, times = _pack_times(self._times)
        table = pack_uint32(self._ends) if self.count > 1 else b""
        parts: list[Buffer] = [times + table, self._buffer]
        size = len(parts[0]) + len(self._buffer)
        packed = Packed(self.codec, flags, self.count, self._times[0], parts, size)
        self._buffer, self._ends, self._times, self.count = bytearray(), [], [], 0
        return packed


class ItemBatch:
    """Items of codec `raw`, `array`, `pickle` or `marshal`, kept in parts until they leave."""

    def __init__(self, codec: CodecNumber) -> None:
        self.codec = int(codec)
        self.count = 0
        self.size_bytes = 0
        self._encode = _ENCODERS[codec]
        self._parts: list[Buffer] = []
        self._ends: list[int] = []
        self._times: list[int] = []

    @property
    def full(self) -> bool:
        """Whether the block should leave before another item comes."""
        return self.count >= BLOCK_ITEMS or self.size_bytes >= BLOCK_BYTES

    def add(self, value: Any, time_ns: int) -> None:
        """Take one item."""
        parts = self._encode(value)
        size = sum(map(len, parts))
        if self.codec == CodecNumber.ARRAY:
            start = aligned(self.size_bytes)
            if start > self.size_bytes:
                self._parts.append(bytes(start - self.size_bytes))
                self.size_bytes = start
        self._parts.extend(parts)
        self.size_bytes += size
        self._ends.append(self.size_bytes)
        self._times.append(time_ns)
        self.count += 1

    def pack(self) -> Packed:
        """The body; the batch is empty afterwards."""
        flags, times = _pack_times(self._times)
        prefix = times + (pack_uint32(self._ends) if self.count > 1 else b"")
        if self.codec == CodecNumber.ARRAY:
            prefix += bytes(aligned(len(prefix)) - len(prefix))
        parts = [prefix, *self._parts] if prefix else self._parts
        size = len(prefix) + self.size_bytes
        packed = Packed(self.codec, flags, self.count, self._times[0], parts, size)
        self._parts, self._ends, self._times = [], [], []
        self.count = self.size_bytes = 0
        return packed


def _raw(value: Any) -> list[Buffer]:
    if type(value) is bytes:
        return [value]
    if isinstance(value, bytearray | memoryview):
        return [bytes(value)]
    raise InvalidValue(f"codec 'raw' takes bytes, not {type(value).__name__}; use codec 'object'")


def _array(value: Any) -> list[Buffer]:
    from stream_core.wire.arrays import encode_array  # numpy is loaded when first needed

    if type(value).__name__ != "ndarray":
        raise InvalidValue(
            f"codec 'array' takes a numpy array, not {type(value).__name__}; use codec 'object'"
        )
    prefix, data = encode_array(value.copy() if value.flags.writeable else value)
    return [prefix, data]


def _pickle(value: Any) -> list[Buffer]:
    from stream_core.wire.trusted import encode_pickle

    return [encode_pickle(value)]


def _marshal(value: Any) -> list[Buffer]:
    from stream_core.wire.trusted import encode_marshal

    return [encode_marshal(value)]


_ENCODERS = {
    CodecNumber.RAW: _raw,
    CodecNumber.ARRAY: _array,
    CodecNumber.PICKLE: _pickle,
    CodecNumber.MARSHAL: _marshal,
}


class SamplesBatch:
    """Samples of one numeric type and shape; neighbours that follow in time merge."""

    codec = int(CodecNumber.SAMPLES)

    def __init__(self, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
        self.count = 0
        self._dtype = dtype
        self._shape = shape
        native = shape == () and sys.byteorder == "little"
        code = _TYPECODES.get(dtype.str) if native else None
        self._single: array[Any] | None = array(code) if code else None
        self._data = bytearray()
        self._times: list[int] = []
        self._run: tuple[int, int, int] | None = None  # start, interval, count

    @property
    def full(self) -> bool:
        """Whether the block should leave before another item comes."""
        return self.size_bytes >= BLOCK_BYTES

    @property
    def size_bytes(self) -> int:
        """Of the data so far."""
        single = self._single
        return len(self._data) + (len(single) * single.itemsize if single else 0)

    def add(self, value: Any, time_ns: int) -> None:
        """Take one sample."""
        if self._single is None:
            self._data += self._rows([value])
        else:
            try:
                self._single.append(value)
            except (TypeError, OverflowError) as error:
                raise InvalidValue(f"{value!r} is no {self._dtype} sample: {error}") from None
        if self._run is not None:
            self._expand_run()
        self._times.append(time_ns)
        self.count += 1

    def add_rows(self, rows: np.ndarray[Any, Any], time_ns: int, interval_ns: int) -> None:
        """Take a contiguous array of samples of the batch's type, its first axis = items."""
        if self._single:
            self._data += self._single.tobytes()
            self._single = array(self._single.typecode)
        self._data += rows.reshape(-1).view("u1").data
        self._add_times(len(rows), time_ns, interval_ns)
        self.count += len(rows)

    def follows(self, time_ns: int, interval_ns: int) -> bool:
        """Whether samples from that time on would be described by the block's one interval."""
        if self.count == 0:
            return True
        if self._run is None:
            return False
        start, interval, count = self._run
        return interval == interval_ns and start + interval * count == time_ns

    def pack(self) -> Packed:
        """The body; the batch is empty afterwards."""
        if self._single:
            self._data += self._single.tobytes()
            self._single = array(self._single.typecode)
        flags, time_ns, times = self._pack_times()
        prefix = times + bytes(aligned(len(times)) - len(times))
        size = len(prefix) + len(self._data)
        parts: list[Buffer] = [prefix, self._data] if prefix else [self._data]
        packed = Packed(self.codec, flags, self.count, time_ns, parts, size)
        self._data, self._times, self._run, self.count = bytearray(), [], None, 0
        return packed

    def _rows(self, values: Any) -> bytes:
        from stream_core.wire.arrays import as_samples  # numpy is loaded when first needed

        return as_samples(values, self._dtype, self._shape).tobytes()

    def _add_times(self, count: int, time_ns: int, interval_ns: int) -> None:
        if self.count == 0:
            self._run = (time_ns, interval_ns, count)
        elif self._run is not None and self.follows(time_ns, interval_ns):
            self._run = (self._run[0], interval_ns, self._run[2] + count)
        else:
            if self._run is not None:
                self._expand_run()
            self._times.extend(time_ns + interval_ns * index for index in range(count))

    def _expand_run(self) -> None:
        assert self._run is not None
        start, interval, count = self._run
        self._times = [start + interval * index for index in range(count)]
        self._run = None

    def _pack_times(self) -> tuple[int, int, bytes]:
        if self._run is None:
            flags, times = _pack_times(self._times)
            return flags, self._times[0], times
        start, interval, count = self._run
        if interval == 0 or count == 1:
            return Flag.NONE, start, b""
        return Flag.INTERVAL, start, interval.to_bytes(8, "little", signed=True)
