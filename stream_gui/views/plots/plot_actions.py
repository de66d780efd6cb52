"""What an operator can do with the plots, each thing with its key; does none of it itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.time_view import TimeView

__all__ = ["PlotActions"]

_PAN_SHARE = 0.2


class PlotActions:
    """The actions of a plot area, reachable while it or a part of it has the focus.

    Args:
        area: the widget.
        layout: what most of them change.
        time_view: what the others move.
        fit: lets the current panel's scale fit itself to the data.
    """

    def __init__(
        self, area: QWidget, layout: PlotLayout, time_view: TimeView, fit: Callable[[], None]
    ) -> None:
        self._area = area
        self._layout = layout
        self.pause = self._make("Pause", "Space", self._toggle_paused)
        self.pause.setCheckable(True)
        self.live = self._make("Go live", "End", self._go_live)
        self.longer = self._make("Show more time", "-", lambda: layout.step_window(1))
        self.shorter = self._make("Show less time", "+", lambda: layout.step_window(-1))
        self.shorter.setShortcuts([QKeySequence("+"), QKeySequence("=")])
        self.earlier = self._make("Earlier", "Left", lambda: time_view.pan(-_PAN_SHARE))
        self.later = self._make("Later", "Right", lambda: time_view.pan(_PAN_SHARE))
        self.fit = self._make("Fit the scale", "A", fit)
        self.add = self._make("New panel", "Ctrl+T", layout.add_panel)
        self.close = self._make("Close panel", "Ctrl+Shift+W", self._close_current)
        self.previous = self._make("Previous panel", "Ctrl+Up", lambda: self._step(-1))
        self.next = self._make("Next panel", "Ctrl+Down", lambda: self._step(1))
        layout.paused_changed.connect(self.follow)
        layout.current_changed.connect(self.follow)
        self.follow()

    def all(self) -> list[QAction]:
        """Every action, in the order of a menu."""
        return [
            self.pause, self.live, self.earlier, self.later, self.longer, self.shorter,
            self.fit, self.add, self.close, self.previous, self.next,
        ]  # fmt: skip

    def moving(self) -> list[QAction]:
        """Those that move the view by an arrow key."""
        return [self.earlier, self.later]

    def follow(self) -> None:
        """Let what can be done follow the layout."""
        paused = self._layout.paused
        self.pause.setChecked(paused)
        self.live.setEnabled(paused)
        has_panel = self._layout.current is not None
        for action in (self.fit, self.close, self.previous, self.next):
            action.setEnabled(has_panel)

    def _make(self, text: str, key: str, slot: Callable[[], object]) -> QAction:
        action = QAction(text, self._area)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setToolTip(f"{text} ({QKeySequence(key).toString()})")
        action.triggered.connect(lambda: slot())
        self._area.addAction(action)
        return action

    def _toggle_paused(self) -> None:
        self._layout.paused = not self._layout.paused

    def _go_live(self) -> None:
        self._layout.paused = False

    def _close_current(self) -> None:
        if self._layout.current is not None:
            self._layout.remove_panel(self._layout.current)

    def _step(self, steps: int) -> None:
        panels = self._layout.panels
        if self._layout.current is not None:
            place = panels.index(self._layout.current) + steps
            self._layout.set_current(panels[place % len(panels)])
