"""Many deadlines, one timer: a heap with the nearest on top; what has ended is forgotten lazily."""

from __future__ import annotations

import asyncio
import heapq
import math
import time
from collections.abc import Callable, Container, Sized
from typing import Generic, Protocol, TypeVar

__all__ = ["Deadlines"]

Key = TypeVar("Key")
SPARE_ENTRIES = 64
EARLY_S = 0.001  # loops round their timers to milliseconds


class Live(Sized, Container[object], Protocol):
    """What is still under way."""


class Deadlines(Generic[Key]):
    """Tells of each deadline that passes while its key is still live.

    Args:
        live: the keys under way; a key that is not in it any more has no deadline.
        expire: called with the key of a deadline that has passed; takes it out of `live`.
    """

    def __init__(self, live: Live, expire: Callable[[Key], None]) -> None:
        self._live = live
        self._expire = expire
        self._heap: list[tuple[float, Key]] = []
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = math.inf
        self._enough = SPARE_ENTRIES

    def add(self, when: float, key: Key) -> None:
        """Set a deadline, in the time of `time.monotonic`."""
        heap = self._heap
        if len(heap) > self._enough:
            self._forget_ended()
        heapq.heappush(heap, (when, key))
        if when < self._timer_at:
            self._arm(when)

    def close(self) -> None:
        """Forget all deadlines; no timer is left."""
        self._heap.clear()
        self._disarm()

    def _forget_ended(self) -> None:
        self._heap[:] = [entry for entry in self._heap if entry[1] in self._live]
        heapq.heapify(self._heap)
        self._enough = 2 * len(self._heap) + SPARE_ENTRIES

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._timer_at = math.inf

    def _arm(self, when: float) -> None:
        self._disarm()
        self._timer_at = when
        self._timer = self._loop.call_later(max(0.0, when - time.monotonic()), self._passed)

    def _passed(self) -> None:
        self._timer = None
        self._timer_at = math.inf
        now = time.monotonic() + EARLY_S
        while self._heap:
            when, key = self._heap[0]
            if key in self._live and when > now:
                self._arm(when)
                return
            heapq.heappop(self._heap)
            if key in self._live:
                self._expire(key)
