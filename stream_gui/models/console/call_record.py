"""One call and what is known of it; it is changed by the history alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from stream_gui.models.value_text import detail_text, value_text

__all__ = ["NOTHING", "CallRecord", "CallStatus", "StoredCall", "size_bytes"]

NOTHING = object()
"""The value of a call that has given none, or whose value is not kept any more."""
MOST_LINES = 200
STORED_CHARACTERS = 4000


class CallStatus(StrEnum):
    """What became of a call."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StoredCall(msgspec.Struct, frozen=True):
    """A call that has ended, as it is kept from one start to the next.

    Attributes:
        text, status, result, detail, started_s, duration_s: as in `CallRecord`.
    """

    text: str
    status: CallStatus
    result: str = ""
    detail: str = ""
    started_s: float = 0.0
    duration_s: float = 0.0


@dataclass
class CallRecord:
    """One call.

    Attributes:
        number: counts the calls of this window.
        text: the call as one would type it.
        status: what became of it.
        progress: what it reported last while running.
        fraction: the same as a share of the whole, if it can be told, else 0.
        result: its result or error in one line.
        detail: of an error the remote traceback, of a call of an earlier start its result.
        started_s: as `time.time()`.
        duration_s: how long it took, or None while it runs.
        value: its result; of streamed results and of repeated calls the list of the latest ones.
        times_s: when each of them came, in seconds after the start.
        received: how many have come.
        failures: how many times a repeated call has failed.
        every_s: the interval of a repeated call, else 0.
        earlier: whether it was made before this start.
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
    value: Any = NOTHING
    times_s: list[float] = field(default_factory=list)
    received: int = 0
    failures: int = 0
    every_s: float = 0.0
    earlier: bool = False

    @property
    def full_text(self) -> str:
        """The result at full length, within reason; of an error the message."""
        if self.status is CallStatus.FAILED or (self.value is NOTHING and not self.detail):
            return self.result or self.progress
        if self.value is NOTHING:
            return self.detail
        if self.received:
            lines = [value_text(each) for each in self.value[-MOST_LINES:]]
            return "\n".join(lines)
        return detail_text(self.value)

    @property
    def traceback(self) -> str:
        """Of a failed call what the target's program was doing, or ""."""
        return self.detail if self.status is CallStatus.FAILED else ""

    @property
    def stored(self) -> StoredCall:
        """What is kept of it when it has ended."""
        detail = self.traceback or self.full_text
        return StoredCall(
            self.text,
            self.status,
            self.result,
            detail if len(detail) <= STORED_CHARACTERS else detail[:STORED_CHARACTERS] + " …",
            self.started_s,
            self.duration_s or 0.0,
        )


def size_bytes(value: Any, *, members: int = 2000) -> int:
    """About how much memory a value takes; of large containers as their first members are."""
    if hasattr(value, "nbytes"):
        return int(value.nbytes) + 100
    if isinstance(value, (str, bytes)):
        return len(value) + 50
    if isinstance(value, (list, tuple, set, frozenset, dict)) and value:
        parts = value.values() if isinstance(value, dict) else value
        few = [part for part, _ in zip(parts, range(members), strict=False)]
        within = sum(size_bytes(part, members=members // len(few)) for part in few)
        return 60 + within * len(value) // len(few)
    return 30
