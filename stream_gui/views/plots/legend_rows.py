"""Where the entries of a legend stand: in few rows, each saying as much as these have room for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QRect, QSize

from stream_gui.views.plots.legend_entry import Density, LegendEntry

__all__ = ["LegendRows"]

_SPACING = 2
_MOST_ROWS = 2
"""Where more would be needed, entries say no values: the room is for the curves."""


class LegendRows:
    """As few rows as possible: badges become shorter for that, and values go past two.

    Args:
        entries: in their order.
        tail: the size of what stands behind them; empty if there is nothing.
        width: that there is; no entry is wider.

    Attributes:
        density: how much each entry says.
        places: of the entries and what is behind them.
        height: of all rows.
    """

    def __init__(self, entries: Sequence[LegendEntry], tail: QSize, width: int) -> None:
        self._entries = entries
        self._tail = tail
        self._width = width
        row = max((entry.sizeHint().height() for entry in entries), default=0)
        self._try(Density.FULL)
        for density in (Density.SHORT, Density.DOT):
            if self.height > row:
                self._try(density, below=self.height)
        if self.height > _MOST_ROWS * row + (_MOST_ROWS - 1) * _SPACING:
            self._try(Density.NAME)

    def _try(self, density: Density, below: float = math.inf) -> None:
        """Let entries say so much if they take less height for that."""
        places = self._places_at(density)
        height = max((place.bottom() + 1 for place in places), default=0)
        if height < below:
            self.density, self.places, self.height = density, places, height

    def _places_at(self, density: Density) -> list[QRect]:
        x, y, row, places = 0, 0, 0, []
        for size in self._sizes_at(density):
            if x + size.width() > self._width and row:
                x, y, row = 0, y + row + _SPACING, 0
            places.append(QRect(QPoint(x, y), size))
            x += size.width() + _SPACING
            row = max(row, size.height())
        return places

    def _sizes_at(self, density: Density) -> Iterator[QSize]:
        for entry in self._entries:
            size = entry.size_at(density)
            yield QSize(min(size.width(), self._width), size.height())
        if not self._tail.isEmpty():
            yield self._tail
