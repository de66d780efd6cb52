"""The time axis of a plot: it shows the ticks it is given and is redrawn when these change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from stream_gui.views.plots.gesture_box import GestureBox
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["TICK_LENGTH", "AxisItem", "TimeAxisItem"]

TICK_LENGTH = 4.0
_BARE_HEIGHT = 5
_TEXT_TOP = 7.0


class AxisItem(pg.GraphicsWidget):  # type: ignore[misc]
    """What both kinds of axes are: a line with ticks and labels in small type.

    Unlike those of pyqtgraph it computes nothing: its ticks come with the lines of the grid.
    """

    def __init__(self) -> None:
        super().__init__()
        self.line = self.ink = QColor()
        self.font = QFont()
        self.metrics = QFontMetricsF(self.font)

    def restyle(self, colours: PlotColours, font: QFont) -> None:
        """Take other colours and another font."""
        self.line, self.ink = colours.border, colours.dim
        self.font, self.metrics = font, QFontMetricsF(font)
        self.prepareGeometryChange()
        self.update()

    def boundingRect(self) -> QRectF:
        """Its place, and some room around for the labels at its ends."""
        around = self.metrics.height() + TICK_LENGTH
        return QRectF(0, 0, self.width(), self.height()).adjusted(-around, -around, around, around)


class TimeAxisItem(AxisItem):
    """Times, along the bottom.

    Args:
        box: what turns wheel and drag into wishes.
    """

    def __init__(self, box: GestureBox) -> None:
        super().__init__()
        self._box = box
        self._places: tuple[float, ...] = ()
        self._labels: tuple[str, ...] = ()
        self._room = (0.0, 0.0)
        self._shows_labels = True

    @property
    def labels(self) -> list[str]:
        """What stands at the ticks, of those that have room for it."""
        return [label for label, _ in self._placed()]

    def restyle(self, colours: PlotColours, font: QFont) -> None:
        """Take other colours and another font."""
        super().restyle(colours, font)
        self.show_labels(self._shows_labels)

    def show_labels(self, shown: bool) -> None:
        """Be as high as labels need, or as low as a line."""
        self._shows_labels = shown
        self.setFixedHeight(int(self.metrics.height()) + 10 if shown else _BARE_HEIGHT)
        self.update()

    def leave_room(self, left: float, right: float) -> None:
        """So much lies free beside it, where a label may reach."""
        if (left, right) != self._room:
            self._room = (left, right)
            self.prepareGeometryChange()
            self.update()

    def show_ticks(self, places: Sequence[float], labels: Sequence[str]) -> None:
        """Show these labels.

        Args:
            places: where, in pixels from the left.
            labels: what stands there.
        """
        ticks = (tuple(places), tuple(labels))
        if ticks != (self._places, self._labels):
            self._places, self._labels = ticks
            if self._shows_labels:
                self.update()

    def boundingRect(self) -> QRectF:
        """Its place, with the room beside it."""
        left, right = self._room
        return QRectF(-left, 0, self.width() + left + right, self.height())

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Line, ticks and labels."""
        painter.fillRect(QRectF(0, 0, self.width(), 1), self.line)
        if not self._shows_labels:
            return
        for place in self._places:
            painter.fillRect(QRectF(place, 0, 1, TICK_LENGTH), self.line)
        painter.setFont(self.font)
        painter.setPen(self.ink)
        ascent = _TEXT_TOP + self.metrics.ascent()
        for label, left in self._placed():
            painter.drawText(QPointF(left, ascent), label)

    def wheelEvent(self, event: Any) -> None:
        """Zoom in time."""
        self._box.wheelEvent(event, self._box.XAxis)

    def mouseDragEvent(self, event: Any) -> None:
        """Move in time."""
        self._box.mouseDragEvent(event, self._box.XAxis)

    def _placed(self) -> list[tuple[str, float]]:
        """The labels with their left ends; none that would be cut off."""
        first, last = 1 - self._room[0], self.width() + self._room[1] - 1
        found = []
        for place, label in zip(self._places, self._labels, strict=True):
            width = self.metrics.horizontalAdvance(label)
            left = place - width / 2
            if left >= first and left + width <= last:
                found.append((label, left))
        return found
