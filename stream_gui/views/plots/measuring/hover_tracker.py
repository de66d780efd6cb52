"""Where the mouse is above the plots; it shows nothing and moves nothing."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF
from PySide6.QtGui import QMouseEvent

from stream_gui.views.plots.plot_canvas import PlotCanvas

__all__ = ["HoverTracker", "MousePlace"]


@dataclass(frozen=True, slots=True)
class MousePlace:
    """A place within the curves of a panel.

    Attributes:
        canvas: the panel's.
        x: in pixels from the left of the curves.
        y: in pixels from their top.
        share: of their width.
    """

    canvas: PlotCanvas
    x: float
    y: float
    share: float


class HoverTracker(QObject):
    """Follows the mouse over canvases.

    Attributes:
        place: where it is; None while it is elsewhere, or drags something.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvases: dict[QObject, PlotCanvas] = {}
        self.place: MousePlace | None = None

    def watch(self, canvas: PlotCanvas) -> None:
        """Follow the mouse over this canvas, too."""
        viewport = canvas.viewport()
        self._canvases[viewport] = canvas
        viewport.setMouseTracking(True)
        viewport.installEventFilter(self)

    def forget(self, canvas: PlotCanvas) -> None:
        """The canvas is going."""
        viewport = canvas.viewport()
        viewport.removeEventFilter(self)
        self._canvases.pop(viewport, None)
        if self.place is not None and self.place.canvas is canvas:
            self.place = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take note of where the mouse goes; let every event pass."""
        canvas = self._canvases.get(watched)
        if canvas is not None:
            if event.type() == QEvent.Type.Leave:
                self.place = None
            elif isinstance(event, QMouseEvent):
                self.place = None if event.buttons() else _place(canvas, event.position())
        return False


def _place(canvas: PlotCanvas, position: QPointF) -> MousePlace | None:
    box = canvas.box
    inside = box.mapFromScene(canvas.mapToScene(position.toPoint()))
    rect = box.rect()
    if not rect.contains(inside) or not rect.width():
        return None
    return MousePlace(canvas, inside.x(), inside.y(), inside.x() / rect.width())
