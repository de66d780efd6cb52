"""How a client looks in its table: its colour, its spark-line, and whether its link is broken.

Figures and spark-lines are painted here by the shortest way: they change every second.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from stream_gui.models.load.client_table import ClientTable
from stream_gui.models.load.load_history import LoadHistory
from stream_gui.models.load.own_cost import OwnCost
from stream_gui.views.appearance import Appearance
from stream_gui.views.load.stack_graph import layer_colour

__all__ = ["FigureDelegate", "NameDelegate", "SparkDelegate"]

Index = QModelIndex | QPersistentModelIndex
SWATCH = 10
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
SPARK_POINTS = 60


class NameDelegate(QStyledItemDelegate):
    """Puts the colour of a client before its name.

    Args:
        appearance: gives the colours.
        parent: the table.
    """

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._swatches: dict[str, QIcon] = {}

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if not index.data(ClientTable.ConnectedRole):
            dim = self._appearance.colour("dim")
            option.palette.setColor(QPalette.ColorRole.Text, dim)
        colour = layer_colour(index.data(ClientTable.NumberRole), self._appearance)
        option.icon = self._swatch(colour)
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration

    def _swatch(self, colour: QColor) -> QIcon:
        name = colour.name()
        if name not in self._swatches:
            pixmap = QPixmap(SWATCH, SWATCH)
            pixmap.fill(colour)
            self._swatches[name] = QIcon(pixmap)
        return self._swatches[name]


class FigureDelegate(QStyledItemDelegate):
    """Writes a figure: what a style sheet does for each cell takes five times as long.

    Args:
        cost: hears what painting takes.
        appearance: gives the colours.
        parent: the table.
    """

    def __init__(self, cost: OwnCost, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._cost = cost
        self._appearance = appearance
        appearance.changed.connect(self._colour)
        self._colour()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        with self._cost.counted():
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            if selected:
                painter.fillRect(option.rect, self._appearance.colour("selected"))
            painter.setPen(self._ink)
            painter.drawText(option.rect.adjusted(4, 0, -6, 0), RIGHT, index.data())

    def _colour(self) -> None:
        self._ink = self._appearance.colour("text")


class SparkDelegate(QStyledItemDelegate):
    """Draws what the load of a client was.

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

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        with self._cost.counted():
            if option.state & QStyle.StateFlag.State_Selected:
                painter.fillRect(option.rect, self._appearance.colour("selected"))
            self._draw_spark(painter, option, int(index.data(ClientTable.NumberRole)))

    def _draw_spark(self, painter: QPainter, option: QStyleOptionViewItem, number: int) -> None:
        rates = self._history.both_ways(number, SPARK_POINTS)
        rates = rates[~np.isnan(rates)]
        if rates.size < 2:
            return
        area = option.rect.adjusted(6, 4, -6, -4)
        top = max(float(rates.max()), 1.0)
        step, scale = area.width() / SPARK_POINTS, area.height() / top
        left = area.right() - (rates.size - 1) * step
        heights = (area.bottom() - rates * scale).tolist()
        line = QPolygonF([QPointF(left + at * step, y) for at, y in enumerate(heights)])
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(layer_colour(number, self._appearance), 1))
        painter.drawPolyline(line)
        painter.restore()
