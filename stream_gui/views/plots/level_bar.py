"""The colours of a picture beside it: histogram, colour map, and two levels to drag or to type."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
)
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from stream_gui.plotdata.colour_maps import colour_table
from stream_gui.plotdata.levels import Histogram, Levels
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["LevelBar", "level_text"]

_WIDTH = 78
_MAP_WIDTH = 14
_GRIP = 7
_STEP = 0.02


class LevelBar(QWidget):
    """Shows levels, and lets the operator change them.

    Signals:
        chosen(float, float): the operator wants these levels.
        automatic(): the operator wants them to be found.
    """

    chosen = Signal(float, float)
    automatic = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.scale = LevelScale()
        self.high = _edit("The level of the last colour")
        self.low = _edit("The level of the first colour")
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 4, 2)
        column.setSpacing(2)
        column.addWidget(self.high)
        column.addWidget(self.scale, 1)
        column.addWidget(self.low)
        self.setFixedWidth(_WIDTH)
        self.scale.chosen.connect(self.chosen)
        self.scale.automatic.connect(self.automatic)
        for edit in (self.low, self.high):
            edit.editingFinished.connect(self._on_typed)

    def show_levels(self, levels: Levels, histogram: Histogram | None, colour_map: str) -> None:
        """Show what is so now."""
        self.scale.show_levels(levels, histogram, colour_map)
        for edit, level in ((self.low, levels.low), (self.high, levels.high)):
            text = level_text(level, levels.span)
            if not edit.isModified() and edit.text() != text:
                edit.setText(text)
                edit.setCursorPosition(0)

    def recolour(self, colours: PlotColours) -> None:
        """Take these colours from now on."""
        self.scale.recolour(colours)

    def _on_typed(self) -> None:
        if not (self.low.isModified() or self.high.isModified()):
            return
        try:
            low = _number(self.low, self.scale.levels.low)
            high = _number(self.high, self.scale.levels.high)
        except ValueError:
            low, high = self.scale.levels.low, self.scale.levels.high
        self.low.setModified(False)
        self.high.setModified(False)
        levels = self.scale.levels
        if (low, high) != (levels.low, levels.high) and math.isfinite(low) and math.isfinite(high):
            self.chosen.emit(min(low, high), max(low, high))
        else:
            self.show_levels(levels, self.scale.histogram, self.scale.colour_map)


class LevelScale(QWidget):
    """The histogram with the map beside it; the levels are lines across it.

    Signals:
        chosen(float, float): the operator wants these levels.
        automatic(): the operator wants them to be found.

    Attributes:
        levels: those shown.
        histogram: that shown.
        colour_map: the map's name.
    """

    chosen = Signal(float, float)
    automatic = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.levels = Levels(0.0, 1.0)
        self.histogram: Histogram | None = None
        self.colour_map = "viridis"
        self._colours = PlotColours.of(self.palette())
        self._held = ""
        self._held_range: tuple[float, float] | None = None
        self._focused = "high"
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Levels")
        self.setToolTip(
            "Drag a line to change a level, what is between them to move both;\n"
            "double-click to have them found. Keys: up and down move a level,\n"
            "page up and page down take the upper and the lower one."
        )

    def show_levels(self, levels: Levels, histogram: Histogram | None, colour_map: str) -> None:
        """Show what is so now."""
        state = (levels, histogram, colour_map)
        if state != (self.levels, self.histogram, self.colour_map):
            self.levels, self.histogram, self.colour_map = state
            self.update()

    def recolour(self, colours: PlotColours) -> None:
        """Take these colours from now on."""
        self._colours = colours
        self.update()

    def height_of(self, value: float) -> float:
        """Where a value is, in pixels from the top."""
        low, high = self._range()
        return _GRIP + (high - value) / (high - low) * self._room()

    def minimumSizeHint(self) -> QSize:
        """It can be very small."""
        return QSize(40, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Histogram, colours, levels."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_map(painter)
        self._paint_histogram(painter)
        for name in ("low", "high"):
            self._paint_level(painter, name)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of a level, or of both."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._at(event.position().y())
            self._held_range = self._range()
            self._pressed_at, self._pressed_levels = event.position().y(), self.levels
            if self._held in ("low", "high"):
                self._focused = self._held

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is held."""
        y = event.position().y()
        if not self._held:
            shape = Qt.CursorShape.SizeVerCursor if self._at(y) else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
            return
        low, high = self._held_range or self._range()
        moved = -(y - self._pressed_at) / self._room() * (high - low)
        before = self._pressed_levels
        wanted = {
            "low": (min(before.low + moved, before.high), before.high),
            "high": (before.low, max(before.high + moved, before.low)),
            "both": (before.low + moved, before.high + moved),
        }[self._held]
        self.chosen.emit(*wanted)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._held, self._held_range = "", None
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Find them again."""
        self._held, self._held_range = "", None
        self.automatic.emit()

    def event(self, event: QEvent) -> bool:
        """Take the keys that move a level before the plots around do."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not event.modifiers():
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down move a level, page up and page down take the upper and the lower one."""
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if steps is not None:
            low, high = self.levels.low, self.levels.high
            moved = steps * _STEP * self.levels.span
            if self._focused == "low":
                low = min(low + moved, high)
            else:
                high = max(high + moved, low)
            self.chosen.emit(low, high)
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._focused = "high" if event.key() == Qt.Key.Key_PageUp else "low"
            self.update()
        else:
            super().keyPressEvent(event)

    def _range(self) -> tuple[float, float]:
        """The values at the bottom and at the top."""
        if self._held_range is not None:
            return self._held_range
        low, high = self.levels.low, self.levels.high
        if self.histogram is not None:
            low, high = min(low, self.histogram.low), max(high, self.histogram.high)
        room = 0.04 * (high - low) or 0.5
        return low - room, high + room

    def _room(self) -> float:
        return max(1.0, self.height() - 2.0 * _GRIP)

    def _at(self, y: float) -> str:
        """What is there: "low", "high", "both" between them, or ""."""
        places = {name: self.height_of(getattr(self.levels, name)) for name in ("high", "low")}
        nearest = min(places, key=lambda name: abs(places[name] - y))
        if abs(places[nearest] - y) <= _GRIP:
            if abs(places["high"] - places["low"]) < 1:  # apart by dragging away from each other
                nearest = "high" if y <= places["high"] else "low"
            return nearest
        return "both" if places["high"] < y < places["low"] else ""

    def _paint_map(self, painter: QPainter) -> None:
        rows = max(1, round(self._room()))
        low, high = self._range()
        values = high - (np.arange(rows) + 0.5) / rows * (high - low)
        places = np.clip((values - self.levels.low) * (256 / self.levels.span), 0, 255)
        strip = np.ascontiguousarray(colour_table(self.colour_map)[places.astype(np.intp)])
        image = QImage(strip.data, 1, rows, 3, QImage.Format.Format_RGB888)
        left = self.width() - _MAP_WIDTH - 1
        place = QRectF(left, _GRIP, _MAP_WIDTH, self._room())
        painter.drawImage(place, image)
        painter.setPen(self._colours.border)
        painter.drawRect(place)

    def _paint_histogram(self, painter: QPainter) -> None:
        if self.histogram is None:
            return
        right = self.width() - _MAP_WIDTH - 4.0
        room = right - 2.0
        counts = self.histogram.counts
        low, high = self.histogram.low, self.histogram.high
        outline = [QPointF(right, self.height_of(low))]
        width = (high - low) / len(counts)
        for number, share in enumerate(counts):
            # a square root keeps few pixels in sight beside many
            x = right - math.sqrt(share) * room
            outline.append(QPointF(x, self.height_of(low + number * width)))
            outline.append(QPointF(x, self.height_of(low + (number + 1) * width)))
        outline.append(QPointF(right, self.height_of(high)))
        fill = QColor(self._colours.dim)
        fill.setAlpha(110)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF(outline))

    def _paint_level(self, painter: QPainter, name: str) -> None:
        y = self.height_of(getattr(self.levels, name))
        strong = name in (self._held, self._focused if self.hasFocus() else "") or (
            self._held == "both"
        )
        painter.setPen(self._colours.accent if strong else self._colours.text)
        painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
        painter.setBrush(painter.pen().color())
        painter.setPen(Qt.PenStyle.NoPen)
        away = -_GRIP + 1 if name == "high" else _GRIP - 1
        painter.drawPolygon(QPolygonF([QPointF(0, y), QPointF(_GRIP + 2, y), QPointF(0, y + away)]))


def level_text(level: float, span: float) -> str:
    """A level with as many digits as tell it from its neighbours."""
    digits = max(0, math.ceil(2 - math.log10(span))) if span > 0 and math.isfinite(span) else 2
    if abs(level) >= 1e7 or digits > 6:
        return f"{level:.4g}"
    text = f"{level:.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _edit(name: str) -> QLineEdit:
    edit = QLineEdit()
    edit.setAccessibleName(name)
    edit.setToolTip(f"{name}: type another")
    edit.setAlignment(Qt.AlignmentFlag.AlignRight)
    edit.setStyleSheet("padding: 1px 3px")
    return edit


def _number(edit: QLineEdit, otherwise: float) -> float:
    text = edit.text().strip().replace("\N{MINUS SIGN}", "-").replace(",", ".")
    return float(text) if edit.isModified() else otherwise
