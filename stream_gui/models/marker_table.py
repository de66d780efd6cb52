"""The markers as a table: their times and their notes, which can be edited there."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import Qt

from stream_gui.models.heading_table import Heading, HeadingTable, Index
from stream_gui.models.measuring import Marker, Measuring
from stream_gui.models.quantity_text import exact_clock_text

__all__ = ["MarkerTable"]

_HEADINGS = (Heading("Time"), Heading("Note"))
_SECOND_NS = 1_000_000_000


class MarkerTable(HeadingTable):
    """The markers of a layout in the order of their times.

    Args:
        measuring: keeps them.
    """

    def __init__(self, measuring: Measuring) -> None:
        super().__init__(_HEADINGS)
        self._measuring = measuring
        self._markers = measuring.markers
        measuring.markers_changed.connect(self._follow)

    def marker(self, row: int) -> Marker:
        """The marker in a row."""
        return self._markers[row]

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Notes can be edited."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == 1 else flags

    def row_count(self) -> int:
        """One for each marker."""
        return len(self._markers)

    def cell(self, row: int, column: int, role: int) -> Any:
        """What a cell shows in a role."""
        marker = self._markers[row]
        if role == Qt.ItemDataRole.DisplayRole:
            return marker.text if column else exact_clock_text(marker.time_ns)
        if role == Qt.ItemDataRole.EditRole and column:
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
