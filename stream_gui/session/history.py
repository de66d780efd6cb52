"""The memory that plots may take for history, shared among the series; it reads no channel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Protocol
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, QTimer, Signal

from stream_gui.plotdata.history_share import Share, shared_span_s
from stream_gui.plotdata.series import Series
from stream_gui.session.following import Surroundings

__all__ = ["LEAST_BYTES", "History"]

LEAST_BYTES = 16_000_000

_EVERY_MS = 2000
_SMOOTHING_S = 20.0
_LEAST_SAMPLES = 4096
_PICTURES_SHARE = 0.25
_TOLERANCE = 0.1
"""A series is given another size when that differs by more than this from what it has."""


class Pictures(Protocol):
    """What keeps the frames of all channels."""

    limit_bytes: int

    @property
    def nbytes(self) -> int:
        """How much the frames take."""


class History(QObject):
    """Keeps the history of all plots within a budget; all channels reach equally far back.

    Signals:
        changed(): there are new figures.

    Attributes:
        used_bytes: what the samples kept take now.
        is_cutting: whether older samples are being let go of just now.
        span_s: how far back everything can be kept at the rates of today; `LONGEST_S` at most.

    Args:
        around: what the session works with.
        series: gives the series there are.
        pictures: keep frames; a part of the budget is theirs.
        budget_bytes: how much they may take together.
        clock: a steady clock, in seconds.
    """

    changed = Signal()

    def __init__(
        self,
        around: Surroundings,
        series: Callable[[], Iterable[Series]],
        budget_bytes: int,
        pictures: Pictures | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._around = around
        self._series = series
        self._pictures = pictures
        self._clock = clock
        self._budget_bytes = max(LEAST_BYTES, budget_bytes)
        self._rates: WeakKeyDictionary[Series, _Rate] = WeakKeyDictionary()
        self.is_cutting = False
        self.used_bytes = 0.0
        self.span_s = shared_span_s([], 0)
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.share)
        self._timer.start()

    @property
    def budget_bytes(self) -> int:
        """How much all series may take together."""
        return self._budget_bytes

    @budget_bytes.setter
    def budget_bytes(self, budget_bytes: int) -> None:
        self._budget_bytes = max(LEAST_BYTES, budget_bytes)
        self.share()

    def share(self) -> None:
        """Measure the rates, and give each series its part."""
        now_s = self._clock()
        everything = list(self._series())
        newest_ns = max((series.newest_time_ns or 0 for series in everything), default=0)
        found = [series for series in everything if self._is_measured(series, now_s)]
        shares = [self._share(series, newest_ns) for series in found]
        frame_bytes = self._give_to_pictures()
        self.span_s = shared_span_s(shares, self._budget_bytes - frame_bytes)
        self.used_bytes = frame_bytes + sum(
            series.length * series.bytes_per_sample for series in everything
        )
        smaller = []
        for series, share in zip(found, shares, strict=True):
            wanted = share.samples(self.span_s)
            if wanted < series.capacity * (1 - _TOLERANCE):
                smaller.append((series, wanted))
            elif wanted > series.capacity * (1 + _TOLERANCE):
                series.capacity = wanted
        if smaller and not self.is_cutting:
            self.is_cutting = True
            self._around.tasks.start(self._cut(smaller), doing="make room for newer history")
        self.changed.emit()

    def _give_to_pictures(self) -> int:
        """Set what frames may take; gives what they do."""
        if self._pictures is None:
            return 0
        limit_bytes = round(self._budget_bytes * _PICTURES_SHARE)
        if self._pictures.limit_bytes != limit_bytes:
            self._pictures.limit_bytes = limit_bytes
        return self._pictures.nbytes

    def close(self) -> None:
        """Share no more."""
        self._timer.stop()

    def _is_measured(self, series: Series, now_s: float) -> bool:
        """Measure its rate; one that has just come keeps what it has until the next time."""
        if series not in self._rates:
            self._rates[series] = _Rate(now_s, series.total)
            return False
        self._rates[series].update(now_s, series.total)
        return True

    def _share(self, series: Series, newest_ns: int) -> Share:
        return Share(
            self._rates[series].rate_hz,
            series.bytes_per_sample,
            _LEAST_SAMPLES,
            series.length,
            lambda span_s: series.count_since(newest_ns - round(span_s * 1e9)),
        )

    async def _cut(self, smaller: list[tuple[Series, int]]) -> None:
        """Copying may take a while: in a thread of its own."""
        try:
            await self._around.portal.call(asyncio.to_thread(_give, smaller))
        finally:
            self.is_cutting = False


class _Rate:
    """Samples a second, smoothed over some time; of a series that has just come, over all of it.

    Args:
        now_s: the time of a steady clock.
        total: samples so far.
    """

    def __init__(self, now_s: float, total: int) -> None:
        self._since_s = self._at_s = now_s
        self._total = total
        self.rate_hz = 0.0

    def update(self, now_s: float, total: int) -> None:
        elapsed_s = now_s - self._at_s
        if elapsed_s > 0:
            fresh_hz = max(0, total - self._total) / elapsed_s
            known_s = min(now_s - self._since_s, _SMOOTHING_S)
            self.rate_hz += min(1.0, elapsed_s / known_s) * (fresh_hz - self.rate_hz)
            self._at_s, self._total = now_s, total


def _give(smaller: list[tuple[Series, int]]) -> None:
    for series, capacity in smaller:
        series.capacity = capacity
