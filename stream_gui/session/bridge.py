"""The bridge from the client's thread to the Qt thread: a queue and one wake, nothing else.

Everything that the network has to say to the models crosses here, in order. However much is
posted while the Qt thread is busy, it is woken once. Bulk data does not cross: it is appended to
series that have their own lock.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from stream_gui.feedback import Feedback

__all__ = ["Bridge"]

TURN_S = 0.01


class Bridge(QObject):
    """Runs on the Qt thread what other threads post.

    Args:
        feedback: hears of what fails.
    """

    _woken = Signal()

    def __init__(self, feedback: Feedback) -> None:
        super().__init__()
        self._feedback = feedback
        self._lock = threading.Lock()
        self._queue: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._is_woken = False
        self._open = True
        self._woken.connect(self._drain_some, Qt.ConnectionType.QueuedConnection)

    def post(self, action: Callable[..., object], *args: Any) -> None:
        """Have `action(*args)` run on the Qt thread soon; from any thread."""
        with self._lock:
            if not self._open:
                return
            self._queue.append((action, args))
            if self._is_woken:
                return
            self._is_woken = True
        self._woken.emit()

    def drain(self) -> None:
        """Run all that was posted so far; on the Qt thread."""
        self._run(math.inf)

    def _drain_some(self) -> None:
        """Run what was posted, but leave the window time to paint if it is much."""
        self._run(time.perf_counter() + TURN_S)

    def _run(self, until_s: float) -> None:
        with self._lock:
            waiting, self._queue = self._queue, deque()
            self._is_woken = False
        while waiting and time.perf_counter() < until_s:
            action, args = waiting.popleft()
            try:
                action(*args)
            except Exception as error:
                self._feedback.failure("show what the server sent", error)
        if waiting:
            self._put_back(waiting)

    def _put_back(self, waiting: deque[tuple[Callable[..., object], tuple[Any, ...]]]) -> None:
        with self._lock:
            self._queue.extendleft(reversed(waiting))
            is_woken, self._is_woken = self._is_woken, True
        if not is_woken:
            self._woken.emit()

    def close(self) -> None:
        """Run what is there and take nothing more."""
        with self._lock:
            self._open = False
        self.drain()
