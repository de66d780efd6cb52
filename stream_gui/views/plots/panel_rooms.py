"""Divides a window among docks as a tree of rows, columns and tabs says; it makes no tree."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from stream_gui.models.panel_tree import Place, Split, Tabs, panels_of

__all__ = ["divide"]

_AREA = Qt.DockWidgetArea.LeftDockWidgetArea

Docks = Mapping[int, QDockWidget]


def divide(window: QMainWindow, docks: Docks, tree: Place) -> None:
    """Let the docks that are in a tree stand as it says.

    Qt can split no place that has tabs, or had any, so that all of them are put in anew.

    Args:
        window: holds the docks.
        docks: by the numbers that the tree has.
        tree: where they are to stand.
    """
    window.setUpdatesEnabled(False)
    for number in panels_of(tree):
        window.removeDockWidget(docks[number])
    window.addDockWidget(_AREA, docks[panels_of(tree)[0]], Qt.Orientation.Vertical)
    _split(window, docks, tree)
    for number in panels_of(tree):
        docks[number].show()
    _bring_to_front(docks, tree)
    _give_sizes(window, docks, tree, window.width(), window.height())
    window.setUpdatesEnabled(True)


def _split(window: QMainWindow, docks: Docks, place: Place) -> None:
    first = [docks[number] for number in _first_of_each(place)]
    if isinstance(place, Tabs):
        for dock in first[1:]:
            window.tabifyDockWidget(first[0], dock)
        return
    for dock, following in pairwise(first):
        window.splitDockWidget(dock, following, _orientation(place))
    for part in place.parts:
        _split(window, docks, part)


def _bring_to_front(docks: Docks, place: Place) -> None:
    if isinstance(place, Split):
        for part in place.parts:
            _bring_to_front(docks, part)
    elif len(place.panels) > 1:
        docks[place.seen].raise_()


def _give_sizes(
    window: QMainWindow, docks: Docks, place: Place, width: float, height: float
) -> None:
    if isinstance(place, Tabs):
        return
    room, total = width if place.across else height, sum(place.sizes)
    sizes = [room * size / total for size in place.sizes]
    first = [docks[number] for number in _first_of_each(place)]
    window.resizeDocks(first, [round(size) for size in sizes], _orientation(place))
    for part, size in zip(place.parts, sizes, strict=True):
        inner = (size, height) if place.across else (width, size)
        _give_sizes(window, docks, part, *inner)


def _orientation(place: Split) -> Qt.Orientation:
    return Qt.Orientation.Horizontal if place.across else Qt.Orientation.Vertical


def _first_of_each(place: Place) -> list[int]:
    """The panels of a place, or the first one of each part."""
    if isinstance(place, Tabs):
        return list(place.panels)
    return [panels_of(part)[0] for part in place.parts]
