"""Every action of the window by a few letters of its name; it has no action of its own."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from stream_gui.models.channel_finder import Found
from stream_gui.views.appearance import Appearance
from stream_gui.views.finder_view import FinderView
from stream_gui.views.menus import Menus, NamedAction

__all__ = ["CommandPalette"]

_HINT = "<b>Return</b> do it  ·  <b>Esc</b> close"
_NOT_NOW = "not now"
_REMEMBERED = 8


class CommandPalette(FinderView):
    """Finds actions by the words of their menus; those done last come first.

    Args:
        menus: know the actions.
        appearance: light or dark.
        window: over which it comes up.
    """

    def __init__(self, menus: Menus, appearance: Appearance, window: QWidget) -> None:
        self._menus = menus
        self._actions: dict[str, NamedAction] = {}
        self._last: list[str] = []
        ask = "A few letters of what is to be done"
        super().__init__(appearance, window, name="Do anything", ask=ask, hint=_HINT)

    def entries(self) -> Iterable[tuple[str, str]]:
        """The actions as they are now."""
        self._actions = {named.text: named for named in self._menus.every_action()}
        last = [text for text in self._last if text in self._actions]
        return [(text, "") for text in dict.fromkeys([*last, *self._actions])]

    def remark(self, found: Found) -> tuple[str, str]:
        """Its keys, or why it cannot be done."""
        action = self._actions[found.channel].action
        if not action.isEnabled():
            return _NOT_NOW, "cancel"
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        if action.isCheckable():
            return keys, "done" if action.isChecked() else "dot"
        return keys, "play"

    def choose(self, found: Found, *, anew: bool) -> None:
        """Do it, if it can be done now."""
        named = self._actions[found.channel]
        self._last = [named.text, *(each for each in self._last if each != named.text)]
        del self._last[_REMEMBERED:]
        named.action.trigger()

    def nothing_found(self, typed: str) -> str:
        """Why the list is empty."""
        return f"Nothing that can be done has the letters “{typed}”"
