"""The menus: every action of the window with its shortcut, in one place; they do nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from stream_gui.views.appearance import Appearance

__all__ = ["Menus", "NamedAction"]

THEMES = (("system", "As the &system"), ("light", "&Light"), ("dark", "&Dark"))


@dataclass(frozen=True)
class NamedAction:
    """An action with the words by which it is found.

    Attributes:
        menu: the title of its menu in the bar.
        text: the titles of all menus that it is in, and its own.
        action: what is done.
    """

    menu: str
    text: str
    action: QAction


class Menus:
    """Fills the menu bar and knows its actions by name.

    Args:
        bar: the menu bar.
        appearance: gives icons and takes the choice of a theme.
        owner: of the actions.
    """

    def __init__(self, bar: QMenuBar, appearance: Appearance, owner: QObject) -> None:
        self._bar = bar
        self._appearance = appearance
        self._owner = owner
        self._menus: list[QMenu] = []
        self.actions: dict[str, QAction] = {}

    def menu(self, title: str) -> QMenu:
        """A new menu at the end of the bar."""
        menu = self._bar.addMenu(title)
        self._menus.append(menu)
        return menu

    def add(
        self,
        menu: QMenu,
        name: str,
        text: str,
        action: Callable[[], object],
        *,
        shortcut: str = "",
        icon: str = "",
    ) -> QAction:
        """A new action at the end of a menu."""
        made = QAction(text, self._owner)
        if shortcut:
            made.setShortcut(QKeySequence(shortcut))
        if icon:
            self._appearance.dress(made, icon)
        made.triggered.connect(lambda _=False: action())
        menu.addAction(made)
        self.actions[name] = made
        return made

    def add_themes(self, menu: QMenu, chosen: Callable[[str], object]) -> None:
        """The choice of light and dark."""
        themes = menu.addMenu("&Theme")
        group = QActionGroup(self._owner)
        for name, text in THEMES:
            action = QAction(text, self._owner, checkable=True)
            action.setChecked(name == self._appearance.choice)
            action.triggered.connect(lambda _=False, name=name: chosen(name))
            group.addAction(action)
            themes.addAction(action)
            self.actions[f"theme_{name}"] = action

    def every_action(self) -> list[NamedAction]:
        """All that can be chosen in the menus, as they are now."""
        return [named for menu in self._menus for named in _below(menu, _plain(menu.title()))]

    def shortcuts(self) -> dict[str, list[tuple[str, str]]]:
        """Of each menu the shortcuts, each with what it does."""
        found: dict[str, list[tuple[str, str]]] = {}
        for named in self.every_action():
            keys = named.action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            if keys:
                text = named.text.removeprefix(f"{named.menu}: ")
                found.setdefault(named.menu, []).append((keys, text))
        return found


def _below(menu: QMenu, path: str) -> list[NamedAction]:
    menu.aboutToShow.emit()  # some are filled only then
    found: list[NamedAction] = []
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            found.extend(_below(below, f"{path}: {_plain(below.title())}"))
        elif not action.isSeparator():
            text = f"{path}: {_plain(action.text())}"
            found.append(NamedAction(path.partition(":")[0], text, action))
    return found


def _plain(text: str) -> str:
    return text.replace("&", "")
