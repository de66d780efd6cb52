"""Which pixel values are the darkest and the brightest colour, and how often each value occurs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Histogram", "Levels", "SteadyLevels", "full_scale", "histogram_of", "levels_of"]

_LOOKED_AT = 80_000
"""So many pixels, evenly spread, are enough for percentiles and for the histogram's shape."""

_SEEN = 0.05


@dataclass(frozen=True, slots=True)
class Levels:
    """The values between which colours are spread.

    Attributes:
        low: shown in the first colour of the map, as everything below it.
        high: shown in the last one, as everything above it.
    """

    low: float
    high: float

    @property
    def span(self) -> float:
        """How far they are apart; never 0."""
        return (self.high - self.low) or 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How the values of a frame are spread.

    Attributes:
        counts: pixels in each bin, as shares of the fullest bin.
        low: where the first bin begins.
        high: where the last one ends.
        least: the smallest value of all pixels that are numbers.
        most: the largest.
        blanks: how many pixels are NaN.
        saturated: how many have the largest value that their type can hold; 0 if it is a float.
    """

    counts: NDArray[np.float64]
    low: float
    high: float
    least: float
    most: float
    blanks: int
    saturated: int


def full_scale(dtype: np.dtype[Any]) -> float | None:
    """The value at which a pixel of this type is saturated; None of floats and truth values."""
    return float(np.iinfo(dtype).max) if dtype.kind in "iu" else None


def levels_of(pixels: NDArray[Any], share: float = 0.0) -> Levels:
    """The levels that fit a frame.

    Args:
        pixels: the frame's.
        share: how many of the pixels, from 0 to 0.5, may be below, and how many above the levels:
            0 gives smallest and largest.
    """
    if not share:
        return Levels(*_extremes(pixels))
    values = _sample(pixels)
    if not len(values):
        return Levels(0.0, 1.0)
    low, high = np.quantile(values, (share, 1 - share), method="nearest")
    if low == high:  # a few bright pixels on an even background
        return Levels(*_extremes(pixels))
    return Levels(float(low), float(high))


def histogram_of(pixels: NDArray[Any], bins: int = 128) -> Histogram:
    """How a frame's values are spread, in bins between its smallest and its largest one."""
    least, most = _extremes(pixels)
    values = _sample(pixels)
    low, high = least, most
    if pixels.dtype.kind in "biu":
        low, high = low - 0.5, high + 0.5
        bins = int(max(1, min(bins, high - low)))
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts, _ = np.histogram(values.astype(np.float64), bins, (low, high))
    shares = counts / max(1, counts.max(initial=0))
    limit = full_scale(pixels.dtype)
    saturated = 0 if limit is None or most < limit else int(np.count_nonzero(pixels == limit))
    blanks = int(np.count_nonzero(np.isnan(pixels))) if pixels.dtype.kind == "f" else 0
    return Histogram(shares, low, high, least, most, blanks, saturated)


def _sample(pixels: NDArray[Any]) -> NDArray[Any]:
    """Some of the values that are finite numbers, evenly spread."""
    flat = pixels.reshape(-1)
    # an odd step visits all columns of a picture in turn, whatever its width
    step = -(-len(flat) // _LOOKED_AT) | 1
    some = flat[::step]
    return some[np.isfinite(some)] if some.dtype.kind == "f" else some


def _extremes(pixels: NDArray[Any]) -> tuple[float, float]:
    """The smallest and the largest finite value; (0, 1) if there is none."""
    if pixels.dtype.kind != "f":
        return float(pixels.min()), float(pixels.max())
    least, most = float(np.fmin.reduce(pixels, None)), float(np.fmax.reduce(pixels, None))
    if not (np.isfinite(least) and np.isfinite(most)):
        finite = pixels[np.isfinite(pixels)]
        if not finite.size:
            return 0.0, 1.0
        least, most = float(finite.min()), float(finite.max())
    return least, most


class SteadyLevels:
    """Levels that follow the frames without flickering: small changes are none."""

    def __init__(self) -> None:
        self._levels: Levels | None = None
        self._share = 0.0

    def follow(self, pixels: NDArray[Any], share: float) -> Levels:
        """The levels for a frame, after those of the frames before.

        Args:
            pixels: the frame's.
            share: see `levels_of`.
        """
        fresh, kept = levels_of(pixels, share), self._levels
        if kept is None or share != self._share or _differ(fresh, kept):
            kept = fresh
        self._levels, self._share = kept, share
        return kept


def _differ(fresh: Levels, kept: Levels) -> bool:
    """Whether anybody would see it: one level in twenty of all."""
    moved = max(abs(fresh.low - kept.low), abs(fresh.high - kept.high))
    return moved > _SEEN * min(fresh.span, kept.span)
