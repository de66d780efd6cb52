from __future__ import annotations

import asyncio
import time

import pytest

from stream_core.errors import InvalidValue
from stream_core.rpc import current_call


class Host:
    def facts(self) -> tuple:
        call = current_call()
        assert call.deadline is None or 0 < call.deadline - time.monotonic() <= 10
        return call.caller, call.caller_number, call.method, call.remaining_s, call.cancelled

    def rpc_plain(self):
        return self.facts()

    async def rpc_task(self):
        await asyncio.sleep(0)
        return self.facts()

    def rpc_generator(self):
        yield self.facts()

    async def rpc_async_generator(self):
        yield self.facts()

    def rpc_awaitable(self):
        return self.rpc_task()

    def rpc_steps(self, count: int):
        for step in range(count):
            current_call().progress(step)

    async def rpc_task_steps(self, count: int):
        for step in range(count):
            current_call().progress(step)

    def rpc_bad_step(self):
        current_call().progress(object())


METHODS = ["plain", "task", "generator", "async_generator", "awaitable"]


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize("method", METHODS)
async def test_a_method_knows_its_call(join, method, inline):
    remote = join(Host(), inline=inline).remote
    result = await getattr(remote, method)()
    caller, number, path, remaining_s, cancelled = result[0] if "generator" in method else result
    expected = "task" if method == "awaitable" else method
    assert (caller, number, cancelled) == ("client 7", 7, False)
    assert path in (method, expected)
    assert 9 < remaining_s <= 10


async def test_without_a_time_out_there_is_no_deadline(join):
    assert (await join(Host()).remote.plain(tto=None))[3] is None


@pytest.mark.parametrize("method", ["steps", "task_steps"])
@pytest.mark.parametrize("inline", [False, True])
async def test_progress_arrives_in_order_and_before_the_result(join, method, inline):
    seen: list[int] = []
    call = getattr(join(Host(), inline=inline).remote, method)(5).on_progress(seen.append)
    await call
    assert seen == [0, 1, 2, 3, 4]


async def test_progress_of_a_fast_thread_does_not_pile_up(join):
    link, seen = join(Host()), []
    await link.remote.steps(20_000).on_progress(seen.append)
    assert seen == list(range(20_000))


async def test_progress_that_cannot_be_sent_is_refused_to_the_method(join):
    with pytest.raises(Exception, match=InvalidValue.__name__):
        await join(Host()).remote.bad_step()


def test_outside_of_a_method_there_is_no_call():
    with pytest.raises(RuntimeError, match="inside of a method"):
        current_call()
