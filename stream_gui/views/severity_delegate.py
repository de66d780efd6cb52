"""How a row is painted that matters more or less: with the sign of its severity before it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from stream_gui.views.appearance import Appearance
from stream_gui.views.sign_delegate import SignDelegate

__all__ = ["LOOKS", "SeverityDelegate"]

LOOKS = {
    "information": ("information", "dim"),
    "warning": ("warning", "warning"),
    "error": ("error", "bad"),
}
"""Icon and colour of each severity."""


class SeverityDelegate(SignDelegate):
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
        super().__init__(appearance, parent)
        self._role = role
        self._bold = bold

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        if index.column() == 0:
            self.put_sign(option, *LOOKS[index.data(self._role)])
        elif index.column() == self._bold:
            option.font.setBold(True)
