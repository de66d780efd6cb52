"""Tasks: who keeps, names and ends the coroutines of the window; it knows no widget and no socket.

A task that nobody holds may vanish and a failure that nobody awaits is heard by nobody: everything
that the session starts goes through here, and what it raises reaches the callback given.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

__all__ = ["Tasks"]


class Tasks:
    """Keeps the running tasks of one loop, each under the words that say what it is doing.

    Args:
        on_failure: called with these words and the exception when a task fails; a cancelled
            task is silent.
    """

    def __init__(self, on_failure: Callable[[str, BaseException], None]) -> None:
        self._on_failure = on_failure
        self._running: set[asyncio.Task[Any]] = set()

    @property
    def doing(self) -> list[str]:
        """What is running, in words."""
        return sorted(task.get_name() for task in self._running)

    def start(self, coroutine: Coroutine[Any, Any, Any], *, doing: str) -> asyncio.Task[Any]:
        """Start a coroutine on the running loop and keep it until it is done."""
        task = asyncio.get_running_loop().create_task(coroutine, name=doing)
        self._running.add(task)
        task.add_done_callback(self._finished)
        return task

    async def close(self) -> None:
        """Cancel everything and wait until it has ended."""
        running = [task for task in self._running if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._on_failure(task.get_name(), error)
