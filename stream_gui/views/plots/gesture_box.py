"""A view box that moves nothing by itself: it turns wheel and drag into wishes."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal

__all__ = ["GestureBox", "zoom_factor"]

_NOTCH = 120.0
_ZOOM_PER_NOTCH = 1.25


def zoom_factor(event: Any) -> float:
    """How many times as much a turn of the wheel asks to see."""
    return float(_ZOOM_PER_NOTCH ** (-event.delta() / _NOTCH))


class GestureBox(pg.ViewBox):  # type: ignore[misc]
    """The area of the curves and, through the axes' own events, the axes around it.

    Signals:
        panned(float): move in time by this share of the width, to later times if positive.
        zoomed(float, float): show this many times as much time, around this share of the width.
        lifted(float): move up by this share of the height.
        stretched(float, float): show this many times as much height, around this share of it.
        activated(): a click.
        fit_wanted(): a double click.
    """

    panned = Signal(float)
    zoomed = Signal(float, float)
    lifted = Signal(float)
    stretched = Signal(float, float)
    activated = Signal()
    fit_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False, enableMouse=False)
        self.disableAutoRange()
        self.setDefaultPadding(0)

    def wheelEvent(self, ev: Any, axis: int | None = None) -> None:
        """Wish for more or less time, or height."""
        ev.accept()
        factor = zoom_factor(ev)
        place = self.mapFromScene(ev.scenePos())
        upright = ev.modifiers() & Qt.KeyboardModifier.ControlModifier
        if axis == self.YAxis or (axis is None and upright):
            self.stretched.emit(factor, 1 - place.y() / max(1.0, self.height()))
        else:
            self.zoomed.emit(factor, place.x() / max(1.0, self.width()))

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        """Wish to move."""
        ev.accept()
        if ev.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        moved = ev.screenPos() - ev.lastScreenPos()
        if axis != self.YAxis and moved.x():
            self.panned.emit(-moved.x() / max(1.0, self.width()))
        upright = axis == self.YAxis or ev.modifiers() & Qt.KeyboardModifier.ControlModifier
        if upright and moved.y():
            self.lifted.emit(moved.y() / max(1.0, self.height()))

    def mouseClickEvent(self, ev: Any) -> None:
        """Wish for the panel, or for a fitting scale."""
        if ev.button() == Qt.MouseButton.LeftButton:
            ev.accept()
            (self.fit_wanted if ev.double() else self.activated).emit()
