"""An action in a panel's menu, with its keys; it does nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

__all__ = ["panel_action"]


def panel_action(
    panel: QWidget, text: str, keys: Iterable[str], slot: Callable[[], object]
) -> QAction:
    """An action whose keys work while the panel, or a part of it, has the focus.

    Args:
        panel: its owner.
        text: in the menu.
        keys: the first one stands in the menu.
        slot: does it.
    """
    action = QAction(text, panel)
    action.setShortcuts([QKeySequence(key) for key in keys])
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.triggered.connect(lambda: slot())
    return action
