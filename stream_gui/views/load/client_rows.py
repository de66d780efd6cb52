"""The rows of the table of clients, each with its colour and its spark-line, drawn by hand.

They change every second: what Qt does for each cell, style sheet and all, takes ten times as long.
Asked for a repaint are the cells whose text or line is another one than was drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QTableView

from stream_gui.models.load.client_columns import COLUMNS, SPARK
from stream_gui.models.load.client_table import ClientTable
from stream_gui.models.load.load_history import LoadHistory
from stream_gui.models.load.own_cost import OwnCost
from stream_gui.models.load.rate_ring import Floats
from stream_gui.views.appearance import Appearance
from stream_gui.views.load.drawn_texts import DrawnTexts
from stream_gui.views.load.stack_graph import layer_colour

__all__ = ["ClientRows"]

Index = QModelIndex | QPersistentModelIndex
SWATCH = 10
EDGE = 6
SPARK_POINTS = 60


@dataclass(frozen=True, slots=True)
class Look:
    """What a row looks like.

    Attributes:
        number: of the client.
        connected: whether its link is whole.
        texts: by column.
        spark: the heights of its line.
    """

    number: int
    connected: bool
    texts: dict[int, str]
    spark: Floats

    def differs(self, other: Look, column: int) -> bool:
        """Whether a cell looks other than there."""
        if self.number != other.number or self.connected != other.connected:
            return True
        if column == SPARK:
            return not np.array_equal(self.spark, other.spark, equal_nan=True)
        return self.texts[column] != other.texts.get(column)


class ClientRows(QTableView):
    """Shows the clients; everything but the painting is a table's own.

    Args:
        clients: the table.
        history: gives the spark-lines.
        cost: hears what painting takes.
        appearance: gives the colours.
    """

    def __init__(
        self, clients: ClientTable, history: LoadHistory, cost: OwnCost, appearance: Appearance
    ) -> None:
        super().__init__()
        self._clients = clients
        self._history = history
        self._cost = cost
        self._appearance = appearance
        self._looks: dict[int, Look] = {}
        self._drawn = DrawnTexts(self.font())
        self.setModel(clients)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        history.changed.connect(self._follow)
        appearance.changed.connect(self.viewport().update)

    def dataChanged(self, top: Index, bottom: Index, roles: object = ()) -> None:
        """Wait for the history, which changes with each measurement: lines belong to texts."""

    def changeEvent(self, event: QEvent) -> None:
        """Draw in the new font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._drawn.use(self.font())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells that are asked for."""
        with self._cost.counted():
            region, bounds = event.region(), event.rect()
            painter = QPainter(self.viewport())
            painter.fillRect(bounds, self._appearance.colour("base"))
            rows, columns = self._rows(bounds), self._columns(bounds)
            looks = self._look(rows)
            for row in rows:
                chosen = self.selectionModel().isRowSelected(row, QModelIndex())
                for column in columns:
                    cell = self._cell(row, column)
                    if region.intersects(cell):
                        self._paint(painter, cell, looks[row], column, chosen=chosen)
            painter.end()
            if region == QRegion(self.viewport().rect()):
                self._looks = looks

    def _follow(self) -> None:
        """Ask for the cells in sight that have come to look otherwise, column by column."""
        if not self.isVisible():
            return
        with self._cost.counted():
            sight = self.viewport().rect()
            rows, columns = self._rows(sight), self._columns(sight)
            before, self._looks = self._looks, self._look(rows)
            for column in columns:
                changed = [
                    row
                    for row in rows
                    if row not in before or self._looks[row].differs(before[row], column)
                ]
                if changed:
                    cells = self._cell(changed[0], column) | self._cell(changed[-1], column)
                    self.viewport().update(cells)

    def _look(self, rows: range) -> dict[int, Look]:
        shown = [self._clients.shown(row) for row in rows]
        numbers = [each.load.number for each in shown]
        sparks = self._history.both_ways(numbers, SPARK_POINTS)
        columns = self._columns(self.viewport().rect())
        return {
            row: Look(
                each.load.number,
                each.load.connected,
                {column: COLUMNS[column].text(each) for column in columns},
                spark,
            )
            for row, each, spark in zip(rows, shown, sparks, strict=True)
        }

    def _rows(self, area: QRect) -> range:
        first, last = self.rowAt(area.top()), self.rowAt(area.bottom())
        if first < 0:
            return range(0)
        return range(first, (last if last >= 0 else self._clients.row_count() - 1) + 1)

    def _columns(self, area: QRect) -> range:
        first, last = self.columnAt(area.left()), self.columnAt(area.right())
        if first < 0:
            return range(0)
        return range(first, (last if last >= 0 else len(COLUMNS) - 1) + 1)

    def _cell(self, row: int, column: int) -> QRect:
        return QRect(
            self.columnViewportPosition(column),
            self.rowViewportPosition(row),
            self.columnWidth(column),
            self.rowHeight(row),
        )

    def _paint(
        self, painter: QPainter, cell: QRect, look: Look, column: int, *, chosen: bool
    ) -> None:
        if chosen:
            painter.fillRect(cell, self._appearance.colour("selected"))
        if column == SPARK:
            self._draw_spark(painter, cell.adjusted(EDGE, 4, -EDGE, -4), look)
            return
        place = cell.adjusted(EDGE, 0, -EDGE, 0)
        if column == 0:
            swatch = QRect(place.left(), place.center().y() - SWATCH // 2 + 1, SWATCH, SWATCH)
            painter.fillRect(swatch, self._colour(look))
            place.setLeft(swatch.right() + EDGE)
        painter.setPen(self._appearance.colour("text" if look.connected else "dim"))
        at_right = COLUMNS[column].heading.is_number
        self._drawn.draw(painter, place, look.texts[column], at_right=at_right)

    def _colour(self, look: Look) -> QColor:
        return layer_colour(look.number, self._history, self._appearance)

    def _draw_spark(self, painter: QPainter, area: QRect, look: Look) -> None:
        rates = look.spark[~np.isnan(look.spark)]
        if rates.size < 2:
            return
        step, scale = area.width() / SPARK_POINTS, area.height() / max(float(rates.max()), 1.0)
        x = area.right() - np.arange(rates.size - 1, -1, -1) * step
        line = pg.functions.arrayToQPolygonF(x, area.bottom() - rates * scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._colour(look), 1))
        painter.drawPolyline(line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
