"""What writers are told of their readers, and what that is good for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import stream_core as sc

Connect = Callable[..., Awaitable[sc.Client]]
Balanced = Callable[[sc.Reader], Awaitable[sc.ReaderStatistics]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


@pytest.mark.chaos
async def test_the_next_item_after_subscribe_is_seen(connect: Connect, balanced: Balanced) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x")
    for number in range(20):  # nobody reads, or somebody who wants less
        other = await pc.subscribe("x", every=1000) if number % 2 else None
        await writer.send("nobody reads this")
        reader = await pc.subscribe("x")
        assert await writer.send(number)
        got = await reader.get(timeout_s=5)
        assert got in (number, "nobody reads this")  # that may be under way
        if got != number:
            assert await reader.get(timeout_s=5) == number
        assert (await balanced(reader)).dropped == 0
        await reader.close()
        if other is not None:
            await other.close()


async def test_subscribe_waits_for_the_writer_to_know(
    connect: Connect, proxy: Any, until: Until
) -> None:
    daq, pc = await connect("daq", address=proxy.address), await connect("pc")
    writer = await daq.create_channel("x")
    proxy.stall()
    subscribing = asyncio.create_task(pc.subscribe("x"))
    await pc.ping()
    assert not await writer.send("nobody reads, as far as is known here")
    assert not subscribing.done()
    proxy.flow()
    reader = await subscribing
    assert await writer.send("this")
    assert await reader.get(timeout_s=5) == "this"


@pytest.mark.chaos
async def test_whoever_is_full_pauses_all_writers_until_nobody_is(
    connect: Connect, balanced: Balanced, until: Until
) -> None:
    clients = [await connect(name) for name in ("owner", "guest", "one", "two")]
    owner, guest, *readers_clients = clients
    writers = [await owner.create_channel("x", shared=True), await guest.open_writer("x")]
    small, large = [
        await client.subscribe("x", overflow="wait", buffer_size=size)
        for client, size in zip(readers_clients, (2, 6), strict=True)
    ]
    told: list[list[str]] = [[], []]
    for writer, states in zip(writers, told, strict=True):
        writer.on_demand(lambda demand, states=states: states.append(demand.state))
    sent = 0

    async def fill() -> None:
        """Send by turns, each item a block, until both are paused."""
        nonlocal sent
        while any(writer.demand.state != "paused" for writer in writers):
            writer = writers[sent % 2]
            if writer.send_nowait(sent):
                sent += 1
            await writer.flush()

    async def take(reader: sc.Reader, count: int) -> list[int]:
        values = [await reader.get(timeout_s=5) for _ in range(count)]
        await balanced(reader)  # the server knows of it
        return values

    await fill()
    got_large = await take(large, sent)
    assert [writer.active for writer in writers] == [False, False]  # the small one is full
    got_small = await take(small, sent)
    await until(lambda: all(writer.active for writer in writers))
    await fill()
    for reader, got in ((large, got_large), (small, got_small)):
        got += await take(reader, sent - len(got))
    await until(lambda: all(writer.active for writer in writers))
    assert told == [["paused", "active", "paused", "active"]] * 2
    assert got_small == got_large
    assert sorted(got_small) == list(range(sent))
    assert [reader.lost for reader in (small, large)] == [0, 0]


async def test_requirements_are_what_all_readers_can_do_with(
    connect: Connect, until: Until
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x")
    await pc.subscribe("x", every=12)
    sixth = await pc.subscribe("x", every=18)
    assert writer.demand == sc.Demand("active", 6, 0.0)
    await sixth.configure(every=8)
    assert writer.demand.every == 4
    whole = await pc.subscribe("x", buffer_size=1, min_interval_s=0.5)
    assert writer.demand == sc.Demand("active", 1, 0.0)  # not all want the newest only
    await whole.close()
    await until(lambda: writer.demand.every == 4)
    newest = await daq.create_channel("y")
    for seconds in (0.5, 0.2, 0.9):
        await pc.subscribe("y", buffer_size=1, min_interval_s=seconds)
    assert newest.demand == sc.Demand("active", 1, 0.2)
    recorder = await pc.subscribe("y", overflow="wait")
    assert newest.demand.newest_interval_s == 0
    await recorder.close()
    await until(lambda: newest.demand.newest_interval_s == 0.2)


async def test_a_shared_channel_is_told_but_sends_everything(
    connect: Connect, balanced: Balanced
) -> None:
    owner, guest, pc = [await connect(name) for name in ("owner", "guest", "pc")]
    writers = [await owner.create_channel("x", shared=True), await guest.open_writer("x")]
    reader = await pc.subscribe("x", every=5)
    assert [writer.demand.every for writer in writers] == [5, 5]
    for number in range(20):
        assert await writers[number % 2].send(number)
        await writers[number % 2].flush()
    assert [await reader.get(timeout_s=5) for _ in range(4)] == [0, 5, 10, 15]
    account = await balanced(reader)
    assert (account.published, account.not_selected, account.dropped) == (20, 16, 0)


@pytest.mark.chaos
async def test_a_writer_follows_its_readers_as_they_come_and_go(
    connect: Connect, balanced: Balanced, until: Until
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x")
    told: list[str] = []
    writer.on_demand(lambda demand: told.append(demand.state))
    with pytest.raises(TimeoutError):
        await writer.wait_active(timeout_s=0.001)
    waiting = asyncio.create_task(writer.wait_active())
    sending = asyncio.create_task(writer.send("waits for a reader", wait_active=True))
    reader = await pc.subscribe("x", overflow="wait", buffer_size=1)
    await waiting
    assert await sending
    while writer.active:
        await writer.send("fills it")
        await writer.flush()
    held = asyncio.create_task(writer.wait_active())
    late = asyncio.create_task(writer.send("waits for room", wait_active=True))
    got = [await reader.get(timeout_s=5)]
    while got[-1] != "waits for room":
        got.append(await reader.get(timeout_s=5))
    await held
    assert await late
    await balanced(reader)
    await reader.close()
    await until(lambda: writer.demand.state == "idle")
    assert not await writer.send("nobody reads")
    assert (told[:3], told[-1]) == (["active", "paused", "active"], "idle")
    assert "idle" not in told[:-1]
