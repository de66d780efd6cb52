"""The pixel columns of a panel's curves, those of a channel computed together; paints nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stream_gui.plotdata.column_cache import CachedColumns, ColumnCache
from stream_gui.plotdata.columns import ColumnView
from stream_gui.plotdata.picture import DrawnCurve
from stream_gui.plotdata.sample_table import SampleTable, TableRows
from stream_gui.views.plots.panel_curves import ShownCurve
from stream_gui.views.plots.panel_scales import AxisGroup

__all__ = ["CurveColumns"]


class CurveColumns:
    """Keeps the columns of a set of curves from one frame to the next.

    Attributes:
        drawn: the curves from the back to the front, as a picture of these columns needs them.
    """

    def __init__(self) -> None:
        self._sources: list[tuple[TableRows, ColumnCache]] = []
        self.drawn: tuple[DrawnCurve, ...] = ()

    def take(
        self,
        curves: Sequence[ShownCurve],
        groups: Sequence[AxisGroup],
        colour_of: Callable[[ShownCurve], int],
    ) -> None:
        """Take another set of curves.

        Args:
            curves: in the order of the legend.
            groups: the axes with those of them that are drawn.
            colour_of: gives their colours, 0xRRGGBB.
        """
        scale_of = {
            shown.key: scale for scale, group in enumerate(groups) for shown in group.curves
        }
        together: dict[SampleTable, list[int]] = {}
        places: dict[tuple[str, str], tuple[int, int]] = {}
        for shown in curves:
            if shown.key in scale_of and shown.series is not None:
                rows = together.setdefault(shown.series.table, [])
                places[shown.key] = list(together).index(shown.series.table), len(rows)
                rows.append(shown.series.row)
        known = {(source.table, source.rows): (source, cache) for source, cache in self._sources}
        self._sources = [
            known.get((table, tuple(rows))) or (TableRows(table, rows), ColumnCache())
            for table, rows in together.items()
        ]
        self.drawn = tuple(
            DrawnCurve(shown.key, colour_of(shown), scale_of[shown.key], *places[shown.key])
            for shown in reversed(curves)
            if shown.key in places
        )

    def update(self, view: ColumnView) -> tuple[CachedColumns, ...]:
        """The columns of these curves, those of a channel together."""
        return tuple(cache.update(source, view) for source, cache in self._sources)
