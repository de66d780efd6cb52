"""Arrays as bytes: type and shape before an aligned buffer; never copies what lies right already.

An encoded array is a prefix and the elements in C order. The prefix is a u32 length, so many bytes
of msgpack `[type, shape]`, and zeros up to a multiple of 64, so that the elements are aligned. A
type is its numpy text, such as "<f8"; `[base, shape]` for an array inside a structured type; and
`[size, [[name, offset, type, title], …]]` for a structured type itself.

Of the package only this module and `wire/memory.py` import numpy when they are imported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.wire.tables import ALIGNMENT, aligned

__all__ = [
    "as_samples",
    "decode_array",
    "decode_arrays",
    "describe_dtype",
    "element_bytes",
    "encode_array",
    "may_change",
    "parse_dtype",
    "sample_dtype",
    "stride_rows",
]

SAFE_KINDS = "SUVmM"  # casting these by "same_kind" would cut texts off or round times
EMPTY_ELEMENTS = 1 << 20  # elements of no bytes: their number is bounded by no frame
CACHED_PREFIX_BYTES = 1024
NESTED_TYPES = 16
EXTENDED_BYTES = 10
EXTENDED_FLOATS = np.finfo(np.longdouble).nmant == 63  # 80 bits, as on x86, in more bytes

_SIMPLE_TYPE = re.compile(r"[<>|=]?[biufcSUV]\d{1,10}|[<>|=]?[mM]8(\[[\w/\u03bc]{1,24}\])?|[iIqQ]")
_TYPE_ERRORS = (TypeError, ValueError, SyntaxError, LookupError, ArithmeticError, AttributeError)


def encode_array(array: NDArray[Any]) -> tuple[bytes, memoryview]:
    """The prefix and the elements of an array; the elements are shared if they lie in C order.

    Raises:
        InvalidValue: its elements are not plain bytes (objects, variable strings).
    """
    prefix = _prefix(array.dtype, array.dtype.char, array.shape)
    return prefix, element_bytes(array)


def may_change(array: NDArray[Any]) -> bool:
    """Whether its memory can be written to: by itself, or by what it is a view of."""
    owner: Any = array
    while isinstance(owner, np.ndarray):
        if owner.flags.writeable:
            return True
        owner = owner.base
        if isinstance(owner, memoryview):
            owner = owner.obj
    return owner is not None and type(owner) is not bytes


def decode_array(data: bytes | bytearray | memoryview) -> NDArray[Any]:
    """The array in `data`, sharing its memory: writable if and only if `data` is.

    Raises:
        ProtocolError: it is not an encoded array.
    """
    view = memoryview(data)
    if len(view) < 4:
        raise ProtocolError("an array without its prefix")
    length = 4 + int.from_bytes(view[:4], "little")
    start = aligned(length)
    if start > len(view):
        raise ProtocolError("an array whose prefix is longer than itself")
    parse = _cached_prefix if length <= CACHED_PREFIX_BYTES else _parse_prefix
    dtype, shape, size_bytes = parse(bytes(view[4:length]))
    if size_bytes != len(view) - start:
        raise ProtocolError(
            f"an array of {dtype} and shape {shape} needs {size_bytes} bytes; "
            f"{len(view) - start} came"
        )
    try:
        return np.ndarray(shape, dtype, buffer=view[start:])
    except _TYPE_ERRORS as error:
        raise ProtocolError(f"an impossible array: {error}") from error


def decode_arrays(data: memoryview, ends: Sequence[int]) -> list[NDArray[Any]]:
    """The arrays of a block, each from the next multiple of 64 after the one before to its end.

    They share the memory as those of `decode_array` do.

    Raises:
        ProtocolError: one is not an encoded array.
    """
    alike = _decode_alike(data, ends) if len(ends) > 1 else None
    if alike is not None:
        return alike
    starts = (0, *map(aligned, ends[:-1]))
    return [decode_array(data[start:end]) for start, end in zip(starts, ends, strict=True)]


def _decode_alike(data: memoryview, ends: Sequence[int]) -> list[NDArray[Any]] | None:
    """Arrays of one type and shape: the rows of one; None: they are not, or have to be looked at.

    To make them one by one costs four times as much.
    """
    item_bytes, count = ends[0], len(ends)
    step = aligned(item_bytes)
    if item_bytes < 4 or list(ends) != list(range(item_bytes, step * count + 1, step)):
        return None
    length = 4 + int.from_bytes(data[:4], "little")
    start = aligned(length)
    if start >= item_bytes or length > CACHED_PREFIX_BYTES:
        return None
    prefix = data[:length]
    if any(data[at : at + length] != prefix for at in range(step, step * count, step)):
        return None
    dtype, shape, size_bytes = _cached_prefix(bytes(prefix[4:]))
    if not shape or size_bytes != item_bytes - start:
        return None
    strides = (step, *_strides(dtype.itemsize, shape))
    try:
        return list(np.ndarray((count, *shape), dtype, data, start, strides))
    except _TYPE_ERRORS:
        return None


def _strides(item_bytes: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Of an array in C order."""
    return tuple(item_bytes * math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def sample_dtype(dtype: Any) -> np.dtype[Any]:
    """The numpy type that a text, a type or a description stands for, if it can travel.

    Raises:
        InvalidValue: it is no type, or its elements are not plain bytes.
    """
    try:
        described = type(dtype) is list and len(dtype) == 2 and type(dtype[1]) is list
        found: np.dtype[Any] = parse_dtype(dtype) if described else np.dtype(dtype)
    except (*_TYPE_ERRORS, ProtocolError) as error:
        raise InvalidValue(f"dtype {dtype!r} is not a numpy type: {error}") from error
    describe_dtype(found)
    return found


def describe_dtype(dtype: np.dtype[Any]) -> str | list[Any]:
    """The type as data for msgpack, from which `parse_dtype` makes an equal one.

    Raises:
        InvalidValue: its elements are not plain bytes (objects, variable strings).
    """
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return [describe_dtype(base), list(shape)]
    if dtype.names is not None and type(dtype) is np.dtypes.VoidDType:
        return [dtype.itemsize, [_describe_field(dtype, name) for name in dtype.names]]
    text = dtype.str
    if _SIMPLE_TYPE.fullmatch(text) is None or np.dtype(text) != dtype:
        raise InvalidValue(
            f"arrays of {dtype} cannot be sent: their elements are not plain bytes; codec "
            "'pickle' carries them, if the receiver allows it"
        )
    # C has two names for one integer type; the less usual one is kept by its letter.
    if dtype.char in "iIqQ" and dtype.isnative and np.dtype(text).char != dtype.char:
        return dtype.char
    return text


def _describe_field(dtype: np.dtype[Any], name: str) -> list[Any]:
    fields = dtype.fields
    assert fields is not None
    field, offset, *title = fields[name]
    if title and type(title[0]) is not str:
        raise InvalidValue(f"field {name!r} of {dtype} has a title that is not a text")
    return [name, offset, describe_dtype(field), title[0] if title else None]


def parse_dtype(described: Any) -> np.dtype[Any]:
    """The type that `describe_dtype` described.

    Raises:
        ProtocolError: it is no such description.
    """
    try:
        return _parse_dtype(described, NESTED_TYPES)
    except _TYPE_ERRORS as error:
        raise ProtocolError(f"not a numpy type: {error}") from error


def _parse_dtype(described: Any, depth: int) -> np.dtype[Any]:
    if type(described) is str:
        if _SIMPLE_TYPE.fullmatch(described) is None:
            raise ProtocolError(f"not a numpy type: {described[:40]!r}")
        return np.dtype(described)
    if depth == 0:
        raise ProtocolError(f"a numpy type nested more than {NESTED_TYPES} deep")
    if type(described) is not list or len(described) != 2:
        raise ProtocolError("not a numpy type")
    first, second = described
    if type(first) is int:
        return _structured(first, second, depth - 1)
    return np.dtype((_parse_dtype(first, depth - 1), _checked_shape(second)))


def _structured(size_bytes: int, fields: list[Any], depth: int) -> np.dtype[Any]:
    names, offsets, formats, titles = [], [], [], []
    for name, offset, described, title in fields:
        if type(name) is not str or type(offset) is not int or type(title) not in (str, type(None)):
            raise ProtocolError("not a field of a numpy type")
        names.append(name)
        offsets.append(offset)
        formats.append(_parse_dtype(described, depth))
        titles.append(title)
    form: Any = {"names": names, "offsets": offsets, "formats": formats, "itemsize": size_bytes}
    if any(title is not None for title in titles):
        form["titles"] = titles
    structured: np.dtype[Any] = np.dtype(form)
    return structured


@lru_cache(maxsize=256)
def _prefix(dtype: np.dtype[Any], char: str, shape: tuple[int, ...]) -> bytes:
    """`char` is in the key because types that differ in it alone are equal."""
    described = describe_dtype(dtype)
    if dtype.itemsize == 0 and math.prod(shape) > EMPTY_ELEMENTS:
        raise InvalidValue(f"arrays of {dtype} cannot have more than {EMPTY_ELEMENTS} elements")
    facts = msgspec.msgpack.encode([described, shape])
    prefix = len(facts).to_bytes(4, "little") + facts
    return prefix + bytes(-len(prefix) % ALIGNMENT)


def element_bytes(array: NDArray[Any]) -> memoryview:
    """The elements in C order; shared if they lie so, and there is nothing between them.

    What pads an element is sent as zeros: it may be whatever this process had in that place before.
    """
    if array.nbytes == 0:
        return memoryview(b"")
    flat = np.asarray(array, order="C").reshape(-1).view(np.uint8)
    used = _used_bytes(array.dtype)
    if used is not None:
        flat = (flat.reshape(-1, len(used)) & used).reshape(-1)
    return flat.data


@lru_cache(maxsize=256)
def _used_bytes(dtype: np.dtype[Any]) -> NDArray[np.uint8] | None:
    """Of the bytes of an element those that mean something are 255, the others 0; None: all."""
    used = np.zeros(dtype.itemsize, np.uint8)
    _mark_used(dtype, used)
    return None if used.all() else used


def _mark_used(dtype: np.dtype[Any], used: NDArray[np.uint8]) -> None:
    if dtype.subdtype is not None:
        base = dtype.subdtype[0]
        for start in range(0, len(used), max(1, base.itemsize)):
            _mark_used(base, used[start : start + base.itemsize])
    elif dtype.names is not None:
        assert dtype.fields is not None
        for field, offset, *_ in map(dtype.fields.__getitem__, dtype.names):
            _mark_used(field, used[offset : offset + field.itemsize])
    elif dtype.char in "gG" and EXTENDED_FLOATS:
        parts = used.reshape(1 if dtype.char == "g" else 2, -1)
        parts[:, slice(EXTENDED_BYTES) if dtype.isnative else slice(-EXTENDED_BYTES, None)] = 255
    else:
        used[:] = 255


def _parse_prefix(facts: bytes) -> tuple[np.dtype[Any], tuple[int, ...], int]:
    try:
        described, dimensions = msgspec.msgpack.decode(facts, type=tuple[Any, list[int]])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"not the prefix of an array: {error}") from error
    dtype, shape = parse_dtype(described), _checked_shape(dimensions)
    if dtype.itemsize == 0 and math.prod(shape) > EMPTY_ELEMENTS:
        raise ProtocolError(f"an array of {math.prod(shape)} empty elements")
    return dtype, shape, math.prod(shape) * dtype.itemsize


_cached_prefix = lru_cache(maxsize=256)(_parse_prefix)


def _checked_shape(dimensions: Any) -> tuple[int, ...]:
    if type(dimensions) is not list or not all(type(n) is int and n >= 0 for n in dimensions):
        raise ProtocolError("not the shape of an array")
    return tuple(dimensions)


def as_samples(value: Any, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """`value` as a C-contiguous array of shape `(n, *shape)`; itself if it is one already.

    Numbers are converted within their kind (a float to a shorter float, an int to a float) if
    each of them fits; texts and times only where nothing is lost.

    Raises:
        InvalidValue: type or shape do not fit; the message names what is expected and what came.
    """
    array = value if type(value) is np.ndarray else _from_sequence(value, dtype)
    if array.dtype is dtype and array.shape[1:] == shape and array.size and array.ndim > 0:
        return array if array.flags.c_contiguous else np.asarray(array, order="C")
    if array.size == 0 and array.ndim <= 1 and array.shape[:1] == (0,):
        return np.empty((0, *shape), dtype)
    if array.ndim != len(shape) + 1 or array.shape[1:] != shape:
        expected = ", ".join(("n", *map(str, shape)))
        raise InvalidValue(f"samples of shape ({expected}) are expected, not {array.shape}")
    if array.dtype != dtype:
        array = _converted(array, dtype)
    return np.asarray(array, order="C")


def _from_sequence(value: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    try:
        if dtype.names is not None:
            return np.asarray(value, dtype)
        return np.asarray(value)
    except _TYPE_ERRORS as error:
        raise InvalidValue(f"samples of {dtype} are expected: {error}") from error


def _converted(array: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    if not np.can_cast(array.dtype, dtype, "safe"):
        integers = array.dtype.kind in "iu" and dtype.kind in "iu"
        if integers:
            _check_range(array, dtype)
        elif dtype.kind in SAFE_KINDS or not np.can_cast(array.dtype, dtype, "same_kind"):
            raise InvalidValue(f"samples of {dtype} are expected, not of {array.dtype}")
    try:
        with np.errstate(over="raise"):
            return array.astype(dtype)
    except (*_TYPE_ERRORS, FloatingPointError) as error:
        raise InvalidValue(f"samples of {dtype} are expected; one does not fit: {error}") from error


def _check_range(array: NDArray[Any], dtype: np.dtype[Any]) -> None:
    if not array.size:
        return
    low, high, allowed = int(array.min()), int(array.max()), np.iinfo(dtype)
    if low < allowed.min or high > allowed.max:
        culprit = low if low < allowed.min else high
        raise InvalidValue(f"samples of {dtype} are expected; {culprit} does not fit")


def stride_rows(
    view: bytes | bytearray | memoryview, item_bytes: int, start: int, step: int, count: int
) -> memoryview:
    """The bytes of `count` items of `item_bytes` from item `start` on, each `step`-th.

    Neighbouring items are a slice of `view`; others are copied.
    """
    source = memoryview(view)
    if step == 1 or count <= 1 or item_bytes == 0:
        return source[start * item_bytes : (start + count) * item_bytes]
    rows = np.frombuffer(source, np.dtype((np.void, item_bytes)))
    chosen = rows[start : start + (count - 1) * step + 1 : step].copy()
    return chosen.view(np.uint8).data
