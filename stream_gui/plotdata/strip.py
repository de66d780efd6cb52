"""Runs of many curves laid over each other in a narrow image, all at once; knows no Qt.

The same picture as `Raster.draw_runs` gives, curve by curve. That costs numpy's price for each call
and curve, this one for each pixel and curve: it is for the few columns that a frame adds to a plot.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.raster import mixed

__all__ = ["draw_strip"]

_OPAQUE = np.uint32(0xFF000000)


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
    image = np.ascontiguousarray(pixels.T)
    opaque = _OPAQUE | colours.astype(np.uint32)
    rows = _rows(upper, lower, pixels.shape[0])
    for begin, end, colour, part in zip(upper, lower, opaque, rows, strict=True):
        image[:, part] = mixed(image[:, part], colour, _weight(begin, end, part))
    pixels[:] = image.T


def _rows(upper: NDArray[np.float64], lower: NDArray[np.float64], height: int) -> list[slice]:
    """The rows in which each curve has anything."""
    first = np.clip(upper.min(axis=1), 0, height).tolist()
    last = np.clip(lower.max(axis=1), 0, height).tolist()
    return [slice(int(begin), ceil(end)) for begin, end in zip(first, last, strict=True)]


def _weight(
    upper: NDArray[np.float64], lower: NDArray[np.float64], part: slice
) -> NDArray[np.uint32]:
    """How much of each pixel of these rows a run covers, of 256, of shape (columns, rows)."""
    rows = np.arange(part.start, part.stop, dtype=np.float64)
    cover = np.minimum(lower[:, None] - rows, rows + 1 - upper[:, None])
    np.minimum(cover, 1, out=cover)
    np.maximum(cover, 0, out=cover)
    cover *= 256
    return cover.astype(np.uint32)
