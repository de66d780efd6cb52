"""Asks a table's rings for single samples and for stretches of them; never changes anything."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.gaps import Gap, GapList, GapSpans
from stream_gui.plotdata.moments import MOMENTS
from stream_gui.plotdata.reductions import Reductions
from stream_gui.plotdata.sample_ring import RingRows, SampleRing
from stream_gui.plotdata.statistics import Extract
from stream_gui.plotdata.summary import Summary
from stream_gui.plotdata.time_axis import TimeAxis

__all__ = ["Probe", "Sample", "Stretch"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: its time and its value."""

    time_ns: int
    value: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring samples.

    Attributes:
        first: number of the first one, counted from the series' first.
        times_ns: their times.
        values: their values.
    """

    first: int
    times_ns: NDArray[np.int64]
    values: NDArray[Any]

    def __len__(self) -> int:
        return len(self.values)


class Probe:
    """Reads one row of what a table keeps; whoever holds the table's lock may ask.

    Args:
        row: which.
        samples: the raw values.
        times: their times.
        summary: their moments.
        gaps: where samples are missing.
        reductions: which of them are minima and maxima of more.
    """

    def __init__(
        self,
        row: int,
        samples: SampleRing,
        times: TimeAxis,
        summary: Summary,
        gaps: GapList,
        reductions: Reductions,
    ) -> None:
        self._row = row
        self._samples = RingRows(samples, row)
        self._times = times
        self._summary = summary
        self._gaps = gaps
        self._reductions = reductions

    def spans(self, start_ns: int, stop_ns: int) -> list[tuple[int, int]]:
        """The numbers (first, last + 1) of the samples from start to stop, both included."""
        inside = (each[2:] for each in self._times.stretches(start_ns, stop_ns))
        return [(first, last) for first, last in inside if first < last]

    def read(self, first: int, last: int) -> Stretch:
        """The samples first … last - 1, but for those that are no longer kept."""
        first = min(max(first, self._samples.start), last)
        numbers = np.arange(first, last, dtype=np.int64)
        return Stretch(first, self._times.times(numbers), self._samples.read(first, last))

    def sample_at(self, time_ns: int) -> Sample | None:
        """The nearest sample, if a time lies between two that are joined or on one."""
        for first, last, after, beyond in reversed([*self._times.stretches(time_ns, time_ns)]):
            if after < beyond:
                return self._sample(after)
            is_joined = first < after < last and not self._gaps_in(after, after + 1)
            if is_joined:
                one, other = self._sample(after - 1), self._sample(after)
                return one if time_ns - one.time_ns <= other.time_ns - time_ns else other
        return None

    def neighbour(self, time_ns: int, steps: int) -> int | None:
        """The time of the sample so many steps after (or, if negative, before) a time, if any."""
        stretches = [*self._times.stretches(time_ns, time_ns)]
        reached = [each for each in stretches if each[3] > each[0]]
        for first, last, at, after in reached[-1:] or stretches[:1]:
            number = after + steps - 1 if steps > 0 else at + steps
            if steps and first <= number < last:
                return self._sample(number).time_ns
        return None

    def extract(self, start_ns: int, stop_ns: int) -> Extract:
        """What the statistics of a stretch of time need."""
        sums, raw, area = [np.zeros(0, MOMENTS)], [], 0.0
        for first, last in self.spans(start_ns, stop_ns):
            stretches, bins, across = self._summary.parts(
                self._row, first, last, self._gaps.numbers
            )
            sums.append(bins)
            area += across
            for begin, end in stretches:
                piece = self.read(begin, end)
                breaks = np.zeros(end - begin, np.bool_)
                breaks[np.asarray(self._gaps_in(begin, end), np.int64) - begin] = True
                raw.append((piece.values, piece.times_ns, breaks))
        return Extract(np.concatenate(sums), tuple(raw), area, self._facts(start_ns, stop_ns))

    def gaps_between(self, start_ns: int, stop_ns: int) -> tuple[Gap, ...]:
        """The gaps that reach into a stretch of time, in order."""
        numbers, found = self._gaps.numbers, []
        for first, last, lower, upper in self._times.stretches(start_ns, stop_ns):
            begins_on = lower < upper and self._sample(lower).time_ns == start_ns
            ends_on = lower < upper and self._sample(upper - 1).time_ns == stop_ns
            least = max(lower + begins_on, first + 1)
            most = min(upper - ends_on, last - (last < self._samples.end))
            found += self._gaps.gaps[bisect_left(numbers, least) : bisect_right(numbers, most)]
        return tuple(found)

    def gap_spans(self, start_ns: int, stop_ns: int) -> GapSpans | None:
        """The gaps that touch a stretch of time, with their own; None if there is none."""
        end, oldest = self._samples.end, self._samples.start
        found = []
        for first, last in self._times.spans(start_ns, stop_ns):
            begin = max(first, oldest + 1)
            gaps, numbers, losses = self._gaps.part(begin, last + (last == end))
            stops = self._times.times(np.minimum(numbers, end - 1))
            starts = np.minimum(self._times.times(numbers - 1), stops)
            found.append(GapSpans(gaps, starts, stops, losses))
        return GapSpans.joined(found) if any(map(len, found)) else None

    def reduced_between(self, start_ns: int, stop_ns: int) -> int:
        """For how many samples a pair stands at most; 1: every sample is there."""
        spans = self.spans(start_ns, stop_ns)
        return max((self._reductions.most_between(*span) for span in spans), default=1)

    def _facts(self, start_ns: int, stop_ns: int) -> dict[str, Any]:
        """What is to be said of a stretch of time besides the figures."""
        newest_ns, oldest_ns = self._times.newest_ns, self._times.oldest_ns
        gaps = self.gaps_between(start_ns, stop_ns)
        return {
            "gaps": len(gaps),
            "lost": sum(gap.count or 0 for gap in gaps),
            "lost_is_least": any(gap.count is None for gap in gaps),
            "starts_late": oldest_ns is None or start_ns < oldest_ns,
            "ends_early": newest_ns is None or stop_ns > newest_ns,
            "reduced": self.reduced_between(start_ns, stop_ns),
        }

    def _gaps_in(self, first: int, last: int) -> Sequence[int]:
        """Those of the samples first … last - 1 before which there is a gap."""
        numbers = self._gaps.numbers
        return numbers[bisect_left(numbers, first) : bisect_left(numbers, last)]

    def _sample(self, number: int) -> Sample:
        at = np.array([number], np.int64)
        return Sample(int(self._times.times(at)[0]), float(self._samples.gather(at)[0]))
