"""How the console makes its actions; what they do is the console's."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from stream_gui.views.appearance import Appearance

__all__ = ["ConsoleActions"]


class ConsoleActions:
    """Makes actions of one owner.

    Args:
        owner: of the actions.
        appearance: gives icons.
    """

    def __init__(self, owner: QWidget, appearance: Appearance) -> None:
        self._owner = owner
        self._appearance = appearance

    def made(
        self, text: str, keys: str, icon: str, deed: Callable[[], object], meaning: str = ""
    ) -> QAction:
        """An action with its shortcut."""
        action = QAction(text, self._owner, shortcut=QKeySequence(keys))
        if meaning:
            action.setToolTip(meaning)
        action.triggered.connect(lambda _=False: deed())
        self._appearance.dress(action, icon)
        return action
