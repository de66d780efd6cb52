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


async def test_a_spike_survives_decimation(ends: Ends, balanced: Balanced) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", dtype="float64", rate_hz=1000)
    reader = await pc.subscribe("x", envelope=100, overflow="wait")
    samples = np.zeros(100_000)
    samples[54_321] = 7.5
    start_ns = daq.now_ns()
    for index in range(0, 100_000, 999):
        part_ns = start_ns + index * 1_000_000
        await writer.send_samples(samples[index : index + 999], time_ns=part_ns)
    await writer.flush()
    pairs, numbers, times = [], [], []
    while len(pairs) < 1000:
        item = await reader.get_item(timeout_s=5)
        pairs.append(item.value)
        numbers.append(item.sequence)
        times.append(item.time_ns)
    assert numbers == list(range(0, 100_000, 100))
    assert times == [start_ns + 1_000_000 * number for number in numbers]
    assert {pair.shape for pair in pairs} == {(2,)}
    highs = [pair[1] for pair in pairs]
    assert highs.index(7.5) == 543
    assert (sum(highs), max(pair[0] for pair in pairs)) == (7.5, 0.0)
    account = await balanced(reader)
    assert (account.published, account.delivered, account.reduced) == (100_000, 1000, 99_000)
    assert account.envelope == 100


async def test_an_open_bin_waits_and_goes_with_the_end(ends: Ends, balanced: Balanced) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", dtype="int64")
    await pc.subscribe("x")  # so that there is demand: the numbers begin here
    await writer.send_samples(np.arange(3))
    await writer.flush()
    reader = await pc.subscribe("x", envelope=10)
    await writer.send_samples(np.arange(3, 24))
    await writer.flush()
    assert [item.tolist() for item in [await reader.get(), await reader.get()]] == [
        [3, 9],
        [10, 19],
    ]
    with pytest.raises(sc.Empty):
        reader.get_nowait()
    account = await balanced(reader)
    assert (account.delivered, account.reduced) == (2, 19)
    await writer.close()
    assert [item.tolist() async for item in reader] == [[20, 23]]
    account = await balanced(reader)
    assert (account.delivered, account.reduced) == (3, 18)


async def test_columns_are_enveloped_apart_and_nan_is_ignored(ends: Ends) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", dtype="float32", columns=("a", "b"))
    reader = await pc.subscribe("x", envelope=4)
    rows = np.array([[1, np.nan], [np.nan, np.nan], [3, np.nan], [2, np.nan]], "float32")
    await writer.send_samples(rows)
    item = await reader.get(timeout_s=5)
    assert (item.shape, item.dtype) == ((2, 2), np.float32)
    assert np.array_equal(item, [[1, np.nan], [3, np.nan]], equal_nan=True)


async def test_a_gap_splits_a_bin(ends: Ends, balanced: Balanced) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", dtype="int64")
    reader = await pc.subscribe("x", envelope=10)
    waiting = await pc.subscribe("x", overflow="wait", buffer_size=1)
    sent = 0
    while writer.demand.state != "paused":
        await writer.send(sent)
        await writer.flush()
        sent += 1
    for _ in range(2):
        assert not writer.send_nowait(0)
    await waiting.close()
    await writer.wait_active(timeout_s=5)
    await writer.send_samples(np.arange(sent + 2, 40))
    items = [await reader.get_item(timeout_s=5)]
    while items[-1].sequence < 30:
        items.append(await reader.get_item(timeout_s=5))
    account = await balanced(reader)
    assert account.published == 40
    assert account.dropped == reader.lost == 2
    covered = [list(range(item.value[0], item.value[1] + 1)) for item in items]
    expected = [*range(sent), *range(sent + 2, 40)]
    assert [number for numbers in covered for number in numbers] == expected
    assert [item.sequence for item in items] == [numbers[0] for numbers in covered]


async def test_policies_act_on_the_pairs(ends: Ends, balanced: Balanced) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", dtype="int64")
    reader = await pc.subscribe("x", envelope=10, buffer_size=2, overflow="ring")
    for index in range(0, 500, 10):
        await writer.send_samples(np.arange(index, index + 10))
        await writer.flush()
    account = await balanced(reader)
    assert (account.published, account.reduced) == (500, 450)
    assert (account.in_flight, account.buffered, account.dropped) == (2, 2, 46)
    pairs = [await reader.get(timeout_s=5) for _ in range(4)]
    assert [pair.tolist() for pair in pairs] == [[0, 9], [10, 19], [480, 489], [490, 499]]
    assert reader.lost == 46


async def test_it_is_changed_while_subscribed(ends: Ends, balanced: Balanced) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", dtype="int64")
    reader = await pc.subscribe("x")
    await writer.send_samples(np.arange(5))
    await writer.flush()
    await reader.configure(envelope=10)
    await writer.send_samples(np.arange(5, 25))
    await writer.flush()
    await reader.configure(envelope=None)
    await writer.send_samples(np.arange(25, 28))
    values: list[Any] = [await reader.get(timeout_s=5) for _ in range(11)]
    assert values[:5] == list(range(5))
    assert [value.tolist() for value in values[5:8]] == [[5, 9], [10, 19], [20, 24]]
    assert values[8:] == [25, 26, 27]
    account = await balanced(reader)
    assert (account.delivered, account.reduced) == (11, 17)


async def test_it_comes_as_blocks_and_as_arrays(ends: Ends) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", dtype="float64", columns=("a", "b", "c"))
    reader = await pc.subscribe("x", envelope=2)
    await writer.send_samples(np.arange(60.0).reshape(20, 3))
    block = await reader.get_block(timeout_s=5)
    assert block.values.shape == (10, 2, 3)
    assert list(block.sequences) == list(range(0, 20, 2))
    await writer.send_samples(np.arange(60.0).reshape(20, 3))
    array = await reader.read_array(4)
    assert array.shape == (4, 2, 3)
    out = np.empty((3, 2, 3))
    assert await reader.read_array(3, out) is out
    with pytest.raises(sc.InvalidValue, match=r"shape \(3, 2, 3\)"):
        await reader.read_array(3, np.empty((3, 3)))


async def test_a_display_takes_an_envelope_a_few_times_a_second(
    ends: Ends, balanced: Balanced
) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", dtype="int64", history=100)
    await writer.send_samples(np.arange(100))
    await writer.flush()
    reader = await pc.subscribe(
        "x", envelope=10, min_interval_s=0.02, buffer_size=1, overflow="ring", history=35
    )
    assert writer.demand.newest_interval_s == 0  # an envelope needs every sample
    await writer.send_samples(np.arange(100, 200))
    await writer.flush()
    items = [await reader.get_item(timeout_s=5)]
    while items[-1].sequence != 190:
        items.append(await reader.get_item(timeout_s=5))
    assert [item.sequence for item in items] == [65, 70, 80, 90, 190]
    account = await balanced(reader)
    assert (account.published, account.not_selected, account.dropped) == (135, 9, 0)


@pytest.mark.parametrize("limits", [sc.Limits(resume_s=0.1)])
async def test_a_subscription_that_is_made_again_loses_no_more_than_is_lost(
    connect: Connect, proxy: Any, limits: sc.Limits, balanced: Balanced
) -> None:
    daq, pc = await connect("daq"), await connect("pc", address=proxy.address)
    writer = await daq.create_channel("x", dtype="int64")
    await daq.subscribe("x")
    reader = await pc.subscribe("x", envelope=10)
    losses: list[sc.Loss] = []
    reader.on_lost(losses.append)
    await writer.send_samples(np.arange(20))
    assert [(await reader.get(timeout_s=5)).tolist() for _ in range(2)] == [[0, 9], [10, 19]]
    proxy.refusing = True
    proxy.cut()
    async with asyncio.timeout(5):
        while [client.name for client in await daq.clients()] != ["daq"]:
            pass
    await writer.send_samples(np.arange(20, 40))
    await writer.flush()
    proxy.refusing = False
    async with asyncio.timeout(5):
        while (await daq.channels("x"))[0].readers < 2:
            pass
    await writer.send_samples(np.arange(40, 50))
    assert (await reader.get(timeout_s=5)).tolist() == [40, 49]
    assert losses == [sc.Loss(20, 39, 20, "the subscription was interrupted")]


async def test_what_has_no_envelope_is_refused(ends: Ends) -> None:
    daq, pc = ends
    await daq.create_channel("objects")
    await daq.create_channel("complex", dtype="complex128")
    writer = await daq.create_channel("x", dtype="float64")
    with pytest.raises(sc.InvalidValue, match="carries no samples"):
        await pc.subscribe("objects", envelope=10)
    with pytest.raises(sc.InvalidValue, match="real numbers, not samples of complex128"):
        await pc.subscribe("complex", envelope=10)
    with pytest.raises(sc.InvalidValue, match="exclude each other"):
        await pc.subscribe("x", envelope=10, every=2)
    reader = await pc.subscribe("x", every=2)
    with pytest.raises(sc.InvalidValue, match="exclude each other"):
        await reader.configure(envelope=10)
    await reader.configure(envelope=2, every=1)
    await writer.send_samples(np.arange(2.0))
    assert (await reader.get(timeout_s=5)).tolist() == [0, 1]
    with pytest.raises(sc.InvalidValue, match="envelope"):
        await pc.subscribe("x", envelope=0)


async def test_the_end_of_a_transfer_closes_the_open_bin(ends: Ends) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", dtype="int64")
    reader = await pc.subscribe("x", envelope=10)
    await writer.send_samples(np.arange(15))
    await writer.end()
    assert [item.tolist() async for item in reader.transfer()] == [[0, 9], [10, 14]]
