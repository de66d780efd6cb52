"""The place of all panels: docks that are split, tabbed and floated; it knows no layout model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from PySide6.QtCore import QByteArray, QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMainWindow, QTabWidget

from stream_gui.models.panel_tree import (
    Place,
    Rect,
    Side,
    Tabs,
    beside,
    tree_of,
    without,
)
from stream_gui.views.plots.dock_tabs import put_in_order, tabs_of, watch_tabs
from stream_gui.views.plots.drop_place import DropPlace
from stream_gui.views.plots.neighbours import lies_above, neighbour
from stream_gui.views.plots.panel_dock import PanelDock
from stream_gui.views.plots.panel_rooms import divide

__all__ = ["PanelDocks"]

_AREA = Qt.DockWidgetArea.LeftDockWidgetArea
_DOWN = Qt.Orientation.Vertical
_SETTLED_MS = 60
_EVEN_PX = 2
_LARGE_PX = 4000
"""Sizes that are equal and larger than there is room are cut down to equal shares."""

_VERSION = 1

_SIDES: dict[DropPlace, Side] = {
    DropPlace.LEFT: "left",
    DropPlace.RIGHT: "right",
    DropPlace.ABOVE: "up",
    DropPlace.BELOW: "down",
}
_PLACES = {side: place for place, side in _SIDES.items()}


class PanelDocks(QMainWindow):
    """Holds the panels, without a widget in its middle.

    Signals:
        settled(str): the panels stand elsewhere or have other sizes, and nothing moves any more;
            with what the operator did to them by hand, or "".
        keys_lost(): the panel that had the keys is gone or has been moved, and they went elsewhere.
        shown_changed(): a panel has come to the front of its tabs, or has gone behind.
    """

    settled = Signal(str)
    keys_lost = Signal()
    shown_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self.setAnimated(False)  # a panel would float for a while after it was let go
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._docks: dict[int, PanelDock] = {}
        self._by_hand = ""
        self._is_arranging = False
        self._is_even = True
        self._is_still = False
        self._evening = QTimer(self, singleShot=True, interval=0)
        self._evening.timeout.connect(self._make_even)
        self._showing = QTimer(self, singleShot=True, interval=0)
        self._showing.timeout.connect(self._show_added)
        self._settling = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._settling.timeout.connect(self._settle)

    @property
    def docks(self) -> Mapping[int, PanelDock]:
        """The docks by the numbers of their panels."""
        return MappingProxyType(self._docks)

    # panels come and go

    def add(self, dock: PanelDock) -> None:
        """Take another panel in below the others."""
        with self._arranging(still=True):
            self._docks[dock.number] = dock
            self.addDockWidget(_AREA, dock, _DOWN)
        if self._is_even:
            self._evening.start()
        dock.resized.connect(self._settling.start)
        dock.topLevelChanged.connect(self._on_floated)
        dock.dockLocationChanged.connect(lambda _: self._on_moved(dock))
        dock.visibilityChanged.connect(lambda _: self.shown_changed.emit())

    def remove(self, number: int) -> PanelDock:
        """Give a panel up; the others take its room."""
        with self._arranging():
            dock = self._docks.pop(number)
            self.removeDockWidget(dock)
            dock.hide()
            dock.setParent(None)
        return dock

    def look_again(self) -> None:
        """Tell as soon as nothing moves, even if nothing has moved."""
        self._settling.start()

    def stop(self) -> None:
        """Tell of nothing any more."""
        self._showing.stop()
        self._evening.stop()
        self._settling.stop()

    # where they stand

    def place(self, number: int, other: int, place: DropPlace) -> None:
        """Let a panel stand beside another one, or before it in the same place."""
        side = _SIDES.get(place)
        with self._arranging():
            self._docks[number].setFloating(False)
            if side is None:
                self.tabifyDockWidget(self._docks[other], self._docks[number])
                self._docks[number].show()
                self._docks[number].raise_()
                return
            tree = self._tree()
            left = without(tree, number) if tree is not None else None
            if left is not None:
                divide(self, self._docks, beside(left, number, other, side))

    def move_panel(self, number: int, side: Side) -> bool:
        """Move a panel past its neighbour on that side, if it can be moved; tell whether.

        In a stack, "left" and "right" put it beside the one above it, or below it if it is the
        first; in a row, "up" and "down" put it above or below the one on its left, or right.
        """
        group = [each for each in self.tabbed_with(number) if each != number]
        other = group[0] if group else self._neighbour_of(number, side)
        if other is None:
            others: tuple[Side, Side] = ("up", "down") if side in ("left", "right") else (
                "left", "right",
            )  # fmt: skip
            found = [self._neighbour_of(number, each) for each in others]
            other = next((each for each in found if each is not None), None)
        if other is None:
            return False
        self.place(number, other, _PLACES[side])
        return True

    def tabbed_with(self, number: int) -> list[int]:
        """The panels in the same place, with this one."""
        docks = self.tabifiedDockWidgets(self._docks[number])
        return [number, *(dock.number for dock in docks if isinstance(dock, PanelDock))]

    def move_tab(self, number: int, steps: int) -> bool:
        """Let a panel's tab stand further to the right, or to the left; tell whether it moved."""
        group = next((each for each in self._tabs() if number in each.panels), None)
        if group is None:
            return False
        order = [each for each in group.panels if each != number]
        place = group.panels.index(number) + steps
        if not 0 <= place <= len(order):
            return False
        order.insert(place, number)
        with self._arranging():
            put_in_order(self, self._docks, Tabs(tuple(order), number))
        return True

    def resize_panel(self, number: int, *, across: bool, by_px: int) -> bool:
        """Make a panel wider or higher, or less so; tell whether its size is another one."""
        dock = self._docks[number]
        before = dock.size()
        with self._arranging():
            if dock.isFloating():
                wanted = before + (QSize(by_px, 0) if across else QSize(0, by_px))
                dock.resize(wanted.expandedTo(dock.minimumSizeHint()))
            elif across:
                self.resizeDocks([dock], [before.width() + by_px], Qt.Orientation.Horizontal)
            else:
                self.resizeDocks([dock], [before.height() + by_px], _DOWN)
            layout = self.layout()
            if layout is not None:
                layout.activate()
        return dock.size() != before

    def set_floating(self, number: int, floating: bool) -> None:
        """Let a panel be a window of its own, or bring it back."""
        with self._arranging():
            self._docks[number].setFloating(floating)

    def stack(self) -> None:
        """Put all panels below each other in the order in which they came, all of one height."""
        with self._arranging():
            for dock in self._docks.values():
                if dock.isFloating():
                    dock.setFloating(False)
                self.removeDockWidget(dock)
            for dock in self._docks.values():
                self.addDockWidget(_AREA, dock, _DOWN)
                dock.show()
            self._evening.start()
            self._is_even = True

    def front(self, number: int) -> None:
        """Bring a panel to the front of its tabs."""
        dock = self._docks[number]
        if dock.is_tabbed or dock.isFloating():
            dock.raise_()

    def is_hidden(self, number: int) -> bool:
        """Whether a panel stands behind another tab, where Qt puts it out of sight."""
        dock = self._docks[number]
        if dock.isFloating():
            return dock.isHidden()
        return dock.isHidden() or not self.rect().intersects(dock.geometry())

    def on_times(self) -> set[int]:
        """The panels that stand on another one of the same width that shows the same times."""
        rects = self._rects()
        below = {n: rect for n, rect in rects.items() if self._docks[n].view.has_time_axis}
        return {
            number
            for number, rect in rects.items()
            if any(lies_above(rect, other) for other in below.values())
        }

    # as text

    def arrangement(self) -> str:
        """Where everything stands, and the orders of tabs."""
        self._show_added()
        state = bytes(self.saveState(_VERSION).toBase64().data()).decode("ascii")
        orders = (",".join(map(str, tabs.panels)) for tabs in self._tabs())
        return ";".join([state, *sorted(orders)])

    def arrange(self, arrangement: str) -> None:
        """Let everything stand where it stood, or below each other if that is not known."""
        if arrangement == self.arrangement() or (not arrangement and self._is_even):
            return
        self._evening.stop()
        with self._arranging():
            text, *orders = arrangement.split(";")
            state = QByteArray.fromBase64(text.encode("ascii", "replace"))
            if not arrangement or not self.restoreState(state, _VERSION):
                self.stack()
            for dock in self._docks.values():
                if dock.isHidden() and not self.tabifiedDockWidgets(dock):
                    dock.show()
            for order in orders:
                self._order_tabs(tuple(int(each) for each in order.split(",") if each.isdecimal()))

    def event(self, event: QEvent) -> bool:
        """Note when the border between two panels is moved."""
        done = super().event(event)
        if event.type() == QEvent.Type.MouseButtonRelease:
            self._note("resizing panels")
        return done

    def _on_floated(self, floating: bool) -> None:
        self._note("floating a panel" if floating else "moving a panel")

    def _on_moved(self, dock: PanelDock) -> None:
        if not dock.isFloating():
            self._note("moving a panel")

    def _note(self, doing: str) -> None:
        if not self._is_arranging:
            self._by_hand = doing
        self._settling.start()

    def _settle(self) -> None:
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._settling.start()  # a panel is still being dragged
            return
        watch_tabs(self, lambda: self._note("moving a tab"))
        doing, self._by_hand = self._by_hand, ""
        self._is_even = self._is_even_stack()
        for dock in self._docks.values():
            dock.follow_title()
        self.settled.emit(doing)

    def _tabs(self) -> list[Tabs]:
        """The places that have tabs."""
        return tabs_of(self, self._docks)

    def _order_tabs(self, order: tuple[int, ...]) -> None:
        """Let tabs stand in this order; the one that is seen stays so."""
        seen = next((each.seen for each in self._tabs() if each.seen in order), None)
        put_in_order(self, self._docks, Tabs(order, seen))

    @contextmanager
    def _arranging(self, *, still: bool = False) -> Iterator[None]:
        """What moves inside is not moved by hand, and the keys do not go elsewhere for it."""
        if still:
            self._hold_still()
        else:
            self._show_added()
        was_arranging, self._is_arranging = self._is_arranging, True
        had_keys = not was_arranging and self._has_keys()
        try:
            yield
        finally:
            self._is_arranging = was_arranging
        self._settling.start()
        if had_keys and not self._has_keys():
            self.keys_lost.emit()

    def _has_keys(self) -> bool:
        """Whether what is typed goes to a panel."""
        focused = QApplication.focusWidget()
        return focused is not None and any(
            dock is focused or dock.isAncestorOf(focused) for dock in self._docks.values()
        )

    def _tree(self) -> Place | None:
        """How the room is divided among the panels that do not float."""
        places: dict[Tabs, Rect] = {}
        tabs = {number: each for each in self._tabs() for number in each.panels}
        for number, rect in self._rects().items():
            bounds = rect.left(), rect.top(), rect.right() + 1, rect.bottom() + 1
            order = tabs[number].panels if number in tabs else (number,)
            places[Tabs(order, number)] = bounds
        return tree_of(places)

    def _neighbour_of(self, number: int, side: Side) -> int | None:
        rects = self._rects()
        return neighbour(rects, number, side) if number in rects else None

    def _rects(self) -> dict[int, QRect]:
        """Where the panels are that are seen here."""
        self._show_added()
        layout = self.layout()
        if layout is not None:
            layout.activate()
        return {
            number: dock.geometry()
            for number, dock in self._docks.items()
            if not dock.isFloating() and not self.is_hidden(number)
        }

    def _is_even_stack(self) -> bool:
        """Whether all panels stand below each other at one height, or are as low as they can be."""
        rects = self._rects()
        least = {n: self._docks[n].minimumSizeHint().height() + _EVEN_PX for n in rects}
        free = [rect.height() for n, rect in rects.items() if rect.height() > least[n]]
        return (
            len(rects) == len(self._docks)
            and len({(rect.left(), rect.right()) for rect in rects.values()}) <= 1
            and max(free, default=0) - min(free, default=0) <= _EVEN_PX
        )

    def _hold_still(self) -> None:
        """Neither lay out nor paint until all panels have come that come together.

        Each of them would do both for all of them: its dock as soon as it is shown, and its scene
        as soon as anything in it changes.
        """
        layout = self.layout()
        if layout is not None:
            layout.setEnabled(False)
        self.setUpdatesEnabled(False)
        self._is_still = True
        self._showing.start()

    def _show_added(self) -> None:
        if not self._is_still:
            return
        self._is_still = False
        self._showing.stop()
        layout = self.layout()
        if layout is not None:
            layout.setEnabled(True)
            layout.activate()
        self.setUpdatesEnabled(True)

    def _make_even(self) -> None:
        """Give all panels one height."""
        docks = [dock for dock in self._docks.values() if not dock.isFloating()]
        self.resizeDocks(docks, [_LARGE_PX] * len(docks), _DOWN)
