"""Large arrays in pages of their own, which the system has back as soon as an array goes."""

from __future__ import annotations

import math
import mmap
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

__all__ = ["LEAST_BYTES", "uninitialised"]

LEAST_BYTES = 1024 * 1024
_HUGE_BYTES = 4 * 1024 * 1024


def uninitialised(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """An array of undefined contents; the system gives its pages as they are first written to.

    The C library keeps what was freed of up to 32 MiB between what is still in use: histories that
    are made longer and shorter by turns took half as much again as they hold.
    """
    kind = np.dtype(dtype)
    size_bytes = math.prod(shape) * kind.itemsize
    if size_bytes < LEAST_BYTES:
        return np.empty(shape, kind)
    return np.frombuffer(_pages(size_bytes), kind).reshape(shape)


def _pages(size_bytes: int) -> mmap.mmap:
    if not hasattr(mmap, "MAP_PRIVATE"):  # Windows
        return mmap.mmap(-1, size_bytes)
    pages = mmap.mmap(-1, size_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if size_bytes >= _HUGE_BYTES and hasattr(mmap, "MADV_HUGEPAGE"):
        try:
            pages.madvise(mmap.MADV_HUGEPAGE)  # as numpy does
        except OSError:  # a kernel without them
            pass
    return pages
