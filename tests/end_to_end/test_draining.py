"""A server that is told to stop serves what waits for its readers, but waits for nobody."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import stream_core as sc

Connect = Callable[..., Awaitable[sc.Client]]
ENOUGH_S = 20.0


async def take(reader: sc.Reader, taken: list[Any], rest_s: float = 0.0) -> None:
    try:
        async for value in reader:
            taken.append(value)
            await asyncio.sleep(rest_s)
    except sc.ConnectionLost:
        return


@pytest.mark.parametrize("wishes", [{}, {"min_interval_s": 60.0}, {"overflow": "wait"}])
async def test_what_was_sent_arrives(
    server: sc.Server, connect: Connect, wishes: dict[str, Any]
) -> None:
    daq, pc = await connect("daq", reconnect=False), await connect("pc", reconnect=False)
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", buffer_size=1000, **wishes)
    sent: list[int] = []
    taken: list[int] = []
    begun = asyncio.Event()

    async def write() -> None:
        with contextlib.suppress(sc.ChannelClosed):
            while await writer.send(len(sent)):
                sent.append(len(sent))
                if len(sent) == 500:
                    begun.set()
                if len(sent) % 100 == 0:
                    await asyncio.sleep(0)

    taking = asyncio.create_task(take(reader, taken, 0.0001))
    writing = asyncio.create_task(write())
    await begun.wait()
    await server.stop(drain_s=ENOUGH_S)
    await writing
    await taking
    newest = [number for number in sent if number >= len(sent) - 500]
    assert taken[-len(newest) :] == newest
    if not wishes.get("min_interval_s") and wishes:
        assert taken == sent


async def test_who_takes_nothing_holds_it_up_for_a_moment_only(
    server: sc.Server, connect: Connect
) -> None:
    daq, pc = await connect("daq"), await connect("stuck")
    writer = await daq.create_channel("x")
    await pc.subscribe("x")
    for number in range(100):
        await writer.send(number)
    await writer.flush()
    begun_s = time.monotonic()
    await server.stop(drain_s=ENOUGH_S)
    assert time.monotonic() - begun_s < ENOUGH_S / 2


async def test_a_second_stop_ends_it(server: sc.Server, connect: Connect) -> None:
    daq, pc = await connect("daq"), await connect("slow")
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x")
    taken: list[int] = []
    taking = asyncio.create_task(take(reader, taken, 0.01))
    for number in range(10_000):
        await writer.send(number)
    stopping = asyncio.create_task(server.stop(drain_s=60.0))
    await asyncio.sleep(0.05)
    await server.stop()
    await stopping
    taking.cancel()
    assert len(taken) < 10_000


async def test_a_channel_that_may_not_be_paused_holds_up_nothing(
    server: sc.Server, connect: Connect
) -> None:
    daq, pc = await connect("daq", reconnect=False), await connect("pc", reconnect=False)
    writer = await daq.create_channel("x", may_pause=False)
    reader = await pc.subscribe("x")
    taken: list[int] = []

    async def write() -> None:
        with contextlib.suppress(sc.ChannelClosed):
            while await writer.send(0):  # noqa: ASYNC110 - it may give nobody else a turn
                await asyncio.sleep(0)

    taking, writing = asyncio.create_task(take(reader, taken)), asyncio.create_task(write())
    assert await daq.ping() < ENOUGH_S
    async with asyncio.timeout(ENOUGH_S / 2):
        await server.stop(drain_s=ENOUGH_S)
    await asyncio.gather(taking, writing)


@pytest.mark.skipif(sys.platform == "win32", reason="a process of Windows is killed, not asked")
async def test_a_server_process_drains_when_it_is_terminated(connect: Connect) -> None:
    server = sc.ServerProcess(port=0)
    await asyncio.to_thread(server.start)
    daq = await connect("daq", address=server.address, reconnect=False)
    pc = await connect("pc", address=server.address, reconnect=False)
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", overflow="wait")
    for number in range(5000):
        await writer.send(number)
    await writer.flush()
    taken: list[int] = []
    server.terminate()
    await take(reader, taken)
    await asyncio.to_thread(server.join, ENOUGH_S)
    assert taken == list(range(5000))
    assert server.exitcode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="a process of Windows is killed, not asked")
async def test_a_second_signal_ends_a_server_process_at_once(connect: Connect) -> None:
    server = sc.ServerProcess(port=0)
    await asyncio.to_thread(server.start)
    daq = await connect("daq", address=server.address, reconnect=False)
    pc = await connect("pc", address=server.address, reconnect=False)
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", buffer_size=1_000_000)
    for number in range(50_000):
        await writer.send(number)
    await writer.flush()
    taken: list[int] = []
    taking = asyncio.create_task(take(reader, taken, 0.001))
    server.terminate()
    while writer.ready:  # noqa: ASYNC110 - the pause is how one hears of it here
        await asyncio.sleep(0.001)
    assert server.pid is not None
    server._started().send_signal(signal.SIGINT)
    await asyncio.to_thread(server.join, ENOUGH_S)
    taking.cancel()
    assert server.exitcode == 0
    assert len(taken) < 50_000
