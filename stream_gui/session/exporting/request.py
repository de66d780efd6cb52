"""What is to be exported, and how it is going; it writes nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from stream_gui.models.measuring import Marker
from stream_gui.plotdata.series import Series

__all__ = ["ExportCancelledError", "ExportRequest", "ExportedCurve", "Progress"]

_TOLD_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class ExportedCurve:
    """One column of a channel.

    Attributes:
        channel: the channel's name.
        column: the column's; "" if there is only one.
        unit: of its values.
        series: its samples.
    """

    channel: str
    column: str
    unit: str
    series: Series

    @property
    def name(self) -> str:
        """The channel with its column."""
        return f"{self.channel} {self.column}" if self.column else self.channel


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Curves from one time to another.

    Attributes:
        curves: whose samples; each once.
        start_ns: where it begins, in the server's clock.
        stop_ns: where it ends; both ends belong to it.
        markers: those between the two.
        server: address of the server.
        epoch: the server's; times of one epoch never step. None if unknown.
    """

    curves: tuple[ExportedCurve, ...]
    start_ns: int
    stop_ns: int
    markers: tuple[Marker, ...] = ()
    server: str = ""
    epoch: int | None = None

    @property
    def samples(self) -> int:
        """How many samples there are to write."""
        spans = (curve.series.spans(self.start_ns, self.stop_ns) for curve in self.curves)
        return sum(last - first for each in spans for first, last in each)


class ExportCancelledError(Exception):
    """The operator wants no export any more."""


class Progress:
    """Says how far an export is, from the thread that writes, and stops it.

    Args:
        tell: called in that thread, a few times a second, with the share that is done.
    """

    def __init__(self, tell: Callable[[float], object]) -> None:
        self._tell = tell
        self._told_s = 0.0
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Stop the export at its next step; from any thread."""
        self._cancelled.set()

    def at(self, done: int, total: int) -> None:
        """So much is done.

        Raises:
            ExportCancelledError: The operator wants no more.
        """
        if self._cancelled.is_set():
            raise ExportCancelledError
        now_s = time.monotonic()
        if now_s - self._told_s >= _TOLD_EVERY_S:
            self._told_s = now_s
            self._tell(min(1.0, done / total) if total else 1.0)
