"""The rows of an event table: items of several channels in one order, filtered and bounded."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal

from stream_gui.models.event_text import clock_text, date_text, item_text, loss_text
from stream_gui.models.heading_table import NOWHERE, Heading, HeadingTable
from stream_gui.plotdata.item_log import ItemLog, LogRow

__all__ = ["CHANNEL", "TIME", "VALUE", "EventTable"]

TIME, CHANNEL, VALUE = range(3)
_HEADINGS = (Heading("Time"), Heading("Channel"), Heading("Value"))
LIMIT = 10_000
_MANY = 500
"""So many rows at once are shown anew rather than one after another."""
_WIDEST = 400


class _Row:
    """A row of a log with its text, made when it is first needed."""

    __slots__ = ("_text", "log_row")

    def __init__(self, log_row: LogRow) -> None:
        self.log_row = log_row
        self._text: str | None = None

    @property
    def text(self) -> str:
        if self._text is None:
            row = self.log_row
            self._text = loss_text(row) if row.is_loss else item_text(row.value, _WIDEST)
        return self._text

    def matches(self, words: Sequence[str]) -> bool:
        if not words:
            return True
        text = f"{self.log_row.channel} {self.text}".casefold()
        return all(word in text for word in words)


def _time_ns(row: _Row) -> int:
    return row.log_row.time_ns


class EventTable(HeadingTable):
    """Takes over what logs have when it is told to; in between nothing moves.

    Signals:
        counts_changed(): other numbers of rows shown, kept or dropped.

    Args:
        limit: how many rows it has at most; the oldest go.
    """

    LossRole = Qt.ItemDataRole.UserRole + 1

    counts_changed = Signal()

    def __init__(self, limit: int = LIMIT) -> None:
        super().__init__(_HEADINGS)
        self._limit = limit
        self._logs: tuple[ItemLog, ...] = ()
        self._seen: dict[ItemLog, int] = {}
        self._rows: list[_Row] = []
        self._shown: list[_Row] = []
        self._words: tuple[str, ...] = ()
        self._newest_first = True
        self.dropped = 0

    # what it shows

    @property
    def newest_first(self) -> bool:
        """Whether the newest row is the top one."""
        return self._newest_first

    @newest_first.setter
    def newest_first(self, newest_first: bool) -> None:
        if newest_first != self._newest_first:
            self.beginResetModel()
            self._newest_first = newest_first
            self.endResetModel()

    @property
    def filter(self) -> str:
        """The words that rows shown must have, in any case and order."""
        return " ".join(self._words)

    @filter.setter
    def filter(self, text: str) -> None:
        words = tuple(text.casefold().split())
        if words != self._words:
            self._words = words
            self._show_anew()

    @property
    def kept(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._rows)

    @property
    def waiting(self) -> int:
        """How many rows the logs have that have not been taken over yet."""
        return sum(max(0, log.end - self._seen.get(log, 0)) for log in self._logs)

    def log_row(self, row: int) -> LogRow:
        """What a row of the table shows."""
        return self._shown[self._place(row)].log_row

    def row_at(self, time_ns: int) -> int:
        """The row that was the newest one shown at a time; -1 if there is none."""
        places = [n for n, row in enumerate(self._shown) if row.log_row.time_ns <= time_ns]
        return self._place(places[-1]) if places else -1

    # where rows come from

    def set_logs(self, logs: Iterable[ItemLog]) -> None:
        """Show these; if they are others than before, all that they still have, by time."""
        logs = tuple(logs)
        if logs != self._logs:
            self._logs = logs
            self._seen = {}
            self._rows = []
            self.dropped = 0
            self._rows = self._fresh()
            self._drop(len(self._rows) - self._limit)
            self._show_anew()

    def take(self) -> int:
        """Take over what has come; tell how many rows."""
        fresh = self._fresh()
        if not fresh:
            return 0
        self._rows += fresh
        if len(self._logs) > 1:
            self._rows.sort(key=_time_ns)
        excess = len(self._rows) - self._limit
        if len(fresh) > min(_MANY, self._limit):
            self._drop(excess)
            self._show_anew()
            return len(fresh)
        gone = set(map(id, self._rows[: max(0, excess)]))
        self._remove_oldest(excess, gone)
        self._add([row for row in fresh if id(row) not in gone and row.matches(self._words)])
        self.counts_changed.emit()
        return len(fresh)

    def clear(self) -> None:
        """Forget all rows; what comes is shown."""
        self._fresh()
        self._rows = []
        self.dropped = 0
        self._show_anew()

    # Qt

    def row_count(self) -> int:
        """How many rows are shown."""
        return len(self._shown)

    def cell(self, row: int, column: int, role: int) -> Any:
        """What a cell shows in a role."""
        shown = self._shown[self._place(row)]
        log_row = shown.log_row
        if role == Qt.ItemDataRole.DisplayRole:
            if column == TIME:
                return clock_text(log_row.time_ns) if log_row.time_ns else ""
            return log_row.channel if column == CHANNEL else shown.text
        if role == self.LossRole:
            return log_row.is_loss
        if role == Qt.ItemDataRole.ToolTipRole and column == TIME:
            return date_text(log_row.time_ns)
        return None

    def _place(self, row: int) -> int:
        """Where in the order of time a row is, and the other way round."""
        return len(self._shown) - 1 - row if self._newest_first else row

    def _fresh(self) -> list[_Row]:
        """What has come since the last time, in the order of time."""
        fresh: list[LogRow] = []
        for log in self._logs:
            news = log.since(self._seen.get(log, 0))
            self._seen[log] = news.end
            self.dropped += news.missed
            fresh += news.rows
        rows = [_Row(row) for row in fresh]
        if len(self._logs) > 1:
            rows.sort(key=_time_ns)
        return rows

    def _drop(self, count: int) -> None:
        if count > 0:
            self.dropped += count
            del self._rows[:count]

    def _remove_oldest(self, count: int, gone: set[int]) -> None:
        shown = 0
        while shown < len(self._shown) and id(self._shown[shown]) in gone:
            shown += 1
        self._drop(count)
        if shown:
            first = len(self._shown) - shown if self._newest_first else 0
            self.beginRemoveRows(NOWHERE, first, first + shown - 1)
            del self._shown[:shown]
            self.endRemoveRows()

    def _add(self, rows: list[_Row]) -> None:
        """Show more rows, each in its place: what is late is not at the end."""
        while rows:
            place, count = len(self._shown), len(rows)
            if len(self._logs) > 1:
                place = bisect_right(self._shown, _time_ns(rows[0]), key=_time_ns)
                if place < len(self._shown):
                    count = bisect_left(rows, _time_ns(self._shown[place]), key=_time_ns)
            first = len(self._shown) - place if self._newest_first else place
            self.beginInsertRows(NOWHERE, first, first + count - 1)
            self._shown[place:place] = rows[:count]
            self.endInsertRows()
            rows = rows[count:]

    def _show_anew(self) -> None:
        self.beginResetModel()
        self._shown = [row for row in self._rows if row.matches(self._words)]
        self.endResetModel()
        self.counts_changed.emit()
