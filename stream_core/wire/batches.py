"""Batches: a writer's items on their way into one block. Each takes the value at once.

They know nothing of channels, numbers or links.
"""

from __future__ import annotations

import math
import operator
import sys
from array import array
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from stream_core.errors import InvalidValue
from stream_core.wire import objects
from stream_core.wire.encoders import ENCODERS, Buffer
from stream_core.wire.header import CodecNumber, Flag
from stream_core.wire.tables import ALIGNMENT, little, pack_uint32

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

# What an object takes of a block's room: its bytes, but so much at least that the items are
# bounded by the same sum.
_LEAST_BYTES = BLOCK_BYTES // BLOCK_ITEMS
_PREFIX_BYTES = 5  # at most, before the bytes of a text
_SHORT = _LEAST_BYTES - _PREFIX_BYTES
_FIXED = frozenset({type(None), bool, float})
_LEAST_INT, _GREATEST_INT = -(2**63), 2**64 - 1

_TIMES = int(Flag.TIMES)
_INTERVAL = int(Flag.INTERVAL)
_TIME = range(-(2**63), 2**63)

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

    @property
    def count(self) -> int:
        """How many items there are."""
        ...

    @property
    def full(self) -> bool:
        """Whether the block should leave before another item comes."""
        ...

    @property
    def size_bytes(self) -> int:
        """Of the data so far."""
        ...

    def add(self, value: Any, time_ns: int) -> bool:
        """Take one item.

        Returns:
            Whether the batch is full now.

        Raises:
            InvalidValue: it cannot be encoded; the batch is as before.
        """
        ...

    def pack(self) -> Packed:
        """The body; the batch is empty afterwards."""
        ...


def _refused_time(time_ns: object) -> InvalidValue:
    return InvalidValue(f"{time_ns!r} is no time: give a 64-bit whole number of nanoseconds")


def _pack_times(times: array[int]) -> tuple[int, bytes]:
    if len(times) == 1:
        return 0, b""
    packed = little(times)
    if packed == packed[:8] * len(times):
        return 0, b""
    return _TIMES, packed


class ObjectBatch:
    """Items of codec `object`; those that cannot change are encoded together when they leave."""

    codec = int(CodecNumber.OBJECT)

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._buffer = bytearray()
        self._ends: list[int] = []
        self._values: list[Any] = []  # behind those in the buffer
        self._times = array("q")
        self._room = BLOCK_BYTES

    @property
    def count(self) -> int:
        """How many items there are."""
        return len(self._times)

    @property
    def full(self) -> bool:
        """Whether the block should leave before another item comes."""
        return self._room <= 0

    @property
    def size_bytes(self) -> int:
        """Of the data so far."""
        if self._values:
            self._encode_values()
        return len(self._buffer)

    def add(self, value: Any, time_ns: int) -> bool:
        """Take one item."""
        kind = type(value)
        size = _LEAST_BYTES
        if kind is bytes or (kind is str and value.isascii()):
            if len(value) > _SHORT:
                size = len(value) + _PREFIX_BYTES
                if size >= BLOCK_BYTES:
                    return self._add_encoded(value, time_ns)
        elif kind not in _FIXED and not (kind is int and _LEAST_INT <= value <= _GREATEST_INT):
            return self._add_encoded(value, time_ns)
        try:
            self._times.append(time_ns)
        except (TypeError, OverflowError):
            raise _refused_time(time_ns) from None
        self._values.append(value)
        self._room = room = self._room - size
        return room <= 0

    def _add_encoded(self, value: Any, time_ns: int) -> bool:
        """Take what may change, is large, or may be refused."""
        if self._values:
            self._encode_values()
        buffer = self._buffer
        start = len(buffer)
        objects.encode_into(value, buffer)
        try:
            self._times.append(time_ns)
        except (TypeError, OverflowError):
            del buffer[start:]
            raise _refused_time(time_ns) from None
        end = len(buffer)
        self._ends.append(end)
        size = end - start
        self._room = room = self._room - (size if size > _LEAST_BYTES else _LEAST_BYTES)
        return room <= 0

    def _encode_values(self) -> None:
        encoded = list(map(objects.encode_plain, self._values))
        self._values.clear()
        start = len(self._buffer)
        ends = accumulate(map(len, encoded))
        self._ends += map(start.__add__, ends) if start else ends
        self._buffer += b"".join(encoded)

    def pack(self) -> Packed:
        """The body; the batch is empty afterwards."""
        if self._values:
            self._encode_values()
        flags, prefix = _pack_times(self._times)
        if len(self._times) > 1:
            prefix += pack_uint32(self._ends)
        parts: list[Buffer] = [prefix, self._buffer] if prefix else [self._buffer]
        size = len(prefix) + len(self._buffer)
        packed = Packed(self.codec, flags, len(self._times), self._times[0], parts, size)
        self._begin()
        return packed


class ItemBatch:
    """Items of codec `raw`, `array`, `pickle` or `marshal`, kept in parts until they leave."""

    def __init__(self, codec: CodecNumber) -> None:
        self.codec = int(codec)
        self.count = 0
        self.size_bytes = 0
        self._encode = ENCODERS[codec]
        self._padded = codec is CodecNumber.ARRAY
        self._parts: list[Buffer] = []
        self._ends: list[int] = []
        self._times = array("q")

    @property
    def full(self) -> bool:
        """Whether the block should leave before another item comes."""
        return self.count >= BLOCK_ITEMS or self.size_bytes >= BLOCK_BYTES

    def add(self, value: Any, time_ns: int) -> bool:
        """Take one item."""
        parts = self._encode(value)
        try:
            self._times.append(time_ns)
        except (TypeError, OverflowError):
            raise _refused_time(time_ns) from None
        padding = -self.size_bytes % ALIGNMENT if self._padded else 0
        if padding:
            self._parts.append(bytes(padding))
        self._parts.extend(parts)
        self.size_bytes += padding + sum(map(len, parts))
        self._ends.append(self.size_bytes)
        self.count += 1
        return self.full

    def pack(self) -> Packed:
        """The body; the batch is empty afterwards."""
        flags, prefix = _pack_times(self._times)
        if self.count > 1:
            prefix += pack_uint32(self._ends)
        if self._padded:
            prefix += bytes(-len(prefix) % ALIGNMENT)
        parts = [prefix, *self._parts] if prefix else self._parts
        size = len(prefix) + self.size_bytes
        packed = Packed(self.codec, flags, self.count, self._times[0], parts, size)
        self._parts, self._ends, self._times = [], [], array("q")
        self.count = self.size_bytes = 0
        return packed


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
        self._narrow = code == "f"
        self._data = bytearray()
        self._times = array("q")
        self._run: tuple[int, int, int] | None = None  # start, interval, count

    @property
    def full(self) -> bool:
        """Whether the block should leave before another item comes."""
        return self.size_bytes + 8 * len(self._times) >= BLOCK_BYTES

    @property
    def size_bytes(self) -> int:
        """Of the data so far."""
        single = self._single
        return len(self._data) + (len(single) * single.itemsize if single else 0)

    def add(self, value: Any, time_ns: int) -> bool:
        """Take one sample."""
        if self._run is not None:
            self._expand_run()
        try:
            self._times.append(time_ns)
        except (TypeError, OverflowError):
            raise _refused_time(time_ns) from None
        try:
            if self._single is None:
                self._data += self._rows([value])
            else:
                self._single.append(value)
                if self._narrow:
                    self._check_narrow(value)
        except (TypeError, OverflowError) as error:
            self._times.pop()
            raise InvalidValue(f"{value!r} is no {self._dtype} sample: {error}") from None
        except BaseException:
            self._times.pop()
            raise
        self.count += 1
        return self.full

    def _check_narrow(self, value: Any) -> None:
        """Refuse what is infinite as float32 only; the array takes it without a word."""
        assert self._single is not None
        if math.isinf(self._single[-1]) and not math.isinf(value):
            self._single.pop()
            raise OverflowError("it is too large")

    def add_rows(self, rows: np.ndarray[Any, Any], time_ns: int, interval_ns: int) -> None:
        """Take a contiguous array of samples of the batch's type, its first axis = items."""
        count = len(rows)
        try:
            time_ns, interval_ns = operator.index(time_ns), operator.index(interval_ns)
        except TypeError:
            raise _refused_time((time_ns, interval_ns)) from None
        length_ns = interval_ns * count
        if not (time_ns in _TIME and length_ns in _TIME and time_ns + length_ns in _TIME):
            raise _refused_time(time_ns + length_ns)
        self._join_single()
        from stream_core.wire.arrays import element_bytes  # numpy is there already

        self._data += element_bytes(rows)
        self._add_times(count, time_ns, interval_ns)
        self.count += count

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
        self._join_single()
        flags, time_ns, prefix = self._pack_times()
        prefix += bytes(-len(prefix) % ALIGNMENT)
        size = len(prefix) + len(self._data)
        parts: list[Buffer] = [prefix, self._data] if prefix else [self._data]
        packed = Packed(self.codec, flags, self.count, time_ns, parts, size)
        self._data, self._times, self._run, self.count = bytearray(), array("q"), None, 0
        return packed

    def _join_single(self) -> None:
        """Move what came singly behind the rows before it."""
        if self._single:
            self._data += self._single.tobytes()
            self._single = array(self._single.typecode)

    def _rows(self, values: Any) -> memoryview:
        from stream_core.wire.arrays import as_samples, element_bytes  # loads numpy

        return element_bytes(as_samples(values, self._dtype, self._shape))

    def _add_times(self, count: int, time_ns: int, interval_ns: int) -> None:
        if self.count == 0:
            self._run = (time_ns, interval_ns, count)
        elif self._run is not None and self.follows(time_ns, interval_ns):
            self._run = (self._run[0], interval_ns, self._run[2] + count)
        else:
            if self._run is not None:
                self._expand_run()
            self._times += _spread(time_ns, interval_ns, count)

    def _expand_run(self) -> None:
        assert self._run is not None
        self._times = _spread(*self._run)
        self._run = None

    def _pack_times(self) -> tuple[int, int, bytes]:
        if self._run is None:
            flags, times = _pack_times(self._times)
            return flags, self._times[0], times
        start, interval, count = self._run
        if interval == 0 or count == 1:
            return 0, start, b""
        return _INTERVAL, start, interval.to_bytes(8, "little", signed=True)


def _spread(start: int, interval: int, count: int) -> array[int]:
    if interval == 0:
        return array("q", [start]) * count
    return array("q", range(start, start + interval * count, interval))
