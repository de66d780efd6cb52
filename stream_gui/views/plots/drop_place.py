"""Where on a panel something is dropped: into it, or beside it; and how that is shown."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from stream_gui.views.plots.fitting_text import paint_fitting
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["DropHint", "DropPlace", "drop_place"]

_EDGE_SHARE = 0.2
_WIDEST_EDGE = 80


class DropPlace(Enum):
    """A place on a panel or beside it."""

    INTO = "into"
    LEFT = "left"
    RIGHT = "right"
    ABOVE = "above"
    BELOW = "below"

    def rect(self, size: QSize) -> QRect:
        """The part of a panel of this size that stands for the place."""
        width, height = size.width(), size.height()
        if self is DropPlace.LEFT:
            return QRect(0, 0, width // 2, height)
        if self is DropPlace.RIGHT:
            return QRect(width - width // 2, 0, width // 2, height)
        if self is DropPlace.ABOVE:
            return QRect(0, 0, width, height // 2)
        if self is DropPlace.BELOW:
            return QRect(0, height - height // 2, width, height // 2)
        return QRect(0, 0, width, height)


def drop_place(position: QPoint, size: QSize) -> DropPlace:
    """The place that a position on a panel of this size means: near an edge it is beside it."""
    distances = {
        DropPlace.LEFT: (position.x(), size.width()),
        DropPlace.RIGHT: (size.width() - position.x(), size.width()),
        DropPlace.ABOVE: (position.y(), size.height()),
        DropPlace.BELOW: (size.height() - position.y(), size.height()),
    }
    place = min(distances, key=lambda each: distances[each][0])
    distance, length = distances[place]
    return place if distance < min(_WIDEST_EDGE, length * _EDGE_SHARE) else DropPlace.INTO


class DropHint(QWidget):
    """Lies over a panel while something is dragged over it, and shows what a drop would do.

    Args:
        parent: the panel.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._panel = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._place = DropPlace.INTO
        self._text = ""
        self.hide()

    @property
    def text(self) -> str:
        """What it says; "" while nothing is dragged."""
        return self._text if self.isVisibleTo(self._panel) else ""

    def show_place(self, place: DropPlace, text: str) -> None:
        """Show that this is where it would go."""
        self.setGeometry(self._panel.rect())
        self._place, self._text = place, text
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A tinted part with a word in it."""
        colours = PlotColours.of(self.palette())
        rect = QRectF(self._place.rect(self.size())).adjusted(2.5, 2.5, -2.5, -2.5)
        fill = QColor(colours.accent)
        fill.setAlphaF(0.18)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colours.accent)
        painter.setBrush(fill)
        painter.drawRoundedRect(rect, 5, 5)
        self._paint_text(painter, rect, colours)

    def _paint_text(self, painter: QPainter, rect: QRectF, colours: PlotColours) -> None:
        metrics = self.fontMetrics()
        width = min(rect.width() - 8, metrics.horizontalAdvance(self._text) + 20.0)
        tag = QRectF(0, 0, width, metrics.height() + 8.0)
        tag.moveCenter(rect.center())
        painter.setPen(colours.accent)
        painter.setBrush(colours.base)
        painter.drawRoundedRect(tag, 5, 5)
        painter.setPen(colours.text)
        inside = tag.adjusted(6, 0, -6, 0)
        paint_fitting(painter, inside, self._text, Qt.AlignmentFlag.AlignCenter)
