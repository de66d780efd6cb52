"""A question before something that cannot be undone; it blocks nothing and does nothing itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

__all__ = ["confirm"]


def confirm(
    parent: QWidget, question: str, explanation: str, deed: str, action: Callable[[], object]
) -> QMessageBox:
    """Ask, and run `action` if the button `deed` is pressed."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowModality(Qt.WindowModality.WindowModal)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setText(f"<b>{question}</b>")
    box.setInformativeText(explanation)
    button = box.addButton(deed, QMessageBox.ButtonRole.DestructiveRole)
    button.setObjectName("danger")
    button.clicked.connect(lambda: action())
    cancel = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    box.open()
    return box
