from __future__ import annotations

import asyncio
import gc
import logging

import pytest

from stream_core.errors import RemoteError


class Host:
    async def rpc_add(self, a, b):
        return a + b

    async def rpc_fail(self):
        raise ValueError("no")

    async def rpc_sleep(self):
        await asyncio.sleep(60)

    async def rpc_count(self, count: int):
        for number in range(count):
            yield number


async def test_a_call_can_be_awaited_again_and_asked(join):
    call = join(Host()).remote.add(1, 2)
    assert not call.done()
    with pytest.raises(asyncio.InvalidStateError):
        call.result()
    assert (await call, await call, call.result(), call.done()) == (3, 3, 3, True)
    assert call.cancel() is False


async def test_calls_overlap_and_can_be_gathered_and_limited(join):
    remote = join(Host()).remote
    assert await asyncio.gather(*(remote.add(n, 1) for n in range(10))) == list(range(1, 11))
    assert await asyncio.wait_for(remote.add(1, 2), 5) == 3


async def test_a_call_of_one_result_is_not_iterated(join):
    call = join(Host()).remote.add(1, 2)
    with pytest.raises(TypeError, match=r"add\(\) gives one result, not several: await it"):
        aiter(call)
    await call


async def test_cancelling_the_task_cancels_the_call(join):
    link = join(Host())
    call = link.remote.sleep()

    async def wait():
        await call

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    assert call.done()
    assert len(link.target) == len(link.pending) == 0


async def test_cancel_by_hand(join):
    call = join(Host()).remote.sleep()
    assert call.cancel() is True
    assert call.cancel() is False
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_cancelling_the_task_that_waits_for_a_result_of_many(join):
    link = join(Host())
    call = link.remote.count(1000)
    async for _ in call:
        break
    assert "count" in repr(call)
    waiting = asyncio.ensure_future(link.remote.sleep())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.sleep(0.001)
    assert len(link.pending) == 0


async def test_done_callbacks(join):
    link, seen = join(Host()), []
    good, bad, gone = link.remote.add(1, 2), link.remote.fail(), link.remote.sleep()
    for call in (good, bad, gone):
        call.add_done_callback(seen.append)
    gone.cancel()
    await asyncio.wait([asyncio.ensure_future(good), asyncio.ensure_future(bad)])
    assert seen == [gone, good, bad]
    good.add_done_callback(seen.append)
    assert seen[-1] is good


async def test_a_call_says_that_it_failed_and_nothing_else(join):
    link, seen = join(Host()), []
    good, bad, gone = link.remote.add(1, 2), link.remote.fail(), link.remote.sleep()
    for call in (good, bad, gone):
        call.on_failure = lambda call, error: seen.append((call, type(error)))
    gone.cancel()
    await asyncio.wait([asyncio.ensure_future(good), asyncio.ensure_future(bad)])
    assert seen == [(bad, RemoteError)]


async def test_a_failing_callback_is_logged_and_keeps_nothing_up(join, caplog):
    call, seen = join(Host()).remote.add(1, 2), []
    call.add_done_callback(lambda call: 1 / 0)
    call.add_done_callback(seen.append)
    with caplog.at_level(logging.ERROR):
        assert await call == 3
    assert seen == [call]
    assert "ZeroDivisionError" in caplog.text


async def test_a_failed_call_that_nobody_awaits_is_silent(join, until, caplog):
    link = join(Host())
    link.remote.fail()
    link.remote.count(3)
    await until(lambda: len(link.pending) == 0)
    gc.collect()
    assert not caplog.records


async def test_a_failed_call_raises_each_time(join):
    call = join(Host()).remote.fail()
    for _ in range(2):
        with pytest.raises(RemoteError, match="ValueError: no"):
            await call


async def test_the_result_of_a_stream_is_what_was_not_taken(join, until):
    call = join(Host()).remote.count(4)
    iteration = aiter(call)
    assert await anext(iteration) == 0
    await until(call.done)
    assert call.result() == [1, 2, 3]
    assert call.streams


async def test_cancelling_an_iteration_wakes_who_waits_for_it(join):
    link = join(Host())
    call = link.remote.count(0)
    assert await call == []
    sleeping = link.remote.count(1)
    iteration = aiter(sleeping)
    waiting = asyncio.ensure_future(anext(iteration))
    await asyncio.sleep(0)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
