"""The calls made from this window, the latest first; it never makes one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from PySide6.QtCore import Qt

from stream_gui.models.heading_table import NOWHERE, Heading, HeadingTable
from stream_gui.models.value_text import detail_text, duration_text, value_text

__all__ = ["CallHistory", "CallRecord", "CallStatus"]

_HEADINGS = (Heading("Started"), Heading("Call"), Heading("Result"), Heading("Duration"))
STREAM_LIMIT = 200


class CallStatus(StrEnum):
    """What became of a call."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass
class CallRecord:
    """One call and what is known of it.

    Attributes:
        number: counts the calls of this window.
        text: the call as one would type it.
        status: what became of it.
        progress: what it reported last while running.
        fraction: the same as a share of the whole, if it can be told, else 0.
        result: its result or error in one line.
        detail: the same at full length, of an error with the remote traceback.
        started_s: as `time.time()`.
        duration_s: how long it took, or None while it runs.
        received: how many results a streaming method has given.
        lines: the streamed results in one line each, the latest at most.
    """

    number: int
    text: str
    status: CallStatus = CallStatus.RUNNING
    progress: str = ""
    fraction: float = 0.0
    result: str = ""
    detail: str = ""
    started_s: float = 0.0
    duration_s: float | None = None
    received: int = 0
    lines: list[str] = field(default_factory=list)


class CallHistory(HeadingTable):
    """Every call of this window.

    Args:
        limit: how many finished calls are kept.
        now_s: the wall clock.
        tick_s: the clock for durations.
    """

    StatusRole = Qt.ItemDataRole.UserRole + 1
    RecordRole = Qt.ItemDataRole.UserRole + 2

    def __init__(
        self,
        *,
        limit: int = 500,
        now_s: Callable[[], float] = time.time,
        tick_s: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(_HEADINGS)
        self._limit = limit
        self._now_s = now_s
        self._tick_s = tick_s
        self._records: list[CallRecord] = []
        self._begun_s: dict[int, float] = {}
        self._next = 1

    def begin(self, text: str) -> int:
        """A call has started; gives its number here."""
        number = self._next
        self._next += 1
        self._begun_s[number] = self._tick_s()
        self.beginInsertRows(NOWHERE, 0, 0)
        self._records.insert(0, CallRecord(number, text, started_s=self._now_s()))
        self.endInsertRows()
        self._forget_oldest()
        return number

    def progressed(self, number: int, value: Any) -> None:
        """The running call reported `value`."""
        record = self.record(number)
        if record is not None and record.status is CallStatus.RUNNING:
            record.progress, record.fraction = _progress_text(value), _fraction(value)
            self._changed(record)

    def received(self, number: int, value: Any) -> None:
        """The streaming call gave one of its results."""
        record = self.record(number)
        if record is not None and record.status is CallStatus.RUNNING:
            record.received += 1
            record.lines = [*record.lines[-(STREAM_LIMIT - 1) :], value_text(value)]
            record.progress = f"{record.received} results, the latest {value_text(value, 60)}"
            self._changed(record)

    def done(self, number: int, value: Any) -> None:
        """The call gave its result."""
        self._end(number, CallStatus.DONE, value_text(value), detail_text(value))

    def streamed(self, number: int) -> None:
        """The streaming call has given all its results."""
        record = self.record(number)
        if record is not None:
            lines = "\n".join(record.lines)
            latest = f", the latest {record.lines[-1]}" if record.lines else ""
            self._end(number, CallStatus.DONE, f"{record.received} results{latest}", lines)

    def failed(self, number: int, text: str, detail: str) -> None:
        """The call ended with an error."""
        self._end(number, CallStatus.FAILED, " ".join(text.split()), detail or text)

    def cancelled(self, number: int) -> None:
        """The call was cancelled from here."""
        self._end(number, CallStatus.CANCELLED, "cancelled", "cancelled")

    def tick(self) -> None:
        """Let the durations of running calls go on."""
        for record in self._records:
            if record.status is CallStatus.RUNNING:
                self._changed(record)

    def record(self, number: int) -> CallRecord | None:
        """The call of that number, unless it is forgotten."""
        return next((each for each in self._records if each.number == number), None)

    @property
    def running(self) -> list[int]:
        """The numbers of the calls under way."""
        return [each.number for each in self._records if each.status is CallStatus.RUNNING]

    def clear(self) -> None:
        """Forget the calls that have ended."""
        self.beginResetModel()
        self._records = [each for each in self._records if each.status is CallStatus.RUNNING]
        self.endResetModel()

    def row_count(self) -> int:
        """One for each call."""
        return len(self._records)

    def cell(self, row: int, column: int, role: int) -> Any:
        """What a cell shows in a role."""
        record = self._records[row]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._shown(record, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return record.text
        if role == self.StatusRole:
            return str(record.status)
        if role == self.RecordRole:
            return record
        return None

    def _shown(self, record: CallRecord, column: int) -> str:
        if column == 0:
            return time.strftime("%H:%M:%S", time.localtime(record.started_s))
        if column == 1:
            return record.text
        if column == 2:
            return record.result or record.progress or "running …"
        duration_s = record.duration_s
        if duration_s is None:
            duration_s = self._tick_s() - self._begun_s[record.number]
        return duration_text(duration_s)

    def _end(self, number: int, status: CallStatus, result: str, detail: str) -> None:
        record = self.record(number)
        if record is None or record.status is not CallStatus.RUNNING:
            return
        record.duration_s = self._tick_s() - self._begun_s.pop(number)
        record.status, record.result, record.detail = status, result, detail
        self._changed(record)

    def _changed(self, record: CallRecord) -> None:
        self.row_changed(self._records.index(record))

    def _forget_oldest(self) -> None:
        last = len(self._records) - 1
        if last >= self._limit and self._records[last].status is not CallStatus.RUNNING:
            self.beginRemoveRows(NOWHERE, last, last)
            self._records.pop()
            self.endRemoveRows()


def _progress_text(value: Any) -> str:
    if isinstance(value, float) and 0 <= value <= 1:
        return f"{value:.0%}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {value_text(each, 40)}" for key, each in value.items())
    return value_text(value, 80)


def _fraction(value: Any) -> float:
    """The share of the whole in a progress value: 0.4, (4, 10), {"step": 4, "of": 10}."""
    if isinstance(value, dict):
        return _fraction([each for each in value.values() if type(each) in (int, float)])
    if isinstance(value, float) and 0 < value <= 1:
        return value
    if isinstance(value, (tuple, list)) and len(value) >= 2:
        done, whole = value[0], value[1]
        numbers = all(type(each) in (int, float) for each in (done, whole))
        return done / whole if numbers and 0 <= done <= whole and whole > 0 else 0.0
    return 0.0
