"""Docks that share a place: the order of their tabs, which Qt neither tells nor restores."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar

from stream_gui.models.panel_tree import Tabs

__all__ = ["put_in_order", "tabs_of", "watch_tabs"]

Docks = Mapping[int, QDockWidget]


def tabs_of(window: QMainWindow, docks: Docks) -> list[Tabs]:
    """The places that have tabs, each as the operator sees it.

    Args:
        window: holds the docks.
        docks: by their numbers.
    """
    numbers = {shiboken6.getCppPointer(dock)[0]: number for number, dock in docks.items()}
    found = []
    for bar in window.findChildren(QTabBar):
        panels = tuple(numbers.get(bar.tabData(place), 0) for place in range(bar.count()))
        if panels and _are_together(window, docks, panels):
            found.append(Tabs(panels, panels[max(0, bar.currentIndex())]))
    return found


def watch_tabs(window: QMainWindow, moved: Callable[[], object]) -> None:
    """Call this when a tab is moved; to be told again when there may be other bars.

    Qt makes the bars by itself, and uses them again in other places.
    """
    for bar in window.findChildren(QTabBar):
        if bar.elideMode() is not Qt.TextElideMode.ElideMiddle:
            bar.setElideMode(Qt.TextElideMode.ElideMiddle)
            bar.tabMoved.connect(lambda *_: moved())


def put_in_order(window: QMainWindow, docks: Docks, tabs: Tabs) -> None:
    """Let the tabs of one place stand in this order; nothing happens if they are not in one place.

    Args:
        window: holds the docks.
        docks: by their numbers.
        tabs: the order.
    """
    if not _are_together(window, docks, tabs.panels) or tabs in tabs_of(window, docks):
        return
    first, *others = (docks[number] for number in tabs.panels)
    window.setUpdatesEnabled(False)
    for dock in others:
        window.removeDockWidget(dock)
    for dock in others:
        window.tabifyDockWidget(first, dock)
        dock.show()
    docks[tabs.seen].raise_()
    window.setUpdatesEnabled(True)


def _are_together(window: QMainWindow, docks: Docks, panels: tuple[int, ...]) -> bool:
    """Whether these share a place, and nothing else does: a bar that is out of use lies."""
    if len(panels) < 2 or any(number not in docks for number in panels):
        return False
    others = window.tabifiedDockWidgets(docks[panels[0]])
    return {docks[number] for number in panels[1:]} == set(others)
