"""The newest items of a channel of any objects, and what was lost of them; it reads none."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

__all__ = ["ItemLog", "LogRow", "LogRows", "size_of"]

_DEEP, _MANY = 4, 64
_REST_BYTES = 64


class LogRow(NamedTuple):
    """An item, or a run of items that never came.

    Attributes:
        channel: where it is from.
        time_ns: the item's, in the server's clock; of a loss that of the item before it.
        sequence: the item's number in its channel; of a loss the first one missing.
        value: the item.
        lost: how many items are missing here; 0 if this is an item.
        reason: why they are, in words.
        is_exact: whether it is known how many they are.
    """

    channel: str
    time_ns: int
    sequence: int
    value: Any = None
    lost: int = 0
    reason: str = ""
    is_exact: bool = True

    @property
    def is_loss(self) -> bool:
        """Whether this stands for items that never came."""
        return bool(self.reason)


class LogRows(NamedTuple):
    """What a log has had since somebody looked at it.

    Attributes:
        rows: what it still has of that, the oldest first.
        missed: how many rows came and went meanwhile.
        end: the number to ask from next time.
    """

    rows: list[LogRow]
    missed: int
    end: int


class ItemLog:
    """The last rows of one channel; one thread appends, others look.

    Args:
        channel: its name.
        limit: how many rows are kept at most.
        limit_bytes: how much memory they take at most, about; the newest row always stays.
    """

    def __init__(
        self, channel: str, *, limit: int = 10_000, limit_bytes: int = 64 * 1024 * 1024
    ) -> None:
        self.channel = channel
        self._limit = limit
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._rows: deque[LogRow] = deque()
        self._sizes: deque[int] = deque()
        self._nbytes = 0
        self._end = 0
        self._time_ns = 0

    def __repr__(self) -> str:
        return f"ItemLog({self.channel!r}, {len(self)} rows)"

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def end(self) -> int:
        """How many rows there have been; it grows with each."""
        return self._end

    @property
    def nbytes(self) -> int:
        """How much memory the rows take, about."""
        return self._nbytes

    @property
    def newest_time_ns(self) -> int | None:
        """When the last item was made; None while there is none."""
        return self._time_ns or None

    def append(self, values: Any, times_ns: Sequence[int], sequences: range) -> None:
        """Take items in their order, each with its time and its number.

        Of an array its rows are the items; they are copied, so that nothing else is kept alive.
        """
        kept = slice(max(0, len(values) - self._limit), None)
        items = values[kept].copy() if isinstance(values, np.ndarray) else values[kept]
        rows = [
            LogRow(self.channel, time_ns, sequence, value)
            for value, time_ns, sequence in zip(items, times_ns[kept], sequences[kept], strict=True)
        ]
        if rows:
            with self._lock:
                self._time_ns = rows[-1].time_ns
                self._end += len(values) - len(rows)
                self._take(rows)

    def mark_loss(self, first: int, count: int, reason: str, *, is_exact: bool = True) -> None:
        """Note that items are missing after the last one.

        Args:
            first: the number of the first one.
            count: how many.
            reason: why, in words.
            is_exact: whether it is known how many.
        """
        row = LogRow(self.channel, self._time_ns, first, None, count, reason or "lost", is_exact)
        with self._lock:
            self._take([row])

    def since(self, number: int) -> LogRows:
        """What has come since there were `number` rows."""
        with self._lock:
            start = self._end - len(self._rows)
            number = min(max(number, 0), self._end)
            rows = list(islice(reversed(self._rows), self._end - max(number, start)))
            return LogRows(rows[::-1], max(0, start - number), self._end)

    def _take(self, rows: list[LogRow]) -> None:
        self._end += len(rows)
        for row in rows:
            size = size_of(row.value) + _REST_BYTES
            self._rows.append(row)
            self._sizes.append(size)
            self._nbytes += size
        while len(self._rows) > self._limit or (
            self._nbytes > self._limit_bytes and len(self._rows) > 1
        ):
            self._rows.popleft()
            self._nbytes -= self._sizes.popleft()


def size_of(value: Any, depth: int = _DEEP) -> int:
    """How much memory a value takes, about: of large collections a part is looked at."""
    size = int(getattr(value, "nbytes", 0)) or sys.getsizeof(value, _REST_BYTES)
    if isinstance(value, (str, bytes, bytearray, int, float)) or value is None or not depth:
        return size
    if isinstance(value, Mapping):
        parts: Iterable[Any] = (part for pair in value.items() for part in pair)
        count = 2 * len(value)
    elif isinstance(value, (list, tuple, set, frozenset, deque)):
        parts, count = value, len(value)
    else:
        return size
    looked_at = [size_of(part, depth - 1) for part in islice(parts, _MANY)]
    return size + round(sum(looked_at) * count / max(1, len(looked_at)))
