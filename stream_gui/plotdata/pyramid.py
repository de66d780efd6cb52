"""A min/max pyramid over a ring of samples, anchored to absolute numbers; never looks at times."""

from __future__ import annotations

from copy import copy
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from stream_gui.plotdata.sample_ring import RingRows, Rows, SampleRing

__all__ = ["BYTES_WITH_PYRAMID", "FACTOR", "Level", "LevelRows", "Pyramid", "PyramidRows"]

FACTOR = 16
"""How many bins of a level one bin of the next level covers."""

BYTES_WITH_PYRAMID = 1 + 2 / (FACTOR - 1)
"""Bytes of samples with their pyramid, to those of the samples alone."""

_BATCH = 16
"""Bins are folded so many at a time: until then a reader takes the finer level's."""

_DEPTH = 6
"""Levels: a bin of the last one covers 16 million samples."""


class Level:
    """The bins of one size: bin number `n` covers the samples from `n * size`.

    Args:
        size: samples in a bin.
        capacity: bins kept.
        samples: gives type and rows.
    """

    def __init__(self, size: int, capacity: int, samples: SampleRing) -> None:
        self.size = size
        self.low = SampleRing(capacity, samples.dtype, samples.rows)
        self.high = SampleRing(capacity, samples.dtype, samples.rows)

    def resized(self, capacity: int) -> Level:
        """Another level with room for so many bins, which holds the newest of this one's."""
        level = copy(self)
        level.low = self.low.resized(capacity)
        level.high = self.high.resized(capacity)
        return level

    @property
    def start(self) -> int:
        """The number of the oldest bin kept."""
        return self.low.start

    @property
    def end(self) -> int:
        """The number of the next bin to be folded."""
        return self.low.end

    def fold(self, low: NDArray[Any], high: NDArray[Any]) -> None:
        """Append the bins of these neighbouring finer bins, a multiple of `FACTOR` of them."""
        self.low.write(_reduced(low, np.fmin))
        self.high.write(_reduced(high, np.fmax))

    def widen(self, dtype: DTypeLike) -> None:
        """Keep the bins as another type from now on."""
        self.low.widen(dtype)
        self.high.widen(dtype)


class Pyramid:
    """Minimum and maximum of the samples in bins of 16, 256, 4096 … of them.

    NaN is ignored where a bin has any number; so a peak of one sample stands in every level.

    Args:
        samples: the ring below; its writer calls `fold` after each write.
    """

    def __init__(self, samples: SampleRing) -> None:
        self._samples = samples
        self.levels = [
            Level(FACTOR**k, _bins(samples.capacity, k), samples) for k in range(1, _DEPTH + 1)
        ]

    def resize(self, samples: SampleRing) -> None:
        """Go on over this ring, with bins of their own for as many samples as it keeps."""
        self._samples = samples
        self.levels = [
            level.resized(_bins(samples.capacity, k)) for k, level in enumerate(self.levels, 1)
        ]

    @property
    def nbytes(self) -> int:
        """The bytes taken once the rings are full."""
        return sum(level.low.nbytes + level.high.nbytes for level in self.levels)

    def widen(self, dtype: DTypeLike) -> None:
        """Keep the bins as another type from now on, as the samples are."""
        for level in self.levels:
            level.widen(dtype)

    def largest_write(self) -> int:
        """How many samples may be written between two calls of `fold`."""
        return max(1, self._samples.capacity - FACTOR * _BATCH)

    def fold(self) -> None:
        """Take in what has been written to the samples since the last call."""
        low = high = self._samples
        for level in self.levels:
            bins = (low.end - level.end * FACTOR) // FACTOR
            if bins < _BATCH:
                return
            first = level.end * FACTOR
            last = first + bins * FACTOR
            lows = low.read(first, last)
            level.fold(lows, lows if low is high else high.read(first, last))
            low, high = level.low, level.high


class LevelRows(NamedTuple):
    """A level's bins of some rows.

    Attributes:
        end: the number of the next bin to be folded.
        low: the minima.
        high: the maxima.
    """

    end: int
    low: RingRows
    high: RingRows


class PyramidRows:
    """The levels of a pyramid, of some rows only, the finest first.

    Args:
        pyramid: of all rows.
        rows: which.
    """

    def __init__(self, pyramid: Pyramid, rows: Rows) -> None:
        self._levels = pyramid.levels
        self._rows = rows

    def __len__(self) -> int:
        return len(self._levels)

    def __getitem__(self, number: int) -> LevelRows:
        level, rows = self._levels[number], self._rows
        return LevelRows(level.end, RingRows(level.low, rows), RingRows(level.high, rows))


def _bins(samples: int, level: int) -> int:
    """How many bins of a level are kept for so many samples."""
    return int(samples // FACTOR**level + 2 * FACTOR * _BATCH)


def _reduced(values: NDArray[Any], smaller: np.ufunc) -> NDArray[Any]:
    """One value for each 16 (halving is several times faster than reducing short rows)."""
    bins = values.reshape(*values.shape[:-1], -1, FACTOR)
    width = FACTOR // 2
    while width:
        bins = smaller(bins[..., :width], bins[..., width:])
        width //= 2
    return bins[..., 0]
