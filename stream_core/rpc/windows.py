"""How far a stream of results may run ahead of what its caller has consumed."""

from __future__ import annotations

import asyncio
from threading import Condition
from typing import Protocol

__all__ = ["WINDOW_RESULTS", "TaskWindow", "ThreadWindow", "Window"]

WINDOW_RESULTS = 32


class Window(Protocol):
    """What the dispatcher needs of either kind."""

    def credit(self, consumed: int) -> None:
        """The caller has consumed so many in all."""

    def hold(self) -> None:
        """The next result is large: none follows it before `release`."""

    def release(self) -> None:
        """Nothing large waits any more."""

    def close(self) -> None:
        """Nobody waits for more results."""


class TaskWindow:
    """The window of a generator that runs in a task."""

    def __init__(self) -> None:
        self._open = WINDOW_RESULTS
        self._sent = 0
        self._held = False
        self._waiter: asyncio.Future[None] | None = None

    async def sent(self) -> None:
        """Count a result, and wait until there is room for the next."""
        self._sent += 1
        while self._held or self._sent >= self._open:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    def credit(self, consumed: int) -> None:
        """The caller has consumed so many in all; more than were sent is not believed."""
        self._open = max(self._open, min(consumed, self._sent) + WINDOW_RESULTS)
        self._wake()

    def hold(self) -> None:
        """The next result is large: none follows it before `release`."""
        self._held = True

    def release(self) -> None:
        """Nothing large waits any more."""
        self._held = False
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def close(self) -> None:
        """Nothing to do: the waiting task is cancelled."""


class ThreadWindow:
    """The window of a generator that runs in a worker thread."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._open = WINDOW_RESULTS
        self._sent = 0
        self._held = False
        self._closed = False

    def sent(self) -> bool:
        """Count a result, and wait until there is room for the next; False: there is no next."""
        with self._changed:
            self._sent += 1
            self._changed.wait_for(self._may_go_on)
            return not self._closed

    def _may_go_on(self) -> bool:
        return self._closed or (not self._held and self._sent < self._open)

    def credit(self, consumed: int) -> None:
        """The caller has consumed so many in all; more than were sent is not believed."""
        with self._changed:
            self._open = max(self._open, min(consumed, self._sent) + WINDOW_RESULTS)
            self._changed.notify_all()

    def hold(self) -> None:
        """The next result is large: none follows it before `release`."""
        with self._changed:
            self._held = True

    def release(self) -> None:
        """Nothing large waits any more."""
        with self._changed:
            self._held = False
            self._changed.notify_all()

    def close(self) -> None:
        """Let the generator end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
