"""A table with one row for each thing of a kind, in the order of their keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import Qt

from stream_gui.models.heading_table import Heading, HeadingTable

__all__ = ["KeyedTable"]

Row = TypeVar("Row")


class KeyedTable(HeadingTable, Generic[Row]):
    """Shows things that are measured again and again; `RowRole` gives the thing itself.

    Args:
        headings: one for each column.
        shown: gives the text of each column.
        key: gives what stays the same of a thing.
    """

    RowRole = Qt.ItemDataRole.UserRole + 1

    def __init__(
        self,
        headings: Sequence[Heading],
        shown: Sequence[Callable[[Row], str]],
        key: Callable[[Row], Any],
    ) -> None:
        super().__init__(headings)
        self._shown = shown
        self._key = key
        self._rows: list[Row] = []

    def update(self, rows: Sequence[Row]) -> None:
        """Take the latest measurement; while there are the same things their rows stay."""
        fresh = sorted(rows, key=self._key)
        if list(map(self._key, fresh)) != list(map(self._key, self._rows)):
            self.beginResetModel()
            self._rows = fresh
            self.endResetModel()
            return
        before, self._rows = self._rows, fresh
        for place, row in enumerate(fresh):
            if row != before[place]:
                self.row_changed(place)

    def row_count(self) -> int:
        """How many things there are."""
        return len(self._rows)

    def cell(self, row: int, column: int, role: int) -> Any:
        """What a cell shows in a role, other than how it is aligned."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self._shown[column](self._rows[row])
        return self._rows[row] if role == self.RowRole else None
