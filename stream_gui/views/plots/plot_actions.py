"""What an operator can do with the plots, each thing with its key; does none of it itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from stream_gui.models.plot_layout import SECONDS, PlotLayout
from stream_gui.views.plots.panel_deck import PanelDeck
from stream_gui.views.plots.panels.panel_kinds import PANEL_KINDS, PanelKind
from stream_gui.views.plots.time_view import TimeView

__all__ = ["PlotActions"]

_PAN_SHARE = 0.2
_RESIZE_PX = 24


class PlotActions:
    """The actions of a plot area, reachable while it or a part of it has the focus.

    Args:
        area: the widget.
        layout: what most of them change.
        time_view: the stretch of time that some move.
        deck: the panels that others move.
    """

    def __init__(
        self, area: QWidget, layout: PlotLayout, time_view: TimeView, deck: PanelDeck
    ) -> None:
        self._area = area
        self._layout = layout
        make = self._make
        self.undo = make("Undo", "Ctrl+Z", layout.undo)
        self.redo = make("Redo", "Ctrl+Shift+Z", layout.redo)
        self.pause = make("Pause", "Space", self._toggle_paused)
        self.pause.setCheckable(True)
        self.live = make("Go live", "End", self._go_live)
        self.longer = make("Show more time", "-", lambda: layout.step_window(1))
        self.shorter = make("Show less time", "+", lambda: layout.step_window(-1))
        self.shorter.setShortcuts([QKeySequence("+"), QKeySequence("=")])
        self.earlier = make("Earlier", "Left", lambda: time_view.pan(-_PAN_SHARE))
        self.later = make("Later", "Right", lambda: time_view.pan(_PAN_SHARE))
        self.fit = make("Fit the scale", "A", deck.fit_current)
        self.range = make("Set range …", "R", deck.ask_for_range)
        self.stagger = make("Stagger the axes", "S", self._stagger)
        self.stagger.setCheckable(True)
        self.seconds = make("Seconds instead of local time", "T", self._count_seconds)
        self.seconds.setCheckable(True)
        self.kinds = [self._make_kind(kind) for kind in PANEL_KINDS.values()]
        self.previous = make("Previous panel", "Ctrl+Up", lambda: self._step(-1))
        self.next = make("Next panel", "Ctrl+Down", lambda: self._step(1))
        self.move = [
            make("Move to the left", "Ctrl+Shift+Left", lambda: deck.move_current("left")),
            make("Move to the right", "Ctrl+Shift+Right", lambda: deck.move_current("right")),
            make("Move up", "Ctrl+Shift+Up", lambda: deck.move_current("up")),
            make("Move down", "Ctrl+Shift+Down", lambda: deck.move_current("down")),
        ]
        self.tab = make("Tab with the panel before, or untab", "Ctrl+Shift+T", deck.tab_current)
        self.move_tab = [
            make("Move its tab to the left", "Ctrl+Shift+PgUp", lambda: deck.move_tab(-1)),
            make("Move its tab to the right", "Ctrl+Shift+PgDown", lambda: deck.move_tab(1)),
        ]
        resize = deck.resize_current
        self.resize = [
            make("Higher", "Alt+Shift+Down", lambda: resize(across=False, by_px=_RESIZE_PX)),
            make("Lower", "Alt+Shift+Up", lambda: resize(across=False, by_px=-_RESIZE_PX)),
            make("Wider", "Alt+Shift+Right", lambda: resize(across=True, by_px=_RESIZE_PX)),
            make("Narrower", "Alt+Shift+Left", lambda: resize(across=True, by_px=-_RESIZE_PX)),
        ]
        self.float = make("Float, or bring back", "Ctrl+Shift+F", deck.float_current)
        self.close = make("Close panel", "Ctrl+Shift+W", self._close_current)
        self.menu = make("Menu of the panel", "Shift+F10", deck.show_menu)
        self.menu.setShortcuts([QKeySequence("Shift+F10"), QKeySequence("Menu")])
        self.stack = make("First arrangement", "Ctrl+Shift+0", deck.stack)
        for signal in (layout.paused_changed, layout.current_changed, layout.undo_changed):
            signal.connect(self.follow)
        layout.panel_changed.connect(lambda _: self.follow())
        layout.shared_changed.connect(lambda _: self.follow())
        self.follow()

    def all(self) -> list[QAction]:
        """Every action, in the order of a menu."""
        return [
            self.undo, self.redo, self.pause, self.live, self.earlier, self.later, self.longer,
            self.shorter, self.fit, self.range, self.stagger, self.seconds, *self.kinds,
            self.previous, self.next, *self.move, self.tab,
            *self.move_tab, *self.resize, self.float, self.close, self.menu, self.stack,
        ]  # fmt: skip

    def moving(self) -> list[QAction]:
        """Those that move the view by an arrow key."""
        return [self.earlier, self.later]

    def of_new_panels(self) -> list[QAction]:
        """What makes a new panel."""
        return list(self.kinds)

    def of_a_panel(self) -> list[QAction]:
        """What a panel's menu offers, whatever its kind."""
        return [
            self.fit, self.range, self.stagger, *self.move, self.tab, *self.move_tab, self.float,
            self.close,
        ]  # fmt: skip

    def fill(self, menu: QMenu) -> None:
        """Put every action into a menu."""
        menu.addActions([self.undo, self.redo])
        menu.addSeparator()
        menu.addActions([self.pause, self.live, self.earlier, self.later])
        menu.addActions([self.longer, self.shorter, self.seconds])
        menu.addActions([self.fit, self.range, self.stagger])
        menu.addSeparator()
        menu.addMenu("&New panel").addActions(self.kinds)
        of_panel = menu.addMenu("&Panel")
        of_panel.addActions([*self.move, self.tab, *self.move_tab, self.float])
        of_panel.addSeparator()
        of_panel.addActions([*self.resize, self.menu])
        menu.addActions([self.previous, self.next, self.close, self.stack])

    def follow(self) -> None:
        """Let what can be done follow the layout."""
        layout = self._layout
        self.pause.setChecked(layout.paused)
        self.live.setEnabled(layout.paused)
        self.undo.setText(f"Undo {layout.undo_text}".strip())
        self.undo.setEnabled(layout.can_undo)
        self.redo.setText(f"Redo {layout.redo_text}".strip())
        self.redo.setEnabled(layout.can_redo)
        self.seconds.setChecked(bool(layout.shared(SECONDS)))
        current = layout.current
        self.stagger.setChecked(current is not None and layout.panel(current).staggered)
        of_panel = (
            self.previous, self.next, self.menu, self.stack, *self.resize, *self.of_a_panel(),
        )  # fmt: skip
        for action in of_panel:
            action.setEnabled(layout.current is not None)

    def _make(self, text: str, key: str, slot: Callable[[], object]) -> QAction:
        action = QAction(text, self._area)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setToolTip(f"{text} ({QKeySequence(key).toString()})")
        action.triggered.connect(lambda: slot())
        self._area.addAction(action)
        return action

    def _make_kind(self, kind: PanelKind) -> QAction:
        key = "Ctrl+T" if kind.name == "time" else f"Ctrl+Alt+{kind.title[0]}"
        return self._make(kind.title, key, partial(self._layout.add_panel, kind.name))

    def _toggle_paused(self) -> None:
        self._layout.paused = not self._layout.paused

    def _go_live(self) -> None:
        self._layout.paused = False

    def _stagger(self) -> None:
        panel = self._layout.current
        if panel is not None:
            self._layout.set_staggered(panel, not self._layout.panel(panel).staggered)

    def _count_seconds(self) -> None:
        seconds = None if self._layout.shared(SECONDS) else True
        doing = "counting seconds" if seconds else "showing local times"
        self._layout.set_shared(SECONDS, seconds, doing=doing)

    def _close_current(self) -> None:
        if self._layout.current is not None:
            self._layout.remove_panel(self._layout.current)

    def _step(self, steps: int) -> None:
        panels = self._layout.panels
        if self._layout.current is not None:
            place = panels.index(self._layout.current) + steps
            self._layout.set_current(panels[place % len(panels)])
