"""The lines of Python that do what the operator has done, in order; it runs none of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from stream_gui.models.python_lines import preamble

__all__ = ["PythonLine", "PythonLog"]

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
MOST_LINES = 1000


@dataclass(frozen=True)
class PythonLine:
    """One thing done.

    Attributes:
        text: the line, or lines.
        time_s: when, as `time.time()`.
    """

    text: str
    time_s: float


class PythonLog(QAbstractListModel):
    """What was done, the latest last.

    Lines may use `client`, a connected `stream_core.blocking.Client`, and what earlier lines made.

    Args:
        limit: how many are kept.
        now_s: the wall clock.
    """

    TimeRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, *, limit: int = MOST_LINES, now_s: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._limit = limit
        self._now_s = now_s
        self._lines: list[PythonLine] = []

    def add(self, text: str) -> None:
        """Something was done; on the Qt thread."""
        if len(self._lines) >= self._limit:
            self.beginRemoveRows(ROOT, 0, 0)
            del self._lines[0]
            self.endRemoveRows()
        row = len(self._lines)
        self.beginInsertRows(ROOT, row, row)
        self._lines.append(PythonLine(text, self._now_s()))
        self.endInsertRows()

    def clear(self) -> None:
        """Forget all lines."""
        self.beginResetModel()
        self._lines.clear()
        self.endResetModel()

    @property
    def lines(self) -> list[str]:
        """The lines in order."""
        return [line.text for line in self._lines]

    def script(self, rows: list[int] | None = None) -> str:
        """The lines as a program: all, or those of these rows."""
        chosen = self.lines if rows is None else [self._lines[row].text for row in sorted(rows)]
        return "\n".join([*preamble(chosen), "", *chosen]) + "\n"

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many lines there are."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a row shows in this role."""
        line = self._lines[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return line.text
        if role == self.TimeRole:
            return line.time_s
        return None
