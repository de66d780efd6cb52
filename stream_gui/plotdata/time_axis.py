"""The times of a series' samples, by sample number and back; never holds a value.

Regular samples take one row for each run of them, irregular ones eight bytes each. Within a segment
times do not decrease; a step back of more than a second begins a new segment.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.growing_table import GrowingTable
from stream_gui.plotdata.sample_ring import SampleRing

__all__ = ["TimeAxis", "even_interval"]

_SECOND_NS = 1_000_000_000
_NEVER = np.iinfo(np.int64).max
_MANY_RUNS = 1024
_RUNS_PER_SAMPLE = 0.25
_MOST_SEGMENTS = 64
_FIRST, _TIME, _INTERVAL, _LIMIT = range(4)


class TimeAxis:
    """Times in nanoseconds of the samples numbered `start` … `end - 1`.

    Attributes:
        end: the number of the next sample to come.
        steps_back: how often time has stepped back.

    Args:
        capacity: how many samples are kept.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._runs = GrowingTable(4)
        self._vector: SampleRing | None = None
        self._segments = GrowingTable(1)
        self._newest_ns: int | None = None
        self._latest_ns: int | None = None
        self._oldest = 0
        self.end = 0
        self.steps_back = 0

    @property
    def start(self) -> int:
        """The number of the oldest sample kept."""
        return max(self._oldest, self.end - self._capacity)

    @property
    def newest_ns(self) -> int | None:
        """The time of the newest sample; None while there is none."""
        return self._newest_ns

    @property
    def latest_ns(self) -> int | None:
        """No sample is later than this; None while there is none."""
        if self._latest_ns is None or self._newest_ns is None:
            return self._newest_ns
        return max(self._latest_ns, self._newest_ns)

    @property
    def oldest_ns(self) -> int | None:
        """The time of the oldest sample kept; None while there is none."""
        if self.start == self.end:
            return None
        return int(self.times(np.array([self.start]))[0])

    @property
    def settled(self) -> int:
        """Up to which number times are final: a block may yet begin before the newest one's end."""
        if self._vector is not None or self._newest_ns is None:
            return self.end
        newest_segment = max(int(self._segments.column(0)[-1]), self.start)
        return self._lower_bound(self._newest_ns - _SECOND_NS + 1, newest_segment, self.end)

    @property
    def nbytes(self) -> int:
        """The bytes taken by times kept one by one, once their ring is full."""
        return self._vector.nbytes if self._vector is not None else 0

    def resize(self, capacity: int) -> None:
        """Know the times of so many samples from now on, in memory shared with no copy of this."""
        self._oldest = max(self.start, self.end - capacity)
        self._capacity = capacity
        self._runs, self._segments = copy(self._runs), copy(self._segments)
        if self._vector is not None:
            self._vector = self._vector.resized(capacity)
        self._forget()

    def count_since(self, time_ns: int) -> int:
        """How many samples are kept of this time and later (of the newest stretch of time)."""
        if not len(self._segments):
            return 0
        begin = max(int(self._segments.column(0)[-1]), self.start)
        return self.end - self._lower_bound(time_ns, begin, self.end)

    def append_run(self, count: int, time_ns: int, interval_ns: int) -> list[int]:
        """Append evenly spaced samples.

        Args:
            count: how many.
            time_ns: the time of the first.
            interval_ns: the distance of the others; 0 if unknown, for a single one.

        Returns:
            Their first one's number if there is a hole in time before it, or a step back.
        """
        first = self.end
        is_broken = self._begin(time_ns) or self._is_hole(count, time_ns, interval_ns)
        if self._vector is None and self._has_many_runs():
            self._vector = self._as_vector()
        if self._vector is not None:
            times = time_ns + np.arange(count, dtype=np.int64) * interval_ns
            self._write_vector(self._vector, times)
        else:
            self._write_run(count, time_ns, interval_ns)
        self._forget()
        return [first] if is_broken else []

    def append_times(self, times_ns: NDArray[np.int64]) -> list[int]:
        """Append samples each with a time of its own.

        Returns:
            The numbers of those with a hole in time before them, or a step back.
        """
        steps = np.flatnonzero(np.diff(times_ns) < -_SECOND_NS) + 1
        pieces = np.split(times_ns, steps) if len(steps) else [times_ns]
        return [number for piece in pieces for number in self._append_piece(piece)]

    def times(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The times of the samples of these numbers, which must be kept."""
        if self._vector is not None:
            return self._vector.gather(numbers)
        runs = self._runs
        if len(runs) == 1:
            first, time_ns, interval_ns, _ = runs.row(0)
            return (numbers - first) * interval_ns + time_ns
        row = np.searchsorted(runs.column(_FIRST), numbers, side="right") - 1
        elapsed = (numbers - runs.column(_FIRST)[row]) * runs.column(_INTERVAL)[row]
        return np.minimum(runs.column(_TIME)[row] + elapsed, runs.column(_LIMIT)[row])

    def spans(self, start_ns: int, stop_ns: int) -> list[tuple[int, int]]:
        """The numbers (first, last + 1) of the samples from `start_ns` to `stop_ns`.

        One neighbour on each side is included where there is one, so that lines can leave the
        view. There is one span for each segment that has samples there.
        """
        found = []
        for first, last, lower, upper in self.stretches(start_ns, stop_ns):
            if lower < upper or first < lower < last:
                found.append((max(lower - 1, first), min(upper + 1, last)))
        return found

    def stretches(self, start_ns: int, stop_ns: int) -> Iterator[tuple[int, int, int, int]]:
        """For each segment its samples, and those of them from `start_ns` to `stop_ns`.

        Gives (first, last + 1) of either, both times included; where the segment has none there,
        the latter two are the number of the sample before which they would stand.
        """
        bounds = [max(int(first), self.start) for first in self._segments.column(0)] + [self.end]
        for first, last in pairwise(bounds):
            lower = self._lower_bound(start_ns, first, last)
            yield first, last, lower, self._lower_bound(stop_ns + 1, lower, last)

    def _append_piece(self, times_ns: NDArray[np.int64]) -> list[int]:
        interval_ns = even_interval(times_ns)
        if interval_ns is not None:
            return self.append_run(len(times_ns), int(times_ns[0]), interval_ns)
        first = self.end
        is_broken = self._begin(int(times_ns[0]))
        if self._vector is None:
            self._vector = self._as_vector()
        self._write_vector(self._vector, times_ns)
        self._forget()
        return [first] if is_broken else []

    def _begin(self, time_ns: int) -> bool:
        """Open a new segment if need be; tell whether."""
        if self._newest_ns is not None and time_ns >= self._newest_ns - _SECOND_NS:
            return False
        self._segments.append(self.end)
        stepped_back = self._newest_ns is not None
        self._latest_ns = self.latest_ns
        self.steps_back += stepped_back
        self._newest_ns = None
        return stepped_back

    def _is_hole(self, count: int, time_ns: int, interval_ns: int) -> bool:
        """Whether samples are evidently missing (blocks stamped with some jitter are not)."""
        if not interval_ns or self._newest_ns is None:
            return False
        allowed = max(4 * interval_ns, count * interval_ns // 2)
        return time_ns - (self._newest_ns + interval_ns) > allowed

    def _write_run(self, count: int, time_ns: int, interval_ns: int) -> None:
        if not self._continues(time_ns, interval_ns):
            self._add_run(time_ns, interval_ns)
        self.end += count
        newest = self._after_newest_run(-1)
        self._newest_ns = newest if self._newest_ns is None else max(newest, self._newest_ns)

    def _continues(self, time_ns: int, interval_ns: int) -> bool:
        """Whether the newest run goes on: to half a sample, a single sample more exactly."""
        if self._newest_ns is None:
            return False
        interval = int(self._runs.column(_INTERVAL)[-1])
        deviation = abs(time_ns - self._after_newest_run(0))
        if not interval_ns:
            return deviation * 1000 <= interval and interval > 0
        return interval == interval_ns and deviation * 2 <= interval

    def _after_newest_run(self, steps: int) -> int:
        """When the newest run has its sample number `end + steps`."""
        first, time_ns, interval_ns, _ = self._runs.row(-1)
        return time_ns + (self.end + steps - first) * interval_ns

    def _add_run(self, time_ns: int, interval_ns: int) -> None:
        if self._newest_ns is not None:
            time_ns = max(time_ns, int(self._runs.column(_TIME)[-1]))
            self._runs.column(_LIMIT)[-1] = time_ns
        self._runs.append(self.end, time_ns, interval_ns, _NEVER)

    def _has_many_runs(self) -> bool:
        """Whether times one by one would take less memory."""
        return len(self._runs) > max(_MANY_RUNS, _RUNS_PER_SAMPLE * (self.end - self.start))

    def _as_vector(self) -> SampleRing:
        """The times so far, one by one."""
        vector = SampleRing(self._capacity, np.int64)
        vector.skip_to(self.start)
        if self.end:
            vector.write(self.times(np.arange(self.start, self.end, dtype=np.int64)))
        self._runs = GrowingTable(4)
        return vector

    def _write_vector(self, vector: SampleRing, times_ns: NDArray[np.int64]) -> None:
        rising = np.maximum.accumulate(times_ns)
        if self._newest_ns is not None:
            np.maximum(rising, self._newest_ns, out=rising)
        vector.write(rising)
        self.end += len(rising)
        self._newest_ns = int(rising[-1])

    def _forget(self) -> None:
        """Let go of runs and segments that have left the ring, and of too many steps back."""
        self._segments.drop(len(self._segments) - _MOST_SEGMENTS)
        for table in (self._runs, self._segments):
            firsts = table.column(0)
            if len(firsts) > 1 and firsts[1] <= self.start:
                table.drop(int(np.searchsorted(firsts, self.start, side="right")) - 1)

    def _lower_bound(self, time_ns: int, first: int, last: int) -> int:
        """The first number in first … last (of one segment) whose time is at least this."""
        if first >= last:
            return last
        if self._vector is not None:
            return self._vector.lower_bound(time_ns, first, last)
        firsts = self._runs.column(_FIRST)
        begin = int(np.searchsorted(firsts, first, side="right")) - 1
        stop = int(np.searchsorted(firsts, last))
        times = self._runs.column(_TIME)[begin:stop]
        row = begin + int(np.searchsorted(times, time_ns)) - 1  # the last one that begins earlier
        if row < begin:
            return first
        number = int(firsts[row]) + self._steps(row, time_ns)
        following = int(firsts[row + 1]) if row + 1 < stop else last
        return min(max(number, first), following)

    def _steps(self, row: int, time_ns: int) -> int:
        """How many samples of a run lie before this time."""
        elapsed = time_ns - int(self._runs.column(_TIME)[row])
        interval = int(self._runs.column(_INTERVAL)[row])
        if not interval:
            return int(elapsed > 0)
        return -(-elapsed // interval)


def even_interval(times_ns: NDArray[np.int64]) -> int | None:
    """The distance of evenly spaced times, to a nanosecond; 0 for a single one, else None."""
    count = len(times_ns)
    if count == 1:
        return 0
    interval = int(times_ns[-1] - times_ns[0]) // (count - 1)
    if interval <= 0:
        return None
    even = times_ns[0] + np.arange(count, dtype=np.int64) * interval
    tolerance = max(1, interval // 1000)
    return interval if int(np.abs(times_ns - even).max()) <= tolerance else None
