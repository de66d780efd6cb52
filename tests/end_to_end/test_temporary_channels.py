from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import stream_core as sc

Connect = Callable[..., Awaitable[sc.Client]]
Balanced = Callable[[sc.Reader], Awaitable[sc.ReaderStatistics]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


def left_s(server: sc.Server) -> float:
    """What the server gives to its only temporary channel."""
    assert server._services is not None
    (timer,) = server._services.streams._lifetimes._timers.values()
    return timer.when() - asyncio.get_running_loop().time()


async def test_it_ends_in_time_whatever_happens(
    connect: Connect, balanced: Balanced, until: Until
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    began_s = asyncio.get_running_loop().time()
    writer = await daq.create_channel("x", lifetime_s=0.5)
    reader = await pc.subscribe("x")
    assert reader.info is not None
    assert (reader.info.lifetime_s, writer.info.lifetime_s) == (0.5, 0.5)
    await writer.send("last words")
    reason = r"its lifetime_s=0\.5 has passed"
    await until(lambda: writer._outlet.closed is not None)
    assert 0.5 <= asyncio.get_running_loop().time() - began_s
    with pytest.raises(sc.ChannelClosed, match=reason):
        await writer.send("too late")
    assert await reader.get(timeout_s=5) == "last words"
    with pytest.raises(sc.ChannelClosed, match=reason):
        await reader.get(timeout_s=5)
    assert reader.end_reason == "its lifetime_s=0.5 has passed"
    assert await pc.channels() == []
    assert (await balanced(reader)).delivered == 1
    await daq.create_channel("x")  # the name is free, and no timer ends this one


@pytest.mark.parametrize("lifetime_s", [0, -1, float("inf"), float("nan"), "1", True, 10**400])
async def test_a_lifetime_is_a_positive_time(connect: Connect, lifetime_s: Any) -> None:
    daq = await connect("daq")
    with pytest.raises(sc.InvalidValue, match="lifetime_s"):
        await daq.create_channel("x", lifetime_s=lifetime_s)


@pytest.mark.parametrize("limits", [sc.Limits(resume_s=0.05)])
async def test_a_lost_session_gets_the_time_that_is_left(
    connect: Connect, server: sc.Server, proxy: Any, until: Until, limits: sc.Limits
) -> None:
    daq = await connect("daq", address=proxy.address)
    writer = await daq.create_channel("x", lifetime_s=1000)
    assert 990 < left_s(server) <= 1000
    proxy.refusing = True
    proxy.cut()
    assert server._services is not None
    directory = server._services.streams.directory
    await until(lambda: "x" not in directory)
    proxy.refusing = False
    await until(lambda: writer._outlet.number != 0)
    assert 990 < left_s(server) < 999.95
    assert writer.info.lifetime_s == 1000


async def test_a_restarted_server_gives_no_time_anew(until: Until) -> None:
    first = sc.Server("127.0.0.1", 0)
    await first.start()
    host, _, port = first.address.rpartition(":")
    async with sc.Client("daq", first.address) as daq:
        writer = await daq.create_channel("long", lifetime_s=1000)
        short = await daq.create_channel("short", lifetime_s=0.1)
        await first.stop()
        with pytest.raises(sc.ChannelClosed, match=r"its lifetime_s=0\.1 has passed"):
            await short.wait_active()  # there is no server that could tell
        async with sc.Server(host, int(port)) as second:
            await until(lambda: writer._outlet.number != 0)
            assert left_s(second) < 999.9
            assert [info.name for info in await daq.channels()] == ["long"]


@pytest.mark.calm
async def test_a_private_temporary_channel_that_is_waited_for(
    connect: Connect, until: Until
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    reader = await pc.subscribe("x", key="tea", wait=True)
    for turn in range(2):
        writer = await daq.create_channel("x", key="tea", lifetime_s=1.0)
        await writer.send(turn)
        assert await reader.get(timeout_s=5) == turn
        await until(lambda: reader._inbox.number == 0)
        outlet = writer._outlet
        await until(lambda outlet=outlet: outlet.closed)  # another client hears of it by itself
        assert writer._outlet.closed == "its lifetime_s=1 has passed"
    await reader.close()


def test_the_blocking_face_has_it_too() -> None:
    with sc.LoopThread("server") as thread:
        server = sc.Server("127.0.0.1", 0)
        thread.run(server.start())
        with sc.blocking.Client("daq", server.address) as daq:
            writer = daq.create_channel("x", lifetime_s=0.4)
            reader = daq.subscribe("x")
            writer.send(1)
            assert list(reader) == [1]
            with pytest.raises(sc.ChannelClosed, match=r"lifetime_s=0\.4"):
                writer.send(2)
        thread.run(server.stop())
