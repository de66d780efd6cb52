"""Threads that run `def` methods in order; started when first needed, never joined at exit.

They are daemon threads of our own: a method that never returns must not hang the interpreter.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import NamedTuple

__all__ = ["Job", "Workers"]

logger = logging.getLogger(__name__)


class Job(NamedTuple):
    """Something to run, and what to call it if it never ends."""

    name: str
    run: Callable[[], None]


class Workers:
    """Up to `count` threads and one queue.

    Args:
        count: with one thread the jobs run one at a time, in order.
        owner: for the threads' names.
    """

    def __init__(self, count: int, owner: str = "") -> None:
        self._count = count
        self._owner = owner
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._workers: list[_Worker] = []

    def submit(self, job: Job) -> None:
        """Run the job when its turn comes."""
        if len(self._workers) < self._count:
            name = f"rpc-{self._owner or 'worker'}-{len(self._workers) + 1}"
            self._workers.append(_Worker(self._queue, name))
        self._queue.put(job)

    def all_here(self) -> bool:
        """Whether the caller runs in the only thread that there will ever be."""
        return self._count == 1 and any(worker.is_here() for worker in self._workers)

    async def close(self, grace_s: float) -> None:
        """End the threads after the jobs that are queued; name the one that does not end."""
        workers, self._workers = self._workers, []
        for _worker in workers:
            self._queue.put(None)
        if workers:
            await asyncio.wait([worker.ended for worker in workers], timeout=grace_s)
        for worker in workers:
            worker.leave()


class _Worker:
    """One thread; `ended` is set in the loop when it has nothing more to do."""

    def __init__(self, queue: SimpleQueue[Job | None], name: str) -> None:
        self._queue = queue
        self._loop = asyncio.get_running_loop()
        self._doing = ""
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            self._doing = job.name
            job.run()
            self._doing = ""
            del job  # it holds arguments, which may be large
        try:
            self._loop.call_soon_threadsafe(self._end)
        except RuntimeError:
            logger.debug("%s ended after its loop", self._thread.name)

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    def is_here(self) -> bool:
        """Whether the caller runs in it."""
        return self._thread is threading.current_thread()

    def leave(self) -> None:
        """Wait for a thread that is about to end; warn of one that is not."""
        if self.ended.done():
            self._thread.join()
            return
        self.ended.cancel()
        logger.warning(
            "thread %r is left behind: the method %r does not end",
            self._thread.name,
            self._doing,
        )
