"""Values as they are at `send`: what may change is encoded or copied; nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stream_core.values import ChannelInfo, Codec
from stream_core.wire import objects

__all__ = ["LATER", "Take", "size_bytes", "taking"]

SCALAR_BYTES = 16

LATER = object()
"""Stands for a value that can be taken only where it is sent."""

Take = Callable[[Any], Any]
"""Gives the value in a form that does not change, or `LATER`.

It raises `InvalidValue` for a value that cannot be encoded.
"""


def taking(info: ChannelInfo) -> Take:
    """How the values of that channel are taken."""
    if info.codec is None:
        return _take_any
    if info.codec == Codec.OBJECT:
        return _take_object
    if info.codec == Codec.SAMPLES and tuple(info.shape) == ():
        return _taking_numbers(info.dtype)
    return _take_later


def size_bytes(taken: Any) -> int:
    """About how much memory a taken value needs."""
    kind = type(taken)
    if kind is bytes or kind is str:
        return len(taken)
    if kind is objects.Taken:
        return int(taken.size_bytes)
    return int(getattr(taken, "nbytes", SCALAR_BYTES))


def _take_object(value: Any) -> Any:
    return value if type(value) in objects.PLAIN_TYPES else objects.Taken(value)


def _take_any(value: Any) -> Any:
    if type(value).__name__ == "ndarray":
        return _take_array(value)
    return value if type(value) in objects.PLAIN_TYPES else objects.Taken(value)


def _take_array(value: Any) -> Any:
    from stream_core.wire.arrays import (
        may_change,
        sample_dtype,
    )  # numpy is loaded when first needed

    sample_dtype(value.dtype)  # refuses what cannot be sent
    if may_change(value):
        value = value.copy()
        value.flags.writeable = False
    return value


def _taking_numbers(dtype: Any) -> Take:
    import numpy as np

    from stream_core.wire.arrays import sample_dtype

    found = sample_dtype(dtype)
    if found.kind == "f":
        return _take_float
    if found.kind not in "iu":
        return _take_later
    lowest, highest = int(np.iinfo(found).min), int(np.iinfo(found).max)

    def take_int(value: Any) -> Any:
        return value if type(value) is int and lowest <= value <= highest else LATER

    return take_int


def _take_float(value: Any) -> Any:
    return value if type(value) is float else LATER


def _take_later(value: Any) -> Any:
    return LATER
