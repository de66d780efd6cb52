"""What a page costs that shows what others cost: the share of a core, over the last seconds."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["OwnCost"]

OVER_S = 10.0


class OwnCost:
    """Adds up the processor's time that was spent for it; from any thread.

    Args:
        now_s: a clock that goes on.
        spent_s: the time that the processor has spent for this thread.
    """

    def __init__(
        self,
        *,
        now_s: Callable[[], float] = time.monotonic,
        spent_s: Callable[[], float] = time.thread_time,
    ) -> None:
        self._now_s = now_s
        self._spent_s = spent_s
        self._begun_s = now_s()
        self._counting: set[int] = set()
        self._spent: deque[tuple[float, int]] = deque()
        self._sum_ns = 0
        self._lock = threading.Lock()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """What is done inside counts, once."""
        thread = threading.get_ident()
        if thread in self._counting:
            yield
            return
        self._counting.add(thread)
        before_s = self._spent_s()
        try:
            yield
        finally:
            self._counting.discard(thread)
            self._add(self._now_s(), round((self._spent_s() - before_s) * 1e9))

    @property
    def share(self) -> float:
        """Of one core, from 0 to 1."""
        now_s = self._now_s()
        self._add(now_s, 0)
        over_s = min(max(now_s - self._begun_s, 1.0), OVER_S)
        return self._sum_ns * 1e-9 / over_s

    def _add(self, now_s: float, spent_ns: int) -> None:
        """Take in what was spent, and leave out what was long ago."""
        with self._lock:
            self._spent.append((now_s, spent_ns))
            self._sum_ns += spent_ns
            while self._spent[0][0] < now_s - OVER_S:
                self._sum_ns -= self._spent.popleft()[1]
