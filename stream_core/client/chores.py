"""What a client does beside what it was asked: tasks, kept and named, that never fail unheard."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

__all__ = ["Chores"]

logger = logging.getLogger(__name__)


class Chores:
    """The tasks under way."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Do it in a task."""
        task = self._loop.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("%s failed", task.get_name(), exc_info=task.exception())

    def cancel(self) -> None:
        """Give all of them up."""
        for task in self._tasks:
            task.cancel()

    async def ended(self) -> None:
        """Wait until none is under way."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))
