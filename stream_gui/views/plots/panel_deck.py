"""All panels of a layout, each in a dock: follows the layout, and writes down where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from stream_gui.models.panel_tree import Side
from stream_gui.models.plot_layout import PlotLayout
from stream_gui.models.plotting import doing, plot_channels
from stream_gui.views.plots.drop_place import DropPlace
from stream_gui.views.plots.feed_source import FeedSource
from stream_gui.views.plots.panel_dock import PanelDock
from stream_gui.views.plots.panel_docks import PanelDocks
from stream_gui.views.plots.panel_sleep import PanelSleep
from stream_gui.views.plots.panels.panel_view import PanelContext
from stream_gui.views.plots.time_view import TimeView

__all__ = ["PanelDeck"]

_LAID_OUT_MS = 30


class PanelDeck(QScrollArea):
    """The panels.

    Signals:
        followed(): the panels, or where they stand, are as the layout says again.
        arranged(): nothing moves any more.
        keys_lost(): the panel that had the keys is gone or has been moved, and they went elsewhere.
        leaving(int): the inside of this panel is going; there may be another one afterwards.

    Args:
        layout: which panels there are, and where they stand.
        feeds: where their data comes from.
        time_view: the stretch of time that all of them show.
    """

    followed = Signal()
    arranged = Signal()
    keys_lost = Signal()
    leaving = Signal(int)

    def __init__(
        self,
        layout: PlotLayout,
        feeds: FeedSource,
        time_view: TimeView,
    ) -> None:
        super().__init__()
        self._layout = layout
        self._feeds = feeds
        self._time_view = time_view
        self._painted_before = 0
        self._remembered = layout.state.arrangement
        self._actions: Sequence[QAction] = ()
        self._menu_actions: Sequence[QAction] = ()
        self._docks = PanelDocks()
        self._scrolling = QTimer(self, singleShot=True, interval=_LAID_OUT_MS)
        self._scrolling.timeout.connect(self._show_current)
        self._following = QTimer(self, singleShot=True, interval=0)
        self._following.timeout.connect(self._show_times)
        self._tabs_chosen = QTimer(self, singleShot=True, interval=0)
        self._tabs_chosen.timeout.connect(self._follow_tabs)
        self._sleep = PanelSleep(layout, self._is_seen, self)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(QWidget().focusPolicy())
        self.setWidget(self._docks)
        for panel in layout.panels:
            self._on_added(panel)
        self._on_restored()
        self._scrolling.stop()  # a layout that comes back begins at its top
        self._connect()

    @property
    def panels(self) -> Mapping[int, PanelDock]:
        """The panels by their numbers."""
        return self._docks.docks

    @property
    def seen(self) -> Mapping[int, PanelDock]:
        """Those that are not behind another one's tab."""
        return {n: dock for n, dock in self.panels.items() if not self._docks.is_hidden(n)}

    def in_view(self) -> list[QWidget]:
        """All that is to be seen: the panels in the window as one, and each that floats."""
        floating: list[QWidget] = [dock for dock in self.seen.values() if dock.isFloating()]
        return floating if len(floating) == len(self.seen) > 0 else [self._docks, *floating]

    @property
    def current(self) -> PanelDock | None:
        """The current panel."""
        current = self._layout.current
        return self.panels.get(current) if current is not None else None

    @property
    def frames(self) -> int:
        """How many times panels have been drawn."""
        return self._painted_before + sum(dock.view.frames for dock in self.panels.values())

    def set_actions(self, actions: Sequence[QAction], menu: Sequence[QAction]) -> None:
        """What can be done by key in a panel that floats, too, and by every panel's menu."""
        self._actions, self._menu_actions = actions, menu
        for dock in self.panels.values():
            self._equip(dock)

    def plot(self, channels: Sequence[tuple[str, str]], *, anew: bool = False) -> None:
        """Show channels, or columns of them, in the current panel if it suits, else in a new one.

        Args:
            channels: (channel, column or "" for all) of each.
            anew: never in the current panel.
        """
        plot_channels(self._layout, channels, self._feeds.panel_kind, new_panel=anew)

    def plot_beside(
        self, channels: Sequence[tuple[str, str]], beside: int, place: DropPlace
    ) -> None:
        """Show channels in a panel, or in a new one that stands beside it."""
        if place is DropPlace.INTO:
            plot_channels(self._layout, channels, self._feeds.panel_kind, panel=beside)
            return
        with self._layout.one_change(doing(channels)):
            self.plot(channels, anew=True)
            if self._layout.current is not None:
                self._docks.place(self._layout.current, beside, place)
                self._keep("moving a panel")

    def tabbed_with(self, number: int) -> list[int]:
        """The panels in the same place, with this one."""
        return self._docks.tabbed_with(number)

    def look_again(self) -> None:
        """Follow where the panels stand, as soon as nothing moves."""
        self._docks.look_again()

    def move_current(self, side: Side) -> None:
        """Move the current panel past its neighbour on that side."""
        if self._layout.current is not None and self._docks.move_panel(self._layout.current, side):
            self._keep("moving a panel")

    def tab_current(self) -> None:
        """Put the current panel into the place of the one before it, or out of it again."""
        current, panels = self._layout.current, self._layout.panels
        if current is None or len(panels) < 2:
            return
        group = self._docks.tabbed_with(current)
        if len(group) > 1:
            self._docks.place(current, group[1], DropPlace.BELOW)
            self._keep("taking a panel out of its tabs")
        else:
            before = panels[panels.index(current) - 1]
            self._docks.place(current, before, DropPlace.INTO)
            self._keep("tabbing a panel")

    def move_tab(self, steps: int) -> None:
        """Let the current panel's tab stand further to the right, or to the left."""
        if self._layout.current is not None and self._docks.move_tab(self._layout.current, steps):
            self._keep("moving a tab")

    def resize_current(self, *, across: bool, by_px: int) -> None:
        """Make the current panel wider or higher, or less so."""
        current = self._layout.current
        if current is not None and self._docks.resize_panel(current, across=across, by_px=by_px):
            self._keep("resizing a panel")

    def float_current(self) -> None:
        """Let the current panel be a window of its own, or bring it back."""
        dock = self.current
        if dock is not None:
            floating = not dock.isFloating()
            self._docks.set_floating(dock.number, floating)
            self._keep("floating a panel" if floating else "bringing a panel back")

    def stack(self) -> None:
        """Put all panels below each other again."""
        self._docks.stack()
        self._keep("the first arrangement")

    def show_menu(self) -> None:
        """Offer what can be done with the current panel."""
        if self.current is not None:
            self.current.show_menu()

    def fit_current(self) -> None:
        """Let the scales of the current panel fit themselves to the data."""
        if self.current is not None:
            self.current.view.fit()

    def ask_for_range(self) -> None:
        """Ask for the limits of the current panel's scales."""
        if self.current is not None:
            self.current.view.set_range()

    def shut_down(self) -> None:
        """Give all feeds back."""
        self._scrolling.stop()
        self._tabs_chosen.stop()
        self._sleep.stop()
        self._following.stop()
        self._docks.stop()
        for dock in self.panels.values():
            dock.view.shut_down()

    def showEvent(self, event: QShowEvent) -> None:
        """The places are right only at the size that there is now."""
        super().showEvent(event)
        self._sleep.watch(self.window())
        self._sleep.look()
        remembered, self._remembered = self._remembered, ""
        if remembered and remembered == self._layout.state.arrangement:
            QTimer.singleShot(0, self, self._on_restored)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody sees the panels now."""
        super().hideEvent(event)
        self._sleep.look()

    def _connect(self) -> None:
        self._layout.panel_added.connect(self._on_added)
        self._layout.panel_removed.connect(self._on_removed)
        self._layout.panel_changed.connect(self._on_changed)
        self._layout.current_changed.connect(self._on_current)
        self._layout.restored.connect(self._on_restored)
        self._docks.settled.connect(self._on_settled)
        self._docks.keys_lost.connect(self.keys_lost)
        self._docks.shown_changed.connect(self._tabs_chosen.start)
        self._sleep.slept.connect(self._on_slept)
        self._sleep.woken.connect(self._on_woken)

    def _on_added(self, number: int) -> None:
        dock = PanelDock(self._context(number), self._docks)
        dock.closed.connect(lambda: self._layout.remove_panel(number))
        dock.pressed.connect(lambda: self._layout.set_current(number))
        dock.dropped.connect(lambda channels, place: self.plot_beside(channels, number, place))
        dock.keeps.setChecked(self._sleep.keeps(number))
        dock.keeps.triggered.connect(lambda keeps: self._sleep.set_keeps(number, keeps))
        self._equip(dock)
        self._docks.add(dock)
        self._follow_current()
        self._scrolling.start()

    def _context(self, number: int) -> PanelContext:
        return PanelContext(self._layout, number, self._feeds, self._time_view)

    def _let_go(self, number: int) -> None:
        self._painted_before += self.panels[number].view.frames
        self.leaving.emit(number)

    def _on_removed(self, number: int) -> None:
        self._let_go(number)
        dock = self._docks.remove(number)
        dock.view.shut_down()
        dock.deleteLater()
        self._follow_current()

    def _on_changed(self, number: int) -> None:
        dock = self.panels.get(number)
        if dock is None:
            return
        if dock.kind != self._layout.kind(number):
            self._sleep.note_awake(number)
            self._on_woken(number)
        else:
            dock.view.follow_layout()
        dock.keeps.setChecked(self._sleep.keeps(number))
        self._sleep.look()

    def _on_slept(self, number: int) -> None:
        self.leaving.emit(number)
        self.panels[number].sleep()

    def _on_woken(self, number: int) -> None:
        """Make the inside of a panel anew, which opens its feeds."""
        self._let_go(number)
        self.panels[number].renew_view(self._context(number))
        self._follow_current()

    def _is_seen(self, number: int) -> bool:
        dock = self.panels.get(number)
        if dock is None or self.window().isMinimized():
            return False
        if dock.isFloating():
            return dock.isVisible()
        return self.isVisible() and not self._docks.is_hidden(number)

    def _on_current(self) -> None:
        if self.current is not None:
            self._docks.front(self.current.number)
            self._scrolling.start()
        self._follow_current()

    def _on_restored(self) -> None:
        self._docks.arrange(self._layout.state.arrangement)
        self._follow_current()

    def _on_settled(self, doing: str) -> None:
        if self.isVisible():
            self._keep(doing)
        self._follow_current()
        self.arranged.emit()

    def _follow_tabs(self) -> None:
        """The panel that has come before the current one takes its part."""
        current = self._layout.current
        if current is not None and current in self.panels and self._docks.is_hidden(current):
            group = self._docks.tabbed_with(current)
            seen = next((each for each in group if not self._docks.is_hidden(each)), None)
            if seen is not None:
                self._layout.set_current(seen)
        self._sleep.look()

    def _keep(self, doing: str) -> None:
        """Write down where the panels stand, as a change of the operator's if there was one."""
        arrangement = self._docks.arrangement()
        if doing:
            self._layout.set_arrangement(arrangement, doing)
        else:
            self._layout.keep_arrangement(arrangement)

    def _equip(self, dock: PanelDock) -> None:
        dock.addActions(list(self._actions))
        dock.menu_actions = [*self._menu_actions, dock.keeps]

    def _follow_current(self) -> None:
        """Let the current panel stand out among several."""
        many = len(self.panels) > 1
        for number, dock in self.panels.items():
            dock.show_current(many and number == self._layout.current)
        self._following.start()
        self.followed.emit()

    def _show_times(self) -> None:
        """Show the times only in panels that do not stand on another one that shows them."""
        standing = self._docks.on_times()
        for number, dock in self.panels.items():
            dock.view.show_time_axis(number not in standing)

    def _show_current(self) -> None:
        """Scroll to the panel that has become the current one."""
        dock = self.current
        if dock is not None and not dock.isFloating():
            self.ensureWidgetVisible(dock, 0, 0)
