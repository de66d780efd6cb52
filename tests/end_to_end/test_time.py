"""The server's clock as its clients tell it, and the time of every item."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import stream_core as sc

Connect = Callable[..., Awaitable[sc.Client]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]

S = 1_000_000_000
MS = 1_000_000


class Way(asyncio.Protocol):
    """One direction of a link, on which everything takes a while."""

    def __init__(self, delay_s: float) -> None:
        self.delay_s = delay_s
        self.to: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        asyncio.get_running_loop().call_later(self.delay_s, self._pass_on, data)

    def _pass_on(self, data: bytes) -> None:
        if not self.to.result().is_closing():
            self.to.result().write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.to.result().close()


@asynccontextmanager
async def slow_way(address: str, there_s: float, back_s: float) -> AsyncIterator[str]:
    """An address from which the way to a server and back takes so long."""
    host, port = address.split(":")
    loop, ways = asyncio.get_running_loop(), list[Way]()

    def accept() -> Way:
        there, back = Way(there_s), Way(back_s)
        ways.extend((there, back))

        async def join() -> None:
            transport, _ = await loop.create_connection(lambda: back, host, int(port))
            assert there.transport is not None
            there.to.set_result(transport)
            back.to.set_result(there.transport)

        there.joining = loop.create_task(join())  # type: ignore[attr-defined]
        return there

    listener = await loop.create_server(accept, "127.0.0.1", 0)
    yield f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    listener.close()
    for way in ways:
        assert way.transport is not None
        way.transport.abort()
    await listener.wait_closed()
    await asyncio.sleep(0)


async def test_two_clients_agree_within_their_errors_on_when_something_was(
    server: sc.Server, connect: Connect, until: Until
) -> None:
    """One of them behind a network that is much slower on the way there."""
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(slow_way(server.address, 0.02, 0.001))
        near = await connect("near")
        far = await stack.enter_async_context(sc.Client("far", address))
        await until(lambda: near.clock_error_ns < 10 * MS)
        writers = [await client.create_channel(client.name or "") for client in (near, far)]
        readers = [await near.subscribe(name) for name in ("near", "far")]
        for _ in range(20):
            errors_ns = near.clock_error_ns + far.clock_error_ns
            begin_ns = time.perf_counter_ns()
            for writer in writers:
                assert writer.send_nowait("now")
            took_ns = time.perf_counter_ns() - begin_ns
            items = [await reader.get_item(timeout_s=5) for reader in readers]
            assert abs(items[0].time_ns - items[1].time_ns) <= errors_ns + took_ns
        assert far.clock_error_ns >= 9 * MS


async def test_the_burst_at_connect_narrows_the_error(connect: Connect, until: Until) -> None:
    client = await connect("c")
    assert 0 < client.clock_error_ns < S
    await until(lambda: client.clock_error_ns < 2 * MS)
    assert abs(client.now_ns() - time.time_ns() - client.clock_offset_ns) < 50 * MS


async def test_the_clock_goes_on_through_a_broken_link_and_is_another_servers_after_a_restart(
    server: sc.Server, connect: Connect, proxy: Any, until: Until
) -> None:
    client = await connect("c", address=proxy.address)
    before_ns, epoch = client.now_ns(), client.epoch
    proxy.cut()
    while client.state is not sc.State.CONNECTED or proxy.accepts < 2:
        now_ns = client.now_ns()
        assert now_ns >= before_ns
        before_ns = now_ns
        await asyncio.sleep(0)
    assert client.now_ns() - before_ns < S
    async with sc.Server(port=0) as other:
        assert other._services is not None
        other._services._clock.offset_ns += 7200 * S
        proxy.target = ("127.0.0.1", int(other.address.split(":")[1]))
        proxy.cut()
        await until(lambda: client.epoch != epoch)
        ahead_ns = client.now_ns() - before_ns
        assert abs(ahead_ns - 7200 * S) < 10 * S
        assert client.clock_error_ns < S
        await client.close()


def test_many_threads_read_one_clock_that_never_goes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("stream_core.client.heartbeat.FIRST_BURST_S", 0.01)
    monkeypatch.setattr("stream_core.client.heartbeat.LONGEST_BURST_S", 0.01)
    steps: list[int] = []
    with sc.LoopThread("server") as thread:
        server = sc.Server(port=0)
        thread.run(server.start())
        with sc.blocking.Client("c", server.address) as client:

            def look() -> None:
                before_ns = client.now_ns()
                for _ in range(20_000):
                    now_ns = client.now_ns()
                    if now_ns < before_ns:
                        steps.append(before_ns - now_ns)
                    before_ns = now_ns

            threads = [threading.Thread(target=look) for _ in range(4)]
            for each in threads:
                each.start()
            for each in threads:
                each.join()
        thread.run(server.stop())
    assert not steps


CODECS: dict[str, tuple[dict[str, Any], Any]] = {
    "any object": ({}, {"a": [1, None]}),
    "any array": ({}, np.arange(3.0)),
    "raw": ({"codec": "raw"}, b"bytes"),
    "object": ({"codec": "object"}, ("x", 1)),
    "array": ({"codec": "array"}, np.eye(2)),
    "pickle": ({"codec": "pickle"}, 1 + 2j),
    "marshal": ({"codec": "marshal"}, {1: 2}),
    "samples": ({"dtype": "float64"}, 1.5),
    "rows of samples": ({"dtype": "int16", "columns": ("x", "y")}, np.array([1, 2], "i2")),
}


@pytest.mark.parametrize("kind", CODECS)
async def test_every_item_has_its_time(connect: Connect, kind: str) -> None:
    wishes, value = CODECS[kind]
    daq = await connect("daq")
    pc = await connect("pc", trusted_codecs=("pickle", "marshal"))
    writer = await daq.create_channel("x", **wishes)
    one_by_one, in_blocks = await pc.subscribe("x"), await pc.subscribe("x")
    given = [-5, 17, 16, 2**62, None, None, 3]  # in one turn, so that they travel together
    bounds: list[tuple[int, int]] = []
    for time_ns in given:
        begin_ns = daq.now_ns() - MS  # the clock may be under correction
        assert writer.send_nowait(value, time_ns=time_ns)
        end_ns = daq.now_ns() + MS
        bounds.append((begin_ns, end_ns) if time_ns is None else (time_ns, time_ns))
    items = [await one_by_one.get_item(timeout_s=5) for _ in given]
    assert [item.sequence for item in items] == list(range(len(given)))
    for item, (low_ns, high_ns) in zip(items, bounds, strict=True):
        assert low_ns <= item.time_ns <= high_ns
    times_ns: list[int] = []
    while len(times_ns) < len(given):
        block = await in_blocks.get_block(timeout_s=5)
        assert block.times_ns.dtype == np.int64
        assert len(block.times_ns) == len(block.values) == len(block.sequences)
        times_ns.extend(block.times_ns.tolist())
    assert times_ns == [item.time_ns for item in items]


@pytest.mark.parametrize("selection", [{}, {"every": 3}, {"buffer_size": 100, "every": 2}])
@pytest.mark.parametrize(
    ("rate_hz", "interval_ns", "step_ns"),
    [(1000.0, None, MS), (None, 250, 250), (1000.0, 77, 77), (None, None, 0)],
)
async def test_samples_have_their_times_from_the_rate_or_the_interval(
    connect: Connect,
    selection: dict[str, int],
    rate_hz: float | None,
    interval_ns: int | None,
    step_ns: int,
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x", dtype="int32", rate_hz=rate_hz)
    reader = await pc.subscribe("x", **selection)
    every, begin_ns = selection.get("every", 1), 1_000_000_000_007
    assert await writer.send_samples(np.arange(12), time_ns=begin_ns, interval_ns=interval_ns)
    for value in range(0, 12, every):
        item = await reader.get_item(timeout_s=5)
        assert (item.value, item.sequence) == (value, value)
        assert item.time_ns == begin_ns + value * step_ns


async def test_samples_without_a_time_end_now_and_then_go_on_without_a_gap(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stream_core.client.sample_times.SMOOTHING_NS", 10**10)  # a busy computer
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x", dtype="float64", rate_hz=10_000)
    reader = await pc.subscribe("x")
    begin_ns = daq.now_ns()
    for _ in range(5):
        await writer.send_samples(np.zeros(10))
        await writer.flush()
    end_ns = daq.now_ns()
    times_ns = [(await reader.get_item(timeout_s=5)).time_ns for _ in range(50)]
    assert begin_ns <= times_ns[9] <= end_ns
    assert {later - sooner for sooner, later in pairwise(times_ns)} == {100_000}


async def test_the_times_of_a_writers_items_never_go_back(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While its clock is corrected all the time."""
    monkeypatch.setattr("stream_core.client.heartbeat.FIRST_BURST_S", 0.005)
    monkeypatch.setattr("stream_core.client.heartbeat.LONGEST_BURST_S", 0.005)
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", overflow="wait", buffer_size=None)
    for number in range(20_000):
        await writer.send(number)
    times_ns: list[int] = []
    while len(times_ns) < 20_000:
        times_ns += (await reader.get_block(timeout_s=5)).times_ns.tolist()
    assert times_ns == sorted(times_ns)
