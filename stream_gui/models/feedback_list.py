"""The list of reports, the latest first; repeated ones are counted, the oldest forgotten."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from stream_gui.feedback import Feedback, Report, Severity

__all__ = ["FeedbackList"]

Index = QModelIndex | QPersistentModelIndex
HEADINGS = ("Time", "About", "What happened")
ROOT = QModelIndex()


@dataclass
class Entry:
    """A report and how often it came."""

    report: Report
    times: int = 1


class FeedbackList(QAbstractTableModel):
    """What `Feedback` was told.

    Signals:
        unread_changed(int): how many warnings and errors nobody has looked at yet.
    """

    SeverityRole = Qt.ItemDataRole.UserRole + 1
    DetailRole = Qt.ItemDataRole.UserRole + 2

    unread_changed = Signal(int)

    def __init__(self, feedback: Feedback, *, limit: int = 500) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self._limit = limit
        self.unread = 0
        feedback.reported.connect(self.add)

    def add(self, report: Report) -> None:
        """Take a report; one that repeats the latest raises its count."""
        if report.severity is not Severity.INFORMATION:
            self.unread += 1
            self.unread_changed.emit(self.unread)
        if self._entries and _same(self._entries[0].report, report):
            self._entries[0] = Entry(report, self._entries[0].times + 1)
            self.dataChanged.emit(self.index(0, 0), self.index(0, len(HEADINGS) - 1))
            return
        self.beginInsertRows(ROOT, 0, 0)
        self._entries.insert(0, Entry(report))
        self.endInsertRows()
        self._forget_oldest()

    def mark_read(self) -> None:
        """The operator has looked at the list."""
        if self.unread:
            self.unread = 0
            self.unread_changed.emit(0)

    def clear(self) -> None:
        """Forget everything."""
        self.beginResetModel()
        self._entries.clear()
        self.endResetModel()
        self.mark_read()

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many rows there are."""
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = ROOT) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """A column's heading."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return HEADINGS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows in this role."""
        entry = self._entries[index.row()]
        report = entry.report
        if role == Qt.ItemDataRole.DisplayRole:
            return _shown(entry)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return report.text
        if role == self.SeverityRole:
            return str(report.severity)
        if role == self.DetailRole:
            return report.detail or f"{report.subject}: {report.text}"
        return None

    def _forget_oldest(self) -> None:
        last = len(self._entries) - 1
        if last >= self._limit:
            self.beginRemoveRows(ROOT, last, last)
            self._entries.pop()
            self.endRemoveRows()


def _shown(entry: Entry) -> tuple[str, str, str]:
    report = entry.report
    clock = time.strftime("%H:%M:%S", time.localtime(report.time_s))
    text = " ".join(report.text.split())
    if entry.times > 1:
        text += f"  ({entry.times} times)"
    return clock, report.subject, text


def _same(one: Report, other: Report) -> bool:
    return (one.severity, one.subject, one.text) == (other.severity, other.subject, other.text)
