from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest

import stream_core as sc

Connect = Callable[..., Awaitable[sc.Client]]
Balanced = Callable[[sc.Reader], Awaitable[sc.ReaderStatistics]]


@pytest.fixture
async def ends(connect: Connect) -> tuple[sc.Client, sc.Client]:
    return await connect("daq"), await connect("pc")


Ends = tuple[sc.Client, sc.Client]


async def test_a_channel_with_history_is_in_demand_by_itself(ends: Ends) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", history=3)
    assert (writer.active, writer.ready) == (True, True)
    assert writer.info.history == 3
    for number in range(10):
        assert await writer.send(number)
    await writer.flush()
    reader = await pc.subscribe("x", history=5)
    assert [await reader.get(timeout_s=5) for _ in range(3)] == [7, 8, 9]
    assert (reader.lost, len(reader)) == (0, 0)
    late = await pc.subscribe("x")
    await reader.close()
    await writer.send(10)
    assert await late.get(timeout_s=5) == 10


@pytest.mark.calm
async def test_there_is_no_gap_and_no_duplicate_at_the_seam(ends: Ends, balanced: Balanced) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", history=1000)
    stop = asyncio.Event()

    async def write() -> int:
        number = 0
        while not stop.is_set():
            await writer.send(number)
            number += 1
        await writer.flush()
        return number

    writing = asyncio.create_task(write())
    readers = []
    for _ in range(20):
        readers.append(await pc.subscribe("x", history=50, overflow="wait", buffer_size=100_000))
        await asyncio.sleep(0)
    for reader in readers:
        first = await reader.get_item(timeout_s=5)
        assert first.value == first.sequence
        assert [await reader.get(timeout_s=5) for _ in range(100)] == list(
            range(first.value + 1, first.value + 101)
        )
    stop.set()
    async with asyncio.TaskGroup() as group:
        for reader in readers:
            group.create_task(take_all(reader))
        last = await writing
        await writer.close()
    for reader in readers:
        account = await balanced(reader)
        assert reader.lost == account.dropped == 0
        assert account.published == account.delivered <= last


async def take_all(reader: sc.Reader) -> None:
    async for _ in reader:
        pass


async def test_the_past_comes_whole_whatever_the_buffer_and_the_policy(
    ends: Ends, balanced: Balanced
) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", history=100)
    for number in range(50):
        await writer.send(number)
    await writer.flush()
    for overflow in sc.Overflow:
        reader = await pc.subscribe("x", history=100, overflow=overflow, buffer_size=2)
        assert [await reader.get(timeout_s=5) for _ in range(50)] == list(range(50))
        assert (await balanced(reader)).delivered == 50


async def test_the_past_is_selected_like_the_rest(ends: Ends, balanced: Balanced) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", history=100)
    for number in range(20):
        await writer.send(number)
    await writer.flush()
    reader = await pc.subscribe("x", history=10, every=4)
    await writer.send(20)
    assert [await reader.get(timeout_s=5) for _ in range(3)] == [12, 16, 20]
    account = await balanced(reader)
    assert (account.published, account.delivered, account.not_selected) == (11, 3, 8)


async def test_demand_never_thins_a_channel_with_history(ends: Ends) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", history=100)
    tenth = await pc.subscribe("x", every=10)
    for number in range(30):
        await writer.send(number)
    await writer.flush()
    assert [await tenth.get(timeout_s=5) for _ in range(3)] == [0, 10, 20]
    reader = await pc.subscribe("x", history=100)
    assert [await reader.get(timeout_s=5) for _ in range(30)] == list(range(30))


async def test_gaps_in_the_past_are_told(ends: Ends, balanced: Balanced) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", history=100)
    slow = await pc.subscribe("x", overflow="wait", buffer_size=1)
    sent = 0
    while writer.demand.state != "paused":
        await writer.send(sent)
        await writer.flush()
        sent += 1
    assert not writer.send_nowait("given up")
    await slow.close()
    await writer.send("after")
    await writer.flush()
    reader = await pc.subscribe("x", history=100)
    losses: list[sc.Loss] = []
    reader.on_lost(losses.append)
    values = [await reader.get(timeout_s=5) for _ in range(sent + 1)]
    assert values == [*range(sent), "after"]
    assert losses == [sc.Loss(sent, sent, 1, "the writer was paused")]
    assert (await balanced(reader)).dropped == 1


async def test_samples_are_kept_with_their_times(ends: Ends) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", dtype="int32", columns=("a", "b"), history=6)
    start_ns = daq.now_ns()
    rows = np.arange(20, dtype="int32").reshape(10, 2)
    await writer.send_samples(rows, time_ns=start_ns, interval_ns=1000)
    await writer.flush()
    reader = await pc.subscribe("x", history=4)
    block = await reader.get_block(timeout_s=5)
    assert np.array_equal(block.values, rows[6:])
    assert list(block.sequences) == [6, 7, 8, 9]
    assert list(block.times_ns) == [start_ns + 1000 * number for number in range(6, 10)]


@pytest.mark.parametrize("limits", [sc.Limits(resume_s=0.1)])
async def test_a_reader_whose_session_went_goes_on_from_the_history(
    connect: Connect, proxy: Any, until: Any, balanced: Balanced, limits: sc.Limits
) -> None:
    daq, pc = await connect("daq"), await connect("pc", address=proxy.address)
    writer = await daq.create_channel("x", history=1000)
    reader = await pc.subscribe("x")
    await writer.send(0)
    assert await reader.get(timeout_s=5) == 0
    proxy.refusing = True
    proxy.cut()
    async with asyncio.timeout(5):
        while [client.name for client in await daq.clients()] != ["daq"]:
            pass
    for number in range(1, 200):
        await writer.send(number)
    await writer.flush()
    proxy.refusing = False
    assert [await reader.get(timeout_s=5) for _ in range(199)] == list(range(1, 200))
    assert reader.lost == 0
    await balanced(reader)


async def test_a_reader_that_waits_for_a_channel_has_its_history_each_time(ends: Ends) -> None:
    daq, pc = ends
    reader = await pc.subscribe("x", wait=True, history=10)
    for round_ in range(2):
        writer = await daq.create_channel("x", history=10)
        await writer.send(round_)
        assert await reader.get(timeout_s=5) == round_
        await writer.close()


async def test_what_a_history_costs_is_counted(ends: Ends, server: sc.Server) -> None:
    daq, _ = ends
    writer = await daq.create_channel("x", history=10, codec="raw")
    for _ in range(20):
        await writer.send(bytes(10_000))
    await writer.flush()
    before = (await daq.statistics()).server.buffered_bytes
    assert 100_000 <= before < 110_000
    await writer.close()
    assert (await daq.statistics()).server.buffered_bytes == 0


@pytest.mark.parametrize("history", [-1, 1.5, True, "10"])
async def test_a_wrong_history_is_refused(ends: Ends, history: Any) -> None:
    daq, _ = ends
    with pytest.raises(sc.InvalidValue, match="history"):
        await daq.create_channel("x", history=history)


async def test_history_is_chosen_when_subscribing(ends: Ends) -> None:
    daq, pc = ends
    await daq.create_channel("x", history=10)
    reader = await pc.subscribe("x")
    with pytest.raises(sc.InvalidValue, match="subscribe time"):
        await reader.configure(history=5)


async def test_the_blocking_face_has_it_too(server: sc.Server) -> None:
    def work() -> list[int]:
        with (
            sc.blocking.Client("daq", server.address) as daq,
            sc.blocking.Client("pc", server.address) as pc,
        ):
            writer = daq.create_channel("x", history=5)
            for number in range(10):
                writer.send(number)
            writer.flush()
            reader = pc.subscribe("x", history=3)
            return [reader.get(timeout_s=5) for _ in range(3)]

    assert await asyncio.to_thread(work) == [7, 8, 9]
