"""One curve in a panel's legend: colour, name, newest value, and what an operator must know."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["LegendEntry"]

_MARGIN, _SWATCH, _GAP = 6, 14, 6
_WIDEST_VALUE = "\N{MINUS SIGN}0.000"


class LegendEntry(QWidget):
    """A small button that shows and hides its curve.

    Signals:
        toggled(): the curve is to be shown, or hidden.
        removed(): the curve is to be taken away.

    Args:
        name: what stands there.
        colour: the curve's.
        colours: of the rest.
    """

    toggled = Signal()
    removed = Signal()

    def __init__(self, name: str, colour: QColor, colours: PlotColours) -> None:
        super().__init__()
        self._name = name
        self._colour = colour
        self._colours = colours
        self._value = ""
        self._unit = ""
        self._badge = ""
        self._badge_colour = colours.dim
        self._is_shown = True
        self._widest_value = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._announce()

    @property
    def text(self) -> str:
        """All that it says, as it is read to those who do not see it."""
        parts = (self._name, f"{self._value} {self._unit}".strip(), self._badge)
        return ", ".join(part for part in parts if part)

    @property
    def is_shown(self) -> bool:
        """Whether the curve is drawn."""
        return self._is_shown

    def show_state(self, *, is_shown: bool, badge: str, badge_colour: QColor, tip: str) -> None:
        """Show whether the curve is drawn, and a word about it if there is one to say."""
        self.setToolTip(tip)
        state = (is_shown, badge, badge_colour)
        if state != (self._is_shown, self._badge, self._badge_colour):
            self._is_shown, self._badge, self._badge_colour = state
            self.updateGeometry()
            self._announce()
            self.update()

    def show_value(self, value: str, unit: str) -> None:
        """Show the newest value."""
        if (value, unit) != (self._value, self._unit):
            self._value, self._unit = value, unit
            self._announce()
            if self.sizeHint() != self.size():
                self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as what it says."""
        metrics = self.fontMetrics()
        width = 2 * _MARGIN + _SWATCH + _GAP + metrics.horizontalAdvance(self._name)
        if self._value:
            width += _GAP + self._value_width(metrics)
        if self._badge:
            width += _GAP + metrics.horizontalAdvance(self._badge) + 10
        return QSize(width, metrics.height() + 6)

    def minimumSizeHint(self) -> QSize:
        """It is never cut off."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Colour, name, value and badge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter)
        middle = self.height() // 2
        colour = self._colour if self._is_shown else self._colours.border
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRect(_MARGIN, middle - 2, _SWATCH, 4), 2, 2)
        left = self._paint_text(painter, _MARGIN + _SWATCH + _GAP)
        if self._badge:
            self._paint_badge(painter, left + _GAP)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Show or hide the curve."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.toggled.emit()

    def contextMenuEvent(self, event: object) -> None:
        """Offer what can be done with the curve."""
        menu = QMenu(self)
        menu.addAction("Hide" if self._is_shown else "Show", self.toggled.emit)
        menu.addAction("Remove from this plot", self.removed.emit)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return and space show or hide the curve, Del takes it away."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.toggled.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif event.key() == Qt.Key.Key_Menu:
            self.contextMenuEvent(event)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the frame."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the frame away."""
        super().focusOutEvent(event)
        self.update()

    def _announce(self) -> None:
        self.setAccessibleName(self.text)

    def _value_width(self, metrics: QFontMetrics) -> int:
        widest = metrics.horizontalAdvance(_WIDEST_VALUE)
        unit = metrics.horizontalAdvance(f" {self._unit}") if self._unit else 0
        value = metrics.horizontalAdvance(self._value)
        self._widest_value = max(widest, value, self._widest_value)
        return self._widest_value + unit

    def _paint_frame(self, painter: QPainter) -> None:
        if self.hasFocus():
            painter.setPen(QPen(self._colours.accent, 1))
        elif self.underMouse():
            painter.setPen(QPen(self._colours.border, 1))
        else:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)

    def _paint_text(self, painter: QPainter, left: int) -> int:
        """Write name and value; return where they end."""
        metrics, height = self.fontMetrics(), self.height()
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        width = metrics.horizontalAdvance(self._name)
        painter.setPen(self._colours.text if self._is_shown else self._colours.dim)
        painter.drawText(QRect(left, 0, width + 2, height), align, self._name)
        left += width
        if self._value:
            width = self._value_width(metrics)
            painter.setPen(self._colours.dim)
            value = f"{self._value} {self._unit}".strip()
            painter.drawText(QRect(left + _GAP, 0, width + 2, height), align, value)
            left += _GAP + width
        return left

    def _paint_badge(self, painter: QPainter, left: int) -> None:
        metrics = self.fontMetrics()
        box = QRect(left, 3, metrics.horizontalAdvance(self._badge) + 10, self.height() - 6)
        fill = QColor(self._badge_colour)
        fill.setAlphaF(0.16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(self._badge_colour)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._badge)
