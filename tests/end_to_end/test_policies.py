from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest

import stream_core as sc

Connect = Callable[..., Awaitable[sc.Client]]
Balanced = Callable[[sc.Reader], Awaitable[sc.ReaderStatistics]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


@pytest.fixture
async def ends(connect: Connect) -> tuple[sc.Client, sc.Client]:
    return await connect("daq"), await connect("pc")


Ends = tuple[sc.Client, sc.Client]


@pytest.mark.chaos
@pytest.mark.parametrize("overflow", list(sc.Overflow))
async def test_each_policy_accounts_for_every_item(
    ends: Ends, balanced: Balanced, overflow: sc.Overflow
) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", buffer_size=8, overflow=overflow, every=2)
    losses: list[sc.Loss] = []
    reader.on_lost(losses.append)

    async def send() -> None:
        for number in range(200):
            await writer.send(number)
            if number % 3 == 0:
                await writer.flush()
        await writer.close()

    sending = asyncio.create_task(send())
    if overflow is not sc.Overflow.WAIT:
        await sending
    got: list[int] = []
    error: Exception | None = None
    try:
        async for value in reader:
            got.append(value)
    except sc.BufferOverflow as overflowed:
        error = overflowed
    await sending
    account = await balanced(reader)
    assert len(got) + reader.lost == account.published - account.not_selected
    assert account.dropped == reader.lost == sum(loss.count for loss in losses)
    assert all(value % 2 == 0 for value in got)
    assert got == sorted(set(got))
    assert (error is not None) == (overflow is sc.Overflow.RAISE)
    if overflow is sc.Overflow.WAIT:
        assert got == list(range(0, 200, 2))
    if overflow in (sc.Overflow.RING, sc.Overflow.CLEAR):
        assert got[-1] == 198


async def test_what_is_given_up_while_paused_is_a_gap_with_its_reason(
    ends: Ends, balanced: Balanced, until: Until
) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", buffer_size=2, overflow="wait")
    losses: list[sc.Loss] = []
    reader.on_lost(losses.append)
    sent = 0
    while not (writer.demand.state == "paused"):
        assert await writer.send(sent)
        await writer.flush()
        sent += 1
    with pytest.raises(sc.InvalidValue):
        writer.send_nowait(object())  # takes no number
    assert (writer.ready, writer.active) == (False, False)
    assert [writer.send_nowait(0), writer.send_nowait(0)] == [False, False]
    waiting = asyncio.create_task(writer.send("resumed"))
    items = [await reader.get_item(timeout_s=5) for _ in range(sent + 1)]
    assert await waiting
    assert [item.value for item in items] == [*range(sent), "resumed"]
    assert items[-1].sequence == sent + 2
    assert losses == [sc.Loss(sent, sent + 1, 2, "the writer was paused")]
    account = await balanced(reader)
    assert (account.published, account.dropped, reader.lost) == (sent + 3, 2, 2)


async def test_an_unread_channel_carries_no_payload(connect: Connect, proxy: Any) -> None:
    daq = await connect("daq", address=proxy.address)
    writer = await daq.create_channel("x", dtype="float64")
    await daq.ping()
    await writer.flush()
    before = proxy.bytes_up
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_turns())
    for _ in range(20_000):
        assert not await writer.send(1.0)
    assert not await writer.send_samples(np.zeros(100_000))
    assert not writer.send_nowait(2.0)
    counting.cancel()
    await writer.flush()
    assert proxy.bytes_up - before < 200
    assert turns > 3


async def test_every_of_all_readers_is_withheld_at_the_writer(
    connect: Connect, proxy: Any, balanced: Balanced
) -> None:
    daq = await connect("daq", address=proxy.address)
    pc = await connect("pc")
    writer = await daq.create_channel("x")
    tenth = await pc.subscribe("x", every=10, buffer_size=None)
    twentieth = await pc.subscribe("x", every=20, buffer_size=None)
    assert writer.demand == sc.Demand("active", 10, 0.0)
    before = proxy.bytes_up
    for number in range(1001):
        await writer.send(b"%032d" % number)
    await writer.flush()
    assert proxy.bytes_up - before < 101 * 60 + 2000
    assert [int(await tenth.get()) for _ in range(101)] == list(range(0, 1001, 10))
    assert [int(await twentieth.get()) for _ in range(51)] == list(range(0, 1001, 20))
    for reader, count in ((tenth, 101), (twentieth, 51)):
        account = await balanced(reader)
        assert (account.published, account.delivered, account.dropped) == (1001, count, 0)
        assert reader.lost == 0
    late = await pc.subscribe("x", buffer_size=None)
    assert writer.demand.every == 1
    await writer.send(b"late")
    assert await late.get() == b"late"
    assert (await balanced(late)).dropped == 0


async def test_only_the_newest_is_sent_when_nobody_wants_more(
    connect: Connect, proxy: Any, balanced: Balanced
) -> None:
    daq = await connect("daq", address=proxy.address)
    pc = await connect("pc")
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", buffer_size=1, min_interval_s=0.05)
    assert writer.demand.newest_interval_s == 0.05
    before = proxy.bytes_up
    for number in range(1000):
        assert await writer.send(number)
    last = await reader.get_item(timeout_s=5)
    while last.value != 999:
        last = await reader.get_item(timeout_s=5)
    assert last.sequence == 999
    assert proxy.bytes_up - before < 50 * 100
    await writer.flush()
    account = await balanced(reader)
    assert (account.published, account.dropped, reader.lost) == (1000, 0, 0)
    assert account.delivered + account.not_selected == 1000


@pytest.mark.chaos
async def test_samples_are_selected_at_the_writer_too(ends: Ends, balanced: Balanced) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", dtype="int32", columns=("a", "b"), rate_hz=1000)
    reader = await pc.subscribe("x", every=3, buffer_size=None)
    rows = np.arange(200, dtype="int32").reshape(100, 2)
    start_ns = daq.now_ns()
    await writer.send_samples(rows[:50], time_ns=start_ns)
    await writer.send_samples(rows[50:], time_ns=start_ns + 50_000_000)
    await writer.flush()
    blocks = []
    while sum(len(block.values) for block in blocks) < 34:
        blocks.append(await reader.get_block(timeout_s=5))
    values = np.concatenate([block.values for block in blocks])
    times = np.concatenate([block.times_ns for block in blocks])
    assert np.array_equal(values, rows[::3])
    assert np.array_equal(times, start_ns + np.arange(0, 100, 3) * 1_000_000)
    assert [n for block in blocks for n in block.sequences] == list(range(0, 100, 3))
    assert {block.source for block in blocks} == {_number(await pc.clients(), "daq")}
    assert (await balanced(reader)).published == 100


def _number(clients: list[sc.ClientInfo], name: str) -> int:
    return next(client.number for client in clients if client.name == name)


async def test_the_outbox_is_bounded(
    connect: Connect, proxy: Any, balanced: Balanced, until: Until
) -> None:
    daq, pc = await connect("daq", address=proxy.address), await connect("pc")
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", buffer_size=None)
    losses: list[sc.Loss] = []
    reader.on_lost(losses.append)
    proxy.pause()
    payload = bytes(100_000)
    taken = 0
    while writer.ready:
        assert writer.send_nowait(payload)
        taken += 1
        if taken % 10 == 0:
            await asyncio.sleep(0)
    assert 4_000_000 < taken * len(payload) < 20_000_000  # the sockets' buffers take some too
    assert not writer.send_nowait(payload)
    waiting = asyncio.create_task(writer.send(b"later"))
    await asyncio.sleep(0)
    assert not waiting.done()
    proxy.go_on()
    assert await waiting
    await writer.flush()
    for _ in range(taken):
        assert await reader.get(timeout_s=5) == payload
    assert await reader.get(timeout_s=5) == b"later"
    assert losses == [sc.Loss(taken, taken, 1, "the writer's outbox was full")]
    account = await balanced(reader)
    assert (account.published, account.dropped) == (taken + 2, 1)


async def test_send_gives_the_loop_its_turns(ends: Ends, balanced: Balanced) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", overflow="wait", buffer_size=500)
    got: list[int] = []

    async def read() -> None:
        async for value in reader:
            got.append(value)

    reading = asyncio.create_task(read())
    for number in range(5000):
        await writer.send(number)
    await writer.flush()
    account = await balanced(reader)
    assert account.published == 5000
    await writer.close()
    await reading
    assert got == list(range(5000))


async def test_configure_changes_a_reader_at_once(ends: Ends, balanced: Balanced) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", buffer_size=1000)
    await writer.send(0)
    await reader.configure(every=5, overflow=sc.Overflow.SKIP)
    assert writer.demand.every == 5
    for number in range(1, 11):
        await writer.send(number)
    await writer.flush()
    assert [await reader.get() for _ in range(3)] == [0, 5, 10]
    account = await balanced(reader)
    assert (account.every, account.overflow, account.not_selected) == (5, "skip", 8)
    with pytest.raises(sc.InvalidValue, match="every"):
        await reader.configure(every=0)
    number = account.number
    await daq.configure_reader("pc", number, overflow=sc.Overflow.RING, every=1)
    assert (await balanced(reader)).every == 1


async def test_clear_discards_what_waits_everywhere(
    ends: Ends, balanced: Balanced, until: Until
) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", buffer_size=4, overflow="wait")
    while writer.demand.state != "paused":
        await writer.send(0)
        await writer.flush()
    reader.clear()
    assert len(reader) == 0
    await reader.statistics()
    assert await writer.send("new")
    assert await reader.get(timeout_s=5) == "new"
    account = await balanced(reader)
    assert account.buffered == 0


async def test_a_slow_taker_of_a_large_block_is_heard_of(
    ends: Ends, balanced: Balanced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stream_core.client.credits.PART_S", 0.01)
    daq, pc = ends
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", overflow="wait")
    for number in range(100):
        writer.send_nowait(number)
    assert [await reader.get() for _ in range(40)] == list(range(40))
    everyone = await pc.remote("server")
    async with asyncio.timeout(5):
        while True:
            accounts = await everyone.reader_statistics()
            if accounts[0]["delivered"] == 40:
                break
    assert (await balanced(reader)).in_flight == 60


@pytest.mark.parametrize("limits", [sc.Limits(stall_s=0.1)])
async def test_a_reader_that_stalls_a_channel_is_ended(
    ends: Ends, balanced: Balanced, limits: sc.Limits
) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", overflow="wait", buffer_size=1)
    while writer.demand.state != "paused":
        await writer.send(0)
        await writer.flush()
    assert not await writer.send(1)  # waits until the reader is gone, then nobody reads
    with pytest.raises(sc.BufferOverflow, match="stall_s"):
        assert [value async for value in reader] == []
    await balanced(reader)


async def test_a_channel_may_refuse_to_be_paused(ends: Ends) -> None:
    daq, pc = ends
    await daq.create_channel("x", may_pause=False)
    with pytest.raises(sc.NotAllowed, match="may_pause"):
        await pc.subscribe("x", overflow="wait")
    reader = await pc.subscribe("x")
    with pytest.raises(sc.NotAllowed, match="may_pause"):
        await reader.configure(overflow="wait")


@pytest.mark.parametrize("limits", [sc.Limits(frame_bytes=16_384)])
@pytest.mark.parametrize("times_ns", [None, (0, 2**62), (-(2**63), 2**63 - 1)])
async def test_small_blocks_come_together_within_every_limit(
    ends: Ends, balanced: Balanced, limits: sc.Limits, times_ns: tuple[int, int] | None
) -> None:
    daq, pc = ends
    writer = await daq.create_channel("x", dtype="f8", shape=(100,))
    reader = await pc.subscribe("x", min_interval_s=0.05, overflow="wait")
    await writer.send(np.zeros(100))
    await reader.get(timeout_s=5)  # the next serving is later
    for number in range(60):
        time_ns = None if times_ns is None else times_ns[number % 2]
        await writer.send(np.full(100, number), time_ns=time_ns)
        await writer.flush()
    items = [await reader.get_item(timeout_s=5) for _ in range(60)]
    assert [item.value[99] for item in items] == list(range(60))
    if times_ns is not None:
        assert [item.time_ns for item in items] == [*times_ns] * 30
    await balanced(reader)
