"""The entries of a legend in few rows: each says as much as there is room for in these."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QLayoutItem, QWidget

from stream_gui.views.plots.flow_layout import FlowLayout
from stream_gui.views.plots.legend_entry import Density, LegendEntry

__all__ = ["LegendRows"]

_SPACING = 2
_WITH_VALUES = (Density.FULL, Density.SHORT, Density.DOT)
_MOST_ROWS = 2
"""Where more would be needed, entries say no values: the room is for the curves."""


class LegendRows(FlowLayout):
    """Makes as few rows as possible: badges become shorter for that, and values go past two."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, _SPACING)
        self._density = Density.FULL

    def arrange(self, rect: QRect, *, move: bool) -> int:
        """Place the entries; see `FlowLayout`."""
        heights = [self._height_at(density, rect) for density in _WITH_VALUES]
        self._density = _WITH_VALUES[heights.index(min(heights))]
        if min(heights) > _MOST_ROWS * self._row_height + (_MOST_ROWS - 1) * _SPACING:
            self._density = Density.NAME
        if move:
            for entry in self._entries:
                entry.set_density(self._density)
        return super().arrange(rect, move=move)

    def _height_at(self, density: Density, rect: QRect) -> int:
        self._density = density
        return super().arrange(rect, move=False)

    def size_of(self, item: QLayoutItem, width: int) -> QSize:
        """No entry is wider than the legend."""
        entry = item.widget()
        if not isinstance(entry, LegendEntry):
            return super().size_of(item, width)
        size = entry.size_at(self._density)
        return QSize(min(size.width(), width), size.height())

    @property
    def _entries(self) -> list[LegendEntry]:
        widgets = (item.widget() for item in self.items)
        return [widget for widget in widgets if isinstance(widget, LegendEntry)]

    @property
    def _row_height(self) -> int:
        return max((entry.sizeHint().height() for entry in self._entries), default=0)
