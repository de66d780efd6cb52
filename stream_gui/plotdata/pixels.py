"""From a frame's values to the pixels of a screen: pooled, levelled and coloured; knows no Qt.

Where many values fall on one pixel of the screen the largest is shown: a single hot pixel stays on
screen at every zoom. Blocks of values are anchored to the frame, so that nothing shimmers while it
is moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.colour_maps import colour_table
from stream_gui.plotdata.levels import Levels, full_scale

__all__ = ["BLANK", "SATURATED", "Colouring", "pooled"]

BLANK = 0x00000000
"""NaN is no colour: what is behind the picture shows through."""
SATURATED = 0xFFFF2A2A
"""The colour in which saturated pixels are marked."""

_OPAQUE = 0xFF000000
_MOST_BY_TABLE = 16
"""Whole numbers of up to so many bits are coloured by a table of all their values."""


def pooled(pixels: NDArray[Any], factor: int) -> NDArray[Any]:
    """Blocks of `factor` by `factor` values, each as its largest (NaN if any is NaN).

    What is left over at the right and at the bottom makes blocks of its own. Of colours every
    n-th is taken.
    """
    if factor <= 1:
        return pixels
    if pixels.ndim == 3:
        return pixels[::factor, ::factor]
    return _joined(_joined(pixels, factor).T, factor).T


def _joined(values: NDArray[Any], factor: int) -> NDArray[Any]:
    """Along the first axis the largest of each `factor` values."""
    whole = len(values) // factor * factor
    parts = [values[start:whole:factor] for start in range(factor)] if whole else []
    if whole < len(values):
        rest: NDArray[Any] = values[whole:].max(axis=0, keepdims=True)
        if not parts:
            return rest
        return np.concatenate([reduce(np.maximum, parts), rest])
    joined: NDArray[Any] = reduce(np.maximum, parts)
    return joined


@dataclass(frozen=True, slots=True)
class Colouring:
    """How values become colours.

    Attributes:
        colour_map: the map's name.
        levels: the values of its first and its last colour.
        marks_saturated: whether values at the limit of their type are marked.
    """

    colour_map: str
    levels: Levels
    marks_saturated: bool = False

    def colour(
        self, pixels: NDArray[Any], out: NDArray[np.uint32] | None = None
    ) -> NDArray[np.uint32]:
        """The colours of values, 0xffRRGGBB, in the same places; `BLANK` for NaN.

        Args:
            pixels: of shape (height, width), or (height, width, 3 or 4) for colours: their levels
                are taken as they are by whole numbers of 8 bits, the fourth part is left out.
            out: where the colours may be written if it has their shape; fresh memory costs more
                than the colours.
        """
        if pixels.ndim == 3:
            return self._coloured_already(pixels)
        if pixels.dtype.kind == "b":
            pixels = pixels.view(np.uint8)
        if pixels.dtype.kind in "iu" and pixels.dtype.itemsize * 8 <= _MOST_BY_TABLE:
            return self._by_table(pixels, out)
        return self._by_value(pixels)

    def _by_table(self, pixels: NDArray[Any], out: NDArray[np.uint32] | None) -> NDArray[np.uint32]:
        """One look for each pixel, whatever the levels."""
        info = np.iinfo(pixels.dtype)
        table = self._by_value(np.arange(info.min, int(info.max) + 1, dtype=pixels.dtype))
        places = pixels.view(f"u{pixels.dtype.itemsize}")
        if info.min < 0:  # as unsigned numbers the negative ones come last
            table = np.roll(table, int(info.min))
        if out is None or out.shape != places.shape:
            out = np.empty(places.shape, np.uint32)
        return np.take(table, places, out=out, mode="clip")

    def _by_value(self, pixels: NDArray[Any]) -> NDArray[np.uint32]:
        table = self._table()
        wide = pixels.dtype.itemsize > 4 or pixels.dtype.kind in "iu"
        scaled: NDArray[Any] = pixels.astype(np.float64 if wide else np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            np.subtract(scaled, self.levels.low, out=scaled)
            np.multiply(scaled, 256.0 / self.levels.span, out=scaled)
            np.clip(scaled, 0, 255, out=scaled)
        blank = np.isnan(scaled) if pixels.dtype.kind == "f" else None
        if blank is not None:
            scaled[blank] = 0
        places = scaled.astype(np.uint16)
        if blank is not None:
            places[np.isnan(pixels)] = 256
        limit = full_scale(pixels.dtype)
        if self.marks_saturated and limit is not None:
            places[pixels >= limit] = 257
        return table[places]

    def _table(self) -> NDArray[np.uint32]:
        parts = colour_table(self.colour_map).astype(np.uint32)
        colours = parts[:, 0] << 16 | parts[:, 1] << 8 | parts[:, 2]
        extra = np.array([BLANK, SATURATED], np.uint32)
        return np.concatenate([colours | np.uint32(_OPAQUE), extra])

    def _coloured_already(self, pixels: NDArray[Any]) -> NDArray[np.uint32]:
        parts = pixels[..., :3]
        if parts.dtype != np.uint8:
            scaled = (parts.astype(np.float64) - self.levels.low) * (255.999 / self.levels.span)
            with np.errstate(invalid="ignore"):
                parts = np.clip(np.nan_to_num(scaled, nan=0.0), 0, 255).astype(np.uint8)
        wide = parts.astype(np.uint32)
        colours = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2] | np.uint32(_OPAQUE)
        if pixels.dtype.kind == "f":
            colours[np.isnan(pixels[..., :3]).any(axis=2)] = BLANK
        return np.ascontiguousarray(colours)
