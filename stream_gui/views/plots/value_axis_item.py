"""A value axis of a plot: it shows a range in round steps and tells of gestures; scales nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QCursor, QPainter, QPen

from stream_gui.plotdata.ticks import value_label, value_ticks
from stream_gui.plotdata.units import axis_scale
from stream_gui.views.plots.axis_items import TICK_LENGTH, AxisItem
from stream_gui.views.plots.gesture_box import zoom_factor
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["AxisPicture", "ValueAxisItem"]

_TEXT_GAP = 4.0
_MOST_TICKS = 10
_ROWS_PER_TICK, _ROWS_PER_TICK_BANDED = 2.2, 1.5
_SWATCH, _MOST_SWATCHES = 5.0, 5
_LOCK_WIDTH = 11.0
_WIDEST_UNIT = 120.0
_TIP = (
    "Wheel: zoom. Drag: shift. Double-click: fit, or type the limit at an end. Right-click: more."
)


@dataclass(frozen=True, slots=True)
class AxisPicture:
    """What an axis shows.

    Attributes:
        name: which axis this is.
        unit: of its values.
        bounds: the lowest and the highest value; None while there are none.
        is_fixed: whether an operator has fixed them.
        colours: of the curves it carries, 0xRRGGBB; none if they need not be told apart.
    """

    name: str
    unit: str
    bounds: tuple[float, float] | None
    is_fixed: bool = False
    colours: tuple[int, ...] = ()


class ValueAxisItem(AxisItem):
    """Values, along one side.

    Signals:
        stretched(float, float): show this many times as much, around this share of the height.
        lifted(float): move up by this share of the height.
        fit_wanted(): fit to the data again.
        limit_wanted(bool): the limit at the upper end is to be typed; at the lower one if false.
        menu_wanted(): offer what can be done.

    Attributes:
        picture: what it shows.
        is_left: whether it stands left of the curves.
        is_banded: whether its unit stands beside the curves, not above them.
        step: the distance of its ticks; 0 while there are none.
        values: those at its ticks.
        labels: what stands there.
        divisor: by what the values are divided there.
        unit_text: the unit, with its prefix.
    """

    stretched = Signal(float, float)
    lifted = Signal(float)
    fit_wanted = Signal()
    limit_wanted = Signal(bool)
    menu_wanted = Signal()

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.picture = AxisPicture(name, "", None)
        self.is_left = True
        self.is_banded = False
        self._is_hovered = False
        self._is_target = False
        self._forget()
        self._key: object = None
        self._accent = self._warning = QColor()
        self.setToolTip(_TIP)
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache)
        self.setCursor(QCursor(Qt.CursorShape.SizeVerCursor))

    @property
    def wanted_width(self) -> float:
        """The width that labels and unit need."""
        unit = self.metrics.horizontalAdvance(self.unit_text)
        unit += len(self._swatches()) * (_SWATCH + 2) + _LOCK_WIDTH
        widest = max(map(self.metrics.horizontalAdvance, self.labels), default=0.0)
        return max(widest + TICK_LENGTH + 2 * _TEXT_GAP, min(unit + _TEXT_GAP, _WIDEST_UNIT))

    def stand(self, *, is_left: bool, is_banded: bool) -> None:
        """Stand on this side of the curves, over the whole of the height or over a band of it."""
        if (is_left, is_banded) != (self.is_left, self.is_banded):
            self.is_left, self.is_banded = is_left, is_banded
            self._key = None
            self.update()

    def restyle(self, colours: PlotColours, font: Any) -> None:
        """Take other colours and another font."""
        self._accent, self._warning = colours.accent, colours.warning
        super().restyle(colours, font)

    def show_target(self, shown: bool) -> None:
        """Show that what is dropped will stand on this axis."""
        if shown != self._is_target:
            self._is_target = shown
            self.update()

    def show_picture(self, picture: AxisPicture) -> None:
        """Show this range with as many ticks as have room."""
        key = (picture, self.height(), self.metrics.height())
        if key != self._key:
            self._key, self.picture = key, picture
            self._compute(picture)
            self.update()

    def boundingRect(self) -> QRectF:
        """Its place, with the room for the unit above and labels at its ends."""
        above = self.metrics.height() + 2 * TICK_LENGTH
        whole = QRectF(0, 0, self.width(), self.height())
        return whole.adjusted(0, -above, 0, TICK_LENGTH + 1)

    def shape(self) -> Any:
        """Where it takes gestures: its place."""
        path = super().shape()
        path.clear()
        path.addRect(QRectF(0, 0, self.width(), self.height()))
        return path

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Line, ticks, labels and unit."""
        width, height = self.width(), self.height()
        if self._is_hovered or self._is_target:
            tint = QColor(self._accent)
            tint.setAlphaF(0.3 if self._is_target else 0.1)
            painter.fillRect(QRectF(0, 0, width, height), tint)
        painter.fillRect(QRectF(width - 1 if self.is_left else 0, 0, 1, height), self.line)
        painter.setFont(self.font)
        self._paint_unit(painter)
        painter.setPen(self._own_colour())
        for value, label in zip(self.values, self.labels, strict=True):
            self._paint_tick(painter, self._place(value), label)

    def wheelEvent(self, event: Any) -> None:
        """Wish for more or less of the scale."""
        event.accept()
        share = 1 - event.pos().y() / max(1.0, self.height())
        self.stretched.emit(zoom_factor(event), share)

    def mouseDragEvent(self, event: Any) -> None:
        """Wish to move the scale."""
        event.accept()
        moved = event.screenPos() - event.lastScreenPos()
        if event.button() != Qt.MouseButton.RightButton and moved.y():
            self.lifted.emit(moved.y() / max(1.0, self.height()))

    def mouseClickEvent(self, event: Any) -> None:
        """A double click fits the scale, or at an end asks for the limit."""
        event.accept()
        if event.double() and event.button() == Qt.MouseButton.LeftButton:
            reach = min(1.5 * self.metrics.height(), self.height() / 4)
            y = event.pos().y()
            if reach <= y <= self.height() - reach or self.picture.bounds is None:
                self.fit_wanted.emit()
            else:
                self.limit_wanted.emit(y < reach)

    def contextMenuEvent(self, event: Any) -> None:
        """Offer what can be done with this axis."""
        event.accept()
        self.menu_wanted.emit()

    def hoverEvent(self, event: Any) -> None:
        """Show that it is here to be taken hold of."""
        if event.isExit() == self._is_hovered:
            self._is_hovered = not event.isExit()
            self.update()

    def _forget(self) -> None:
        self.step, self.divisor, self.unit_text = 0.0, 1.0, ""
        self.values: list[float] = []
        self.labels: list[str] = []

    def _compute(self, picture: AxisPicture) -> None:
        self._forget()
        if picture.bounds is None:
            return
        low, high = picture.bounds
        spacing = _ROWS_PER_TICK_BANDED if self.is_banded else _ROWS_PER_TICK
        rows = int(self.height() / (self.metrics.height() * spacing))
        self.step, self.values = value_ticks(low, high, min(max(rows, 2), _MOST_TICKS))
        while len(self.values) < 2 and rows * self.metrics.height() < self.height():
            rows += 1  # a single one would say nothing of the scale
            self.step, self.values = value_ticks(low, high, rows)
        self.divisor, self.unit_text = axis_scale(low, high, picture.unit)
        step = self.step / self.divisor
        self.labels = [value_label(value / self.divisor, step) for value in self.values]

    def _place(self, value: float) -> float:
        low, high = self.picture.bounds or (0.0, 1.0)
        return float((high - value) / (high - low) * self.height())

    def _own_colour(self) -> QColor:
        """That of its only curve, if it is one among other axes."""
        colours = self.picture.colours
        return QColor.fromRgb(colours[0]) if len(colours) == 1 else self.ink

    def _swatches(self) -> tuple[int, ...]:
        """Those of its curves, if it carries several."""
        colours = self.picture.colours
        return colours[:_MOST_SWATCHES] if len(colours) > 1 else ()

    def _paint_tick(self, painter: QPainter, place: float, label: str) -> None:
        width = self.width()
        across = TICK_LENGTH
        left = width - across if self.is_left else 0
        painter.fillRect(QRectF(left, min(int(place), self.height() - 1), across, 1), self.line)
        text_height = self.metrics.height()
        top = min(place - text_height / 2, self.height() + TICK_LENGTH - text_height)
        if self.is_banded and top < text_height and (self.unit_text or self.picture.colours):
            return
        text = self.metrics.horizontalAdvance(label)
        x = width - across - _TEXT_GAP - text if self.is_left else across + _TEXT_GAP
        painter.drawText(QPointF(x, top + self.metrics.ascent()), label)

    def _paint_unit(self, painter: QPainter) -> None:
        """The unit at the top; before it a lock if the range is fixed, after it the colours."""
        swatches = self._swatches()
        before = _LOCK_WIDTH if self.picture.is_fixed else 0.0
        after = len(swatches) * (_SWATCH + 2) + 2 if swatches else 0.0
        free = self.width() - _TEXT_GAP - before - after
        text = self.metrics.elidedText(self.unit_text, Qt.TextElideMode.ElideRight, free)
        width = before + self.metrics.horizontalAdvance(text) + after
        x = max(0.0, self.width() - width - _TEXT_GAP) if self.is_left else _TEXT_GAP
        top = 0.0 if self.is_banded else -self.metrics.height() - TICK_LENGTH - 3
        if before:
            self._paint_lock(painter, x, top)
        painter.setPen(self._own_colour())
        painter.drawText(QPointF(x + before, top + self.metrics.ascent()), text)
        middle = top + self.metrics.height() / 2
        left = x + width - after + 4
        for number, colour in enumerate(swatches):
            place = QRectF(left + number * (_SWATCH + 2), middle - _SWATCH / 2, _SWATCH, _SWATCH)
            painter.fillRect(place, QColor.fromRgb(colour))

    def _paint_lock(self, painter: QPainter, x: float, top: float) -> None:
        middle = round(top + self.metrics.height() / 2)
        painter.setPen(QPen(self._warning, 1))
        painter.drawArc(QRectF(x + 1.5, middle - 4.5, 4, 6), 0, 180 * 16)
        painter.fillRect(QRectF(x, middle - 1, 7, 5), self._warning)
