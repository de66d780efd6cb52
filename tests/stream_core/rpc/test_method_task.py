"""A task that begins at once, beside asyncio's own: the same coroutines fare alike in both."""

from __future__ import annotations

import asyncio
import gc
import io
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar, copy_context
from typing import Any

import pytest

from stream_core.rpc.method_task import MethodTask
from stream_core.transport.loops import new_loop

Make = Callable[[Coroutine[Any, Any, Any]], "asyncio.Future[Any]"]
mark: ContextVar[str] = ContextVar("mark", default="outside")


def begun(coroutine: Coroutine[Any, Any, Any]) -> MethodTask:
    """A task that has been begun by the loop, as by bytes that come."""
    loop = asyncio.get_running_loop()
    task = MethodTask(loop=loop)
    loop.call_soon(task.run, coroutine, copy_context(), "the name")
    return task


def begun_in_a_task(coroutine: Coroutine[Any, Any, Any]) -> MethodTask:
    task = MethodTask(loop=asyncio.get_running_loop())
    task.run(coroutine, copy_context(), "the name")
    return task


def own(coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    return asyncio.get_running_loop().create_task(coroutine)


@pytest.fixture(params=[own, begun, begun_in_a_task])
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


async def _outcome(task: Awaitable[Any]) -> str:
    try:
        await task
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "ended"


async def test_what_does_not_wait_has_ended_before_the_loop_goes_on():
    loop, seen = asyncio.get_running_loop(), []

    async def body() -> None:
        seen.append(asyncio.current_task())

    def begin() -> None:
        task = MethodTask(loop=loop)
        task.run(body(), copy_context(), "")
        seen.extend([task, task.done(), asyncio.current_task()])

    loop.call_soon(begin)
    await asyncio.sleep(0)
    inside, task, done, after = seen
    assert inside is task
    assert (done, after) == (True, None)


async def test_inside_of_a_task_it_begins_after_that(make):
    order = []

    async def body() -> None:
        order.append("inside")

    task = make(body())
    order.append("outside")
    await task
    assert order == ["outside", "inside"]


async def test_each_step_has_it_as_the_present_task(make):
    seen = []

    async def body() -> None:
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
        seen.append(asyncio.current_task())
        await asyncio.sleep(0.001)
        seen.append(asyncio.current_task())

    task = make(body())
    await task
    assert seen == [task] * 3


async def test_it_keeps_its_context_to_itself(make):
    seen = []

    async def body() -> None:
        mark.set("inside")
        await asyncio.sleep(0)
        seen.append(mark.get())
        asyncio.get_running_loop().call_soon(lambda: seen.append(mark.get()))
        await asyncio.sleep(0.001)
        seen.append(mark.get())

    await make(body())
    assert seen == ["inside"] * 3
    assert mark.get() == "outside"


async def _end_in_time(first: float) -> None:
    await asyncio.sleep(first)
    async with asyncio.timeout(60):
        await asyncio.sleep(0)


async def _be_late(first: float) -> None:
    await asyncio.sleep(first)
    async with asyncio.timeout(0):
        await asyncio.sleep(60)


async def _wait_too_long(first: float) -> None:
    await asyncio.sleep(first)
    await asyncio.wait_for(asyncio.get_running_loop().create_future(), 0.001)


async def _lead_a_group(first: float) -> None:
    async def fail() -> None:
        await asyncio.sleep(first)
        raise ValueError("broken")

    async with asyncio.TaskGroup() as group:
        group.create_task(fail())
        await asyncio.sleep(60)


async def _cancel_itself_and_wait(first: float) -> None:
    await asyncio.sleep(first)
    task = asyncio.current_task()
    assert task is not None
    task.cancel("enough")
    await asyncio.sleep(60)


async def _cancel_itself_and_end(first: float) -> None:
    await asyncio.sleep(first)
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


async def _be_cancelled_and_go_on(first: float) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        assert (task.cancelling(), task.uncancel()) == (1, 0)
    await asyncio.sleep(first)


async def _raise(first: float) -> None:
    if first:
        await asyncio.sleep(first)
    raise ValueError("broken")


class _Yields:
    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __await__(self):
        yield self.thing


async def _await_junk(first: float) -> None:
    await asyncio.sleep(first)
    with pytest.raises(RuntimeError, match="junk"):
        await _Yields("junk")


async def _await_itself(first: float) -> None:
    await asyncio.sleep(first)
    task = asyncio.current_task()
    assert task is not None
    try:
        await task
    except RuntimeError:
        raise RuntimeError("itself") from None


async def _await_another_loops(first: float) -> None:
    await asyncio.sleep(first)
    other = asyncio.new_event_loop()
    try:
        await other.create_future()
    except RuntimeError:
        raise RuntimeError("another's") from None
    finally:
        other.close()


BODIES = {
    _end_in_time: "ended",
    _be_late: "TimeoutError: ",
    _wait_too_long: "TimeoutError: ",
    _lead_a_group: "ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)",
    _cancel_itself_and_wait: "CancelledError: ",
    _cancel_itself_and_end: "CancelledError: ",
    _be_cancelled_and_go_on: "ended",
    _raise: "ValueError: broken",
    _await_junk: "ended",
    _await_itself: "RuntimeError: itself",
    _await_another_loops: "RuntimeError: another's",
}


@pytest.mark.parametrize("first", [0.0, 0.001])
@pytest.mark.parametrize(("body", "outcome"), BODIES.items())
async def test_it_fares_as_in_a_task_of_asyncio(make, body, outcome, first):
    task = make(body(first))
    assert (await _outcome(task)).removesuffix("enough") == outcome
    assert task.cancelled() is outcome.startswith("Cancelled")


@pytest.mark.parametrize("first", [0.0, 0.001])
async def test_cancelling_reaches_where_it_waits(make, first):
    seen, waiting = [], asyncio.Event()

    async def body() -> None:
        await asyncio.sleep(first)
        waiting.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError as error:
            seen.append(error)
            raise

    task = make(body())
    await waiting.wait()
    assert task.cancel("enough")
    assert task.cancelling() == 1
    await asyncio.wait([task])
    assert task.cancelled()
    assert len(seen) == 1
    assert not task.cancel()


async def test_cancelling_before_the_turn_of_the_loop_that_it_waits_for(make):
    async def body() -> None:
        await asyncio.sleep(0)
        raise AssertionError("it went on")

    task = make(body())
    await asyncio.sleep(0)
    task.cancel()
    assert (await _outcome(task)).startswith("CancelledError")


async def test_all_tasks_names_it_while_it_waits():
    release = asyncio.Event()

    async def body() -> None:
        mark.set("inside")
        await release.wait()

    task = begun(body())
    await asyncio.sleep(0)
    assert task in asyncio.all_tasks()
    assert task.get_name() == "the name"
    assert task.get_coro().__name__ == "body"
    assert [frame.f_code.co_name for frame in task.get_stack()] == ["body"]
    printed = io.StringIO()
    task.print_stack(file=printed)
    assert "the name" in printed.getvalue()
    assert "await release.wait()" in printed.getvalue()
    assert task.get_context().get(mark) == "inside"
    assert "pending" in repr(task)
    task.set_name("another")
    release.set()
    await task
    assert task not in asyncio.all_tasks()
    assert (task.get_name(), task.get_stack()) == ("another", [])
    assert "done" in repr(task)


async def test_who_takes_a_request_back_is_not_cancelled():
    loop = asyncio.get_running_loop()
    task = MethodTask(loop=loop)

    async def body() -> None:
        task.cancel()
        assert task.uncancel() == 0
        await asyncio.sleep(0)

    loop.call_soon(task.run, body(), copy_context(), "")
    await task


@pytest.mark.parametrize("make_loop", [new_loop, asyncio.new_event_loop])
@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_what_must_end_the_loop_ends_it(make_loop, end):
    loop, told = make_loop(), []

    async def body() -> None:
        raise end

    def begin() -> None:
        task = MethodTask(loop=loop)
        task.run(body(), copy_context(), "")
        told.append(type(task.exception()))

    try:
        loop.call_soon(begin)
        with pytest.raises(end):
            loop.run_forever()
        assert told == [end]
    finally:
        loop.close()


async def test_what_has_ended_is_gone_without_the_garbage_collector():
    async def body() -> None:
        await asyncio.sleep(0)

    gc.disable()
    try:
        task = begun(body())
        await task
        gone = weakref.ref(task)
        del task
        await asyncio.sleep(0)
        assert gone() is None
    finally:
        gc.enable()
