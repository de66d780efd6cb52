"""A curve's pixel columns from one frame to the next: computes only what has changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.columns import Columns, ColumnView, columns_of, extremes_of
from stream_gui.plotdata.envelope import Envelope
from stream_gui.plotdata.news import News

__all__ = ["CachedColumns", "ColumnCache"]


@dataclass(frozen=True, slots=True)
class CachedColumns:
    """A curve's columns with what is new of them.

    Attributes:
        columns: all of them.
        changed_from: the first column, in this view, that differs from the frame before; the
            view's width if none does, 0 if all may.
    """

    columns: Columns
    changed_from: int


class Source(Protocol):
    """A series, or some rows of a table."""

    @property
    def news(self) -> News:
        """How far it is."""

    def envelope(self, start_ns: int, stop_ns: int, pixels: int) -> Envelope:
        """What to show of a stretch of time on so many pixels."""


class ColumnCache:
    """The columns of one source while its view moves on.

    Columns are anchored in time and samples only ever come at the end: a column that lies before
    the newest sample of the frame before never changes again.
    """

    def __init__(self) -> None:
        self._source: Source | None = None
        self._view: ColumnView | None = None
        self._columns: Columns | None = None
        self._news = News()

    def update(self, source: Source, view: ColumnView) -> CachedColumns:
        """The columns of a source in a view."""
        news = source.news
        first = self._first_change(source, view, news)
        if first and self._columns is not None and self._view is not None:
            columns = _moved(self._columns, view.first - self._view.first)
            if first < view.count and not _is_ahead(news, view, first):
                columns = _completed(columns, source, view, first)
            columns = _with_extremes(columns)
        else:
            columns = _computed(source, view)
        self._source, self._view, self._columns, self._news = source, view, columns, news
        return CachedColumns(columns, first)

    def _first_change(self, source: Source, view: ColumnView, news: News) -> int:
        """The first column that may differ from the one in the same place of time before."""
        old, before = self._view, self._news
        if old is None or self._columns is None or before.newest_ns is None:
            return 0
        shift = view.first - old.first
        usable = (
            source is self._source
            and news.epoch == before.epoch
            and (view.count, view.column_ns) == (old.count, old.column_ns)
            and 0 <= shift < view.count
            and not len(self._columns.marks)
        )
        if not usable:
            return 0
        if news.version == before.version:
            known = old.count - shift
            return known if shift else view.count
        newest_column = before.newest_ns // view.column_ns - view.first
        return max(0, min(newest_column - 1, old.count - shift))


def _computed(source: Source, view: ColumnView) -> Columns:
    return columns_of(source.envelope(view.start_ns, view.stop_ns, view.count), view)


def _is_ahead(news: News, view: ColumnView, first: int) -> bool:
    """Whether no sample is yet in the columns from `first` on, to which a line could lead."""
    start_ns = (view.first + first) * view.column_ns
    return news.latest_ns is not None and news.latest_ns < start_ns


def _moved(columns: Columns, shift: int) -> Columns:
    """The columns `shift` places further left, with nothing in those that are new."""
    return Columns(
        _shifted(columns.low, shift),
        _shifted(columns.high, shift),
        columns.marks,
        columns.mark_values,
        None if columns.blanks is None else _shifted(columns.blanks, shift),
        columns.is_endless,
        columns.least,
        columns.most,
    )


def _shifted(values: NDArray[Any], shift: int) -> NDArray[Any]:
    moved = np.empty_like(values)
    kept = values.shape[-1] - shift
    moved[..., :kept] = values[..., shift:]
    moved[..., kept:] = np.nan if values.dtype.kind == "f" else 0
    return moved


def _completed(columns: Columns, source: Source, view: ColumnView, first: int) -> Columns:
    """The columns with those from `first` on computed anew."""
    part = ColumnView(view.first + first, view.count - first, view.column_ns)
    news = _computed(source, part)
    columns.low[..., first:] = news.low
    columns.high[..., first:] = news.high
    if news.blanks is None and columns.blanks is None:
        return columns
    blanks = np.zeros(columns.low.shape, np.bool_) if columns.blanks is None else columns.blanks
    blanks[..., first:] = False if news.blanks is None else news.blanks
    return replace(columns, blanks=blanks)


def _with_extremes(columns: Columns) -> Columns:
    least, most, is_endless = extremes_of(columns.low, columns.high)
    return replace(columns, is_endless=is_endless, least=least, most=most)
