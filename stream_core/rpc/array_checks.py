"""The check of an array parameter; numpy is loaded only when an array comes by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stream_core.rpc.annotations import ArrayOf, text
from stream_core.rpc.mismatch import MismatchError
from stream_core.wire.loaded import loaded_numpy

__all__ = ["array_check"]


def array_check(annotation: ArrayOf) -> Callable[[Any], Any]:
    """A check that takes arrays whose dtype casts safely to the one wanted, and casts them."""
    expected = text(annotation)

    def check_array(value: Any) -> Any:
        numpy = loaded_numpy()
        if numpy is None or not isinstance(value, numpy.ndarray):
            raise MismatchError(expected, value)
        if annotation.dtype is None:
            return value
        try:
            return _as_dtype(numpy, value, annotation.dtype, annotation.abstract)
        except TypeError:
            shown = f"an array of {value.dtype}"
            detail = f"must be {expected}, not {shown}"
            raise MismatchError(expected, value, detail=detail) from None

    return check_array


def _as_dtype(numpy: Any, array: Any, dtype: str, abstract: bool) -> Any:
    """The array with that dtype; TypeError where a cast would lose something."""
    if abstract:
        if not numpy.issubdtype(array.dtype, getattr(numpy, dtype, numpy.generic)):
            raise TypeError(dtype)
        return array
    return array.astype(dtype, casting="safe", copy=False)
