"""Where a curve that is dragged over its own panel would go; it changes nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QWidget

from stream_gui.models.channel_mime import CURVE_MIME, curve_from_mime
from stream_gui.views.plots.panel_scales import NEW_AXIS
from stream_gui.views.plots.plot_canvas import PlotCanvas

__all__ = ["AxisDrop"]

_NEW_TEXT = "An axis of its own"


class AxisDrop:
    """An axis takes what is dropped on it; dropped on the curves, it gets an axis of its own.

    Args:
        panel: the panel's number: other panels' curves are none of its business.
        widget: what the events come from.
        canvas: with the axes.
        names: gives the names of the axes that take curves: bands of single curves do not.
        moved: called with channel, column and the axis.
    """

    def __init__(
        self,
        panel: int,
        widget: QWidget,
        canvas: PlotCanvas,
        names: Callable[[], Collection[str]],
        moved: Callable[[str, str, str], None],
    ) -> None:
        self._panel = panel
        self._widget = widget
        self._canvas = canvas
        self._names = names
        self._moved = moved
        self._hint = QLabel(_NEW_TEXT, canvas)
        self._hint.setObjectName("drop_hint")
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.hide()

    def enter(self, event: QDropEvent) -> bool:
        """Whether it is a curve of this panel."""
        dragged = self._dragged(event)
        if dragged is None:
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        self._show(self._axis_at(event.position()))
        return True

    def move(self, event: QDropEvent) -> None:
        """Show where it would go."""
        self._show(self._axis_at(event.position()))
        event.accept()

    def leave(self) -> None:
        """Show nothing any more."""
        self._hint.hide()
        for item in self._canvas.axes.items:
            item.show_target(False)

    def drop(self, event: QDropEvent) -> None:
        """Put it there."""
        self.leave()
        dragged = self._dragged(event)
        if dragged is not None:
            _, channel, column = dragged
            self._moved(channel, column, self._axis_at(event.position()))
            event.acceptProposedAction()

    def _dragged(self, event: QDropEvent) -> tuple[int, str, str] | None:
        found = curve_from_mime(bytes(event.mimeData().data(CURVE_MIME).data()))
        return found if found is not None and found[0] == self._panel else None

    def _axis_at(self, place: QPointF) -> str:
        on_canvas = self._canvas.mapFrom(self._widget, place.toPoint())
        axis = self._canvas.axes.at(self._canvas.mapToScene(on_canvas))
        name = "" if axis is None else axis.picture.name
        return name if name in self._names() else NEW_AXIS

    def _show(self, axis: str) -> None:
        for item in self._canvas.axes.items:
            item.show_target(item.picture.name == axis)
        palette = self._canvas.palette()
        self._hint.setStyleSheet(
            f"background: {palette.highlight().color().name()};"
            f" color: {palette.highlightedText().color().name()};"
            " border-radius: 4px; padding: 3px 10px"
        )
        self._hint.adjustSize()
        self._hint.move(self._canvas.rect().center() - self._hint.rect().center())
        self._hint.setVisible(axis == NEW_AXIS)
