"""Python values as bytes and back, with equal value and equal type; never executes what came.

msgpack, with an extension for each type that msgpack lacks. Only exact types are taken: a subclass
would come back as something else. Plain values and containers of them take one call in C; other
containers are first rebuilt with extensions in the places of what msgpack lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.msgpack import Ext

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.wire import run_buffers
from stream_core.wire.extensions import COMPLEX, Extension, from_extension
from stream_core.wire.loaded import loaded_numpy
from stream_core.wire.refused import RefusedError, refusal_of

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


_NoneType = type(None)

PLAIN_TYPES = frozenset({_NoneType, bool, int, float, str, bytes})
_are_plain = PLAIN_TYPES.issuperset
_ENCODER = msgspec.msgpack.Encoder()
encode_plain = _encode_plain = _ENCODER.encode  # of what is plain, in 64 bits and in Unicode
_encode_plain_into = _ENCODER.encode_into
_decode = msgspec.msgpack.Decoder(ext_hook=from_extension).decode
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
    buffer = run_buffers.unused()
    _encode_plain_into(values, buffer)
    count = len(values)
    start = 1 if count < 16 else 3 if count < 65536 else 5
    return run_buffers.keep(buffer)[start:], _even_size(buffer, start, values)


def _even_size(encoded: bytearray, start: int, values: list[Any]) -> int:
    # What a value begins with says how long it is. So if the first one's size is that of all on the
    # average, and all places that lie so far apart have its beginning, then each begins at one.
    count = len(values)
    first = _encode_plain(values[0])
    size_bytes = len(first)
    if len(encoded) != start + count * size_bytes:
        return 0
    for index in range(_PREFIX_BYTES.get(first[0], 1)):
        if encoded[start + index :: size_bytes] != first[index : index + 1] * count:
            return 0
    return size_bytes


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
    if count == 1:
        return [decode(data)]
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
    except RefusedError as refusal:
        raise InvalidValue(refusal_of(value, refusal)) from None


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
    return Ext(Extension.COMPLEX, COMPLEX.pack(value.real, value.imag))


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
        raise RefusedError(zone)
    offset, name = zone.utcoffset(None), zone.tzname(None)
    unnamed = name == timezone(offset).tzname(None)
    return [offset // timedelta(microseconds=1), None if unnamed else name]


def _taken_form(value: Taken, _depth: int, _thorough: bool) -> Any:
    return value.raw


def _numpy_form(value: Any) -> Any:
    numpy = loaded_numpy()
    if numpy is None:  # then nothing can be numpy's
        raise RefusedError(value)
    kind = type(value)
    if kind is numpy.ndarray:
        return Ext(Extension.ARRAY, _array_bytes(value))
    if kind is numpy.str_:
        return Ext(Extension.NUMPY_TEXT, str.encode(value, "utf-8", "surrogatepass"))
    if kind is numpy.bytes_:
        return Ext(Extension.NUMPY_BYTES, bytes(value))
    if isinstance(value, numpy.generic) and kind is value.dtype.type and kind is not numpy.object_:
        return Ext(Extension.SCALAR, _array_bytes(numpy.asarray(value, value.dtype)))
    raise RefusedError(value)


def _array_bytes(array: Any) -> bytes:
    from stream_core.wire import arrays

    try:
        return b"".join(arrays.encode_array(array))
    except InvalidValue as error:
        raise RefusedError(array, str(error)) from error


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
