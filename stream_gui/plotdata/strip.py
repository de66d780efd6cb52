"""Runs of many curves laid over each other in a narrow image, all at once; knows no Qt.

The same picture as `Raster.draw_runs` gives, curve by curve. That costs numpy's price for each call
and curve, this one for each pixel and curve: it is for the few columns that a frame adds to a plot.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

__all__ = ["draw_strip"]

_OPAQUE = np.uint32(0xFF000000)
_SHIFTS = (16, 8, 0)


def draw_strip(
    pixels: NDArray[np.uint32],
    upper: NDArray[np.float64],
    lower: NDArray[np.float64],
    colours: NDArray[np.int64],
) -> None:
    """Draw the runs of curves into an image.

    Args:
        pixels: 0xffRRGGBB, of shape (rows, columns).
        upper: where each run begins, in rows; one row of the array a curve, from the back to the
            front, one column a column. NaN: there is none.
        lower: where it ends.
        colours: 0xRRGGBB of each curve.
    """
    nothing = np.isnan(upper) | np.isnan(lower)
    upper = np.where(nothing, np.inf, upper)
    lower = np.where(nothing, -np.inf, lower)
    image = np.stack([(pixels.T >> np.uint32(shift)) & np.uint32(0xFF) for shift in _SHIFTS])
    image = image.astype(np.float32)
    rows = _rows(upper, lower, pixels.shape[0])
    for begin, end, colour, part in zip(upper, lower, _channels(colours), rows, strict=True):
        layer = _cover(begin, end, part)
        below = image[:, :, part]
        below += (colour[:, None, None] - below) * layer
    red, green, blue = image.astype(np.uint32)
    pixels[:] = (_OPAQUE | red << np.uint32(16) | green << np.uint32(8) | blue).T


def _rows(upper: NDArray[np.float64], lower: NDArray[np.float64], height: int) -> list[slice]:
    """The rows in which each curve has anything."""
    first = np.clip(upper.min(axis=1), 0, height).tolist()
    last = np.clip(lower.max(axis=1), 0, height).tolist()
    return [slice(int(begin), ceil(end)) for begin, end in zip(first, last, strict=True)]


def _cover(
    upper: NDArray[np.float64], lower: NDArray[np.float64], part: slice
) -> NDArray[np.float32]:
    """How much of each pixel of these rows a run covers, of shape (columns, rows)."""
    rows = np.arange(part.start, part.stop, dtype=np.float32)
    begin, end = upper.astype(np.float32)[:, None], lower.astype(np.float32)[:, None]
    cover: NDArray[np.float32] = np.minimum(end - rows, rows + 1 - begin)
    np.minimum(cover, 1, out=cover)
    np.maximum(cover, 0, out=cover)
    return cover


def _channels(colours: NDArray[np.int64]) -> NDArray[np.float32]:
    """Red, green and blue of each colour."""
    return np.stack([colours >> shift & 0xFF for shift in _SHIFTS], axis=1).astype(np.float32)
