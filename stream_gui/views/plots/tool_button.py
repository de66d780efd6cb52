"""A small button in a panel's header."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton

__all__ = ["tool_button"]


def tool_button(tip: str) -> QToolButton:
    """A small button without text that says by its tip what it does."""
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setAutoRaise(True)
    button.setIconSize(QSize(13, 13))
    button.setStyleSheet("padding: 2px 4px")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
