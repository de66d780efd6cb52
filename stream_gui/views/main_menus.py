"""The menus of channels and of the view, filled; what they do is done elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QMenu

from stream_gui.views.channel_tree_view import ChannelTreeView
from stream_gui.views.dock import Dock
from stream_gui.views.menus import Menus

__all__ = ["Place", "fill_channels_menu", "fill_places"]

Place = tuple[str, str, Callable[[], object]]
"""The name of a part of the window, its title, and what goes there."""


def fill_channels_menu(
    menus: Menus,
    channels: ChannelTreeView,
    come_to_filter: Callable[[], object],
    find: Callable[[], object],
) -> None:
    """What is done with channels.

    Args:
        menus: gets the actions.
        channels: the tree.
        come_to_filter: shows the tree, and lets its filter be typed.
        find: brings the finder up.
    """
    menu = menus.menu("&Channels")
    menus.add(menu, "filter", "&Filter", come_to_filter, shortcut="Ctrl+F", icon="filter")
    menus.add(menu, "find", "Find a channel …", find, shortcut="Ctrl+K", icon="find")
    menus.add(menu, "plot", "&Plot", channels.plot_selected, shortcut="Ctrl+P", icon="plot")
    menus.add(
        menu,
        "plot_anew",
        "Plot in a &new panel",
        lambda: channels.plot_selected(new_panel=True),
        shortcut="Ctrl+Alt+P",
        icon="plot_add",
    )
    menus.add(menu, "send", "&Send a value …", channels.send_to_selected, shortcut="Ctrl+Alt+V")
    menu.addSeparator()
    menus.add(menu, "live", "&Live values", channels.live.toggle, shortcut="Ctrl+L", icon="live")
    tree = channels.tree
    menus.add(menu, "expand", "&Expand all", tree.expandAll, shortcut="Ctrl+E")
    menus.add(menu, "collapse", "C&ollapse all", tree.collapseAll, shortcut="Ctrl+Shift+E")


def fill_places(
    menus: Menus, places: Sequence[Place], docks: Mapping[str, Dock], reset: Callable[[], object]
) -> QMenu:
    """Begin the menu of the view: a key for each place, and which docks are shown."""
    menu = menus.menu("&View")
    for number, (name, title, go) in enumerate(places, start=1):
        menus.add(menu, f"show_{name}", f"&{number} {title}", go, shortcut=f"Ctrl+{number}")
    menu.addSeparator()
    shown = menu.addMenu("&Docks")
    shown.addActions([dock.toggleViewAction() for dock in docks.values()])
    menus.add(menu, "reset", "&First layout", reset, shortcut="Ctrl+0")
    return menu
