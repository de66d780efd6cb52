from __future__ import annotations

import asyncio
import threading

from stream_core.rpc.windows import WINDOW_RESULTS, TaskWindow, ThreadWindow


async def test_a_task_runs_ahead_by_one_window():
    window = TaskWindow()
    for _ in range(WINDOW_RESULTS - 1):
        await asyncio.wait_for(window.sent(), 1)
    waiting = asyncio.create_task(window.sent())
    await asyncio.sleep(0)
    assert not waiting.done()
    window.credit(1)
    await asyncio.wait_for(waiting, 1)


async def test_credit_for_what_was_never_sent_is_not_believed():
    window = TaskWindow()
    window.credit(1_000_000)
    sent = 0
    try:
        while True:
            await asyncio.wait_for(window.sent(), 0.01)
            sent += 1
    except TimeoutError:
        assert sent == WINDOW_RESULTS - 1


def test_a_thread_runs_ahead_by_one_window():
    window = ThreadWindow()
    passed: list[bool] = []
    ahead = threading.Event()

    def produce() -> None:
        for _ in range(WINDOW_RESULTS + 1):
            passed.append(window.sent())
            if len(passed) == WINDOW_RESULTS - 1:
                ahead.set()

    thread = threading.Thread(target=produce)
    thread.start()
    assert ahead.wait(5)
    assert thread.is_alive()
    window.credit(WINDOW_RESULTS)
    thread.join()
    assert passed == [True] * (WINDOW_RESULTS + 1)


def test_a_closed_window_lets_the_thread_end():
    window = ThreadWindow()
    results: list[bool] = []
    thread = threading.Thread(
        target=lambda: results.extend(window.sent() for _ in range(WINDOW_RESULTS))
    )
    thread.start()
    window.close()
    thread.join()
    assert results[-1] is False


async def test_nothing_follows_a_large_result_before_it_has_left():
    window = TaskWindow()
    window.hold()
    waiting = asyncio.create_task(window.sent())
    await asyncio.sleep(0)
    window.credit(1)
    await asyncio.sleep(0)
    assert not waiting.done()
    window.release()
    await asyncio.wait_for(waiting, 1)


def test_a_thread_waits_until_a_large_result_has_left():
    window = ThreadWindow()
    window.hold()
    passed: list[bool] = []
    thread = threading.Thread(target=lambda: passed.append(window.sent()))
    thread.start()
    window.credit(1)
    assert passed == []
    window.release()
    thread.join()
    assert passed == [True]
