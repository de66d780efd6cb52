"""A table of rows under headings; what stands in them is the business of its subclasses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

__all__ = ["NOWHERE", "Heading", "HeadingTable", "Index"]

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a column.

    Attributes:
        text: the heading.
        tip: what it means.
        is_number: whether the cells end at the right.
    """

    text: str
    tip: str = ""
    is_number: bool = False


class HeadingTable(QAbstractTableModel):
    """Answers what all tables are asked in the same way.

    Args:
        headings: one for each column.
    """

    def __init__(self, headings: Sequence[Heading]) -> None:
        super().__init__()
        self._headings = tuple(headings)

    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def cell(self, row: int, column: int, role: int) -> Any:
        """What a cell shows in a role, other than how it is aligned."""
        raise NotImplementedError

    def row_changed(self, row: int) -> None:
        """Have a row shown anew."""
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(self._headings) - 1))

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """How many rows there are."""
        return 0 if parent.isValid() else self.row_count()

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._headings)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """A column's heading."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        heading = self._headings[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return heading.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return heading.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if heading.is_number else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows in this role."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self._headings[index.column()].is_number else None
        return self.cell(index.row(), index.column(), role)
