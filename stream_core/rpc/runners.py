"""The ways in which a method is executed: here and now, in a task, or in a worker thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Coroutine
from contextlib import aclosing, closing
from contextvars import copy_context
from functools import partial
from typing import Any

from stream_core.rpc.answers import Answers, encoded, failure_of
from stream_core.rpc.current_call import Execution, executing
from stream_core.rpc.method_task import MethodTask
from stream_core.rpc.parcels import PIECE_BYTES
from stream_core.rpc.windows import TaskWindow, ThreadWindow
from stream_core.rpc.workers import Job, Workers
from stream_core.wire.header import Kind

__all__ = ["LoopRunner", "ThreadRunner"]

OWN_FRAMES = 1  # of this file, at the outer end of a method's traceback
OWN_STREAM_FRAMES = 2
Args = list[Any]
Kwargs = dict[str, Any]


class LoopRunner:
    """Executes methods in the loop.

    Args:
        answers: takes what they give.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._loop = asyncio.get_running_loop()

    def run_here(self, execution: Execution, args: Args, kwargs: Kwargs) -> None:
        """Execute a `def` method before returning; what it returns may have to be awaited."""
        token = executing.set(execution)
        try:
            value = execution.method.function(*args, **kwargs)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            self._answers.failure(execution, failure_of(error, OWN_FRAMES))
        else:
            self.answer(execution, value)
        finally:
            executing.reset(token)

    def answer(self, execution: Execution, value: Any) -> None:
        """Answer with a value, or with what comes of awaiting it."""
        if not hasattr(type(value), "__await__"):
            self._answers.result(execution, value)
            return
        if execution.cancelled:
            _close_unstarted(value)
            return
        execution.begun = False
        self._start(execution, self._await(execution, value))

    def run_task(self, execution: Execution, args: Args, kwargs: Kwargs) -> None:
        """Execute an `async def` method in a task, up to where it waits before returning."""
        execution.task = task = MethodTask(loop=self._loop)
        task.run(self._call(execution, args, kwargs), copy_context(), execution.method.path)
        if task.done():
            execution.task = None  # the two would hold each other

    def run_stream(self, execution: Execution, args: Args, kwargs: Kwargs) -> None:
        """Execute a generator of either kind in a task."""
        execution.window = window = TaskWindow()
        self._start(execution, self._stream(execution, window, args, kwargs))

    def _start(self, execution: Execution, body: Coroutine[Any, Any, None]) -> None:
        token = executing.set(execution)
        try:
            execution.task = self._loop.create_task(body)
        finally:
            executing.reset(token)

    async def _call(self, execution: Execution, args: Args, kwargs: Kwargs) -> None:
        executing.set(execution)  # in the task's own context
        try:
            value = await execution.method.function(*args, **kwargs)
        except BaseException as error:
            if self._failed(execution, error):
                raise
        else:
            self._answers.result(execution, value)

    async def _await(self, execution: Execution, value: Awaitable[Any]) -> None:
        """Await what a method gave; its first part has run, so that this one is not left out."""
        execution.begun = True
        if execution.cancelled:
            self._cancel_where_it_waits()
        try:
            result = await value
        except BaseException as error:
            if self._failed(execution, error):
                raise
        else:
            self._answers.result(execution, result)

    def _cancel_where_it_waits(self) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._loop.call_soon(task.cancel)

    async def _stream(
        self, execution: Execution, window: TaskWindow, args: Args, kwargs: Kwargs
    ) -> None:
        try:
            results = _as_async(execution.method.function(*args, **kwargs))
            async with aclosing(results):
                async for value in results:
                    body = encoded(execution, value)
                    if len(body) > PIECE_BYTES:
                        window.hold()
                    self._answers.more(execution, body)
                    await window.sent()
        except BaseException as error:
            if self._failed(execution, error, OWN_STREAM_FRAMES):
                raise
        else:
            self._answers.end(execution)

    def _failed(
        self, execution: Execution, error: BaseException, own_frames: int = OWN_FRAMES
    ) -> bool:
        """Answer with a failure; whether it is one that ends the loop or the task.

        It is raised again where it was caught: an error that passes a frame that holds it keeps
        all that the method had, until the garbage collector comes by.
        """
        if isinstance(error, KeyboardInterrupt | SystemExit):
            return True
        self._answers.failure(execution, failure_of(error, own_frames))
        return isinstance(error, asyncio.CancelledError)


class ThreadRunner:
    """Executes methods in worker threads.

    Args:
        answers: takes what they give.
        workers: the threads.
        loop_runner: takes what turns out to be awaitable.
    """

    def __init__(self, answers: Answers, workers: Workers, loop_runner: LoopRunner) -> None:
        self._answers = answers
        self._workers = workers
        self._loop_runner = loop_runner

    def run(self, execution: Execution, args: Args, kwargs: Kwargs) -> None:
        """Execute a `def` method when its turn comes."""
        self._submit(execution, partial(self._call, execution, args, kwargs))

    def run_stream(self, execution: Execution, args: Args, kwargs: Kwargs) -> None:
        """Execute a generator when its turn comes; it keeps its thread until it ends."""
        execution.window = window = ThreadWindow()
        self._submit(execution, partial(self._stream, execution, window, args, kwargs))

    def _submit(self, execution: Execution, run: Any) -> None:
        self._workers.submit(Job(execution.method.path, run))

    def _call(self, execution: Execution, args: Args, kwargs: Kwargs) -> None:
        if execution.cancelled:
            return
        token = executing.set(execution)
        try:
            value = execution.method.function(*args, **kwargs)
        except BaseException as error:
            self._failed(execution, error)
        else:
            self._returned(execution, value)
        finally:
            executing.reset(token)

    def _returned(self, execution: Execution, value: Any) -> None:
        """The result is encoded here: what happens to the value later does not matter."""
        if hasattr(type(value), "__await__"):
            self._answers.post(partial(self._loop_runner.answer, execution, value))
            return
        try:
            body = encoded(execution, value)
        except BaseException as error:
            self._failed(execution, error)
        else:
            self._answers.post(partial(self._answers.finish, execution, Kind.RESULT, body))

    def _stream(
        self, execution: Execution, window: ThreadWindow, args: Args, kwargs: Kwargs
    ) -> None:
        if execution.cancelled:
            return
        token = executing.set(execution)
        try:
            with closing(execution.method.function(*args, **kwargs)) as results:
                for value in results:
                    body = encoded(execution, value)
                    if len(body) > PIECE_BYTES:
                        window.hold()
                    self._answers.post(partial(self._answers.more, execution, body))
                    if not window.sent():
                        return
        except BaseException as error:
            self._failed(execution, error)
        else:
            self._answers.post(partial(self._answers.end, execution))
        finally:
            executing.reset(token)

    def _failed(self, execution: Execution, error: BaseException) -> None:
        failure = failure_of(error, OWN_FRAMES)
        self._answers.post(partial(self._answers.failure, execution, failure))


async def _as_async(results: Any) -> AsyncGenerator[Any, None]:
    """A generator of either kind as an asynchronous one."""
    if isinstance(results, AsyncIterator):
        async with aclosing(results) as closed:  # type: ignore[type-var]
            async for value in closed:
                yield value
        return
    with closing(results) as iterated:
        for value in iterated:
            yield value


def _close_unstarted(value: Any) -> None:
    """Close a coroutine that nobody will await; one that has ended does not mind."""
    if isinstance(value, Coroutine):
        value.close()
