"""The samples of a channel's columns, with the times that they share; never painted here.

What numpy costs for each call, all columns pay once. One thread writes, another reads: the writer's
lock is held for copies only, a reader's for copies of as much as its pixels need.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from copy import copy
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stream_gui.plotdata.envelope import Envelope, EnvelopeBuilder
from stream_gui.plotdata.gaps import Gap, GapList
from stream_gui.plotdata.news import News
from stream_gui.plotdata.probe import Probe
from stream_gui.plotdata.pyramid import BYTES_WITH_PYRAMID, Pyramid, PyramidRows
from stream_gui.plotdata.reductions import Reductions
from stream_gui.plotdata.sample_ring import RingRows, Rows, SampleRing
from stream_gui.plotdata.summary import Summary
from stream_gui.plotdata.time_axis import TimeAxis
from stream_gui.plotdata.time_stamps import TimeStamps, jump_text

__all__ = ["Precision", "SampleTable", "TableRows"]

Precision = Literal["float32", "float64"]

_SMALLEST_CAPACITY = 4096


class SampleTable:
    """The newest samples of a channel, a row for each of its columns.

    Memory grows with what is kept, by doubling, until `capacity` is reached.

    Args:
        label: the channel's name.
        rows: how many columns it has, at least 1.
        capacity: how many samples of each are kept; at least 4096. It can be changed later.
        dtype: how they are kept; float32 takes half the memory, float64 keeps large integers.

    Attributes:
        rows: the same.
        lock: held while something is read or changed.
        news: how far it is.
        gaps: where samples are missing.
        nan: how many samples of each row have been NaN since it was made or cleared.
        infinite: how many have been infinite.
    """

    def __init__(
        self,
        label: str,
        rows: int = 1,
        *,
        capacity: int = 2_000_000,
        dtype: Precision = "float32",
    ) -> None:
        self._label = label
        self.rows = rows
        self._capacity = max(capacity, _SMALLEST_CAPACITY)
        self._dtype: Precision = dtype
        self._writing = threading.Lock()
        self.lock = threading.Lock()
        self.news = News()
        self._epoch = 0
        self._last_values: NDArray[Any] | None = None
        self._reset()

    @property
    def length(self) -> int:
        """How many samples of each row are kept."""
        return self._samples.end - self._samples.start

    @property
    def total(self) -> int:
        """How many have been appended to each since the table was made or cleared."""
        return self._samples.end

    @property
    def capacity(self) -> int:
        """How many of each can be kept; fewer than before lets the oldest go at once."""
        return self._capacity

    @capacity.setter
    def capacity(self, capacity: int) -> None:
        with self._writing:
            self._capacity = max(capacity, _SMALLEST_CAPACITY)
            if self._samples.capacity > self._capacity:
                self._resize(self._capacity)

    @property
    def last_values(self) -> NDArray[Any] | None:
        """The newest sample of each row; None while there is none."""
        return self._last_values

    @property
    def precision(self) -> Precision:
        """How the samples are kept."""
        return self._dtype

    @property
    def nbytes(self) -> int:
        """The bytes set aside for it; the system gives those not yet written to elsewhere."""
        rings = (self._samples, self._pyramid, self._summary, self._times)
        return sum(ring.nbytes for ring in rings)

    @property
    def bytes_per_sample(self) -> float:
        """The bytes that one more sample of a row takes, with its parts of pyramid and times."""
        times = 8 / self.rows if self._times.nbytes else 0.0
        return self._samples.dtype.itemsize * BYTES_WITH_PYRAMID + times

    def count_since(self, time_ns: int) -> int:
        """How many samples of this time and later are kept, since a clock was last set back."""
        with self.lock:
            return self._times.count_since(time_ns)

    def oldest_time_ns(self) -> int | None:
        """The time of the oldest sample kept; None while there is none."""
        with self.lock:
            return self._times.oldest_ns

    def append(
        self,
        columns: ArrayLike,
        times_ns: ArrayLike | None = None,
        *,
        time_ns: int | None = None,
        interval_ns: int | None = None,
        reduced: int = 1,
    ) -> None:
        """Add samples at the end of all rows.

        Args:
            columns: shape (rows, samples).
            times_ns: the time of each; evenly spaced ones are recognised and take no memory.
            time_ns: instead of `times_ns`, the time of the first.
            interval_ns: with `time_ns`, the distance of the others.
            reduced: for how many samples each pair of these stands, as minimum and maximum.

        Raises:
            ValueError: if values and times do not fit together, or are not numbers.
        """
        samples = self._as_samples(columns)
        count = samples.shape[1]
        if not count:
            return
        times = self._as_times(count, times_ns, time_ns, interval_ns)
        with self._writing:
            self._make_room(count)
            step = self._pyramid.largest_write()
            with self.lock:
                self._reductions.begin(self._samples.end, reduced)
                for first in range(0, count, step):
                    self._write(samples[:, first : first + step], times[first : first + step])
                self._last_values = samples[:, -1].copy()
                self._count_not_finite(samples)
                self._tell()

    def mark_gap(self, reason: str, count: int | None = None, *, is_loss: bool = True) -> None:
        """Note that samples are missing after the newest one: the curves are interrupted there.

        Args:
            reason: why, in words.
            count: how many are missing; None if that is unknown.
            is_loss: whether samples were lost; else none were sent, or nobody was there to read.
        """
        with self._writing, self.lock:
            if self._samples.end:
                self.gaps.add(Gap(self._samples.end, reason, count, is_loss))
                self._tell()

    def widen(self) -> None:
        """Keep samples as float64 from now on; those kept as float32 so far stay what they are."""
        with self._writing, self.lock:
            if self._dtype == "float32":
                self._dtype = "float64"
                self._samples.widen(np.float64)
                self._pyramid.widen(np.float64)

    def clear(self) -> None:
        """Forget all samples."""
        with self._writing, self.lock:
            self._epoch += self._times.steps_back + 1
            self._reset()
            self._tell()

    def envelope(self, rows: Rows, start_ns: int, stop_ns: int, pixels: int) -> Envelope:
        """What to show of some rows in a stretch of time on so many pixels.

        The cost is that of the pixels. Up to sixteen samples a pixel are given raw; beyond that
        come bins that begin at multiples of their size, so that a peak stays what it is at every
        zoom and while scrolling.
        """
        with self.lock:
            samples, levels = RingRows(self._samples, rows), PyramidRows(self._pyramid, rows)
            builder = EnvelopeBuilder(samples, levels, self._times)
            return builder.build(start_ns, stop_ns, max(1, pixels), self.gaps.array)

    def probe(self, row: int) -> Probe:
        """What to ask about a row while `lock` is held."""
        gaps, reductions = self.gaps, self._reductions
        return Probe(row, self._samples, self._times, self._summary, gaps, reductions)

    def _reset(self) -> None:
        self._samples = SampleRing(_SMALLEST_CAPACITY, self._dtype, self.rows)
        self._pyramid = Pyramid(self._samples)
        self._times = TimeAxis(_SMALLEST_CAPACITY)
        self.gaps, self._reductions = GapList(), Reductions()
        self._summary = Summary(self._samples, self._times)
        self._last_values = None
        self.nan = np.zeros(self.rows, np.int64)
        self.infinite = np.zeros(self.rows, np.int64)

    def _tell(self) -> None:
        """Say how far it is now."""
        times = self._times
        epoch = self._epoch + times.steps_back
        self.news = News(self.news.version + 1, epoch, times.newest_ns, times.latest_ns)

    def _count_not_finite(self, samples: NDArray[Any]) -> None:
        finite = np.isfinite(samples)
        if not finite.all():
            nan = np.isnan(samples).sum(axis=1)
            self.nan += nan
            self.infinite += samples.shape[1] - finite.sum(axis=1) - nan

    def _make_room(self, count: int) -> None:
        """Double the memory, or more, if so many more samples need it and may have it."""
        wanted, given = self.length + count, self._samples.capacity
        if given < min(wanted, self._capacity):
            self._resize(min(max(2 * given, wanted), self._capacity))

    def _resize(self, capacity: int) -> None:
        """Go on in memory of another size; readers wait for the change, not for the copying."""
        samples = self._samples.resized(capacity)
        pyramid, times, summary = copy(self._pyramid), copy(self._times), copy(self._summary)
        pyramid.resize(samples)
        times.resize(capacity)
        summary.resize(samples, times)
        with self.lock:
            self._samples, self._times = samples, times
            self._pyramid, self._summary = pyramid, summary
            self.gaps.forget_before(self._samples.start)
            self._tell()

    def _as_samples(self, columns: ArrayLike) -> NDArray[Any]:
        given = np.asarray(columns)
        if given.ndim != 2 or len(given) != self.rows or given.dtype.kind not in "biuf":
            raise ValueError(
                f"{self._label}: {self.rows} rows of numbers are needed, "
                f"not {given.dtype} of shape {given.shape}"
            )
        with np.errstate(over="ignore"):
            return given.astype(self._dtype, copy=False)

    def _as_times(
        self, count: int, times_ns: ArrayLike | None, time_ns: int | None, interval_ns: int | None
    ) -> TimeStamps:
        try:
            return TimeStamps.of(count, times_ns, time_ns, interval_ns)
        except ValueError as error:
            raise ValueError(f"{self._label}: {error}") from None

    def _write(self, samples: NDArray[Any], times: TimeStamps) -> None:
        before_ns = self._times.newest_ns
        first = self._samples.end
        broken = times.append_to(self._times, samples.shape[1])
        for number in broken:
            if not self.gaps.ends_at(number):  # else the reason is known
                place = number - first
                last_ns = times.at(place - 1) if place else before_ns or 0
                reason = jump_text(last_ns, times.at(place))
                self.gaps.add(Gap(number, reason, None, is_loss=False))
        self._samples.write(samples)
        self._pyramid.fold()
        self._summary.fold(self.gaps.numbers)
        self.gaps.forget_before(self._samples.start)
        self._reductions.forget_before(self._samples.start)


class TableRows:
    """Some rows of a table, to be shown together.

    Args:
        table: all of them.
        rows: their numbers.
    """

    def __init__(self, table: SampleTable, rows: Sequence[int]) -> None:
        self.table = table
        self.rows = tuple(rows)
        in_order = self.rows == tuple(range(table.rows))
        self._picked: Rows = slice(None) if in_order else np.array(rows, np.intp)

    @property
    def news(self) -> News:
        """How far the table is."""
        return self.table.news

    def envelope(self, start_ns: int, stop_ns: int, pixels: int) -> Envelope:
        """As `SampleTable.envelope`."""
        return self.table.envelope(self._picked, start_ns, stop_ns, pixels)
