"""One curve in a panel's legend: colour, name, newest value, and what an operator must know."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from stream_gui.views.plots.fitting_text import paint_fitting
from stream_gui.views.plots.legend_badge import Badge
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["Density", "LegendEntry"]

_MARGIN, _SWATCH, _GAP = 6, 14, 6
_DOT = 5
_WIDEST_VALUE = "\N{MINUS SIGN}0.000"


class Density(IntEnum):
    """How much an entry says; what it leaves out is in its tool tip."""

    FULL = 0
    SHORT = 1
    """The badge takes its short form."""
    DOT = 2
    """A badge that is no news is a dot."""
    NAME = 3
    """There is no value either."""


_LETTERS = {Density.SHORT: 40, Density.DOT: 40, Density.NAME: 24}
"""A longer name is cut short."""


class LegendEntry(QWidget):
    """A small button that shows and hides its curve.

    Signals:
        toggled(): the curve is to be shown, or hidden.
        removed(): the curve is to be taken away.
        menu_wanted(): what else can be done with it is to be offered.
        drag_wanted(): it is being dragged away.

    Args:
        name: what stands there.
        colour: the curve's.
        colours: of the rest.
    """

    toggled = Signal()
    removed = Signal()
    menu_wanted = Signal()
    drag_wanted = Signal()

    def __init__(self, name: str, colour: QColor, colours: PlotColours) -> None:
        super().__init__()
        self._name = name
        self._colour = colour
        self._colours = colours
        self._value = ""
        self._unit = ""
        self._badge = Badge("", "", colours.dim, is_quiet=True)
        self._tip = ""
        self._density = Density.FULL
        self._is_shown = True
        self._pressed_at: QPoint | None = None
        self._widest_value = 0
        self._value_width = 0
        self._sizes: dict[Density, QSize] = {}
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._announce()

    @property
    def text(self) -> str:
        """All that it says, as it is read to those who do not see it."""
        parts = (self._name, f"{self._value} {self._unit}".strip(), self._badge.text)
        return ", ".join(part for part in parts if part)

    @property
    def is_shown(self) -> bool:
        """Whether the curve is drawn."""
        return self._is_shown

    @property
    def badge(self) -> str:
        """What its badge says where it stands; "" is a dot."""
        return self._badge_at(self._density)

    @property
    def density(self) -> Density:
        """How much it says."""
        return self._density

    def set_density(self, density: Density) -> None:
        """Say so much."""
        if density != self._density:
            self._density = density
            self.update()

    def show_state(self, is_shown: bool, badge: Badge, *, tip: str) -> None:
        """Show whether the curve is drawn, and what it says of itself."""
        self._tip = tip
        self._show_tip()
        state = (is_shown, badge)
        if state != (self._is_shown, self._badge):
            self._is_shown, self._badge = state
            self._measure_again()
            self._announce()
            self.update()

    def show_value(self, value: str, unit: str) -> None:
        """Show the newest value."""
        if (value, unit) != (self._value, self._unit):
            before = self._value_width
            self._value, self._unit = value, unit
            self._value_width = self._find_value_width()
            self._announce()
            self._show_tip()
            if self._value_width != before:
                self._measure_again()
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as all that there is to say."""
        return self.size_at(Density.FULL)

    def size_at(self, density: Density) -> QSize:
        """As wide as what it says then."""
        if density not in self._sizes:
            self._sizes[density] = self._find_size(density)
        return self._sizes[density]

    def minimumSizeHint(self) -> QSize:
        """Its name may be cut short."""
        return QSize(2 * _MARGIN + _SWATCH, self.sizeHint().height())

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
        self._paint_badge(painter, self._paint_text(painter, _MARGIN + _SWATCH + _GAP) + _GAP)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click may begin here, or a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Be dragged away."""
        if self._pressed_at is None:
            return
        moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if moved >= QApplication.startDragDistance():
            self._pressed_at = None
            self.drag_wanted.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Show or hide the curve."""
        pressed, self._pressed_at = self._pressed_at, None
        if pressed is not None and self.rect().contains(event.position().toPoint()):
            self.toggled.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the curve."""
        self.menu_wanted.emit()

    def event(self, event: QEvent) -> bool:
        """Take the menu key before the panel does."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.setAccepted(_asks_for_menu(event))
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return and space show or hide the curve, Del takes it away."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.toggled.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif _asks_for_menu(event):
            self.menu_wanted.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Other letters have other widths."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._widest_value = 0
            self._value_width = self._find_value_width()
            self._measure_again()

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

    def _show_tip(self) -> None:
        """The newest value is told, too: it may have no room in the legend."""
        name, *more = self._tip.split("\n", 1)
        value = f"{self._value} {self._unit}".strip()
        self.setToolTip("\n".join([f"{name}    {value}".rstrip(), *more]))

    def _measure_again(self) -> None:
        self._sizes.clear()
        self.updateGeometry()

    def _find_size(self, density: Density) -> QSize:
        metrics = self.fontMetrics()
        name = metrics.horizontalAdvance(self._name)
        if density in _LETTERS:
            name = min(name, _LETTERS[density] * metrics.averageCharWidth())
        width = 2 * _MARGIN + _SWATCH + _GAP + name + self._width_behind(density)
        return QSize(width, metrics.height() + 6)

    def _width_behind(self, density: Density) -> int:
        """What stands behind the name."""
        width = _GAP + self._badge_width(density)
        if self._value and density < Density.NAME:
            width += _GAP + self._value_width
        return width

    def _find_value_width(self) -> int:
        """No less than ever: the entries do not move with every digit."""
        if not self._value:
            return 0
        metrics = self.fontMetrics()
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
        room = self.width() - _MARGIN - left - self._width_behind(self._density)
        width = min(self.fontMetrics().horizontalAdvance(self._name), max(0, room))
        painter.setPen(self._colours.text if self._is_shown else self._colours.dim)
        cut = Qt.TextElideMode.ElideMiddle
        paint_fitting(painter, QRectF(left, 0, width + 1, self.height()), self._name, cut=cut)
        left += width
        if self._value and self._density < Density.NAME:
            width = self._value_width
            painter.setPen(self._colours.dim)
            value = f"{self._value} {self._unit}".strip()
            paint_fitting(painter, QRectF(left + _GAP, 0, width + 2, self.height()), value)
            left += _GAP + width
        return left

    def _badge_at(self, density: Density) -> str:
        if density is Density.FULL:
            return self._badge.text
        return "" if self._badge.is_quiet and density >= Density.DOT else self._badge.short

    def _badge_font(self) -> QFont:
        font = QFont(self.font())
        if self._badge.is_quiet:
            font.setPointSizeF(max(6.5, font.pointSizeF() * 0.85))
        return font

    def _badge_width(self, density: Density) -> int:
        text = self._badge_at(density)
        if not text:
            return _DOT
        padding = 2 if self._badge.is_quiet else 10
        return QFontMetrics(self._badge_font()).horizontalAdvance(text) + padding

    def _paint_badge(self, painter: QPainter, left: int) -> None:
        if not self.badge:
            painter.setPen(QPen(self._badge.colour, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            radius = _DOT / 2
            painter.drawEllipse(QPointF(left + radius, self.height() / 2), radius, radius)
            return
        box = QRect(left, 3, self._badge_width(self._density), self.height() - 6)
        if not self._badge.is_quiet:
            fill = QColor(self._badge.colour)
            fill.setAlphaF(0.16)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawRoundedRect(box, 4, 4)
        painter.setFont(self._badge_font())
        painter.setPen(self._badge.colour)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.badge)


def _asks_for_menu(event: QKeyEvent) -> bool:
    shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
    return event.key() == Qt.Key.Key_Menu or (event.key() == Qt.Key.Key_F10 and shift)
