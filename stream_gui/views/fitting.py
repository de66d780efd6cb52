"""The size of a dialog that shows more or less of itself; it moves nothing under the mouse."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QFormLayout

__all__ = ["fit", "steady"]


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


def steady(form: QFormLayout) -> None:
    """Keep the fields of a form where they are when rows with longer labels come and go."""
    items = (form.itemAt(row, QFormLayout.ItemRole.LabelRole) for row in range(form.rowCount()))
    labels = [label for item in items if item is not None and (label := item.widget())]
    labels[0].setMinimumWidth(max(label.sizeHint().width() for label in labels))
