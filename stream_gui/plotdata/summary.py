"""The moments of a ring's samples in bins of thousands, folded as they come; never looks ahead.

With them the statistics of any stretch cost what its two ends cost, whatever lies between.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.moments import MOMENTS, joints, moments_in_rows
from stream_gui.plotdata.sample_ring import SampleRing
from stream_gui.plotdata.time_axis import TimeAxis

__all__ = ["BIN", "Summary"]

BIN = 4096
"""Samples in a bin: large enough to cost half a percent of their memory, small enough to read."""

_BATCH = 4
"""So many bins of all rows are folded at a time: what it takes meanwhile stays in the cache."""

_WORTH = 8
"""Folding begins when so many of them are full: one by one they cost ten times as much."""


class Summary:
    """The moments of the samples numbered from `n * BIN` to `(n + 1) * BIN - 1`, for each bin `n`.

    A bin is folded when it is full and its times are final. One that has left the ring before that
    is passed over: it can never be asked for.

    Args:
        samples: the raw values, with rows; their writer calls `fold` after each write.
        times: their times.
    """

    def __init__(self, samples: SampleRing, times: TimeAxis) -> None:
        self._samples = samples
        self._times = times
        self._rows = SampleRing(_bins(samples), MOMENTS, samples.rows)
        self._at_once = -(-_BATCH // (samples.rows or 1))
        self._worth = -(-_WORTH // (samples.rows or 1))
        self._tried = 0

    def resize(self, samples: SampleRing, times: TimeAxis) -> None:
        """Go on over these rings, with room for their bins in memory of its own."""
        self._samples, self._times = samples, times
        self._rows = self._rows.resized(_bins(samples))

    @property
    def nbytes(self) -> int:
        """The bytes taken once the ring is full."""
        return self._rows.nbytes

    def fold(self, gaps: Sequence[int]) -> None:
        """Take in what has been written since the last call.

        Args:
            gaps: numbers of the samples before which there is a gap, in order.
        """
        full = self._samples.end // BIN
        if full < self._tried + self._worth:
            return
        self._tried = full
        full = min(full, self._times.settled // BIN)
        self._pass_over(min(full, -(-self._samples.start // BIN)))
        while self._rows.end < full:
            first = self._rows.end * BIN
            last = min(self._rows.end + self._at_once, full) * BIN
            self._rows.write(self._fold(first, last, gaps))

    def parts(
        self, row: int, first: int, last: int, gaps: Sequence[int]
    ) -> tuple[list[tuple[int, int]], NDArray[Any], float]:
        """What the samples first … last - 1 of a row, which must be kept, are made of.

        Returns:
            The stretches (first, last + 1) to be read raw; the moments of the bins between them;
            and the area between neighbours that belong to none of these alone.
        """
        begin = -(-first // BIN)
        end = min(last // BIN, self._rows.end)
        if begin >= end:
            return [(first, last)], np.zeros(0, MOMENTS), 0.0
        stretches = [(first, begin * BIN), (end * BIN, last)]
        edges = np.arange(begin, end + 1, dtype=np.int64) * BIN
        edges = edges[(edges > first) & (edges < last)]
        return (
            [(one, other) for one, other in stretches if one < other],
            self._rows.read(begin, end, row),
            self._area_across(row, edges, gaps),
        )

    def _pass_over(self, bins: int) -> None:
        missing = bins - self._rows.end
        if missing > 0:
            self._rows.write(np.zeros((self._samples.rows or 1, missing), MOMENTS))

    def _fold(self, first: int, last: int, gaps: Sequence[int]) -> NDArray[Any]:
        values = self._samples.read(first, last)
        times = self._times.times(np.arange(first, last, dtype=np.int64))
        breaks = np.zeros(last - first, np.bool_)
        inside = gaps[bisect_left(gaps, first) : bisect_left(gaps, last)]
        breaks[np.asarray(inside, np.int64) - first] = True
        rows, shape = len(values), ((last - first) // BIN, BIN)
        moments = moments_in_rows(
            values.reshape(-1, BIN),
            np.tile(times.reshape(shape), (rows, 1)),
            np.tile(breaks.reshape(shape), (rows, 1)),
        )
        return moments.reshape(rows, -1)

    def _area_across(self, row: int, edges: NDArray[np.int64], gaps: Sequence[int]) -> float:
        """The area between the last sample of one bin and the first of the next."""
        if not len(edges):
            return 0.0
        pairs = np.stack((edges - 1, edges), axis=1)
        inside = gaps[bisect_left(gaps, edges[0]) : bisect_left(gaps, edges[-1] + 1)]
        return joints(
            self._samples.gather(pairs, row),
            self._times.times(pairs.ravel()).reshape(-1, 2),
            np.isin(edges, np.asarray(inside, np.int64)),
        )


def _bins(samples: SampleRing) -> int:
    """How many bins are kept for so many samples."""
    return samples.capacity // BIN + 2
