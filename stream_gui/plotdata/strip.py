"""Runs of many curves laid over each other in a narrow image, all at once; knows no Qt.

The same picture as `Raster.draw_runs` gives, curve by curve. That costs numpy's price for each call
and curve, this one for each pixel and curve: it is for the few columns that a frame adds to a plot.
"""

from __future__ import annotations

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
    height = pixels.shape[0]
    cover = _cover(upper, lower, height)
    paint = _channels(colours)
    image = np.stack([(pixels.T >> np.uint32(shift)) & np.uint32(0xFF) for shift in _SHIFTS])
    image = image.astype(np.float32)
    for layer, colour in zip(cover, paint, strict=True):
        image += (colour[:, None, None] - image) * layer
    red, green, blue = image.astype(np.uint32)
    pixels[:] = (_OPAQUE | red << np.uint32(16) | green << np.uint32(8) | blue).T


def _cover(
    upper: NDArray[np.float64], lower: NDArray[np.float64], height: int
) -> NDArray[np.float32]:
    """How much of each pixel a run covers, of shape (curves, columns, rows)."""
    rows = np.arange(height, dtype=np.float32)
    begin = np.clip(upper, -1, height + 1).astype(np.float32)[:, :, None]
    end = np.clip(lower, -1, height + 1).astype(np.float32)[:, :, None]
    cover: NDArray[np.float32] = np.minimum(end - rows, np.float32(1))
    np.minimum(cover, rows + 1 - begin, out=cover)
    np.clip(cover, 0, 1, out=cover)
    np.nan_to_num(cover, copy=False, nan=0.0)
    return cover


def _channels(colours: NDArray[np.int64]) -> NDArray[np.float32]:
    """Red, green and blue of each colour."""
    return np.stack([colours >> shift & 0xFF for shift in _SHIFTS], axis=1).astype(np.float32)
