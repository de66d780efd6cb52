"""One call as its caller holds it: awaited, iterated, cancelled; it never sends by itself."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator
from typing import Any, Protocol

__all__ = ["Call", "CallOffice", "LateCall", "StreamCall"]

logger = logging.getLogger(__name__)

CREDIT_RESULTS = 16
LARGE_AHEAD = 2  # results that wait to be consumed while more of a large one is let come


class CallOffice(Protocol):
    """What a call needs of those who keep it."""

    def give_up(self, call: Call) -> bool:
        """Nobody waits for the call any more; False: it had ended."""

    def credit(self, call: Call, consumed: int) -> None:
        """The caller has consumed so many of its results."""

    def want(self, call: Call) -> None:
        """The caller takes more large results."""


class Call:
    """A call under way: await it for its result.

    Cancelling the task that awaits it cancels the call, and its target is told.

    Attributes:
        target: number of the client that executes it; 0 is the server.
        target_name: its name.
        path: the method.
        sequence: the call's number.
        streams: whether its results arrive one by one.
        deadline: in the time of `time.monotonic`; None: it waits without end.
        second_chance: told of the target's refusal; True: it will be called again, or failed.
        on_failure: told of the error, when it fails.
    """

    streams = False

    __slots__ = (
        "_callbacks",
        "_future",
        "_office",
        "_on_progress",
        "deadline",
        "on_failure",
        "path",
        "second_chance",
        "sequence",
        "target",
        "target_name",
    )

    def __init__(
        self,
        office: CallOffice,
        future: asyncio.Future[Any],
        sequence: int,
        target: int,
        target_name: str,
        path: str,
    ) -> None:
        self._office = office
        self._future = future
        self._callbacks: list[Callable[[Any], None]] | None = None
        self._on_progress: list[Callable[[Any], None]] | None = None
        self.sequence = sequence
        self.target = target
        self.target_name = target_name
        self.path = path
        self.deadline: float | None = None
        self.second_chance: Callable[[Call, Exception], bool] | None = None
        self.on_failure: Callable[[Call, Exception], None] | None = None

    def __repr__(self) -> str:
        state = "done" if self._future.done() else "under way"
        return f"<call {self.sequence} of {self.path}() at {self.target_name!r}, {state}>"

    def __await__(self) -> Generator[Any, None, Any]:
        try:
            return (yield from self._future)
        except asyncio.CancelledError:
            self.cancel()
            raise

    def __aiter__(self) -> AsyncIterator[Any]:
        raise TypeError(f"{self.path}() gives one result, not several: await it")

    def cancel(self) -> bool:
        """Give the call up and tell its target; False if it has ended."""
        given_up = self._office.give_up(self)
        if given_up:
            self._future.cancel()
            self._ended()
        return given_up

    def done(self) -> bool:
        """Whether it has ended, in whichever way."""
        return self._future.done()

    def result(self) -> Any:
        """The result of a call that is done; raises what the call raised.

        Raises:
            asyncio.InvalidStateError: it is not done.
        """
        return self._future.result()

    def on_progress(self, callback: Callable[[Any], None]) -> Call:
        """Have each progress value of the method given to `callback`; returns the call."""
        if self._on_progress is None:
            self._on_progress = []
        self._on_progress.append(callback)
        return self

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        """Have `callback(call)` called when the call ends; at once if it has ended."""
        if self._future.done():
            _tell([callback], self)
            return
        if self._callbacks is None:
            self._callbacks = []
        self._callbacks.append(callback)

    # For those who keep it

    @property
    def wanting(self) -> bool:
        """Whether more of a large result is welcome now."""
        return True

    def succeed(self, value: Any) -> None:
        """The result arrived."""
        future = self._future
        if not future.done():
            future.set_result(value)
        if self._callbacks is not None:
            self._ended()

    def fail(self, error: Exception) -> None:
        """There will be no result."""
        future = self._future
        if not future.done():
            future.set_exception(error)
            future.exception()  # a call that nobody awaits fails without a word
            if self.on_failure is not None:
                self.on_failure(self, error)
        if self._callbacks is not None:
            self._ended()

    def progress(self, value: Any) -> None:
        """A progress value arrived."""
        if self._on_progress is not None:
            _tell(self._on_progress, value)

    def _ended(self) -> None:
        callbacks, self._callbacks = self._callbacks, None
        _tell(callbacks or [], self)


class StreamCall(Call):
    """A call of a streaming method: iterate it, or await the list of all results.

    Leaving the iteration early cancels the call.
    """

    streams = True

    __slots__ = ("_consumed", "_credited", "_loop", "_results", "_waiter")

    def __init__(
        self,
        office: CallOffice,
        future: asyncio.Future[Any],
        sequence: int,
        target: int,
        target_name: str,
        path: str,
    ) -> None:
        super().__init__(office, future, sequence, target, target_name, path)
        self._loop = future.get_loop()
        self._results: deque[Any] = deque()
        self._consumed = 0
        self._credited = 0
        self._waiter: asyncio.Future[None] | None = None

    def __await__(self) -> Generator[Any, None, list[Any]]:
        return self._all().__await__()

    async def _all(self) -> list[Any]:
        return [value async for value in self]

    def __aiter__(self) -> AsyncIterator[Any]:
        return _Results(self)

    def result(self) -> list[Any]:
        """The results that have arrived and were not iterated over, once the call is done."""
        self._future.result()
        return list(self._results)

    @property
    def wanting(self) -> bool:
        """Whether more of a large result is welcome now: not while others wait to be consumed."""
        return len(self._results) < LARGE_AHEAD

    def arrived(self, value: Any) -> None:
        """One of the results arrived."""
        self._results.append(value)
        self._wake()

    def succeed(self, value: Any) -> None:
        """The one and only result arrived: the method is no generator any more."""
        self._results.append(value)
        self.exhaust()

    def exhaust(self) -> None:
        """All results have arrived."""
        super().succeed(None)
        self._wake()

    def fail(self, error: Exception) -> None:
        """There will be no more results; those that arrived are given out first."""
        super().fail(error)
        self._wake()

    def cancel(self) -> bool:
        """Give the call up and tell its target; False if it has ended."""
        cancelled = super().cancel()
        self._wake()
        return cancelled

    async def next_result(self) -> Any:
        """The next result.

        Raises:
            StopAsyncIteration: there are no more.
        """
        while not self._results:
            if self._future.done():
                self._future.result()
                raise StopAsyncIteration
            await self._arrival()
        self._consumed += 1
        if self._consumed - self._credited >= CREDIT_RESULTS and not self._future.done():
            self._credited = self._consumed
            self._office.credit(self, self._consumed)
        value = self._results.popleft()
        if len(self._results) == LARGE_AHEAD - 1:
            self._office.want(self)
        return value

    async def _arrival(self) -> None:
        if self._waiter is None or self._waiter.done():
            self._waiter = self._loop.create_future()
        try:
            await asyncio.shield(self._waiter)
        except asyncio.CancelledError:
            self.cancel()
            raise

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class LateCall(StreamCall):
    """A call of which it is not known yet whether its results arrive one by one.

    Awaiting it gives its one result, or the list of all; iterating gives them one by one.
    """

    __slots__ = ("_one",)

    def __init__(
        self,
        office: CallOffice,
        future: asyncio.Future[Any],
        sequence: int,
        target: int,
        target_name: str,
        path: str,
    ) -> None:
        super().__init__(office, future, sequence, target, target_name, path)
        self._one: tuple[Any, ...] = ()

    def __await__(self) -> Generator[Any, None, Any]:
        return self._one_or_all().__await__()

    async def _one_or_all(self) -> Any:
        values = await self._all()
        return self._one[0] if self._one else values

    def result(self) -> Any:
        """The result, or the list of those that were not iterated over, once the call is done."""
        values = super().result()
        return self._one[0] if self._one else values

    def succeed(self, value: Any) -> None:
        """The one and only result arrived."""
        self._one = (value,)
        super().succeed(value)


class _Results:
    """One iteration over a streaming call; dropping it before its end cancels the call."""

    def __init__(self, call: StreamCall) -> None:
        self._call = call
        self._loop = asyncio.get_running_loop()

    def __aiter__(self) -> _Results:
        return self

    async def __anext__(self) -> Any:
        return await self._call.next_result()

    def __del__(self) -> None:
        call = self._call
        if not call.done() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call.cancel)  # it may be dropped by any thread


def _tell(callbacks: list[Callable[[Any], None]], value: Any) -> None:
    """Call each; what one raises is logged and keeps nothing from the others."""
    for callback in callbacks:
        try:
            callback(value)
        except Exception:
            logger.exception("the callback %r of a call failed", callback)
