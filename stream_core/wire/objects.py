"""Python values as bytes and back, with equal value and equal type; never executes what came.

msgpack, with an extension for each type that msgpack lacks. Only exact types are taken: a subclass
would come back as something else. Plain values and containers of them take one call in C; other
containers are first rebuilt with extensions in the places of what msgpack lacks.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.msgpack import Ext

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.wire.loaded import loaded_numpy

__all__ = [
    "PLAIN_TYPES",
    "Taken",
    "decode",
    "decode_run",
    "encode",
    "encode_into",
    "encode_plain",
    "encode_run",
]

NESTED_VALUES = 128


class Extension:
    """The codes of msgpack's extensions here; the protocol page gives each one's content."""

    INT = 1
    COMPLEX = 2
    TUPLE = 3
    SET = 4
    DICT = 5
    DATETIME = 6
    TEXT = 7
    ARRAY = 8
    SCALAR = 9
    NUMPY_TEXT = 10
    NUMPY_BYTES = 11


_NoneType = type(None)

PLAIN_TYPES = frozenset({_NoneType, bool, int, float, str, bytes})
_are_plain = PLAIN_TYPES.issuperset
_COMPLEX = struct.Struct("<dd")
_ENCODER = msgspec.msgpack.Encoder()
encode_plain = _encode_plain = _ENCODER.encode  # of what is plain, in 64 bits and in Unicode
_encode_plain_into = _ENCODER.encode_into
_PREFIX_BYTES = {0xC4: 2, 0xC5: 3, 0xC6: 5, 0xD9: 2, 0xDA: 3, 0xDB: 5}  # of bytes and text


class Taken:
    """A value as it was when it was taken: encoded already, and encoded again at no cost.

    Args:
        value: any that can be encoded.

    Raises:
        InvalidValue: something in it is of a type that would not come back equal.
    """

    __slots__ = ("raw", "size_bytes")

    def __init__(self, value: Any) -> None:
        encoded = encode(value)
        self.raw = msgspec.Raw(encoded)
        self.size_bytes = len(encoded)


class _RefusedError(Exception):
    def __init__(self, culprit: Any, reason: str = "") -> None:
        self.culprit = culprit
        self.reason = reason or (
            "it would come out as another type; codec 'pickle' carries it, if the receiver "
            "allows it"
        )


def encode(value: Any) -> bytes:
    """The value as bytes.

    Raises:
        InvalidValue: something in it is of a type that would not come back equal.
    """
    try:
        return _encode_plain(value if _is_plain(value) else _checked_form(value))
    except (OverflowError, UnicodeEncodeError):  # long ints and lone surrogates
        return _encode_plain(_checked_form(value, thorough=True))


def encode_run(values: list[Any]) -> tuple[memoryview, int]:
    """Plain values one behind the other, in one call; `decode_run` is its inverse.

    Returns:
        Their bytes, and the size of each if all have one size, as far as that is seen at a glance;
        else 0.
    """
    encoded = _encode_plain(values)
    count = len(values)
    start = 1 if count < 16 else 3 if count < 65536 else 5
    # What a value begins with says how long it is. So if the first one's size is that of all on the
    # average, and all places that lie so far apart have its beginning, then each begins at one.
    first = _encode_plain(values[0])
    size_bytes = len(first)
    if len(encoded) != start + count * size_bytes:
        return memoryview(encoded)[start:], 0
    for index in range(_PREFIX_BYTES.get(first[0], 1)):
        if encoded[start + index :: size_bytes] != first[index : index + 1] * count:
            return memoryview(encoded)[start:], 0
    return memoryview(encoded)[start:], size_bytes


def encode_into(value: Any, buffer: bytearray) -> None:
    """Append the value's bytes to `buffer`, which is unchanged if that fails.

    Raises:
        InvalidValue: as `encode`.
    """
    length = len(buffer)
    try:
        _encode_plain_into(value if _is_plain(value) else _checked_form(value), buffer, -1)
    except (OverflowError, UnicodeEncodeError):
        del buffer[length:]
        _encode_plain_into(_checked_form(value, thorough=True), buffer, -1)


def decode(data: bytes | bytearray | memoryview) -> Any:
    """The value in `data`, which holds nothing else.

    Raises:
        ProtocolError: it is junk.
    """
    try:
        return _decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, MemoryError) as error:
        raise ProtocolError(f"not an encoded value: {error}") from error


def decode_run(data: bytes | bytearray | memoryview, count: int) -> list[Any]:
    """The `count` values that lie one behind the other in `data`, in one call.

    Raises:
        ProtocolError: it is junk, or holds another number of values.
    """
    # Values in a row are what follows the header of a msgpack array.
    values: list[Any] = decode(b"".join((b"\xdd", count.to_bytes(4, "big"), data)))
    return values


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind in PLAIN_TYPES:
        return True
    if kind is list:
        return _are_plain(map(type, value))
    if kind is dict:
        return _are_plain(map(type, value)) and _are_plain(map(type, value.values()))
    return False


# From values to what msgpack knows


def _checked_form(value: Any, *, thorough: bool = False) -> Any:
    """The value made of what msgpack knows; `thorough` looks at each int and each text."""
    try:
        return _form(value, NESTED_VALUES, thorough)
    except _RefusedError as refusal:
        raise InvalidValue(_refusal(value, refusal)) from None


def _form(value: Any, depth: int, thorough: bool) -> Any:
    kind = type(value)
    convert = _FORMS.get(kind)
    if convert is not None:
        return convert(value, depth, thorough)
    if kind in PLAIN_TYPES:
        return value
    return _numpy_form(value)


def _forms(values: Iterable[Any], depth: int, thorough: bool) -> list[Any]:
    if depth == 0:
        raise InvalidValue(
            f"a value cannot be sent that is nested more than {NESTED_VALUES} deep, or contains "
            "itself"
        )
    if not thorough and _are_plain(map(type, values)):
        return list(values)
    return [_form(value, depth - 1, thorough) for value in values]


def _int_form(value: int, _depth: int, _thorough: bool) -> Any:
    if -0x8000_0000_0000_0000 <= value <= 0xFFFF_FFFF_FFFF_FFFF:
        return value
    size_bytes = value.bit_length() // 8 + 1
    return Ext(Extension.INT, value.to_bytes(size_bytes, "little", signed=True))


def _text_form(value: str, _depth: int, _thorough: bool) -> Any:
    try:
        value.encode()
    except UnicodeEncodeError:  # lone surrogates, as in the names of files
        return Ext(Extension.TEXT, value.encode("utf-8", "surrogatepass"))
    return value


def _complex_form(value: complex, _depth: int, _thorough: bool) -> Any:
    return Ext(Extension.COMPLEX, _COMPLEX.pack(value.real, value.imag))


def _dict_form(value: dict[Any, Any], depth: int, thorough: bool) -> Any:
    keys, values = _forms(value, depth, thorough), _forms(value.values(), depth, thorough)
    if _are_plain(map(type, keys)):
        return dict(zip(keys, values, strict=True))
    return Ext(Extension.DICT, _encode_plain([keys, values]))


def _tuple_form(value: tuple[Any, ...], depth: int, thorough: bool) -> Any:
    return Ext(Extension.TUPLE, _encode_plain(_forms(value, depth, thorough)))


def _set_form(value: set[Any], depth: int, thorough: bool) -> Any:
    return Ext(Extension.SET, _encode_plain(_forms(value, depth, thorough)))


def _datetime_form(value: datetime, _depth: int, _thorough: bool) -> Any:
    fields = [value.year, value.month, value.day, value.hour, value.minute, value.second]
    zone = _zone_form(value.tzinfo)
    return Ext(Extension.DATETIME, _encode_plain([*fields, value.microsecond, value.fold, zone]))


def _zone_form(zone: tzinfo | None) -> Any:
    """None, the key of a time zone, or the offset in microseconds and perhaps a name."""
    if zone is None:
        return None
    if type(zone) is ZoneInfo and zone.key is not None:
        return zone.key
    if type(zone) is not timezone:
        raise _RefusedError(zone)
    offset, name = zone.utcoffset(None), zone.tzname(None)
    unnamed = name == timezone(offset).tzname(None)
    return [offset // timedelta(microseconds=1), None if unnamed else name]


def _taken_form(value: Taken, _depth: int, _thorough: bool) -> Any:
    return value.raw


def _numpy_form(value: Any) -> Any:
    numpy = loaded_numpy()
    if numpy is None:  # then nothing can be numpy's
        raise _RefusedError(value)
    kind = type(value)
    if kind is numpy.ndarray:
        return Ext(Extension.ARRAY, _array_bytes(value))
    if kind is numpy.str_:
        return Ext(Extension.NUMPY_TEXT, str.encode(value, "utf-8", "surrogatepass"))
    if kind is numpy.bytes_:
        return Ext(Extension.NUMPY_BYTES, bytes(value))
    if isinstance(value, numpy.generic) and kind is value.dtype.type and kind is not numpy.object_:
        return Ext(Extension.SCALAR, _array_bytes(numpy.asarray(value, value.dtype)))
    raise _RefusedError(value)


def _array_bytes(array: Any) -> bytes:
    from stream_core.wire import arrays

    try:
        return b"".join(arrays.encode_array(array))
    except InvalidValue as error:
        raise _RefusedError(array, str(error)) from error


_FORMS: dict[type, Callable[[Any, int, bool], Any]] = {
    int: _int_form,
    str: _text_form,
    complex: _complex_form,
    list: _forms,
    dict: _dict_form,
    tuple: _tuple_form,
    set: _set_form,
    datetime: _datetime_form,
    Taken: _taken_form,
}


def _refusal(value: Any, refusal: _RefusedError) -> str:
    kind = type(refusal.culprit)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    place = _place(value, refusal.culprit)
    return f"a value of type {name} cannot be sent{place}: {refusal.reason}"


def _place(value: Any, culprit: Any) -> str:
    """Where the culprit stands in the value, in words; walks it again, as failures may."""
    path = _path(value, culprit)
    return f", at {path} of the value" if path else ""


def _path(value: Any, culprit: Any) -> str | None:
    if value is culprit:
        return ""
    for step, member in _members(value):
        below = _path(member, culprit)
        if below is not None:
            return step + below
    return None


def _members(value: Any) -> Iterable[tuple[str, Any]]:
    kind = type(value)
    if kind is dict:
        yield from ((f"[{key!r:.40}]", member) for key, member in value.items())
        yield from ((f" key {key!r:.40}", key) for key in value)
    elif kind in (list, tuple):
        yield from ((f"[{index}]", member) for index, member in enumerate(value))
    elif kind is set:
        yield from ((f" member {member!r:.40}", member) for member in value)
    elif kind is datetime:
        yield " tzinfo", value.tzinfo


# From bytes to values


def _from_extension(code: int, data: memoryview) -> Any:
    restore = _RESTORERS.get(code)
    if restore is None:
        raise ProtocolError(f"a value of the unknown extension {code}")
    try:
        return restore(data)
    except ProtocolError:
        raise
    except (TypeError, ValueError, LookupError, ArithmeticError, OSError, struct.error) as error:
        raise ProtocolError(f"junk in a value's extension {code}: {error}") from error


_decode = msgspec.msgpack.Decoder(ext_hook=_from_extension).decode
_decode_list = msgspec.msgpack.Decoder(list, ext_hook=_from_extension).decode
_decode_datetime = msgspec.msgpack.Decoder(
    tuple[int, int, int, int, int, int, int, int, str | tuple[int, str | None] | None]
).decode


def _restore_dict(data: memoryview) -> dict[Any, Any]:
    keys, values = _decode_list(data)
    return dict(zip(keys, values, strict=True))


def _restore_datetime(data: memoryview) -> datetime:
    year, month, day, hour, minute, second, microsecond, fold, zone = _decode_datetime(data)
    return datetime(
        year, month, day, hour, minute, second, microsecond, _restore_zone(zone), fold=fold
    )


def _restore_zone(zone: str | tuple[int, str | None] | None) -> tzinfo | None:
    if zone is None:
        return None
    if isinstance(zone, str):
        try:
            return ZoneInfo(zone)
        except LookupError as error:
            raise ProtocolError(
                f"time zone {zone!r:.80} is not known here; package tzdata brings time zones"
            ) from error
    microseconds, name = zone
    offset = timedelta(microseconds=microseconds)
    return timezone(offset) if name is None else timezone(offset, name)


def _restore_array(data: memoryview) -> Any:
    from stream_core.wire import arrays

    # A copy: aligned, writable, and not pinning the frame that it came in.
    return arrays.decode_array(data).copy()


def _restore_scalar(data: memoryview) -> Any:
    array = _restore_array(data)
    if array.shape != ():
        raise ProtocolError("a numpy scalar that is an array")
    return array[()]


def _restore_numpy_text(data: memoryview) -> Any:
    import numpy as np

    return np.str_(str(data, "utf-8", "surrogatepass"))


def _restore_numpy_bytes(data: memoryview) -> Any:
    import numpy as np

    return np.bytes_(bytes(data))


_RESTORERS: dict[int, Callable[[memoryview], Any]] = {
    Extension.INT: lambda data: int.from_bytes(data, "little", signed=True),
    Extension.COMPLEX: lambda data: complex(*_COMPLEX.unpack(data)),
    Extension.TUPLE: lambda data: tuple(_decode_list(data)),
    Extension.SET: lambda data: set(_decode_list(data)),
    Extension.DICT: _restore_dict,
    Extension.DATETIME: _restore_datetime,
    Extension.TEXT: lambda data: str(data, "utf-8", "surrogatepass"),
    Extension.ARRAY: _restore_array,
    Extension.SCALAR: _restore_scalar,
    Extension.NUMPY_TEXT: _restore_numpy_text,
    Extension.NUMPY_BYTES: _restore_numpy_bytes,
}
