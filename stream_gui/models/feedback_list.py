"""The list of reports, the latest first; repeated ones are counted, the oldest forgotten."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal

from stream_gui.feedback import Feedback, Report, Severity
from stream_gui.models.heading_table import NOWHERE, Heading, HeadingTable

__all__ = ["FeedbackList"]

_HEADINGS = (Heading("Time"), Heading("About"), Heading("What happened"))


@dataclass
class Entry:
    """A report and how often it came."""

    report: Report
    times: int = 1


class FeedbackList(HeadingTable):
    """What `Feedback` was told.

    Signals:
        unread_changed(int): how many warnings and errors nobody has looked at yet.
    """

    SeverityRole = Qt.ItemDataRole.UserRole + 1
    DetailRole = Qt.ItemDataRole.UserRole + 2

    unread_changed = Signal(int)

    def __init__(self, feedback: Feedback, *, limit: int = 500) -> None:
        super().__init__(_HEADINGS)
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
            self.row_changed(0)
            return
        self.beginInsertRows(NOWHERE, 0, 0)
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

    def row_count(self) -> int:
        """One for each report, however often it came."""
        return len(self._entries)

    def cell(self, row: int, column: int, role: int) -> Any:
        """What a cell shows in a role."""
        entry = self._entries[row]
        report = entry.report
        if role == Qt.ItemDataRole.DisplayRole:
            return _shown(entry)[column]
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
            self.beginRemoveRows(NOWHERE, last, last)
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
