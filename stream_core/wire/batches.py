"""Batches: a writer's items on their way into one block. Each takes the value at once.

They know nothing of channels, numbers or links.
"""

from __future__ import annotations

import math
import operator
import struct
import sys
from array import array
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from stream_core.errors import InvalidValue
from stream_core.per_item import Lane
from stream_core.wire import objects
from stream_core.wire.encoders import ENCODERS, Buffer
from stream_core.wire.header import CodecNumber, Flag
from stream_core.wire.tables import ALIGNMENT, pack_int64, pack_uint32

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "BLOCK_BYTES",
    "BLOCK_ITEMS",
    "LARGE_BLOCK_BYTES",
    "OBJECT_BLOCK_BYTES",
    "OBJECT_ITEMS",
    "Batch",
    "ItemBatch",
    "ObjectBatch",
    "Packed",
    "SamplesBatch",
]

BLOCK_BYTES = 128 * 1024
LARGE_BLOCK_BYTES = 1024 * 1024  # of large items, or of samples that come as arrays and merge
OBJECT_BLOCK_BYTES = 1_000_000  # less than a mebibyte with its tables
BLOCK_ITEMS = 1024
OBJECT_ITEMS = 2500  # a quarter of what a reader may hold, if it does not choose

_PAGE_FROM_BYTES = 8 * 1024  # so much has come as arrays: more will
_PAGE_SPARE_BYTES = 64 * 1024  # that the last array of a page may have

# What an object takes of a block's room: its bytes, but so much at least that the items are
# bounded by the same sum.
_LEAST_BYTES = OBJECT_BLOCK_BYTES // OBJECT_ITEMS
_MOST_TIMES = 16  # as large as its items is a large block: who keeps an array keeps its whole block
_PREFIX_BYTES = 5  # at most, before the bytes of a text
_SHORT = _LEAST_BYTES - _PREFIX_BYTES
_FIXED = frozenset({type(None), bool, float})
_MOST_PARTS = 4  # of a body: a copy is cheaper than more of them
_MOST_PACKED = 4096  # a format of its own for each number of times up to that
_LEAST_INT, _GREATEST_INT = -(2**63), 2**64 - 1

_TIMES = int(Flag.TIMES)
_INTERVAL = int(Flag.INTERVAL)
_LEAST_TIME, _GREATEST_TIME = -(2**63), 2**63 - 1
_TIME = range(_LEAST_TIME, _GREATEST_TIME + 1)

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

_NO_KINDS: frozenset[type] = frozenset()
_LANE_KINDS: dict[str, frozenset[type]] = {"d": frozenset({float})} | {
    code: frozenset({int}) for code in "bBhHiIqQ"
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


def _checked_time(time_ns: object) -> int:
    if type(time_ns) is int and _LEAST_TIME <= time_ns <= _GREATEST_TIME:
        return time_ns
    try:
        whole = operator.index(time_ns)  # type: ignore[arg-type]
    except TypeError:
        raise _refused_time(time_ns) from None
    if whole not in _TIME:
        raise _refused_time(time_ns)
    return whole


def _refused_time(time_ns: object) -> InvalidValue:
    return InvalidValue(f"{time_ns!r} is no time: give a 64-bit whole number of nanoseconds")


@lru_cache(maxsize=2048)
def _int64s(count: int) -> Callable[..., bytes]:
    """What packs so many times; six times as fast as by an array."""
    return struct.Struct(f"<{count}q").pack


def _pack_times(times: Sequence[int]) -> tuple[int, bytes]:
    if len(times) == 1:
        return 0, b""
    packed = _int64s(len(times))(*times) if len(times) <= _MOST_PACKED else pack_int64(times)
    if packed == packed[:8] * len(times):
        return 0, b""
    return _TIMES, packed


class ObjectBatch(Lane):
    """Items of codec `object`; those that cannot change are encoded together when they leave.

    Args:
        block_bytes: of a block before its last item; what comes the short way is smaller itself.
    """

    __slots__ = ("_block_bytes", "_buffer", "_encoded", "_encoded_bytes", "_ends")

    codec = int(CodecNumber.OBJECT)

    def __init__(self, block_bytes: int = OBJECT_BLOCK_BYTES) -> None:
        self._block_bytes = block_bytes
        self.kinds = _FIXED
        self.short, self.longest = _SHORT + 1, block_bytes - _PREFIX_BYTES - 1
        self.least = _LEAST_BYTES
        self._begin()

    def _begin(self) -> None:
        self._encoded: list[Buffer] = []
        self._encoded_bytes = 0
        self._buffer = bytearray()  # behind what is encoded, and open
        self._ends: list[int] = []
        self.room = self._block_bytes  # left by all that
        self.values: list[Any] = []  # behind all that
        self.times = []
        self.most = self.room // _LEAST_BYTES

    @property
    def count(self) -> int:
        """How many items there are."""
        return len(self.times)

    @property
    def full(self) -> bool:
        """Whether the block should leave before another item comes."""
        return len(self.values) >= self.most

    @property
    def size_bytes(self) -> int:
        """Of the data so far."""
        if self.values:
            self._encode_values()
        return self._encoded_bytes + len(self._buffer)

    def add(self, value: Any, time_ns: int) -> bool:
        """Take one item."""
        kind = type(value)
        size = _LEAST_BYTES
        if kind is bytes or (kind is str and value.isascii()):
            if len(value) > _SHORT:
                size = len(value) + _PREFIX_BYTES
                if size >= self._block_bytes:
                    return self._add_encoded(value, time_ns)
        elif kind not in _FIXED and not (kind is int and _LEAST_INT <= value <= _GREATEST_INT):
            return self._add_encoded(value, time_ns)
        self.times.append(_checked_time(time_ns))
        self.values.append(value)
        if size > _LEAST_BYTES:
            self._take_room(size - _LEAST_BYTES)
        return self.full

    def _add_encoded(self, value: Any, time_ns: int) -> bool:
        """Take what may change, is large, or may be refused."""
        time_ns = _checked_time(time_ns)
        if self.values:
            self._encode_values()
        buffer = self._buffer
        start = len(buffer)
        objects.encode_into(value, buffer)
        self.times.append(time_ns)
        end = len(buffer)
        self._ends.append(self._encoded_bytes + end)
        self._take_room(max(end - start, _LEAST_BYTES))
        return self.full

    def _take_room(self, size_bytes: int) -> None:
        self.room -= size_bytes
        self.most = self.room // _LEAST_BYTES

    def _encode_values(self) -> None:
        """Move what came the short way behind the rest, encoded in one call."""
        values, self.values = self.values, []
        self._close_buffer()
        start = self._encoded_bytes
        run, size_bytes = objects.encode_run(values)
        self._encoded.append(run)
        self._encoded_bytes += len(run)
        if size_bytes:
            self._ends += range(start + size_bytes, self._encoded_bytes + 1, size_bytes)
        else:
            self._ends += _ends_of(values, start)
        self._take_room(_LEAST_BYTES * len(values))

    def _close_buffer(self) -> None:
        if self._buffer:
            self._encoded.append(self._buffer)
            self._encoded_bytes += len(self._buffer)
            self._buffer = bytearray()

    def pack(self) -> Packed:
        """The body; the batch is empty afterwards."""
        times, values = self.times, self.values
        count = len(times)
        if count == 1 and values:  # a lone item, which somebody waits for
            lone = objects.encode_plain(values[0])
            packed = Packed(self.codec, 0, 1, times[0], [lone], len(lone))
            self._begin()
            return packed
        flags, prefix = _pack_times(times)
        if len(values) == count:
            run, size_bytes = objects.encode_run(values)
            size = len(run)
            encoded: list[Buffer] = [run]
            if count > 1:
                even = _even_table(size_bytes)[: 4 * count] if size_bytes else b""
                prefix += even or pack_uint32(_ends_of(values, 0))
        else:
            if values:
                self._encode_values()
            self._close_buffer()
            encoded = self._encoded
            size = self._encoded_bytes
            if count > 1:
                prefix += pack_uint32(self._ends)
            if len(encoded) > _MOST_PARTS:
                encoded = [b"".join(encoded)]
        parts = [prefix, *encoded] if prefix else encoded
        packed = Packed(self.codec, flags, count, times[0], parts, size + len(prefix))
        self._begin()
        return packed


def _ends_of(values: list[Any], start: int) -> list[int]:
    """Where each of the values ends, encoded one behind the other."""
    ends = accumulate(map(len, map(objects.encode_plain, values)), initial=start)
    next(ends)
    return list(ends)


@lru_cache(maxsize=64)
def _even_table(size_bytes: int) -> bytes:
    """Where items of one size end, one behind the other, as many as a block may have."""
    return pack_uint32(range(size_bytes, size_bytes * OBJECT_ITEMS + 1, size_bytes))


class ItemBatch:
    """Items of codec `raw`, `array`, `pickle` or `marshal`, kept in parts until they leave.

    Where they are large, a block has several of them: what a frame costs at each place that it
    comes to, with the caches cold of the last one's bytes, is more than what these cost.

    Args:
        codec: of the items.
        block_bytes: of a block of small items before the last one.
        most_bytes: of a block of large items before the last one.
    """

    def __init__(
        self,
        codec: CodecNumber,
        block_bytes: int = BLOCK_BYTES,
        most_bytes: int = LARGE_BLOCK_BYTES,
    ) -> None:
        self.codec = int(codec)
        self.count = 0
        self.size_bytes = 0
        self._encode = ENCODERS[codec]
        self._padded = codec is CodecNumber.ARRAY
        self._parts: list[Buffer] = []
        self._ends: list[int] = []
        self._times: list[int] = []
        self._block_bytes = block_bytes
        self._block_items = block_bytes * BLOCK_ITEMS // BLOCK_BYTES
        self._limit_bytes = self._most_bytes = max(block_bytes, most_bytes)

    @property
    def full(self) -> bool:
        """Whether the block should leave before another item comes."""
        return self.count >= self._block_items or self.size_bytes >= self._most_bytes

    def add(self, value: Any, time_ns: int) -> bool:
        """Take one item."""
        parts = self._encode(value)
        self._times.append(_checked_time(time_ns))
        padding = -self.size_bytes % ALIGNMENT if self._padded else 0
        if padding:
            self._parts.append(bytes(padding))
        self._parts.extend(parts)
        size = sum(map(len, parts))
        self._most_bytes = max(self._block_bytes, min(self._most_bytes, size * _MOST_TIMES))
        self.size_bytes += padding + size
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
        self._parts, self._ends, self._times = [], [], []
        self.count = self.size_bytes = 0
        self._most_bytes = self._limit_bytes
        return packed


class SamplesBatch(Lane):
    """Samples of one numeric type and shape; neighbours that follow in time merge.

    Args:
        dtype, shape: of one sample.
        block_bytes: of a block of samples that come singly, with their times, before the last one.
    """

    __slots__ = (
        "_block_bytes",
        "_code",
        "_data",
        "_dtype",
        "_item_bytes",
        "_joined",
        "_own_kinds",
        "_page",
        "_row_bytes",
        "_run",
        "_shape",
    )

    codec = int(CodecNumber.SAMPLES)

    def __init__(
        self, dtype: np.dtype[Any], shape: tuple[int, ...], block_bytes: int = BLOCK_BYTES
    ) -> None:
        self._block_bytes = block_bytes
        self._dtype = dtype
        self._shape = shape
        native = shape == () and sys.byteorder == "little"
        self._code = _TYPECODES.get(dtype.str) if native else None
        self._item_bytes = dtype.itemsize
        self._row_bytes = dtype.itemsize * math.prod(shape)
        self._own_kinds = _LANE_KINDS.get(self._code or "", _NO_KINDS)
        self.short, self.longest = 0, -1
        self._begin()

    def _begin(self) -> None:
        self._data = bytearray()
        self._page: np.ndarray[Any, Any] | None = None  # where the samples are instead
        self._joined = 0  # samples in it
        self._run: tuple[int, int, int] | None = None  # start, interval, count
        self.times = []
        self._begin_values()

    def _begin_values(self) -> None:
        """Let the next samples go behind what is joined."""
        self.values: Any = [] if self._code == "d" else array(self._code or "b")
        room = self._block_bytes - self._joined_bytes - 8 * len(self.times)
        self.most = max(0, -(-room // (self._item_bytes + 8)))
        self.kinds = self._own_kinds if self._run is None else _NO_KINDS

    @property
    def count(self) -> int:
        """How many samples there are."""
        return self._joined + len(self.values)

    @property
    def full(self) -> bool:
        """Whether the block should leave before another item comes."""
        return self.size_bytes + 8 * len(self.times) >= self._block_bytes

    @property
    def crowded(self) -> bool:
        """Whether the block should leave before a sample comes that needs each one's time told."""
        return self._run is not None and self.count * (self._row_bytes + 8) >= self._block_bytes

    @property
    def full_of_rows(self) -> bool:
        """Whether the block should leave before more rows come."""
        return self._joined * self._row_bytes >= LARGE_BLOCK_BYTES

    @property
    def _joined_bytes(self) -> int:
        return self._joined * self._row_bytes

    @property
    def size_bytes(self) -> int:
        """Of the data so far."""
        return self._joined_bytes + len(self.values) * self._item_bytes

    def add(self, value: Any, time_ns: int) -> bool:
        """Take one sample."""
        if self._run is not None:
            self._expand_run()
        self.times.append(_checked_time(time_ns))
        try:
            if self._code is None:
                rows = self._rows([value])
                self._close_page()
                self._data += rows
                self._joined += 1
            else:
                self.values.append(_real(value) if self._code == "d" else value)
                if self._code == "f":
                    self._check_narrow(value)
        except (TypeError, OverflowError) as error:
            self.times.pop()
            raise InvalidValue(f"{value!r} is no {self._dtype} sample: {error}") from None
        except BaseException:
            self.times.pop()
            raise
        return self.full

    def _check_narrow(self, value: Any) -> None:
        """Refuse what is infinite as float32 only; the array takes it without a word."""
        if math.isinf(self.values[-1]) and not math.isinf(value):
            self.values.pop()
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
        if self.put_rows(rows, time_ns, interval_ns):
            return
        from stream_core.wire.arrays import element_bytes  # numpy is there already

        self._close_page()
        self._join()
        self._add_times(count, time_ns, interval_ns)
        self._data += element_bytes(rows)
        self._joined += count
        self._begin_values()
        if len(self._data) >= _PAGE_FROM_BYTES and rows.nbytes <= _PAGE_SPARE_BYTES:
            self._open_page()

    def put_rows(self, rows: np.ndarray[Any, Any], time_ns: int, interval_ns: int) -> bool:
        """Take an array as `add_rows` does, if it goes on where arrays before it ended.

        Returns:
            False where more has to be looked at.
        """
        page, run = self._page, self._run
        if page is None or run is None or type(time_ns) is not int:
            return False
        start, interval, count = run
        if interval != interval_ns or start + interval * count != time_ns:
            return False
        joined = count + len(rows)
        if joined > len(page):
            return False
        page[count:joined] = rows
        self._joined = joined
        self._run = start, interval, joined
        return True

    def _open_page(self) -> None:
        """Have the next arrays in memory that is used again, of which nothing has to grow.

        Nobody asks then whether their times have room in 64 bits.
        """
        plain = self._dtype.kind in "biufc" and self._dtype.char not in "gG"  # nothing pads them
        if not plain or self._run is None or len(self._data) >= LARGE_BLOCK_BYTES:
            return
        start, interval, _ = self._run
        longest_ns = interval * ((LARGE_BLOCK_BYTES + _PAGE_SPARE_BYTES) // self._row_bytes)
        if longest_ns not in _TIME or start + longest_ns not in _TIME:
            return
        import numpy as np

        from stream_core.wire.memory import uninitialised

        memory = uninitialised(LARGE_BLOCK_BYTES + _PAGE_SPARE_BYTES)
        memory[: len(self._data)] = self._data
        rows = len(memory) // self._row_bytes
        flat = np.frombuffer(memory, self._dtype, rows * math.prod(self._shape))
        self._page = flat.reshape(rows, *self._shape)
        self._data = bytearray()

    def _close_page(self) -> None:
        if self._page is not None:
            self._data = bytearray(self._page_bytes(self._page))
            self._page = None

    def _page_bytes(self, page: np.ndarray[Any, Any]) -> memoryview:
        return page.reshape(-1).view("u1").data[: self._joined_bytes]

    def follows(self, time_ns: int, interval_ns: int, count: int) -> bool:
        """Whether so many samples from that time on would be described by the one interval."""
        if self.count == 0:
            return True
        if self._run is None:
            return False
        start, interval, before = self._run
        if interval != interval_ns or start + interval * before != time_ns:
            return False
        return interval * (before + count) in _TIME

    def pack(self) -> Packed:
        """The body; the batch is empty afterwards."""
        self._join()
        flags, time_ns, prefix = self._pack_times()
        prefix += bytes(-len(prefix) % ALIGNMENT)
        data = self._data if self._page is None else self._page_bytes(self._page)
        size = len(prefix) + len(data)
        parts: list[Buffer] = [prefix, data] if prefix else [data]
        packed = Packed(self.codec, flags, self.count, time_ns, parts, size)
        self._begin()
        return packed

    def _join(self) -> None:
        """Move what came singly behind the rows before it."""
        if self.values:
            values = self.values
            self._close_page()
            self._data += values.tobytes() if self._code != "d" else _doubles(values)
            self._joined += len(self.values)
            self._begin_values()

    def _rows(self, values: Any) -> memoryview:
        from stream_core.wire.arrays import as_samples, element_bytes  # loads numpy

        return element_bytes(as_samples(values, self._dtype, self._shape))

    def _add_times(self, count: int, time_ns: int, interval_ns: int) -> None:
        if self.count == 0:
            self._run = (time_ns, interval_ns, count)
        elif self._run is not None and self.follows(time_ns, interval_ns, count):
            self._run = (self._run[0], interval_ns, self._run[2] + count)
        else:
            if self._run is not None:
                self._expand_run()
            self.times += _spread(time_ns, interval_ns, count)

    def _expand_run(self) -> None:
        assert self._run is not None
        self.times = list(_spread(*self._run))
        self._run = None
        self._begin_values()

    def _pack_times(self) -> tuple[int, int, bytes]:
        if self._run is None:
            flags, times = _pack_times(self.times)
            return flags, self.times[0], times
        start, interval, count = self._run
        if interval == 0 or count == 1:
            return 0, start, b""
        return _INTERVAL, start, interval.to_bytes(8, "little", signed=True)


def _spread(start: int, interval: int, count: int) -> Sequence[int]:
    if interval == 0:
        return [start] * count
    return range(start, start + interval * count, interval)


_DOUBLE = array("d", [0.0])


def _real(value: Any) -> float:
    """A number as `array("d")` takes it."""
    _DOUBLE[0] = value
    return _DOUBLE[0]


def _doubles(values: list[float]) -> bytes:
    return struct.pack(f"<{len(values)}d", *values)
