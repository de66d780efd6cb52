"""One value as the parts of an item, by codec; never of `object` and `samples`, which have batches.

What may still change is copied: the value is taken as it is now.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stream_core.errors import InvalidValue
from stream_core.wire.header import CodecNumber
from stream_core.wire.loaded import loaded_numpy

__all__ = ["ENCODERS", "Buffer"]

Buffer = bytes | bytearray | memoryview


def _raw(value: Any) -> list[Buffer]:
    if type(value) is bytes:
        return [value]
    if isinstance(value, bytearray | memoryview):
        return [bytes(value)]
    raise InvalidValue(f"codec 'raw' takes bytes, not {type(value).__name__}; use codec 'object'")


def _array(value: Any) -> list[Buffer]:
    numpy = loaded_numpy()
    if numpy is None or type(value) is not numpy.ndarray:
        raise InvalidValue(
            f"codec 'array' takes a numpy array, not {type(value).__name__}; use codec 'object'"
        )
    from stream_core.wire.arrays import encode_array, may_change  # numpy is there already

    prefix, data = encode_array(value.copy() if may_change(value) else value)
    return [prefix, data]


def _pickle(value: Any) -> list[Buffer]:
    from stream_core.wire.trusted import encode_pickle

    return [encode_pickle(value)]


def _marshal(value: Any) -> list[Buffer]:
    from stream_core.wire.trusted import encode_marshal

    return [encode_marshal(value)]


ENCODERS: dict[int, Callable[[Any], list[Buffer]]] = {
    CodecNumber.RAW: _raw,
    CodecNumber.ARRAY: _array,
    CodecNumber.PICKLE: _pickle,
    CodecNumber.MARSHAL: _marshal,
}
