"""One large value: name, figures, unit, state in colour, shape and words, extremes, a trace."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from stream_gui.models.tile_face import TileFace
from stream_gui.views.plots.fitting_text import paint_fitting
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["ReadoutTile"]

Trace = tuple[NDArray[np.float64], NDArray[np.float64]]

_UNIT_SHARE = 0.5
_GAP_SHARE = 0.16
_LARGEST_PX, _LEAST_PX, _LEAST_UNIT_PX = 400.0, 9.0, 10.0
_MEASURED_PX = 100
_MARGIN = 6.0
_LEAST_HEIGHT_NAME, _LEAST_HEIGHT_FOOT, _LEAST_HEIGHT_TRACE = 40.0, 84.0, 130.0
_TRACE_SHARE = 0.24
_NAME_SHARE = 0.4


class ReadoutTile(QWidget):
    """Paints a face as large as there is room.

    Signals:
        activated(): the operator works here.
        limits_wanted(): its limits are to be changed.
        menu_wanted(): what can be done with it is to be offered.
        removed(): it is to be taken away.
    """

    activated = Signal()
    limits_wanted = Signal()
    menu_wanted = Signal()
    removed = Signal()

    def __init__(self, colours: PlotColours) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._colours = colours
        self._face = TileFace("")
        self._trace: Trace | None = None
        self._shared_px = _LARGEST_PX

    @property
    def face(self) -> TileFace:
        """What it says."""
        return self._face

    @property
    def trace_width(self) -> int:
        """For how many pixels a trace is wanted; 0 if there is no room for any."""
        return max(0, int(self.width() - 4 * _MARGIN)) if self._has_trace else 0

    @property
    def fitting_px(self) -> float:
        """How large figures and unit can be, in pixels."""
        face = self._face
        metrics = QFontMetricsF(_figures_font(self.font(), _MEASURED_PX))
        unit = QFontMetricsF(_figures_font(self.font(), _MEASURED_PX)).horizontalAdvance(face.unit)
        width = metrics.horizontalAdvance(face.widest or "0")
        place = self._figures_place()
        room = place.width() - 4
        if face.unit:
            width += _GAP_SHARE * _MEASURED_PX
            if room / (width + _UNIT_SHARE * unit) * _MEASURED_PX * _UNIT_SHARE < _LEAST_UNIT_PX:
                room -= unit / _MEASURED_PX * _LEAST_UNIT_PX
            else:
                width += _UNIT_SHARE * unit
        by_width = room / width * _MEASURED_PX
        by_height = place.height() / metrics.height() * _MEASURED_PX
        return min(max(min(by_width, by_height), _LEAST_PX), _LARGEST_PX)

    def show_face(self, face: TileFace, trace: Trace | None = None) -> None:
        """Say this."""
        if face != self._face or trace is not None:
            self._face, self._trace = face, trace
            self.setAccessibleName(face.text)
            self.update()

    def share_size(self, size_px: float) -> None:
        """Let figures be no larger than this, as in all tiles of the panel."""
        if size_px != self._shared_px:
            self._shared_px = size_px
            self.update()

    def recolour(self, colours: PlotColours) -> None:
        """Take these colours from now on."""
        self._colours = colours
        self.update()

    def minimumSizeHint(self) -> QSize:
        """It can be very small."""
        return QSize(56, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, name, figures, foot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink, dim = self._paint_ground(painter)
        if self._has_trace:
            self._paint_trace(painter, dim)
        if self._has_name:
            self._paint_head(painter, ink, dim)
        else:
            self._paint_name_beside(painter, dim)
        self._paint_figures(painter, ink, dim)
        if self._has_foot:
            painter.setPen(dim)
            place = QRectF(_MARGIN + 4, self._foot_top, self.width() - 2 * _MARGIN - 8, self._line)
            paint_fitting(painter, place, self._face.foot, Qt.AlignmentFlag.AlignCenter)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Become the one that is worked with."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.activated.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Change its limits."""
        self.limits_wanted.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with it."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.activated.emit()
        event.accept()
        self.menu_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return changes its limits, Del takes it away."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.limits_wanted.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
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

    # where everything is

    @property
    def _line(self) -> float:
        return float(self.fontMetrics().height())

    @property
    def _has_name(self) -> bool:
        return self.height() >= _LEAST_HEIGHT_NAME

    @property
    def _has_foot(self) -> bool:
        return self.height() >= _LEAST_HEIGHT_FOOT

    @property
    def _has_trace(self) -> bool:
        return self.height() >= _LEAST_HEIGHT_TRACE and self.width() >= _LEAST_HEIGHT_TRACE

    @property
    def _trace_height(self) -> float:
        return self.height() * _TRACE_SHARE if self._has_trace else 0.0

    @property
    def _foot_top(self) -> float:
        return self.height() - _MARGIN - self._line - self._trace_height

    def _figures_place(self) -> QRectF:
        top = _MARGIN + (self._line if self._has_name else 0)
        bottom = self._foot_top if self._has_foot else self.height() - _MARGIN
        left = _MARGIN + 4 + self._name_width
        width = max(1.0, self.width() - left - _MARGIN - 4)
        return QRectF(left, top, width, max(1.0, bottom - top))

    @property
    def _name_width(self) -> float:
        """What the name takes of the line of the figures, where it has no line of its own."""
        if self._has_name:
            return 0.0
        name = self.fontMetrics().horizontalAdvance(self._face.short_name) + _MARGIN
        return min(float(name), self.width() * _NAME_SHARE)

    # painting

    def _paint_ground(self, painter: QPainter) -> tuple[QColor, QColor]:
        """The colour behind, which says how the value is; gives those of what stands on it."""
        face, colours = self._face, self._colours
        place = QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5)
        ink, dim = colours.text, colours.dim
        fill, edge, width = QColor(Qt.GlobalColor.transparent), colours.border, 1.0
        if face.level == "alarm" and not face.is_old:
            fill, edge = colours.bad, colours.bad
            ink = dim = QColor("#1a0607" if colours.is_dark else "#ffffff")
        elif face.level in ("alarm", "warning", "invalid"):
            edge, width = (colours.bad if face.level == "alarm" else colours.warning), 2.0
            fill = QColor(edge)
            fill.setAlphaF(0.13)
        if face.is_old:
            ink = colours.dim
        if self.hasFocus():
            edge, width = colours.accent, 2.0
        painter.setPen(QPen(edge, width))
        painter.setBrush(fill)
        painter.drawRoundedRect(place, 6, 6)
        return ink, dim

    def _paint_head(self, painter: QPainter, ink: QColor, dim: QColor) -> None:
        """The name at the left, the state at the right."""
        face, metrics = self._face, self.fontMetrics()
        room = self.width() - 2 * _MARGIN - 8
        place = QRectF(_MARGIN + 4, _MARGIN, room, self._line)
        state = face.signed_state
        state_width = metrics.horizontalAdvance(state)
        if state:
            font = QFont(self.font())
            font.setBold(face.level in ("alarm", "warning", "invalid") or face.is_old)
            painter.setFont(font)
            painter.setPen(self._state_colour(ink, dim))
            state_width = painter.fontMetrics().horizontalAdvance(state)
            paint_fitting(painter, place, state, Qt.AlignmentFlag.AlignRight)
            painter.setFont(self.font())
        left = room - state_width - 10
        if left > 24:
            painter.setPen(dim)
            place.setWidth(left)
            paint_fitting(
                painter, place, face.name, Qt.AlignmentFlag.AlignLeft, Qt.TextElideMode.ElideLeft
            )

    def _paint_name_beside(self, painter: QPainter, dim: QColor) -> None:
        """The name at the left of the figures, where there is no room above them."""
        place = QRectF(_MARGIN + 4, 0, self._name_width - _MARGIN + 1, self.height())
        painter.setPen(dim)
        paint_fitting(painter, place, self._face.short_name)

    def _state_colour(self, ink: QColor, dim: QColor) -> QColor:
        face, colours = self._face, self._colours
        if face.level == "alarm" and not face.is_old:
            return ink
        if face.is_old or face.level in ("warning", "invalid"):
            return colours.warning
        return colours.bad if face.level == "alarm" else dim

    def _paint_figures(self, painter: QPainter, ink: QColor, dim: QColor) -> None:
        """Figures and unit on one line; the figures end at a place that does not move."""
        face, place = self._face, self._figures_place()
        size = min(self.fitting_px, self._shared_px)
        font = _figures_font(self.font(), size)
        unit_font = _figures_font(self.font(), max(size * _UNIT_SHARE, _LEAST_UNIT_PX))
        metrics, unit_metrics = QFontMetricsF(font), QFontMetricsF(unit_font)
        unit_width = unit_metrics.horizontalAdvance(face.unit)
        gap = _GAP_SHARE * size if face.unit else 0.0
        widest = max(
            metrics.horizontalAdvance(face.widest or "0"), metrics.horizontalAdvance(face.figures)
        )
        right = place.center().x() + (widest + gap + unit_width) / 2 - unit_width - gap
        base = place.center().y() + (metrics.ascent() - metrics.descent()) / 2
        painter.setFont(font)
        painter.setPen(ink)
        figures = face.figures or "\N{EN DASH}"
        painter.drawText(QPointF(right - metrics.horizontalAdvance(figures), base), figures)
        painter.setFont(unit_font)
        painter.setPen(dim if not face.is_old else ink)
        painter.drawText(QPointF(right + gap, base), face.unit)
        painter.setFont(self.font())

    def _paint_trace(self, painter: QPainter, dim: QColor) -> None:
        """The last minute, each pixel from its lowest to its highest value."""
        if self._trace is None:
            return
        low, high = self._trace
        known = np.isfinite(low) & np.isfinite(high)
        if not known.any():
            return
        least, most = float(low[known].min()), float(high[known].max())
        height = self._trace_height - _MARGIN
        top = self.height() - _MARGIN - height
        scale = height / (most - least) if most > least else 0.0
        middle = 0.0 if scale else height / 2
        left = 2 * _MARGIN
        places = np.flatnonzero(known)
        upper = [QPointF(left + x, top + middle + (most - high[x]) * scale) for x in places]
        lower = [QPointF(left + x, top + middle + (most - low[x]) * scale) for x in places]
        alarm = self._face.level == "alarm" and not self._face.is_old
        colour = QColor(dim if alarm else QColor.fromRgb(self._face.colour))
        painter.setPen(QPen(colour, 1))
        fill = QColor(colour)
        fill.setAlphaF(0.5)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))


def _figures_font(base: QFont, size_px: float) -> QFont:
    """A font whose figures are all of one width."""
    font = QFont(base)
    font.setPixelSize(max(1, math.floor(size_px)))
    font.setWeight(QFont.Weight.Medium)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
