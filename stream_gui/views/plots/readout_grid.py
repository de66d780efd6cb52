"""Tiles side by side, arranged so that they are as large as possible; it knows no values."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from stream_gui.views.plots.readout_tile import ReadoutTile

__all__ = ["ReadoutGrid", "columns_for"]

_LEAST_HEIGHT = 64
_ASPECT = 2.4
"""A tile is best so many times wider than high."""


class ReadoutGrid(QWidget):
    """Gives each tile the same room, and all of them figures of the same size."""

    def __init__(self) -> None:
        super().__init__()
        self._tiles: tuple[ReadoutTile, ...] = ()

    @property
    def tiles(self) -> tuple[ReadoutTile, ...]:
        """The tiles in their order."""
        return self._tiles

    def set_tiles(self, tiles: Sequence[ReadoutTile]) -> None:
        """Show these; others are taken away."""
        for tile in self._tiles:
            if tile not in tiles:
                tile.hide()
                tile.deleteLater()
        self._tiles = tuple(tiles)
        for tile in tiles:
            tile.setParent(self)
            tile.show()
        for before, tile in zip(self._tiles, self._tiles[1:], strict=False):
            QWidget.setTabOrder(before, tile)
        self.arrange()

    def arrange(self) -> None:
        """Put all tiles where they belong."""
        count = len(self._tiles)
        if not count:
            return
        across = columns_for(count, self.width(), self.height())
        down = -(-count // across)
        for number, tile in enumerate(self._tiles):
            row, column = divmod(number, across)
            left, right = (self.width() * n // across for n in (column, column + 1))
            top, bottom = (self.height() * n // down for n in (row, row + 1))
            tile.setGeometry(QRect(left, top, right - left, bottom - top))
        self.share_size()

    def share_size(self) -> None:
        """Let figures be of one size in all tiles."""
        size = min((tile.fitting_px for tile in self._tiles), default=0.0)
        for tile in self._tiles:
            tile.share_size(size)

    def minimumSizeHint(self) -> QSize:
        """High enough for a name above the figures."""
        return QSize(60, _LEAST_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is other room now."""
        super().resizeEvent(event)
        self.arrange()


def columns_for(count: int, width: int, height: int) -> int:
    """How many tiles side by side leave each of them the most room."""

    def size(across: int) -> float:
        down = -(-count // across)
        return min(width / across / _ASPECT, height / down)

    return max(range(1, count + 1), key=lambda across: (size(across), -across), default=1)
