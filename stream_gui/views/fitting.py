"""The size of a dialog that shows more or less of itself; it never makes one narrower."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog

__all__ = ["fit"]


def fit(dialog: QDialog) -> None:
    """Make a dialog as high as what it shows now, lines of text broken at its width."""
    layout = dialog.layout()
    if layout is None:
        return
    layout.activate()
    wanted = layout.totalSizeHint()
    width = max(dialog.width(), dialog.minimumWidth(), layout.totalMinimumSize().width())
    high = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else wanted.height()
    dialog.resize(width, max(high, layout.totalMinimumSize().height()))
