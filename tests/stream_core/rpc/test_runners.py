"""Streams of results, from generators of both kinds, in the loop and in worker threads."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from stream_core.errors import CallTimeout, RemoteError
from stream_core.rpc import Dispatcher, collect, encode_call
from stream_core.rpc.windows import WINDOW_RESULTS
from stream_core.wire.header import Kind


@dataclass
class Point:
    x: int


class Host:
    def __init__(self) -> None:
        self.made = 0
        self.closed = threading.Event()

    def rpc_count(self, count: int) -> Iterator[int]:
        try:
            for number in range(count):
                self.made += 1
                yield number
        finally:
            self.closed.set()

    async def rpc_async_count(self, count: int) -> AsyncIterator[int]:
        try:
            for number in range(count):
                self.made += 1
                yield number
        finally:
            self.closed.set()

    def rpc_break(self):
        yield 1
        raise ValueError("broken")

    async def rpc_async_break(self):
        yield 1
        raise ValueError("broken")

    def rpc_object(self):
        yield object()

    async def rpc_async_object(self):
        yield object()

    def rpc_points(self) -> Iterator[Point]:
        yield Point(1)

    async def rpc_slow(self):
        yield 1
        await asyncio.sleep(60)


INLINE = pytest.mark.parametrize("inline", [False, True])
COUNT = pytest.mark.parametrize("method", ["count", "async_count"])


@INLINE
@COUNT
@pytest.mark.parametrize("count", [0, 1, WINDOW_RESULTS, 500])
async def test_results_arrive_one_by_one_and_in_order(join, method, count, inline):
    call = getattr(join(Host(), inline=inline).remote, method)(count)
    assert [value async for value in call] == list(range(count))


@INLINE
@COUNT
async def test_awaiting_gives_the_list(join, method, inline):
    remote = join(Host(), inline=inline).remote
    assert await getattr(remote, method)(100) == list(range(100))


@INLINE
@COUNT
async def test_a_generator_runs_ahead_by_one_window(join, until, method, inline):
    host = Host()
    link = join(host, inline=inline)
    results = aiter(getattr(link.remote, method)(1000))
    await anext(results)
    await until(lambda: link.kinds().count(Kind.RESULT) == WINDOW_RESULTS)
    for _ in range(20):
        await asyncio.sleep(0)
    assert host.made == WINDOW_RESULTS
    assert Kind.CREDIT not in link.kinds()
    del results


@INLINE
@COUNT
async def test_leaving_the_iteration_ends_the_generator(join, until, method, inline):
    host = Host()
    link = join(host, inline=inline)
    async for value in getattr(link.remote, method)(100_000):
        if value == 50:
            break
    await until(host.closed.is_set)
    assert host.made < 200
    assert Kind.CANCEL in link.kinds()
    assert len(link.pending) == len(link.target) == 0


@INLINE
@pytest.mark.parametrize("method", ["break", "async_break"])
async def test_an_error_comes_after_the_results_before_it(join, method, inline):
    results = aiter(getattr(join(Host(), inline=inline).remote, method)())
    assert await anext(results) == 1
    with pytest.raises(RemoteError, match="ValueError: broken") as caught:
        await anext(results)
    assert f"in rpc_{method}" in caught.value.traceback
    assert "stream_core/rpc/runners.py" not in caught.value.traceback


@INLINE
@pytest.mark.parametrize("method", ["object", "async_object"])
async def test_a_result_that_cannot_be_sent_ends_the_stream(join, method, inline):
    with pytest.raises(RemoteError, match=rf"the result of {method}\(\) cannot be sent"):
        await getattr(join(Host(), inline=inline).remote, method)()


async def test_results_have_their_wire_form(join):
    assert await join(Host()).remote.points() == [{"x": 1}]


async def test_the_deadline_is_of_the_whole_stream(join):
    results = aiter(join(Host()).remote.slow(tto=0.05))
    assert await anext(results) == 1
    with pytest.raises(CallTimeout, match=r"slow\(\) of 'rig'"):
        await anext(results)


@COUNT
async def test_closing_the_target_ends_its_generators(join, method):
    host = Host()
    link = join(host)
    results = aiter(getattr(link.remote, method)(1000))
    await anext(results)
    await link.target.close()
    assert host.closed.is_set()
    results._call.cancel()


class Holder:
    """Has something large while it waits."""

    held: weakref.ref[Host]

    async def rpc_wait(self):
        large = Host()
        self.held = weakref.ref(large)
        await asyncio.sleep(60)

    async def rpc_stream(self):
        await self.rpc_wait()
        yield 1

    def rpc_later(self):
        return self.rpc_wait()


@pytest.mark.parametrize("method", ["wait", "stream", "later"])
async def test_what_a_cancelled_method_had_is_gone_without_the_garbage_collector(until, method):
    holder = Holder()
    dispatcher = Dispatcher(collect(holder), send=lambda *_, **__: None, inline=True)
    gc.disable()
    try:
        dispatcher.call(7, 1, 0, encode_call(method, [], {}))
        await until(lambda: hasattr(holder, "held"))
        dispatcher.cancel(7, 1)
        await dispatcher.close()
        assert holder.held() is None
    finally:
        gc.enable()
