"""From an envelope to one vertical run for each pixel column; knows no colours and no image.

Columns begin at multiples of their own duration: while the view scrolls, a column's samples stay
together, so that peaks do not shimmer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.envelope import Envelope

__all__ = ["ColumnView", "Columns", "columns_of", "extremes_of"]

_MARK_WHEN_WIDER = 20
"""Samples are marked one by one when they are, on average, so many columns apart."""


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A stretch of time laid on pixel columns.

    Attributes:
        first: number of the first column, counted from time 0.
        count: how many columns.
        column_ns: duration of a column.
    """

    first: int
    count: int
    column_ns: int

    @property
    def start_ns(self) -> int:
        """Where the first column begins."""
        return self.first * self.column_ns

    @property
    def stop_ns(self) -> int:
        """Where the last column ends."""
        return (self.first + self.count) * self.column_ns

    @staticmethod
    def ending_at(stop_ns: int, duration_ns: int, count: int) -> ColumnView:
        """The view of about `duration_ns` whose last column holds `stop_ns`."""
        column_ns = max(1, round(duration_ns / count))
        return ColumnView(stop_ns // column_ns + 1 - count, count, column_ns)


@dataclass(frozen=True, slots=True)
class Columns:
    """What a curve covers in each pixel column; NaN where it covers nothing.

    Of several curves together there is a row for each in all arrays but `marks`.

    Attributes:
        low: the lowest value in each column, the joining line included.
        high: the highest.
        marks: columns in which single samples stand, if these are far apart.
        mark_values: the value of each of these samples.
        blanks: where NaN stands and no number beside it; None if nowhere.
        is_endless: whether any value is infinite.
        least: the lowest finite sample in view; NaN if there is none.
        most: the highest.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    marks: NDArray[np.int64]
    mark_values: NDArray[np.float64]
    blanks: NDArray[np.bool_] | None
    is_endless: bool
    least: Any
    most: Any

    def row(self, number: int) -> Columns:
        """One curve of several."""
        return Columns(
            self.low[number],
            self.high[number],
            self.marks,
            self.mark_values[number],
            None if self.blanks is None else self.blanks[number],
            self.is_endless,
            float(self.least[number]),
            float(self.most[number]),
        )


def columns_of(envelope: Envelope, view: ColumnView) -> Columns:
    """Lay an envelope on pixel columns: the extremes of each, joined by straight lines."""
    low = np.full((*envelope.low.shape[:-1], view.count), np.nan)
    high = np.full_like(low, np.nan)
    if not len(envelope):
        return Columns(low, high, *_no_marks(low), None, False, low[..., 0], low[..., 0])
    back = np.flatnonzero(np.diff(envelope.times_ns) < 0) + 1
    for piece in np.split(np.arange(len(envelope)), back) if len(back) else [slice(None)]:
        _add_piece(low, high, _Points.of(envelope, piece, view))
    marks, values = _marks(envelope, view)
    blanks = _blanks(envelope, view)
    least, most, is_endless = extremes_of(low, high)
    return Columns(low, high, marks, values, blanks, is_endless, least, most)


@dataclass(frozen=True, slots=True)
class _Points:
    """Bins at places in columns (float), in order."""

    places: NDArray[np.float64]
    low: NDArray[Any]
    high: NDArray[Any]
    breaks: NDArray[np.bool_]

    @staticmethod
    def of(envelope: Envelope, piece: Any, view: ColumnView) -> _Points:
        elapsed = envelope.times_ns[piece] - view.start_ns
        return _Points(
            elapsed / view.column_ns,
            envelope.low[..., piece],
            envelope.high[..., piece],
            envelope.breaks[piece],
        )


def _add_piece(low: NDArray[np.float64], high: NDArray[np.float64], points: _Points) -> None:
    if not len(points.places):
        return
    count = low.shape[-1]
    edges = np.searchsorted(points.places, np.arange(count + 1, dtype=np.float64))
    _add_extremes(low, high, points, edges)
    joints = _joints(points, edges)
    for target, smaller in ((low, np.fmin), (high, np.fmax)):
        smaller(target, joints[..., :-1], out=target)
        smaller(target, joints[..., 1:], out=target)


def _add_extremes(
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    points: _Points,
    edges: NDArray[np.intp],
) -> None:
    """The extremes of the bins that begin in each column."""
    filled = np.flatnonzero(edges[1:] > edges[:-1])
    if not len(filled):
        return
    begins, end = edges[filled], edges[-1]
    lowest = np.fmin.reduceat(points.low[..., :end], begins, axis=-1)
    highest = np.fmax.reduceat(points.high[..., :end], begins, axis=-1)
    low[..., filled] = np.fmin(low[..., filled], lowest)
    high[..., filled] = np.fmax(high[..., filled], highest)


def _joints(points: _Points, edges: NDArray[np.intp]) -> NDArray[np.float64]:
    """The height at which the line crosses each edge between columns; NaN where none does."""
    heights = np.full((*points.low.shape[:-1], len(edges)), np.nan)
    inside = np.flatnonzero((edges > 0) & (edges < len(points.places)))
    after = edges[inside]
    joined = ~points.breaks[after]
    inside, after = inside[joined], after[joined]
    before = after - 1
    low, high = points.low.astype(np.float64, copy=False), points.high
    from_low, from_high = _finite(low[..., before], high[..., before])
    to_low, to_high = _finite(low[..., after], high[..., after])
    with np.errstate(invalid="ignore", over="ignore"):
        middle = (to_low + to_high) / 2
        leaves = np.clip(middle, from_low, from_high)
        arrives = np.clip(leaves, to_low, to_high)
        distance = points.places[after] - points.places[before]
        share = (inside - points.places[before]) / distance
        heights[..., inside] = leaves + (arrives - leaves) * share
    return heights


def _finite(low: NDArray[Any], high: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The finite ends of bins, which lines may join; NaN where a bin has none."""
    endless_low, endless_high = np.isinf(low), np.isinf(high)
    if not endless_low.any() and not endless_high.any():
        return low, high
    neither = endless_low & endless_high
    bottom = np.where(neither, np.nan, np.where(endless_low, high, low))
    return bottom, np.where(neither, np.nan, np.where(endless_high, low, high))


def _blanks(envelope: Envelope, view: ColumnView) -> NDArray[np.bool_] | None:
    """Where NaN stands alone; one among the numbers of a bin does not show."""
    is_nan = np.isnan(envelope.low)
    if not is_nan.any():
        return None
    blanks = np.zeros((*is_nan.shape[:-1], view.count), np.bool_)
    columns = (envelope.times_ns - view.start_ns) // view.column_ns
    *rows, places = np.nonzero(is_nan & (columns >= 0) & (columns < view.count))
    blanks[(*rows, columns[places])] = True
    return blanks


def _marks(envelope: Envelope, view: ColumnView) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where to mark single samples: few, raw and with a number; NaN where a curve has none."""
    if envelope.samples_per_bin > 1:
        return _no_marks(envelope.low)
    columns = (envelope.times_ns - view.start_ns) // view.column_ns
    finite = np.isfinite(envelope.low)
    shown = (columns >= 0) & (columns < view.count) & finite.any(axis=tuple(range(finite.ndim - 1)))
    if int(np.count_nonzero(shown)) * _MARK_WHEN_WIDER > view.count:
        return _no_marks(envelope.low)
    values = np.where(finite[..., shown], envelope.low[..., shown], np.nan)
    return columns[shown], values.astype(np.float64)


def _no_marks(values: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    return np.empty(0, np.int64), np.empty((*values.shape[:-1], 0))


def extremes_of(low: NDArray[np.float64], high: NDArray[np.float64]) -> tuple[Any, Any, bool]:
    """The lowest and the highest finite height, of each row; whether any height is infinite.

    NaN stands where a row has no finite height.
    """
    least, most = np.fmin.reduce(low, axis=-1), np.fmax.reduce(high, axis=-1)
    if not np.isinf(least).any() and not np.isinf(most).any():
        return least, most, False
    has_low, has_high = np.isfinite(low), np.isfinite(high)
    low, high = np.where(has_low, low, high), np.where(has_high, high, low)
    finite = has_low | has_high  # what reaches to infinity counts with its other end
    least = np.fmin.reduce(np.where(finite, low, np.nan), axis=-1)
    most = np.fmax.reduce(np.where(finite, high, np.nan), axis=-1)
    return least, most, True
