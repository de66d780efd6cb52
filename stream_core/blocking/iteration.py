"""An async iterator as a plain one: each step is taken in the client's thread, none is lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any, Generic, Self, TypeVar

from stream_core.client.link import CLIENT_CLOSED
from stream_core.errors import ConnectionLost
from stream_core.loop_thread import LoopThread, NotRunningError
from stream_core.transport.forks import keep_from_forks

__all__ = ["Iteration"]

T = TypeVar("T")


class Iteration(Generic[T]):
    """Gives what an async iterator gives; an interrupted wait (Ctrl-C) may be taken up again.

    Leaving it early, or `close`, ends the async iterator too.

    Args:
        thread: where the async iterator lives.
        source: the async iterator.
        convert: makes of each of its values what is given here; None: the value itself.
    """

    def __init__(
        self,
        thread: LoopThread,
        source: AsyncIterator[Any],
        convert: Callable[[Any], T] | None = None,
    ) -> None:
        self._thread = thread
        self._source = source
        self._convert = convert
        self._lock = threading.Lock()
        self._step: asyncio.Task[Any] | None = None
        self._ended = False
        keep_from_forks(self, Iteration._inherited)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        with self._lock:
            if self._ended:
                raise StopIteration
            try:
                self._thread.run(self._ready())
            except NotRunningError:
                raise ConnectionLost(CLIENT_CLOSED) from None
            step, self._step = self._step, None
            assert step is not None
            if self._ended and step.cancelled():  # another thread has closed it
                raise StopIteration
            try:
                value: Any = step.result()
            except StopAsyncIteration:
                self._ended = True
                raise StopIteration from None
        return value if self._convert is None else self._convert(value)

    def close(self) -> None:
        """Give nothing more; idempotent. Who waits in another thread gets no more either."""
        self._ended = True
        if self._thread.running:
            self._thread.call_soon(_end, self._source, self._step)

    def __del__(self) -> None:
        if not self._ended:
            self.close()

    def _inherited(self) -> None:
        """This is a fork: the thread that held the lock does not run here."""
        self._lock = threading.Lock()

    async def _ready(self) -> None:
        """Wait for the next step; one that was waited for in vain goes on."""
        if self._step is None:
            self._step = asyncio.create_task(_next(self._source))
        await asyncio.wait((self._step,))


async def _next(source: AsyncIterator[Any]) -> Any:
    return await anext(source)


def _end(source: AsyncIterator[Any], step: asyncio.Task[Any] | None) -> None:
    task = asyncio.get_running_loop().create_task(_ending(source, step))
    _endings.add(task)
    task.add_done_callback(_endings.discard)


async def _ending(source: AsyncIterator[Any], step: asyncio.Task[Any] | None) -> None:
    if step is not None:
        step.cancel()
        await asyncio.wait((step,))
    close = getattr(source, "aclose", None)
    if close is not None:
        await close()


_endings: set[asyncio.Task[None]] = set()
