"""A thread with an event loop of its own, which other loops and plain code give work to.

It knows nothing of streams. The thread is a daemon that an exit handler stops and joins: so the
interpreter first waits for the program's own threads, which may be using it, and only then ends it.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import math
import os
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from stream_core.transport.loops import new_loop
from stream_core.transport.process_end import at_process_end, expect_process_end, hush

__all__ = ["LoopThread", "NotRunningError", "acquire"]

T = TypeVar("T")

# A lock that is waited for sees no Ctrl-C on Windows, and elsewhere none that comes just before.
INTERRUPT_S = 0.1 if sys.platform == "win32" else 0.5
CANCEL_S = 5.0


class NotRunningError(RuntimeError):
    """The thread was not started yet, or has been stopped."""


class LoopThread:
    """A thread with the best event loop there is: uvloop, winloop, else asyncio's.

    `start` and `stop` it, or use `with`. Everything but `stop` may be used from any thread; from
    the thread itself `run` and `call` are refused, since they would wait for themselves.

    Args:
        name: the thread's name, for debuggers and messages.
    """

    def __init__(self, name: str = "stream_core") -> None:
        self._name = name
        self._lock = threading.RLock()  # what is collected under it may call `call_soon`
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._closed = False
        self._process = os.getpid()

    def __repr__(self) -> str:
        return f"<LoopThread {self._name!r} {'running' if self.running else 'not running'}>"

    @property
    def name(self) -> str:
        """The thread's name."""
        return self._name

    @property
    def running(self) -> bool:
        """Whether it takes work."""
        return self._loop is not None and not self._closed and self._process == os.getpid()

    def start(self) -> Self:
        """Start the thread; it takes work when this returns.

        Raises:
            RuntimeError: it was started before.
        """
        ready: concurrent.futures.Future[None] = concurrent.futures.Future()
        with self._lock:
            if self._thread is not None or self._closed:
                raise RuntimeError(f"{self!r} can be started once only; make a new one")
            self._thread = threading.Thread(
                target=self._run, args=(ready,), name=self._name, daemon=True
            )
            self._process = os.getpid()
            self._thread.start()
        ready.result()
        _running.add(self)
        expect_process_end()
        return self

    def stop(self) -> None:
        """Cancel what still runs there, wait for its end and for the thread's.

        Does nothing if it does not run. After a fork the child has no thread to stop.

        Raises:
            RuntimeError: called from the thread itself.
        """
        if self._process != os.getpid():
            return
        if self._thread is threading.current_thread():
            raise RuntimeError(f"{self!r} cannot stop itself: stop it from another thread")
        with self._lock:
            if not self._closed and self._loop is not None and self._stopping is not None:
                self._loop.call_soon_threadsafe(self._stopping.set)
            self._closed = True
        if self._thread is not None:
            self._thread.join()
        _running.discard(self)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def run(
        self, coroutine: Coroutine[Any, Any, T], *, undo: Callable[[T], object] | None = None
    ) -> T:
        """Run the coroutine there and wait for its result here, blocking.

        An interruption of the wait (Ctrl-C) cancels the coroutine.

        Args:
            coroutine: what to run.
            undo: called there with the result of a coroutine that had ended already when the
                wait was interrupted, since nobody else will have it.

        Raises:
            NotRunningError: the thread does not run, or is stopped meanwhile.
            RuntimeError: this is the thread itself, or a fork of its process.
        """
        work = _Work(coroutine)
        try:
            self._begin(work)
            return _result(work.future)
        except asyncio.CancelledError:
            raise NotRunningError(f"{self!r} was stopped, or its work was cancelled") from None
        except KeyboardInterrupt:
            self._give_up(work, undo)
            raise

    def _give_up(self, work: _Work[T], undo: Callable[[T], object] | None) -> None:
        self._cancel(work)
        concurrent.futures.wait([work.future], CANCEL_S)
        if undo is not None and work.future.done() and work.future.exception() is None:
            self.call_soon(undo, work.future.result())

    async def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run the coroutine there and await its result here, in another loop.

        If the awaiting task is cancelled, so is the coroutine; this returns when it has ended. A
        coroutine that is cancelled there cancels the awaiting task.

        Raises:
            NotRunningError: the thread does not run, or is stopped meanwhile.
            RuntimeError: this is the thread itself, or a fork of its process.
        """
        work = _Work(coroutine)
        self._begin(work)
        outcome = asyncio.wrap_future(work.future)
        cancelled = False
        while not outcome.done():
            try:
                await asyncio.wait((outcome,))
            except asyncio.CancelledError:
                cancelled = True
                self._cancel(work)
        error = outcome.exception()
        if cancelled and (error is None or isinstance(error, asyncio.CancelledError)):
            raise asyncio.CancelledError
        if isinstance(error, asyncio.CancelledError) and self._closed:
            raise NotRunningError(f"{self!r} was stopped")
        return outcome.result()

    def call_soon(self, callback: Callable[..., object], *args: Any) -> None:
        """Have the loop call `callback(*args)`; also from the thread itself.

        Raises:
            NotRunningError: the thread does not run.
            RuntimeError: this is a fork of its process.
        """
        self.check_process()
        with self._lock:
            self._running_loop().call_soon_threadsafe(callback, *args)

    def is_current(self) -> bool:
        """Whether the caller runs in this thread."""
        return self._thread is threading.current_thread()

    def check_process(self) -> None:
        """Refuse to be used by a fork.

        Raises:
            RuntimeError: this is one.
        """
        if self._process != os.getpid():
            raise RuntimeError(
                f"thread {self._name!r} belongs to process {self._process}, of which this process "
                f"({os.getpid()}) is a fork: threads do not pass a fork; make a new client here, "
                "or use the start method 'spawn'"
            )

    def _begin(self, work: _Work[Any]) -> None:
        try:
            self.check_process()
            if self.is_current():
                raise RuntimeError(f"{self!r} cannot wait for itself: await the coroutine instead")
            with self._lock:
                self._running_loop().call_soon_threadsafe(work.start)
        except RuntimeError:
            work.cancel()
            raise

    def _cancel(self, work: _Work[Any]) -> None:
        """Ask for its end; its future is done when it has ended."""
        try:
            self.call_soon(work.cancel)
        except NotRunningError:  # then it is about to end, or was never begun
            if self._thread is None or not self._thread.is_alive():
                work.cancel()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise NotRunningError(f"{self!r} takes no work: start it first")
        if self._closed:
            raise NotRunningError(f"{self!r} takes no work: it was stopped")
        return self._loop

    def _run(self, ready: concurrent.futures.Future[None]) -> None:
        try:
            with asyncio.Runner(loop_factory=new_loop) as runner:
                runner.run(self._until_stopped(ready))
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)
        finally:
            self._closed = True

    async def _until_stopped(self, ready: concurrent.futures.Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        ready.set_result(None)
        await self._stopping.wait()


class _Work(Generic[T]):
    """One coroutine on its way: started and cancelled in its loop, awaited anywhere."""

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self.future: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._coroutine = coroutine
        self._task: asyncio.Task[T] | None = None

    def start(self) -> None:
        if not self.future.done():
            self._task = asyncio.get_running_loop().create_task(self._coroutine)
            self._task.add_done_callback(self._finish)

    def cancel(self) -> None:
        """Ask for its end; `future` is done when it has ended."""
        if self._task is not None:
            self._task.cancel()
        elif not self.future.done():
            self._coroutine.close()
            self.future.set_exception(asyncio.CancelledError())

    def _finish(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            self.future.set_exception(asyncio.CancelledError())
            return
        error = task.exception()
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(task.result())


def _result(future: concurrent.futures.Future[T]) -> T:
    if not future.done():
        done = threading.Lock()
        done.acquire()
        future.add_done_callback(lambda _: done.release())
        acquire(done)
    return future.result()


def acquire(lock: threading.Lock | threading.RLock, timeout_s: float | None = None) -> bool:
    """Acquire a lock, waiting for it so that Ctrl-C ends the wait; False: not in that time."""
    give_up_s = math.inf if timeout_s is None else time.monotonic() + timeout_s
    while True:
        left_s = give_up_s - time.monotonic()
        if lock.acquire(timeout=max(0.0, min(left_s, INTERRUPT_S))):
            return True
        if left_s <= INTERRUPT_S:
            return False


_running: set[LoopThread] = set()


@at_process_end
def _stop_all() -> None:
    if _running:
        hush(NotRunningError)
    for thread in tuple(_running):
        thread.stop()
