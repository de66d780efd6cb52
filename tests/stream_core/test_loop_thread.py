from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from stream_core.loop_thread import LoopThread, acquire


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    before = set(threading.enumerate())
    with LoopThread("tested") as thread:
        yield thread
    assert set(threading.enumerate()) == before


def test_a_result_that_an_interrupted_wait_did_not_get_is_given_back(
    thread: LoopThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    undone: list[str] = []

    def interrupted(future: Future[str]) -> str:
        future.result()
        raise KeyboardInterrupt

    monkeypatch.setattr("stream_core.loop_thread._result", interrupted)
    with pytest.raises(KeyboardInterrupt):
        thread.run(name_after(0), undo=undone.append)
    monkeypatch.undo()
    thread.run(asyncio.sleep(0))
    assert undone == ["tested"]


async def name_after(turns: int) -> str:
    for _ in range(turns):
        await asyncio.sleep(0)
    return threading.current_thread().name


async def fail() -> None:
    raise ZeroDivisionError("there")


def test_work_runs_in_the_thread_on_the_best_loop(thread: LoopThread) -> None:
    async def loop_module() -> str:
        return type(asyncio.get_running_loop()).__module__

    assert thread.run(name_after(3)) == "tested"
    assert thread.run(loop_module()) == ("winloop" if sys.platform == "win32" else "uvloop")


async def test_work_is_awaited_from_another_loop(thread: LoopThread) -> None:
    assert await asyncio.gather(*(thread.call(name_after(n)) for n in range(5))) == ["tested"] * 5


def test_errors_come_back(thread: LoopThread) -> None:
    with pytest.raises(ZeroDivisionError, match="there"):
        thread.run(fail())
    with pytest.raises(ZeroDivisionError, match="there"):
        asyncio.run(thread.call(fail()))


class Endless:
    """Work that never ends by itself, and notes how it ended."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.ended = False

    async def work(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.ended = True


async def test_cancelling_the_wait_cancels_the_work_and_waits_for_its_end(
    thread: LoopThread,
) -> None:
    endless = Endless()
    task = asyncio.create_task(thread.call(endless.work()))
    await asyncio.sleep(0)
    await thread.call(asyncio.sleep(0))
    assert endless.begun.is_set()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert endless.ended


async def test_a_time_out_of_the_wait_cancels_the_work(thread: LoopThread) -> None:
    endless = Endless()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await thread.call(endless.work())
    assert endless.ended


def test_stopping_cancels_what_runs_and_ends_the_thread() -> None:
    thread, endless, errors = LoopThread().start(), Endless(), list[RuntimeError]()

    def wait() -> None:
        try:
            thread.run(endless.work())
        except RuntimeError as error:
            errors.append(error)

    waiter = threading.Thread(target=wait)
    waiter.start()
    endless.begun.wait()
    assert thread.running
    thread.stop()
    waiter.join()
    thread.stop()
    assert endless.ended
    assert not thread.running
    assert "was stopped" in str(errors[0])


async def test_who_awaits_work_in_a_thread_that_is_stopped_is_told_so() -> None:
    thread, endless = LoopThread("mine").start(), Endless()
    task = asyncio.create_task(thread.call(endless.work()))
    await asyncio.to_thread(endless.begun.wait)
    thread.stop()
    with pytest.raises(RuntimeError, match=r"'mine' .* was stopped"):
        await task
    assert endless.ended


async def test_work_that_was_cancelled_there_cancels_who_awaits_it(thread: LoopThread) -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    task = asyncio.create_task(thread.call(cancelled()))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


def test_an_interruption_before_the_work_has_begun_leaves_nothing(
    thread: LoopThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(thread, "_begin", interrupted)
    with pytest.raises(KeyboardInterrupt):
        thread.run(name_after(0))
    monkeypatch.undo()
    assert thread.run(name_after(0)) == "tested"


def test_a_lock_is_waited_for_in_steps_and_no_longer_than_asked() -> None:
    lock = threading.Lock()
    assert acquire(lock)
    assert not acquire(lock, 0)
    assert not acquire(lock, 0.01)
    threading.Timer(0.01, lock.release).start()
    assert acquire(lock, 20)


def test_work_is_refused_before_the_start_after_the_stop_and_from_the_thread_itself() -> None:
    thread = LoopThread("mine")
    with pytest.raises(RuntimeError, match=r"'mine' .* start it first"):
        thread.run(fail())
    thread.start()

    async def wait_for_itself() -> None:
        thread.run(fail())

    async def stop_itself() -> None:
        thread.stop()

    with pytest.raises(RuntimeError, match="cannot wait for itself: await"):
        thread.run(wait_for_itself())
    with pytest.raises(RuntimeError, match="from another thread"):
        thread.run(stop_itself())
    with pytest.raises(RuntimeError, match="once only"):
        thread.start()
    thread.stop()
    with pytest.raises(RuntimeError, match="it was stopped"):
        thread.run(fail())
    with pytest.raises(RuntimeError, match="it was stopped"):
        thread.call_soon(print)


def test_a_thread_that_never_started_can_be_stopped() -> None:
    thread = LoopThread()
    thread.stop()
    with pytest.raises(RuntimeError, match="once only"):
        thread.start()


def test_callbacks_are_called_in_the_thread_in_their_order(thread: LoopThread) -> None:
    seen: list[tuple[int, bool]] = []
    for number in range(100):
        thread.call_soon(lambda n: seen.append((n, thread.is_current())), number)
    thread.run(asyncio.sleep(0))
    assert seen == [(number, True) for number in range(100)]
    assert not thread.is_current()


def test_many_threads_at_once(thread: LoopThread) -> None:
    results: list[str] = []

    def work() -> None:
        results.extend(thread.run(name_after(n)) for n in range(20))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert results == ["tested"] * 160


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_is_told_why_it_has_no_thread(thread: LoopThread) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            thread.run(fail())
        except RuntimeError as error:
            os.write(writer, str(error).encode())
        thread.stop()
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        message = pipe.read()
    os.waitpid(child, 0)
    assert f"belongs to process {os.getpid()}" in message
    assert "make a new client here" in message


PRELUDE = """
import asyncio, threading
from stream_core.loop_thread import LoopThread
thread = LoopThread().start()
begun = threading.Event()
async def endless():
    print("begun", flush=True)
    begun.set()
    try:
        await asyncio.Event().wait()
    finally:
        print("ended", flush=True)
"""


def program(text: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-X", "dev", "-c", PRELUDE + text],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("last_line", ["", "raise SystemExit(0)"])
def test_an_interpreter_that_forgets_to_stop_it_ends_cleanly(last_line: str) -> None:
    child = program(
        f"waiter = threading.Thread(target=lambda: thread.run(endless()), daemon=True)\n"
        f"waiter.start(); begun.wait()\n{last_line}"
    )
    output, _ = child.communicate(timeout=20)
    assert output.startswith("begun\nended\n")
    assert child.returncode == 0


def test_it_serves_the_threads_that_outlive_the_main_one() -> None:
    child = program(
        "def work():\n"
        "    print(thread.run(asyncio.sleep(0.2, 'served')))\n"
        "threading.Thread(target=work).start()"
    )
    output, _ = child.communicate(timeout=20)
    assert (output, child.returncode) == ("served\n", 0)


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_ends_the_wait_and_the_work() -> None:
    child = program(
        "try:\n    thread.run(endless())\nexcept KeyboardInterrupt:\n    print('interrupted')"
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=20)
    assert output == "ended\ninterrupted\n"
    assert child.returncode == 0
