"""One curve's samples with their times: a column of a channel's table; never painted here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from stream_gui.plotdata.envelope import Envelope
from stream_gui.plotdata.gaps import Gap, GapSpans
from stream_gui.plotdata.news import News
from stream_gui.plotdata.probe import Probe, Sample, Stretch
from stream_gui.plotdata.sample_table import Precision, SampleTable
from stream_gui.plotdata.statistics import Statistics

__all__ = ["Gap", "Series", "series_of"]


class Series:
    """The newest samples of one column of a numeric channel.

    Args:
        label: the curve's name.
        unit: the unit of its values.
        capacity: as of a `SampleTable`.
        dtype: as of a `SampleTable`.
        table: where the samples are; None: in one of its own, which `append` fills.
        row: which row of it.

    Attributes:
        table: where the samples are: what comes to one column of a channel comes to all, as do
            gaps and another capacity.
        row: which row of it.
    """

    def __init__(
        self,
        label: str,
        *,
        unit: str = "",
        capacity: int = 2_000_000,
        dtype: Precision = "float32",
        table: SampleTable | None = None,
        row: int = 0,
    ) -> None:
        self.label = label
        self.unit = unit
        self.table = table or SampleTable(label, capacity=capacity, dtype=dtype)
        self.row = row

    def __repr__(self) -> str:
        return f"Series({self.label!r}, {self.length} samples)"

    @property
    def news(self) -> News:
        """How far it is."""
        return self.table.news

    @property
    def version(self) -> int:
        """A number that grows whenever there is something new to show."""
        return self.table.news.version

    @property
    def length(self) -> int:
        """How many samples are kept."""
        return self.table.length

    @property
    def total(self) -> int:
        """How many samples have been appended since the series was made or cleared."""
        return self.table.total

    @property
    def capacity(self) -> int:
        """How many samples can be kept; fewer than before lets the oldest go at once."""
        return self.table.capacity

    @capacity.setter
    def capacity(self, capacity: int) -> None:
        self.table.capacity = capacity

    @property
    def newest_time_ns(self) -> int | None:
        """The time of the newest sample; None while there is none."""
        return self.table.news.newest_ns

    @property
    def last_value(self) -> float | None:
        """The newest sample; None while there is none."""
        values = self.table.last_values
        return None if values is None else float(values[self.row])

    @property
    def not_finite(self) -> tuple[int, int]:
        """How many samples have been NaN and how many infinite since it was made or cleared."""
        return int(self.table.nan[self.row]), int(self.table.infinite[self.row])

    @property
    def precision(self) -> Precision:
        """How the samples are kept."""
        return self.table.precision

    @property
    def nbytes(self) -> int:
        """Its part of the bytes set aside for the table."""
        return self.table.nbytes // self.table.rows

    @property
    def bytes_per_sample(self) -> float:
        """The bytes that one more sample takes, its parts of pyramid and times included."""
        return self.table.bytes_per_sample

    def count_since(self, time_ns: int) -> int:
        """How many samples of this time and later are kept, since a clock was last set back."""
        return self.table.count_since(time_ns)

    def oldest_time_ns(self) -> int | None:
        """The time of the oldest sample kept; None while there is none."""
        return self.table.oldest_time_ns()

    def append(
        self,
        values: ArrayLike,
        times_ns: ArrayLike | None = None,
        *,
        time_ns: int | None = None,
        interval_ns: int | None = None,
        reduced: int = 1,
    ) -> None:
        """Add samples at the end; only where it has a table of its own.

        Args:
            values: one number, or a sequence of them.
            times_ns: as for `SampleTable.append`, as what follows.
            time_ns: the time of the first.
            interval_ns: the distance of the others.
            reduced: for how many samples each pair of these stands.

        Raises:
            ValueError: if values and times do not fit together, or are not numbers.
        """
        given = np.atleast_1d(np.asarray(values))
        if given.ndim != 1:
            raise ValueError(
                f"{self.label}: a series takes one number or a row of numbers, "
                f"not {given.dtype} of shape {given.shape}"
            )
        self.table.append(
            given[None], times_ns, time_ns=time_ns, interval_ns=interval_ns, reduced=reduced
        )

    def mark_gap(self, reason: str, count: int | None = None, *, is_loss: bool = True) -> None:
        """Note that samples are missing after the newest one: the curve is interrupted there.

        Args:
            reason: why, in words.
            count: how many are missing; None if that is unknown.
            is_loss: whether samples were lost; else none were sent, or nobody was there to read.
        """
        self.table.mark_gap(reason, count, is_loss=is_loss)

    def widen(self) -> None:
        """Keep samples as float64 from now on; those kept as float32 so far stay what they are."""
        self.table.widen()

    def clear(self) -> None:
        """Forget all samples."""
        self.table.clear()

    def gaps(self) -> tuple[Gap, ...]:
        """The gaps among the samples kept, in order."""
        with self.table.lock:
            return tuple(self.table.gaps.gaps)

    def gap_spans(self, start_ns: int, stop_ns: int) -> GapSpans | None:
        """The gaps that touch a stretch of time; None if there is none, as nearly always."""
        if not len(self.table.gaps):
            return None
        with self.table.lock:
            return self._probe().gap_spans(start_ns, stop_ns)

    def envelope(self, start_ns: int, stop_ns: int, pixels: int) -> Envelope:
        """What to show of a stretch of time on so many pixels; the cost is that of the pixels.

        Up to sixteen samples a pixel are given raw; beyond that come bins that begin at multiples
        of their size, so that a peak stays what it is at every zoom and while scrolling.
        """
        return self.table.envelope(self.row, start_ns, stop_ns, pixels)

    def statistics(self, start_ns: int, stop_ns: int) -> Statistics:
        """What the samples from `start_ns` to `stop_ns`, both included, amount to.

        The cost is that of the two ends and of one row for each few thousand samples between.
        """
        with self.table.lock:
            extract = self._probe().extract(start_ns, stop_ns)
        return extract.statistics()

    def sample_at(self, time_ns: int) -> Sample | None:
        """The sample nearest to a time at which there is a curve; None before, after, in gaps."""
        with self.table.lock:
            return self._probe().sample_at(time_ns)

    def neighbour(self, time_ns: int, steps: int) -> int | None:
        """The time of the sample so many steps after (or, if negative, before) a time, if any."""
        with self.table.lock:
            return self._probe().neighbour(time_ns, steps)

    def spans(self, start_ns: int, stop_ns: int) -> list[tuple[int, int]]:
        """The numbers (first, last + 1) of the samples from `start_ns` to `stop_ns`, both included.

        There are several where the clock was set back meanwhile.
        """
        with self.table.lock:
            return self._probe().spans(start_ns, stop_ns)

    def read(self, first: int, last: int) -> Stretch:
        """Copies of the samples first … last - 1, but for those that are no longer kept."""
        with self.table.lock:
            return self._probe().read(first, last)

    def gaps_between(self, start_ns: int, stop_ns: int) -> tuple[Gap, ...]:
        """The gaps that reach into a stretch of time, in order."""
        with self.table.lock:
            return self._probe().gaps_between(start_ns, stop_ns)

    def reduced_between(self, start_ns: int, stop_ns: int) -> int:
        """For how many samples a pair of these stands at most, as minimum and maximum; 1: none."""
        with self.table.lock:
            return self._probe().reduced_between(start_ns, stop_ns)

    def _probe(self) -> Probe:
        return self.table.probe(self.row)


def series_of(table: SampleTable, labels: Sequence[str], unit: str = "") -> tuple[Series, ...]:
    """A series for each row of a table."""
    return tuple(Series(label, unit=unit, table=table, row=row) for row, label in enumerate(labels))
