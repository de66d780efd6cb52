"""Several series as one table, a row for each time: in pieces, however long; changes no series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.series import Series

__all__ = ["Cells", "MergedRows", "Rows"]

_LANE = 1 << 32
"""Samples of one series from before and after its clock was set back never share a row."""


@dataclass(frozen=True, slots=True)
class Cells:
    """What one series has in some rows.

    Attributes:
        rows: the numbers of the rows in which it has a sample.
        values: these samples.
    """

    rows: NDArray[np.intp]
    values: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """A piece of the table.

    Attributes:
        times_ns: of each row, in order.
        columns: for each series its cells.
        taken: how many samples have been passed so far, those that are gone included.
    """

    times_ns: NDArray[np.int64]
    columns: tuple[Cells, ...]
    taken: int


class MergedRows:
    """The samples of series from one time to another, both included, in the order of time.

    Samples of the same time stand in one row. Where a series has several of one time, the first
    stand in one row, the second in the next, and so on.

    Args:
        series: a column each.
        start_ns: where it begins.
        stop_ns: where it ends.
        piece: about so many samples of each series are read at a time.

    Attributes:
        total: how many samples there are to take.
        gone: how many were no longer kept when it was their turn.
    """

    def __init__(
        self, series: Sequence[Series], start_ns: int, stop_ns: int, piece: int = 50_000
    ) -> None:
        self._count = len(series)
        self._strands = [
            _Strand(each, column, first, last, lane * _LANE, piece)
            for column, each in enumerate(series)
            for lane, (first, last) in enumerate(each.spans(start_ns, stop_ns))
        ]
        self.total = sum(strand.last - strand.next for strand in self._strands)

    @property
    def gone(self) -> int:
        """How many samples were no longer kept when it was their turn."""
        return sum(strand.gone for strand in self._strands)

    def __iter__(self) -> Iterator[Rows]:
        while self._fill():
            open_ends = [strand.newest_ns for strand in self._strands if not strand.is_read]
            limit_ns = min(open_ends, default=None)
            parts = [strand.take(limit_ns) for strand in self._strands]
            if not any(len(times) for times, _, _ in parts):
                for strand in self._strands:  # more samples of one time than were read
                    strand.read_more()
                continue
            yield self._merged(parts)

    def _fill(self) -> bool:
        """Have samples of every strand at hand that has any; tell whether there are any."""
        filled = [strand.fill() for strand in self._strands]
        return any(filled)

    def _merged(self, parts: list[_Part]) -> Rows:
        keyed = [np.stack((times, lanes)) for times, lanes, _ in parts]
        first = keyed[0]
        columns: list[list[Cells]] = [[] for _ in range(self._count)]
        if all(np.array_equal(each, first) for each in keyed[1:]):
            times_ns = first[0]
            places = [np.arange(len(times_ns))] * len(parts)
        else:
            both = np.concatenate(keyed, axis=1)
            order = np.lexsort((both[1], both[0]))
            is_new = np.ones(len(order), np.bool_)
            is_new[1:] = (both[:, order[1:]] != both[:, order[:-1]]).any(axis=0)
            row_of = np.empty(len(order), np.intp)
            row_of[order] = np.cumsum(is_new) - 1
            times_ns = both[0][order[is_new]]
            ends = np.cumsum([each.shape[1] for each in keyed])
            places = np.split(row_of, ends[:-1])
        for strand, rows, (_, _, values) in zip(self._strands, places, parts, strict=True):
            columns[strand.column].append(Cells(rows, values))
        taken = sum(strand.taken for strand in self._strands)
        return Rows(times_ns, tuple(_one(cells) for cells in columns), taken)


_Part = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]
"""Times; which of several samples of one time; values."""


class _Strand:
    """The neighbouring samples of a series whose times do not decrease, as they are read."""

    def __init__(
        self, series: Series, column: int, first: int, last: int, lane: int, piece: int
    ) -> None:
        self._series = series
        self._lane = lane
        self._piece = piece
        self._begin = first
        self._times = np.empty(0, np.int64)
        self._values: NDArray[Any] = np.empty(0)
        self._same = 0
        self.column = column
        self.next = first
        self.last = last
        self.gone = 0

    @property
    def is_read(self) -> bool:
        """Whether all its samples are at hand."""
        return self.next >= self.last

    @property
    def newest_ns(self) -> int:
        """The time of the last sample at hand."""
        return int(self._times[-1])

    @property
    def taken(self) -> int:
        """How many samples have been given away, or are gone."""
        return self.next - self._begin - len(self._times)

    def fill(self) -> bool:
        """Have samples at hand if there are any more; tell whether."""
        while not len(self._times) and not self.is_read:
            self.read_more()
        return len(self._times) > 0

    def read_more(self) -> None:
        """Have more samples at hand than now, if there are any."""
        if self.is_read:
            return
        until = min(self.last, self.next + self._piece)
        stretch = self._series.read(self.next, until)
        self.gone += until - self.next - len(stretch)
        self.next = until
        self._times = np.concatenate((self._times, stretch.times_ns))
        values = (self._values, stretch.values) if len(self._values) else (stretch.values,)
        self._values = np.concatenate(values)

    def take(self, limit_ns: int | None) -> _Part:
        """Give away the samples before a time, or all."""
        end = len(self._times)
        if limit_ns is not None:
            end = int(np.searchsorted(self._times, limit_ns))
        times, self._times = self._times[:end], self._times[end:]
        values, self._values = self._values[:end], self._values[end:]
        return times, _occurrences(times) + self._lane, values


def _occurrences(times_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each time how many times the same stands before it."""
    numbers = np.arange(len(times_ns), dtype=np.int64)
    is_first = np.ones(len(times_ns), np.bool_)
    is_first[1:] = times_ns[1:] != times_ns[:-1]
    return numbers - np.maximum.accumulate(np.where(is_first, numbers, 0))


def _one(cells: list[Cells]) -> Cells:
    if len(cells) == 1:
        return cells[0]
    if not cells:
        return Cells(np.empty(0, np.intp), np.empty(0))
    return Cells(
        np.concatenate([each.rows for each in cells]),
        np.concatenate([each.values for each in cells]),
    )
