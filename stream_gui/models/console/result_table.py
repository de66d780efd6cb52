"""The table of a result for a view; rows that come are added, others stay."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from stream_gui.models.console.result_grid import Grid

__all__ = ["ResultTable"]

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
EMPTY = Grid((), ())


class ResultTable(QAbstractTableModel):
    """Shows one grid."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = EMPTY
        self._rows = 0

    def show_grid(self, grid: Grid | None, *, grows: bool = False) -> None:
        """Take another grid, or none; `grows`: it is the same one with more rows."""
        fresh = grid or EMPTY
        if grows and fresh.headings == self._grid.headings and fresh.rows >= self._rows:
            if fresh.rows > self._rows:
                self.beginInsertRows(ROOT, self._rows, fresh.rows - 1)
                self._grid, self._rows = fresh, fresh.rows
                self.endInsertRows()
            return
        self.beginResetModel()
        self._grid, self._rows = fresh, fresh.rows
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many rows there are."""
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = ROOT) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._grid.headings)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """A column's heading, or a row's number, from 0."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._grid.headings[section] if orientation is Qt.Orientation.Horizontal else section

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows in this role."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self._grid.cell(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            value = self._grid.columns[index.column()][index.row()]
            return None if isinstance(value, (str, bytes)) else RIGHT
        return None

    def text(self) -> str:
        """The whole table with tabs between the columns, for a spreadsheet."""
        lines = ["\t".join(self._grid.headings)]
        columns = range(len(self._grid.headings))
        for row in range(self._rows):
            lines.append("\t".join(_plain(self._grid.columns[place][row]) for place in columns))
        return "\n".join(lines)


def _plain(value: Any) -> str:
    """A cell at full precision, in one line."""
    item = value.item() if hasattr(value, "item") and not hasattr(value, "shape") else value
    return " ".join(str(item).split())
