"""How a row is painted that matters more or less: with the sign of its severity before it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from stream_gui.views.appearance import Appearance

__all__ = ["LOOKS", "SeverityDelegate"]

LOOKS = {
    "information": ("information", "dim"),
    "warning": ("warning", "warning"),
    "error": ("error", "bad"),
}
"""Icon and colour of each severity."""


class SeverityDelegate(QStyledItemDelegate):
    """Paints the sign in the first column.

    Args:
        appearance: gives colours and icons.
        role: under which a row says its severity.
        parent: the table.
        bold: a column that stands out; None: none does.
    """

    def __init__(
        self, appearance: Appearance, role: int, parent: QWidget, bold: int | None = None
    ) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._role = role
        self._bold = bold

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        if index.column() == 0:
            name, colour = LOOKS[index.data(self._role)]
            shade = str(getattr(self._appearance.theme, colour))
            option.icon = self._appearance.icon(name, shade)
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        elif index.column() == self._bold:
            option.font.setBold(True)
