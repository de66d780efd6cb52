"""A question before something that cannot be undone; it blocks nothing and does nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

__all__ = ["confirm", "named_lines"]

NAMED = 12
"""More names than that are only counted."""


def named_lines(names: Sequence[str]) -> list[str]:
    """Say in a few lines which things are meant."""
    return [*names[:NAMED], *([f"and {len(names) - NAMED} more"] if len(names) > NAMED else [])]


def confirm(
    parent: QWidget,
    question: str,
    explanation: str,
    deed: str,
    action: Callable[[], object],
    *,
    named: Sequence[str] = (),
) -> QMessageBox:
    """Ask, and run `action` if the button `deed` is pressed; `named` are the things meant."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowModality(Qt.WindowModality.WindowModal)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setText(f"<b>{escape(question, quote=False)}</b>")
    lines = [*named_lines(named), *([""] if named else []), *explanation.splitlines()]
    box.setInformativeText(f"<p>{'<br>'.join(escape(line, quote=False) for line in lines)}</p>")
    button = box.addButton(deed, QMessageBox.ButtonRole.DestructiveRole)
    button.setObjectName("danger")
    button.clicked.connect(lambda: action())
    cancel = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    box.open()
    return box
