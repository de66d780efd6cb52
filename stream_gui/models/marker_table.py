"""The markers as a table: their times and their notes, which can be edited there."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from stream_gui.models.measuring import Marker, Measuring
from stream_gui.models.quantity_text import exact_clock_text

__all__ = ["MarkerTable"]

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
HEADINGS = ("Time", "Note")
_SECOND_NS = 1_000_000_000


class MarkerTable(QAbstractTableModel):
    """The markers of a layout in the order of their times.

    Args:
        measuring: keeps them.
    """

    def __init__(self, measuring: Measuring) -> None:
        super().__init__()
        self._measuring = measuring
        self._markers = measuring.markers
        measuring.markers_changed.connect(self._follow)

    def marker(self, row: int) -> Marker:
        """The marker in a row."""
        return self._markers[row]

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many rows there are."""
        return 0 if parent.isValid() else len(self._markers)

    def columnCount(self, parent: Index = ROOT) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """A column's heading."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Notes can be edited."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == 1 else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows in this role."""
        marker = self._markers[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return marker.text if index.column() else exact_clock_text(marker.time_ns)
        if role == Qt.ItemDataRole.EditRole and index.column():
            return marker.text
        if role == Qt.ItemDataRole.ToolTipRole:
            local = time.localtime(marker.time_ns // _SECOND_NS)
            return f"{time.strftime('%a %d %b %Y', local)}\n{marker.text}".rstrip()
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Give a marker another note."""
        if role != Qt.ItemDataRole.EditRole or index.column() != 1:
            return False
        self._measuring.edit_marker(self._markers[index.row()], str(value))
        return True

    def _follow(self) -> None:
        self.beginResetModel()
        self._markers = self._measuring.markers
        self.endResetModel()
