"""The pixel columns of a panel's curves, those of a channel computed together; paints nothing."""

from __future__ import annotations

from collections.abc import Iterable

from stream_gui.plotdata.bundle import Bundle
from stream_gui.plotdata.column_cache import CachedColumns, ColumnCache
from stream_gui.plotdata.columns import ColumnView
from stream_gui.plotdata.series import Series
from stream_gui.views.plots.feed_source import PlotFeed
from stream_gui.views.plots.panel_curves import ShownCurve

__all__ = ["CurveColumns"]


class CurveColumns:
    """Keeps the columns of each set of curves from one frame to the next."""

    def __init__(self) -> None:
        self._caches: dict[tuple[Series, ...], tuple[Bundle, ColumnCache]] = {}

    def forget(self) -> None:
        """Compute all afresh: there are other curves."""
        self._caches.clear()

    def update(
        self, curves: Iterable[ShownCurve], view: ColumnView
    ) -> dict[tuple[str, str], CachedColumns]:
        """The columns of these curves, which have data, by channel and column."""
        together: dict[PlotFeed, list[ShownCurve]] = {}
        for shown in curves:
            together.setdefault(shown.feed, []).append(shown)
        found: dict[tuple[str, str], CachedColumns] = {}
        for group in together.values():
            found |= self._update_together(group, view)
        return found

    def _update_together(
        self, group: list[ShownCurve], view: ColumnView
    ) -> dict[tuple[str, str], CachedColumns]:
        series = tuple(shown.series for shown in group if shown.series is not None)
        if series not in self._caches:
            self._caches[series] = Bundle(series), ColumnCache()
        bundle, cache = self._caches[series]
        found = cache.update(bundle, view)
        return {
            shown.key: CachedColumns(found.columns.row(row), found.changed_from)
            for row, shown in enumerate(group)
        }
