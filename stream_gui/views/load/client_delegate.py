"""How a client looks in its table: its colour, its spark-line, and whether its link is broken."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from stream_gui.models.load.client_table import SPARK, ClientTable
from stream_gui.models.load.load_history import LoadHistory
from stream_gui.models.load.own_cost import OwnCost
from stream_gui.views.appearance import Appearance
from stream_gui.views.load.stack_graph import layer_colour

__all__ = ["ClientDelegate"]

Index = QModelIndex | QPersistentModelIndex
SWATCH = 10
SPARK_POINTS = 60


class ClientDelegate(QStyledItemDelegate):
    """Paints the cells of the table of clients.

    Args:
        history: gives the spark-lines.
        cost: hears what painting takes.
        appearance: gives the colours.
        parent: the table.
    """

    def __init__(
        self, history: LoadHistory, cost: OwnCost, appearance: Appearance, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._history = history
        self._cost = cost
        self._appearance = appearance
        self._swatches: dict[str, QIcon] = {}

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if not index.data(ClientTable.ConnectedRole):
            dim = self._appearance.colour("dim")
            option.palette.setColor(QPalette.ColorRole.Text, dim)
        if index.column() == 0:
            colour = layer_colour(index.data(ClientTable.NumberRole), self._appearance)
            option.icon = self._swatch(colour)
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        with self._cost.counted():
            super().paint(painter, option, index)
            if index.column() == SPARK:
                self._draw_spark(painter, option, int(index.data(ClientTable.NumberRole)))

    def _draw_spark(self, painter: QPainter, option: QStyleOptionViewItem, number: int) -> None:
        rates = self._history.both_ways(number, SPARK_POINTS)
        rates = rates[~np.isnan(rates)]
        if rates.size < 2:
            return
        area = option.rect.adjusted(6, 4, -6, -4)
        top = max(float(rates.max()), 1.0)
        x = area.right() - (rates.size - 1 - np.arange(rates.size)) * area.width() / SPARK_POINTS
        y = area.bottom() - rates / top * area.height()
        line = QPolygonF([QPointF(*each) for each in zip(x.tolist(), y.tolist(), strict=True)])
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(layer_colour(number, self._appearance), 1))
        painter.drawPolyline(line)
        painter.restore()

    def _swatch(self, colour: QColor) -> QIcon:
        name = colour.name()
        if name not in self._swatches:
            pixmap = QPixmap(SWATCH, SWATCH)
            pixmap.fill(colour)
            self._swatches[name] = QIcon(pixmap)
        return self._swatches[name]
