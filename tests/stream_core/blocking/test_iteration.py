from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from stream_core.blocking.iteration import Iteration
from stream_core.errors import ConnectionLost
from stream_core.loop_thread import LoopThread


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    with LoopThread("iterated") as thread:
        yield thread


class Source:
    """Numbers, given when they are let go; notes how it ended."""

    def __init__(self, count: int) -> None:
        self.go = asyncio.Semaphore(0)
        self.ended = threading.Event()
        self.count = count

    async def numbers(self) -> AsyncIterator[int]:
        try:
            for number in range(self.count):
                await self.go.acquire()
                yield number
        finally:
            self.ended.set()

    def let(self, thread: LoopThread, count: int) -> None:
        for _ in range(count):
            thread.call_soon(self.go.release)


def test_it_gives_what_the_source_gives(thread: LoopThread) -> None:
    source = Source(3)
    source.let(thread, 3)
    assert list(Iteration(thread, source.numbers(), str)) == ["0", "1", "2"]
    assert source.ended.wait(10)


def test_an_interrupted_wait_is_taken_up_again(
    thread: LoopThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source(3)
    numbers: Iteration[int] = Iteration(thread, source.numbers())

    def interrupted(future: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("stream_core.loop_thread._result", interrupted)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            next(numbers)
    monkeypatch.undo()
    source.let(thread, 3)
    assert list(numbers) == [0, 1, 2]


def test_closing_it_ends_the_source(thread: LoopThread) -> None:
    source = Source(3)
    source.let(thread, 1)
    numbers: Iteration[int] = Iteration(thread, source.numbers())
    assert next(numbers) == 0
    numbers.close()
    numbers.close()
    assert source.ended.wait(10)
    with pytest.raises(StopIteration):
        next(numbers)


def test_dropping_it_ends_the_source(thread: LoopThread) -> None:
    source = Source(3)
    source.let(thread, 1)
    for _ in Iteration[int](thread, source.numbers()):
        break
    assert source.ended.wait(10)


def test_errors_of_the_source_come_back(thread: LoopThread) -> None:
    async def failing() -> AsyncIterator[int]:
        yield 1
        raise ZeroDivisionError

    numbers: Iteration[int] = Iteration(thread, failing())
    assert next(numbers) == 1
    with pytest.raises(ZeroDivisionError):
        next(numbers)


def test_after_the_end_of_the_thread_it_says_so() -> None:
    with LoopThread() as thread:
        source = Source(1)
        numbers: Iteration[int] = Iteration(thread, source.numbers())
    with pytest.raises(ConnectionLost, match="the client was closed"):
        next(numbers)
