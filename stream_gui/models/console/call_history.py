"""The calls made from this window, the latest first; it never makes one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import Qt, Signal

from stream_gui.models.console.call_record import (
    NOTHING,
    CallRecord,
    CallStatus,
    StoredCall,
    size_bytes,
)
from stream_gui.models.heading_table import NOWHERE, Heading, HeadingTable
from stream_gui.models.value_text import duration_text, value_text

__all__ = ["CallHistory", "CallRecord", "CallStatus"]

_HEADINGS = (Heading("Started"), Heading("Call"), Heading("Result"), Heading("Duration"))
KEPT_RESULTS = 10_000
VALUE_BYTES = 256 * 1024 * 1024
DAY_S = 86_400.0


class CallHistory(HeadingTable):
    """Every call of this window, and those of earlier ones that were kept.

    Signals:
        ended(CallRecord): a call has ended.

    Args:
        limit: how many ended calls are kept.
        value_bytes: memory for the values of results; beyond it the oldest are given up.
        now_s: the wall clock.
        tick_s: the clock for durations.
    """

    StatusRole = Qt.ItemDataRole.UserRole + 1
    RecordRole = Qt.ItemDataRole.UserRole + 2
    SearchRole = Qt.ItemDataRole.UserRole + 3

    ended = Signal(object)

    def __init__(
        self,
        *,
        limit: int = 500,
        value_bytes: int = VALUE_BYTES,
        now_s: Callable[[], float] = time.time,
        tick_s: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(_HEADINGS)
        self._limit = limit
        self._value_bytes = value_bytes
        self._now_s = now_s
        self._tick_s = tick_s
        self._records: list[CallRecord] = []
        self._begun_s: dict[int, float] = {}
        self._next = 1

    def begin(self, text: str, *, every_s: float = 0.0) -> int:
        """A call has started, or is repeated from now on; gives its number here."""
        number = self._next
        self._next += 1
        self._begun_s[number] = self._tick_s()
        self.beginInsertRows(NOWHERE, 0, 0)
        record = CallRecord(number, text, started_s=self._now_s(), every_s=every_s)
        self._records.insert(0, record)
        self.endInsertRows()
        self._forget_oldest()
        return number

    def restore(self, calls: Iterable[StoredCall]) -> None:
        """Put calls of earlier starts, the oldest first, behind those of this one."""
        earlier: list[CallRecord] = []
        for call in calls:
            facts = {name: getattr(call, name) for name in call.__struct_fields__}
            record = CallRecord(self._next, earlier=True, **facts)
            self._next += 1
            earlier.insert(0, record)
        earlier = earlier[: max(0, self._limit - len(self._records))]
        if earlier:
            first = len(self._records)
            self.beginInsertRows(NOWHERE, first, first + len(earlier) - 1)
            self._records.extend(earlier)
            self.endInsertRows()

    def progressed(self, number: int, value: Any) -> None:
        """The running call reported `value`."""
        record = self._running(number)
        if record is not None:
            record.progress, record.fraction = _progress_text(value), _fraction(value)
            self._changed(record)

    def received(self, number: int, value: Any) -> None:
        """The streaming call, or the repeated one, gave one of its results."""
        record = self._running(number)
        if record is None:
            return
        if record.value is NOTHING:
            record.value = []
        record.received += 1
        record.value.append(value)
        record.times_s.append(round(self._tick_s() - self._begun_s[number], 6))
        if len(record.value) > KEPT_RESULTS:
            del record.value[: KEPT_RESULTS // 10], record.times_s[: KEPT_RESULTS // 10]
        record.progress = self._so_far(record)
        self._changed(record)

    def missed(self, number: int, text: str) -> None:
        """One of the calls of a repeated one has failed; it goes on."""
        record = self._running(number)
        if record is not None:
            record.failures += 1
            record.detail = text
            record.progress = f"{self._so_far(record)}; {' '.join(text.split())}"
            self._changed(record)

    def done(self, number: int, value: Any) -> None:
        """The call gave its result."""
        record = self._running(number)
        if record is not None:
            record.value = value
            self._end(number, CallStatus.DONE, value_text(value))

    def streamed(self, number: int) -> None:
        """The streaming call has given all its results."""
        record = self._running(number)
        if record is not None:
            self._end(number, CallStatus.DONE, self._so_far(record))

    def failed(self, number: int, text: str, detail: str) -> None:
        """The call ended with an error."""
        self._end(number, CallStatus.FAILED, " ".join(text.split()), detail)

    def cancelled(self, number: int) -> None:
        """The call was cancelled from here."""
        record = self._running(number)
        if record is not None:
            so_far = f" after {self._so_far(record)}" if record.received else ""
            self._end(number, CallStatus.CANCELLED, f"cancelled{so_far}")

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
        if role == self.SearchRole:
            return f"{record.text} {record.result} {record.status}"
        return None

    def _shown(self, record: CallRecord, column: int) -> str:
        if column == 0:
            return self._when(record.started_s)
        if column == 1:
            repeated = f"   every {duration_text(record.every_s)}" if record.every_s else ""
            return record.text + repeated
        if column == 2:
            return record.result or record.progress or "running …"
        duration_s = record.duration_s
        if duration_s is None:
            duration_s = self._tick_s() - self._begun_s[record.number]
        return duration_text(duration_s)

    def _when(self, time_s: float) -> str:
        """The time of day; of an earlier day the day."""
        told, now = time.localtime(time_s), time.localtime(self._now_s())
        same_day = told[:3] == now[:3] or abs(self._now_s() - time_s) < DAY_S / 4
        return time.strftime("%H:%M:%S" if same_day else "%d %b %H:%M", told)

    @staticmethod
    def _so_far(record: CallRecord) -> str:
        latest = ""
        if record.value is not NOTHING and record.value:
            latest = f", the latest {value_text(record.value[-1], 60)}"
        failed = f", {record.failures} failed" if record.failures else ""
        plural = "result" if record.received == 1 else "results"
        return f"{record.received} {plural}{failed}{latest}"

    def _running(self, number: int) -> CallRecord | None:
        record = self.record(number)
        return record if record is not None and record.status is CallStatus.RUNNING else None

    def _end(self, number: int, status: CallStatus, result: str, detail: str = "") -> None:
        record = self._running(number)
        if record is None:
            return
        record.duration_s = self._tick_s() - self._begun_s.pop(number)
        record.status, record.result, record.detail = status, result, detail
        self._give_up_values()
        self._changed(record)
        self.ended.emit(record)

    def _give_up_values(self) -> None:
        """Of the oldest calls only the text stays, if their values take too much memory."""
        room = self._value_bytes
        for record in self._records:
            if record.value is NOTHING:
                continue
            room -= size_bytes(record.value)
            if room < 0 and record is not self._records[0]:
                record.detail = record.detail or record.full_text
                record.value, record.times_s = NOTHING, []

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
