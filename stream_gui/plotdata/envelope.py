"""Minima and maxima of a stretch of samples, ready for a given width; never changes a series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.pyramid import FACTOR
from stream_gui.plotdata.time_axis import TimeAxis

__all__ = ["Envelope", "EnvelopeBuilder"]

_OPEN_WIDER_THAN_PIXELS = 2
"""A bin that spans more time than this is shown as its finer ones: samples came unevenly."""


_EVEN = 1 - 1e-6
"""Just as many samples a pixel as a level asks for are enough, in spite of rounded times."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a curve shows of a stretch of time: bins of samples in order.

    Attributes:
        times_ns: time of each bin's first sample.
        low: minimum of each bin; NaN where all its samples are NaN. Of several curves with the same
            times it has a row for each.
        high: maximum of each bin, in the same form.
        breaks: where a bin is not joined to the one before it: a gap lies between.
        samples_per_bin: how many samples the largest bin covers; 1: these are the raw values.
    """

    times_ns: NDArray[np.int64]
    low: NDArray[Any]
    high: NDArray[Any]
    breaks: NDArray[np.bool_]
    samples_per_bin: int

    def __len__(self) -> int:
        return len(self.times_ns)


@dataclass(frozen=True, slots=True)
class _Bins:
    """Bins of one level: the numbers of their first samples, minima, maxima."""

    firsts: NDArray[np.int64]
    low: NDArray[Any]
    high: NDArray[Any]

    def __len__(self) -> int:
        return len(self.firsts)


class Samples(Protocol):
    """Some rows of a ring."""

    @property
    def start(self) -> int:
        """The number of the oldest value kept."""

    @property
    def end(self) -> int:
        """The number of the next value to come."""

    def read(self, first: int, last: int) -> NDArray[Any]:
        """A copy of the values first … last - 1."""

    def gather(self, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """A copy of the values under these numbers."""


class LevelOfBins(Protocol):
    """Some rows of a level of a pyramid."""

    @property
    def end(self) -> int:
        """The number of the next bin to be folded."""

    @property
    def low(self) -> Samples:
        """The minima."""

    @property
    def high(self) -> Samples:
        """The maxima."""


class Levels(Protocol):
    """Some rows of the levels of a pyramid, the finest first."""

    def __len__(self) -> int:
        """How many there are."""

    def __getitem__(self, number: int, /) -> LevelOfBins:
        """One of them, from 0."""


class EnvelopeBuilder:
    """Takes bins from ring and pyramid at a cost that grows with the width alone.

    Args:
        samples: the raw values.
        levels: their minima and maxima in bins of 16, 256, 4096 … of them.
        times: their times.
    """

    def __init__(self, samples: Samples, levels: Levels, times: TimeAxis) -> None:
        self._samples = samples
        self._levels = levels
        self._times = times

    def build(self, start_ns: int, stop_ns: int, pixels: int, gaps: NDArray[np.int64]) -> Envelope:
        """The envelope from `start_ns` to `stop_ns`, one to sixteen bins a pixel if there are more.

        Args:
            start_ns: where it begins; one sample before is included.
            stop_ns: where it ends; one sample after is included.
            pixels: the width on which it will be shown.
            gaps: numbers of the samples before which there is a gap, in order.
        """
        spans = self._kept(self._times.spans(start_ns, stop_ns))
        column_ns = max(1, (stop_ns - start_ns) // pixels)
        levels = [self._level_for(first, last, column_ns) for first, last in spans]
        widest_ns = _OPEN_WIDER_THAN_PIXELS * column_ns
        pieces = [
            self._span(*span, level, widest_ns, gaps)
            for span, level in zip(spans, levels, strict=True)
        ]
        if not pieces:
            nothing = self._samples.read(self._samples.end, self._samples.end)
            return Envelope(np.empty(0, np.int64), nothing, nothing, np.empty(0, np.bool_), 1)
        return _joined(pieces, FACTOR ** max(levels))

    def _kept(self, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The parts of these spans of which all rings have samples."""
        start, end = self._samples.start, self._samples.end
        inside = [(max(first, start), min(last, end)) for first, last in spans]
        return [(first, last) for first, last in inside if first < last]

    def _level_for(self, first: int, last: int, column_ns: int) -> int:
        """The level at which these samples are one to sixteen bins a pixel.

        It follows how close to each other they are, not how many are in view: it stays the same
        while the view fills or moves past their ends, and so do the bins.
        """
        level, steps = 0, last - first - 1
        if steps < FACTOR:
            return level
        ends_ns = self._times.times(np.array((first, last - 1), np.int64)).tolist()
        pixels = max(1.0, (ends_ns[1] - ends_ns[0]) / column_ns)
        while level < len(self._levels) and steps >= pixels * (_EVEN * FACTOR ** (level + 1)):
            level += 1
        return level

    def _span(
        self, first: int, last: int, level: int, widest_ns: int, gaps: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], _Bins, NDArray[np.bool_]]:
        parts, wide = [], np.empty(0, np.int64)
        position = first
        for finer in range(level, -1, -1):
            bins = self._contiguous(finer, position, last)
            position = max(position, self._folded_end(finer, last))
            if len(wide):
                bins = _together([self._children(finer, wide, first, last), bins])
            wide = bins.firsts[:0]
            if finer and len(bins):
                bins, wide = self._without_wide(bins, FACTOR**finer, widest_ns)
            parts.append(bins)
        bins = _ordered(parts, self._samples.start)
        breaks = np.zeros(len(bins), np.bool_)
        if len(gaps):
            inside = gaps[slice(*np.searchsorted(gaps, (first, last)).tolist())]
            breaks[np.isin(bins.firsts, inside)] = True
        breaks[:1] = True
        return self._times.times(bins.firsts), bins, breaks

    def _folded_end(self, level: int, last: int) -> int:
        """Up to which sample this level can serve."""
        if not level:
            return last
        size = int(FACTOR**level)
        return min(self._levels[level - 1].end * size, -(-last // size) * size)

    def _contiguous(self, level: int, first: int, last: int) -> _Bins:
        """The bins of a level that cover first … last - 1, as far as they are folded."""
        if not level:
            values = self._samples.read(first, max(first, last))
            return _Bins(np.arange(first, max(first, last), dtype=np.int64), values, values)
        size = FACTOR**level
        bins = self._levels[level - 1]
        begin = first // size
        end = max(begin, self._folded_end(level, last) // size)
        firsts = np.arange(begin, end, dtype=np.int64) * size
        return _Bins(firsts, bins.low.read(begin, end), bins.high.read(begin, end))

    def _children(self, level: int, firsts: NDArray[np.int64], first: int, last: int) -> _Bins:
        """The bins of a level that make up these of the next one, as far as in first … last - 1."""
        size = FACTOR**level
        inside = (firsts[:, None] + np.arange(FACTOR, dtype=np.int64) * size).ravel()
        inside = inside[(inside + size > first) & (inside < last)]
        if not level:
            values = self._samples.gather(inside)
            return _Bins(inside, values, values)
        bins = self._levels[level - 1]
        numbers = inside // size
        return _Bins(inside, bins.low.gather(numbers), bins.high.gather(numbers))

    def _without_wide(
        self, bins: _Bins, size: int, widest_ns: int
    ) -> tuple[_Bins, NDArray[np.int64]]:
        """The bins short enough in time, and the first numbers of the others."""
        ends = np.minimum(bins.firsts + (size - 1), self._samples.end - 1)
        begins = np.maximum(bins.firsts, self._samples.start)
        long = np.abs(self._times.times(ends) - self._times.times(begins)) > widest_ns
        if not long.any():
            return bins, bins.firsts[:0]
        kept = ~long
        return _Bins(bins.firsts[kept], bins.low[..., kept], bins.high[..., kept]), bins.firsts[
            long
        ]


def _together(parts: list[_Bins]) -> _Bins:
    return _Bins(
        np.concatenate([part.firsts for part in parts]),
        np.concatenate([part.low for part in parts], axis=-1),
        np.concatenate([part.high for part in parts], axis=-1),
    )


def _ordered(parts: list[_Bins], oldest: int) -> _Bins:
    """All the bins in the order of their samples, none beginning before the oldest kept."""
    filled = [part for part in parts if len(part)]
    bins = _together(filled) if len(filled) != 1 else filled[0]
    firsts = np.maximum(bins.firsts, oldest)
    if np.all(firsts[1:] > firsts[:-1]):
        return _Bins(firsts, bins.low, bins.high)
    order = np.argsort(firsts, kind="stable")
    return _Bins(firsts[order], bins.low[..., order], bins.high[..., order])


def _joined(
    pieces: list[tuple[NDArray[np.int64], _Bins, NDArray[np.bool_]]], size: int
) -> Envelope:
    """One envelope of the spans, each beginning with a break."""
    bins = _together([bins for _, bins, _ in pieces])
    return Envelope(
        np.concatenate([times for times, _, _ in pieces]),
        bins.low,
        bins.high,
        np.concatenate([breaks for _, _, breaks in pieces]),
        size,
    )
