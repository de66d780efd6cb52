"""The cursors, markers and values at the mouse of one panel, above its curves; decides nothing."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QWidget

from stream_gui.models.measuring import CursorName, Cursors, Marker, Measuring, resolution_ns
from stream_gui.plotdata.columns import ColumnView
from stream_gui.views.plots.measuring.overlay_paint import (
    HoverText,
    flag_rect,
    hover_picture,
    paint_cursor,
    paint_flag,
    paint_hover,
    tag_rect,
)
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["MeasureLayer"]

_REACH = 4.0
"""So many pixels beside a line still belong to it."""

_NAMES: tuple[CursorName, ...] = ("a", "b")


class MeasureLayer(pg.GraphicsObject):  # type: ignore[misc]
    """Lies over the curves of a panel.

    Signals:
        cursor_sought(str): show the time of this cursor, which is out of view.
        marker_opened(object): edit this `Marker`.

    Args:
        box: the view box; the layer stands in its pixels.
        measuring: where the cursors and markers are.
        widget: gives palette and font.
    """

    cursor_sought = Signal(str)
    marker_opened = Signal(object)

    def __init__(self, box: Any, measuring: Measuring, widget: QWidget) -> None:
        super().__init__()
        self._box = box
        self._measuring = measuring
        self._widget = widget
        self._view: ColumnView | None = None
        self._hover: HoverText | None = None
        self._hover_shows: object = None
        self._hover_pixmap = QPixmap()
        self._grabbed: CursorName | None = None
        self._font = QFont(widget.font())
        self._font.setPointSizeF(max(7.0, self._font.pointSizeF() * 0.92))
        self.setParentItem(box)
        self.setZValue(50)
        box.sigResized.connect(self._on_resized)
        for changed in (
            measuring.cursors_changed,
            measuring.chosen_changed,
            measuring.markers_changed,
        ):
            changed.connect(self._redo)

    @property
    def hover(self) -> HoverText | None:
        """What is said at the mouse."""
        return self._hover

    def follow(self, view: ColumnView | None, hover: HoverText | None) -> None:
        """Show this stretch of time, and this at the mouse."""
        if view != self._view or hover != self._hover:
            shown = self._shows_anything
            self._view, self._hover = view, hover
            if shown or self._shows_anything:
                self._redo()

    def hide_hover(self) -> None:
        """Say nothing at the mouse."""
        self.follow(self._view, None)

    def release(self) -> None:
        """Follow the cursors no more."""
        for changed in (
            self._measuring.cursors_changed,
            self._measuring.chosen_changed,
            self._measuring.markers_changed,
        ):
            changed.disconnect(self._redo)

    def x_of(self, time_ns: int) -> float:
        """Where a time stands, in pixels from the left."""
        view = self._view
        if view is None:
            return -1.0
        share = (time_ns - view.start_ns) / (view.stop_ns - view.start_ns)
        return float(share * self._area.width())

    def time_at(self, x: float) -> int:
        """The time at a place, as exact as a pixel is."""
        view = self._view
        if view is None:
            return 0
        duration_ns, width = view.stop_ns - view.start_ns, max(1.0, self._area.width())
        step_ns = resolution_ns(round(duration_ns / width))
        return round((view.start_ns + x / width * duration_ns) / step_ns) * step_ns

    def boundingRect(self) -> QRectF:
        """The whole of the view box."""
        return self._area

    def shape(self) -> QPainterPath:
        """Where it takes the mouse: at lines, letters and notes."""
        path = QPainterPath()
        for rect in (*self._cursor_rects().values(), *self._marker_rects().values()):
            path.addRect(rect)
        return path

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Paint everything that is in view."""
        if self._view is None or not self._shows_anything:
            return
        area, colours = self._area, PlotColours.of(self._widget.palette())
        painter.setFont(self._font)
        cursors = self._measuring.cursors
        if cursors is not None:
            self._paint_between(painter, cursors, colours)
        for marker, rect in self._flags().items():
            paint_flag(painter, rect, marker.text, area, colours)
        for name in _NAMES if cursors is not None else ():
            chosen = name == self._measuring.chosen
            x = self.x_of(cursors.at(name)) if cursors is not None else 0.0
            paint_cursor(painter, x, area, name.upper(), colours, chosen=chosen)
        if self._hover is not None:
            picture = self._hover_picture(self._hover, colours)
            paint_hover(painter, self._hover, picture, area, colours)

    def hoverEvent(self, ev: Any) -> None:
        """Show that a cursor can be moved."""
        name = None if ev.isExit() else self._cursor_at(ev.pos())
        if name is not None:
            ev.acceptDrags(Qt.MouseButton.LeftButton)
            self.setCursor(Qt.CursorShape.SizeHorCursor)
        elif not ev.isExit() and self._marker_at(ev.pos()) is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.unsetCursor()

    def mouseDragEvent(self, ev: Any) -> None:
        """Move the cursor at which the drag began."""
        if ev.isStart():
            left = ev.button() == Qt.MouseButton.LeftButton
            self._grabbed = self._cursor_at(ev.buttonDownPos()) if left else None
        if self._grabbed is None:
            ev.ignore()
            return
        ev.accept()
        self._measuring.move(self._grabbed, self.time_at(ev.pos().x()))
        if ev.isFinish():
            self._grabbed = None

    def mouseClickEvent(self, ev: Any) -> None:
        """Choose a cursor; edit a marker by a double click."""
        name, marker = self._cursor_at(ev.pos()), self._marker_at(ev.pos())
        if ev.button() != Qt.MouseButton.LeftButton or (name is None and marker is None):
            ev.ignore()
            return
        ev.accept()
        if name is not None:
            self._measuring.choose(name)
            if not self._is_in_view(name):
                self.cursor_sought.emit(name)
        elif ev.double():
            self.marker_opened.emit(marker)

    @property
    def _shows_anything(self) -> bool:
        measuring = self._measuring
        return self._hover is not None or measuring.cursors is not None or bool(measuring.markers)

    @property
    def _area(self) -> QRectF:
        rect: QRectF = self._box.rect()
        return rect

    def _hover_picture(self, hover: HoverText, colours: PlotColours) -> QPixmap:
        """What is beside the mouse; it is written anew only when it says something else."""
        ratio, area = self._widget.devicePixelRatioF(), self._area
        shows = (hover.time, hover.rows, area.size(), colours, ratio)
        if shows != self._hover_shows:
            self._hover_shows = shows
            self._hover_pixmap = hover_picture(hover, self._font, area, colours, ratio)
        return self._hover_pixmap

    def _redo(self) -> None:
        self.prepareGeometryChange()
        self.update()

    def _on_resized(self, *_: Any) -> None:
        self._redo()

    def _is_in_view(self, name: CursorName) -> bool:
        cursors = self._measuring.cursors
        return cursors is not None and 0 <= self.x_of(cursors.at(name)) <= self._area.width()

    def _cursor_rects(self) -> dict[CursorName, QRectF]:
        """Where the mouse takes each cursor, the chosen one first."""
        cursors, area = self._measuring.cursors, self._area
        if cursors is None or self._view is None:
            return {}
        names = sorted(_NAMES, key=lambda name: name != self._measuring.chosen)
        rects: dict[CursorName, QRectF] = {}
        for name in names:
            x = self.x_of(cursors.at(name))
            line = QRectF(x - _REACH, 0, 2 * _REACH, area.height())
            tag = tag_rect(x, area.width())
            rects[name] = line.united(tag) if 0 <= x <= area.width() else tag
        return rects

    def _flags(self) -> dict[Marker, QRectF]:
        """Where the notes of the markers in view stand; those under others lose their text."""
        metrics, area = QFontMetricsF(self._font), self._area
        flags: dict[Marker, QRectF] = {}
        edge = area.width()
        for marker in reversed(self._measuring.markers if self._view is not None else ()):
            x = self.x_of(marker.time_ns)
            if 0 <= x <= area.width():
                rect = flag_rect(x, area.height(), marker.text, metrics)
                rect.setRight(max(min(rect.right(), edge - 2), rect.left() + 9))
                flags[marker] = rect
                edge = x
        return flags

    def _marker_rects(self) -> dict[Marker, QRectF]:
        return self._flags()

    def _cursor_at(self, place: QPointF) -> CursorName | None:
        for name, rect in self._cursor_rects().items():
            if rect.contains(place):
                return name
        return None

    def _marker_at(self, place: QPointF) -> Marker | None:
        for marker, rect in self._marker_rects().items():
            if rect.contains(place):
                return marker
        return None

    def _paint_between(self, painter: QPainter, cursors: Cursors, colours: PlotColours) -> None:
        """Tint what is measured."""
        left = max(0.0, self.x_of(cursors.start_ns))
        right = min(self._area.width(), self.x_of(cursors.stop_ns))
        if left < right:
            tint = QColor(colours.accent)
            tint.setAlphaF(0.1 if colours.is_dark else 0.07)
            painter.fillRect(QRectF(left, 0, right - left, self._area.height()), tint)
