"""What a search has found as a list for views; it searches nothing."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from stream_gui.models.channel_finder import Findings, Found

__all__ = ["FoundList"]

_NOWHERE = QModelIndex()


class FoundList(QAbstractListModel):
    """The best findings, a row each.

    `FoundRole` gives the `Found` of a row.
    """

    FoundRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self) -> None:
        super().__init__()
        self.findings = Findings((), 0, 0)

    def show(self, findings: Findings) -> None:
        """Take other findings."""
        self.beginResetModel()
        self.findings = findings
        self.endResetModel()

    def found(self, index: QModelIndex) -> Found | None:
        """The finding of a row; None if there is no such row."""
        return self.findings.best[index.row()] if index.isValid() else None

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """How many rows there are."""
        return 0 if parent.isValid() else len(self.findings.best)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """What a row says."""
        if not index.isValid():
            return None
        found = self.findings.best[index.row()]
        if role == self.FoundRole:
            return found
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return found.text
        return None
