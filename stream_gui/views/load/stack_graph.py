"""The load as layers upon each other, with the greatest by name; it keeps no data of its own."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from stream_gui.models.load.load_history import LoadHistory
from stream_gui.models.load.load_stack import Layer, LoadStack, StackKind, load_stack
from stream_gui.models.load.own_cost import OwnCost
from stream_gui.models.load.rate_ring import Floats
from stream_gui.models.value_text import bytes_text
from stream_gui.views.appearance import Appearance
from stream_gui.views.plots.plot_colours import curve_colour

__all__ = ["StackGraph", "layer_colour"]

POINTS = 120
LINE = 20
FINEST_PX = 4
LIST_WIDTH = 190
EDGE = 8
STEPS = (1.0, 2.0, 5.0, 10.0)
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
STRONG, FAINT = 0.85, 0.3


def layer_colour(key: int | str | None, history: LoadHistory, appearance: Appearance) -> QColor:
    """The colour of a client or a channel, the same wherever it is shown.

    As long as there are colours, no two that are there at once have the same.
    """
    if key is None:
        return appearance.colour("dim")
    return curve_colour(history.place(key), appearance.is_dark)


class StackGraph(QWidget):
    """Layers over the last minutes at the left, and who they are at the right.

    Signals:
        chosen(object): a layer was clicked: the number of the client or the name of the channel.

    Args:
        history: the measurements.
        cost: hears what painting takes.
        appearance: gives the colours.
    """

    chosen = Signal(object)

    def __init__(self, history: LoadHistory, cost: OwnCost, appearance: Appearance) -> None:
        super().__init__()
        self._history = history
        self._cost = cost
        self._appearance = appearance
        self._kind = StackKind.SENT
        self._marked: int | str | None = None
        self.stack = LoadStack(np.zeros(0), ())
        self.setAccessibleName("Load as a stack")
        self.setMinimumSize(260, 110)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        history.changed.connect(self._measure)
        appearance.changed.connect(self.update)

    @property
    def kind(self) -> StackKind:
        """What the layers are."""
        return self._kind

    def show_kind(self, kind: StackKind) -> None:
        """Take other layers."""
        self._kind = kind
        self._measure()

    def mark(self, key: int | str | None) -> None:
        """Let one layer stand out; None: all alike."""
        self._marked = key
        self.update()

    def sizeHint(self) -> QSize:
        """Enough to read it."""
        return QSize(420, 190)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the layer whose line is clicked."""
        place = int((event.position().y() - EDGE) // LINE)
        listed = self._listed()
        if event.position().x() >= self.width() - LIST_WIDTH and 0 <= place < len(listed):
            self.chosen.emit(listed[place].key)

    def showEvent(self, event: object) -> None:
        """What was not measured while it was hidden is so now."""
        self._measure()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it all."""
        with self._cost.counted():
            painter = QPainter(self)
            painter.fillRect(self.rect(), self._appearance.colour("base"))
            self._draw_list(painter)
            self._draw_layers(painter)
            painter.end()

    def _measure(self) -> None:
        if not self.isVisible():
            return
        with self._cost.counted():
            self.stack = load_stack(self._history, self._kind, POINTS)
        self.update()

    def _listed(self) -> list[Layer]:
        """The layers as they are listed: the greatest first."""
        room = max(0, (self.height() - EDGE) // LINE)
        return list(self.stack.layers)[:room]

    def _draw_list(self, painter: QPainter) -> None:
        left = self.width() - LIST_WIDTH + 6
        metrics = painter.fontMetrics()
        for place, layer in enumerate(self._listed()):
            line = QRectF(left, EDGE + place * LINE, LIST_WIDTH - 12, LINE)
            swatch = QRectF(left, line.center().y() - 5, 10, 10)
            painter.fillRect(swatch, layer_colour(layer.key, self._history, self._appearance))
            painter.setPen(self._appearance.colour("text" if layer.key is not None else "dim"))
            rate = bytes_text(layer.rate, "/s")
            painter.drawText(
                line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, rate
            )
            room = line.adjusted(16, 0, -metrics.horizontalAdvance(rate) - 8, 0)
            name = metrics.elidedText(layer.name, Qt.TextElideMode.ElideMiddle, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)

    def _draw_layers(self, painter: QPainter) -> None:
        top = _rounded_up(self.stack.height)
        label = bytes_text(top, "/s")
        gutter = painter.fontMetrics().horizontalAdvance(label) + 10
        line = painter.fontMetrics().height()
        area = QRectF(
            gutter, EDGE, self.width() - LIST_WIDTH - gutter - 4, self.height() - EDGE - line - 6
        )
        if area.width() < 20 or area.height() < 20:
            return
        self._draw_frame(painter, area, label)
        ages_s = self.stack.ages_s
        if ages_s.size < 2:
            return
        span_s = max(-float(ages_s[0]), 30.0)
        step = max(1, round(FINEST_PX * ages_s.size * span_s / -ages_s[0] / area.width()))
        shown = slice((ages_s.size - 1) % step, None, step)
        x = area.right() + ages_s[shown] / span_s * area.width()
        scale = area.height() / top
        base = self._appearance.colour("base")
        for layer in self.stack.layers:
            colour = layer_colour(layer.key, self._history, self._appearance)
            dimmed = self._marked is not None and layer.key != self._marked
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_mixed(base, colour, FAINT if dimmed else STRONG))
            upper = area.bottom() - layer.top[shown] * scale
            lower = area.bottom() - layer.bottom[shown] * scale
            painter.drawPolygon(_polygon(x, upper, lower))
        painter.setPen(self._appearance.colour("dim"))
        oldest = f"{span_s:.0f} s ago"
        under = QRectF(area.left(), area.bottom() + 2, area.width(), line)
        painter.drawText(under, Qt.AlignmentFlag.AlignLeft, oldest)
        painter.drawText(under, Qt.AlignmentFlag.AlignRight, "now")

    def _draw_frame(self, painter: QPainter, area: QRectF, label: str) -> None:
        painter.setPen(QPen(self._appearance.colour("border"), 1))
        for share in (0.0, 0.5, 1.0):
            y = round(area.bottom() - share * area.height()) + 0.5
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(self._appearance.colour("dim"))
        place = QRectF(0, area.top() - 6, area.left() - 6, painter.fontMetrics().height())
        painter.drawText(place, Qt.AlignmentFlag.AlignRight, label)
        zero = QRectF(0, area.bottom() - 9, area.left() - 6, painter.fontMetrics().height())
        painter.drawText(zero, Qt.AlignmentFlag.AlignRight, "0")


def _polygon(x: Floats, upper: Floats, lower: Floats) -> QPolygonF:
    around: QPolygonF = pg.functions.arrayToQPolygonF(
        np.concatenate([x, x[::-1]]), np.concatenate([upper, lower[::-1]])
    )
    return around


def _mixed(base: QColor, colour: QColor, share: float) -> QColor:
    """So much of the colour on the base: what is not see-through is painted many times faster."""
    mixed = (
        round(a + (b - a) * share)
        for a, b in (
            (base.red(), colour.red()),
            (base.green(), colour.green()),
            (base.blue(), colour.blue()),
        )
    )
    return QColor(*mixed)


def _rounded_up(value: float) -> float:
    """The next of 1, 2, 5 and their tens, so that the scale seldom changes."""
    if value <= 10:
        return 10.0
    decade = 10.0 ** np.floor(np.log10(value))
    return float(next(step * decade for step in STEPS if step * decade >= value))
