"""One curve's samples with their times: written by one thread, read by another, never painted here.

The writer's lock is held for copies only, a reader's for copies of as much as its pixels need.
"""

from __future__ import annotations

import threading
from copy import copy
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stream_gui.plotdata.envelope import Envelope, EnvelopeBuilder
from stream_gui.plotdata.gaps import Gap, GapList, GapSpans
from stream_gui.plotdata.news import News
from stream_gui.plotdata.probe import Probe, Sample, Stretch
from stream_gui.plotdata.pyramid import BYTES_WITH_PYRAMID, Pyramid
from stream_gui.plotdata.reductions import Reductions
from stream_gui.plotdata.sample_ring import SampleRing
from stream_gui.plotdata.statistics import Statistics
from stream_gui.plotdata.summary import Summary
from stream_gui.plotdata.time_axis import TimeAxis
from stream_gui.plotdata.time_stamps import TimeStamps, jump_text

__all__ = ["Gap", "Rings", "Series"]

_SMALLEST_CAPACITY = 4096


class Rings(NamedTuple):
    """What a series is made of.

    Attributes:
        samples: the raw values.
        pyramid: their minima and maxima.
        times: their times.
        gaps: where samples are missing.
    """

    samples: SampleRing
    pyramid: Pyramid
    times: TimeAxis
    gaps: GapList


class Series:
    """The newest samples of one column of a numeric channel.

    Memory grows with what is kept, by doubling, until `capacity` is reached.

    Args:
        label: the curve's name.
        unit: the unit of its values.
        capacity: how many samples are kept; at least 4096. It can be changed later.
        dtype: how they are kept; float32 takes half the memory, float64 keeps large integers.

    Attributes:
        lock: held while something is read or changed.
        news: how far it is.
    """

    def __init__(
        self,
        label: str,
        *,
        unit: str = "",
        capacity: int = 2_000_000,
        dtype: Literal["float32", "float64"] = "float32",
    ) -> None:
        self.label = label
        self.unit = unit
        self._capacity = max(capacity, _SMALLEST_CAPACITY)
        self._dtype: Literal["float32", "float64"] = dtype
        self._writing = threading.Lock()
        self.lock = threading.Lock()
        self.news = News()
        self._epoch = 0
        self._last_value: float | None = None
        self._reset()

    def __repr__(self) -> str:
        return f"Series({self.label!r}, {self.length} samples)"

    @property
    def version(self) -> int:
        """A number that grows whenever there is something new to show."""
        return self.news.version

    @property
    def length(self) -> int:
        """How many samples are kept."""
        return self._samples.end - self._samples.start

    @property
    def total(self) -> int:
        """How many samples have been appended since the series was made or cleared."""
        return self._samples.end

    @property
    def capacity(self) -> int:
        """How many samples can be kept; fewer than before lets the oldest go at once."""
        return self._capacity

    @capacity.setter
    def capacity(self, capacity: int) -> None:
        with self._writing:
            self._capacity = max(capacity, _SMALLEST_CAPACITY)
            if self._samples.capacity > self._capacity:
                self._resize(self._capacity)

    @property
    def newest_time_ns(self) -> int | None:
        """The time of the newest sample; None while there is none."""
        return self.news.newest_ns

    @property
    def last_value(self) -> float | None:
        """The newest sample; None while there is none."""
        return self._last_value

    @property
    def not_finite(self) -> tuple[int, int]:
        """How many samples have been NaN and how many infinite since it was made or cleared."""
        return self._nan, self._infinite

    @property
    def precision(self) -> Literal["float32", "float64"]:
        """How the samples are kept."""
        return self._dtype

    @property
    def nbytes(self) -> int:
        """The bytes set aside for it; the system gives those not yet written to elsewhere."""
        rings = (self._samples, self._pyramid, self._summary, self._times)
        return sum(ring.nbytes for ring in rings)

    @property
    def bytes_per_sample(self) -> float:
        """The bytes that one more sample takes, its part of the pyramid and its time included."""
        return self._samples.dtype.itemsize * BYTES_WITH_PYRAMID + 8 * (self._times.nbytes > 0)

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
        values: ArrayLike,
        times_ns: ArrayLike | None = None,
        *,
        time_ns: int | None = None,
        interval_ns: int | None = None,
        reduced: int = 1,
    ) -> None:
        """Add samples at the end.

        Args:
            values: one number, or a sequence of them.
            times_ns: the time of each; evenly spaced ones are recognised and take no memory.
            time_ns: instead of `times_ns`, the time of the first.
            interval_ns: with `time_ns`, the distance of the others.
            reduced: for how many samples each pair of these stands, as minimum and maximum.

        Raises:
            ValueError: if values and times do not fit together, or are not numbers.
        """
        samples = self._as_samples(values)
        if not len(samples):
            return
        times = self._as_times(len(samples), times_ns, time_ns, interval_ns)
        with self._writing:
            self._make_room(len(samples))
            step = self._pyramid.largest_write()
            with self.lock:
                self._reductions.begin(self._samples.end, reduced)
                for first in range(0, len(samples), step):
                    self._write(samples[first : first + step], times[first : first + step])
                self._last_value = float(samples[-1])
                self._count_not_finite(samples)
                self._tell()

    def mark_gap(self, reason: str, count: int | None = None, *, is_loss: bool = True) -> None:
        """Note that samples are missing after the newest one: the curve is interrupted there.

        Args:
            reason: why, in words.
            count: how many are missing; None if that is unknown.
            is_loss: whether samples were lost; else none were sent, or nobody was there to read.
        """
        with self._writing, self.lock:
            if self._samples.end:
                self._gaps.add(Gap(self._samples.end, reason, count, is_loss))
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

    def gaps(self) -> tuple[Gap, ...]:
        """The gaps among the samples kept, in order."""
        with self.lock:
            return tuple(self._gaps.gaps)

    def gap_spans(self, start_ns: int, stop_ns: int) -> GapSpans | None:
        """The gaps that touch a stretch of time; None if there is none, as nearly always."""
        if not len(self._gaps):
            return None
        with self.lock:
            return self._probe.gap_spans(start_ns, stop_ns)

    def envelope(self, start_ns: int, stop_ns: int, pixels: int) -> Envelope:
        """What to show of a stretch of time on so many pixels; the cost is that of the pixels.

        Up to sixteen samples a pixel are given raw; beyond that come bins that begin at multiples
        of their size, so that a peak stays what it is at every zoom and while scrolling.
        """
        with self.lock:
            return self._builder.build(start_ns, stop_ns, max(1, pixels), self._gaps.array)

    def statistics(self, start_ns: int, stop_ns: int) -> Statistics:
        """What the samples from `start_ns` to `stop_ns`, both included, amount to.

        The cost is that of the two ends and of one row for each few thousand samples between.
        """
        with self.lock:
            extract = self._probe.extract(start_ns, stop_ns)
        return extract.statistics()

    def sample_at(self, time_ns: int) -> Sample | None:
        """The sample nearest to a time at which there is a curve; None before, after, in gaps."""
        with self.lock:
            return self._probe.sample_at(time_ns)

    def neighbour(self, time_ns: int, steps: int) -> int | None:
        """The time of the sample so many steps after (or, if negative, before) a time, if any."""
        with self.lock:
            return self._probe.neighbour(time_ns, steps)

    def spans(self, start_ns: int, stop_ns: int) -> list[tuple[int, int]]:
        """The numbers (first, last + 1) of the samples from `start_ns` to `stop_ns`, both included.

        There are several where the clock was set back meanwhile.
        """
        with self.lock:
            return self._probe.spans(start_ns, stop_ns)

    def read(self, first: int, last: int) -> Stretch:
        """Copies of the samples first … last - 1, but for those that are no longer kept."""
        with self.lock:
            return self._probe.read(first, last)

    def gaps_between(self, start_ns: int, stop_ns: int) -> tuple[Gap, ...]:
        """The gaps that reach into a stretch of time, in order."""
        with self.lock:
            return self._probe.gaps_between(start_ns, stop_ns)

    def reduced_between(self, start_ns: int, stop_ns: int) -> int:
        """For how many samples a pair of these stands at most, as minimum and maximum; 1: none."""
        with self.lock:
            return self._probe.reduced_between(start_ns, stop_ns)

    def rings(self) -> Rings:
        """What it is made of, to be read while `lock` is held."""
        return Rings(self._samples, self._pyramid, self._times, self._gaps)

    def _reset(self) -> None:
        self._samples = SampleRing(_SMALLEST_CAPACITY, self._dtype)
        self._pyramid = Pyramid(self._samples)
        self._times = TimeAxis(_SMALLEST_CAPACITY)
        self._gaps, self._reductions = GapList(), Reductions()
        self._summary = Summary(self._samples, self._times)
        self._read_through()
        self._last_value = None
        self._nan = self._infinite = 0

    def _tell(self) -> None:
        """Say how far it is now."""
        times = self._times
        epoch = self._epoch + times.steps_back
        self.news = News(self.news.version + 1, epoch, times.newest_ns, times.latest_ns)

    def _count_not_finite(self, samples: NDArray[Any]) -> None:
        strange = len(samples) - int(np.count_nonzero(np.isfinite(samples)))
        if strange:
            nan = int(np.count_nonzero(np.isnan(samples)))
            self._nan += nan
            self._infinite += strange - nan

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
            self._read_through()
            self._gaps.forget_before(self._samples.start)
            self._tell()

    def _read_through(self) -> None:
        """Let readers look at the rings that there are now."""
        self._builder = EnvelopeBuilder(self._samples, self._pyramid.levels, self._times)
        self._probe = Probe(self._samples, self._times, self._summary, self._gaps, self._reductions)

    def _as_samples(self, values: ArrayLike) -> NDArray[Any]:
        given = np.atleast_1d(np.asarray(values))
        if given.ndim != 1 or given.dtype.kind not in "biuf":
            raise ValueError(
                f"{self.label}: a series takes one number or a row of numbers, "
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
            raise ValueError(f"{self.label}: {error}") from None

    def _write(self, samples: NDArray[Any], times: TimeStamps) -> None:
        before_ns = self._times.newest_ns
        first = self._samples.end
        broken = times.append_to(self._times, len(samples))
        for number in broken:
            if not self._gaps.ends_at(number):  # else the reason is known
                place = number - first
                last_ns = times.at(place - 1) if place else before_ns or 0
                reason = jump_text(last_ns, times.at(place))
                self._gaps.add(Gap(number, reason, None, is_loss=False))
        self._samples.write(samples)
        self._pyramid.fold()
        self._summary.fold(self._gaps.numbers)
        self._gaps.forget_before(self._samples.start)
        self._reductions.forget_before(self._samples.start)
