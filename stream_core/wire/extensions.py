"""What msgpack lacks, as its extensions: their codes, and the way back to values; runs nothing."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from stream_core.errors import ProtocolError

__all__ = ["COMPLEX", "Extension", "from_extension"]

COMPLEX = struct.Struct("<dd")


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


def from_extension(code: int, data: memoryview) -> Any:
    """The value of an extension.

    Raises:
        ProtocolError: its code is unknown, or its content junk.
    """
    restore = _RESTORERS.get(code)
    if restore is None:
        raise ProtocolError(f"a value of the unknown extension {code}")
    try:
        return restore(data)
    except ProtocolError:
        raise
    except (TypeError, ValueError, LookupError, ArithmeticError, OSError, struct.error) as error:
        raise ProtocolError(f"junk in a value's extension {code}: {error}") from error


_decode_list = msgspec.msgpack.Decoder(list, ext_hook=from_extension).decode
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
    Extension.COMPLEX: lambda data: complex(*COMPLEX.unpack(data)),
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
