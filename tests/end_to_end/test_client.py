from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from datetime import datetime
from typing import Any

import numpy as np
import pytest

import stream_core as sc

Connect = Callable[..., Awaitable[sc.Client]]
Balanced = Callable[[sc.Reader], Awaitable[sc.ReaderStatistics]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


@pytest.mark.chaos
async def test_every_way_to_take_an_item(connect: Connect, balanced: Balanced) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x", unit="V", labels={"rack": "3"})
    reader = await pc.subscribe("x")
    values = [1, "two", 3.0, None, (4, [5]), {"six": {7}}, datetime(2026, 1, 1), 1 << 80]
    for value in values:
        assert await writer.send(value, time_ns=17)
    await writer.flush()
    assert await reader.get(timeout_s=5) == 1
    assert reader.get_nowait() == "two"
    item = await reader.get_item()
    assert (item.value, item.time_ns, item.sequence) == (3.0, 17, 2)
    assert await anext(reader) is None
    blocks = []
    while sum(len(block.values) for block in blocks) < 4:
        blocks.append(await reader.get_block())
    assert [value for block in blocks for value in block.values] == values[4:]
    assert [number for block in blocks for number in block.sequences] == [4, 5, 6, 7]
    assert [time_ns for block in blocks for time_ns in block.times_ns] == [17] * 4
    assert all(block.lost == () for block in blocks)
    with pytest.raises(sc.Empty):
        reader.get_nowait()
    with pytest.raises(TimeoutError, match=r"'x': nothing came within timeout_s=0\.001"):
        await reader.get(timeout_s=0.001)
    assert reader.info is not None
    assert (reader.info.unit, reader.info.labels) == ("V", {"rack": "3"})
    assert (await balanced(reader)).delivered == len(values)
    array = np.arange(6).reshape(2, 3)
    await writer.send(array)
    assert np.array_equal(await reader.get(), array)


async def test_waits_that_end_early_lose_nothing(connect: Connect, balanced: Balanced) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x", dtype="float64", rate_hz=10)
    reader = await pc.subscribe("x")
    for wait in (reader.get, reader.get_item, reader.get_block, lambda: reader.read_array(9)):
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(wait(), 0.001)
    assert not reader._waiting
    await writer.send_samples(np.arange(5.0))
    await writer.flush()
    assert await reader.get() == 0.0
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read_array(6), 0.02)
        assert len(reader) == 4
    await writer.send_samples(np.arange(5.0, 8.0))
    assert (await reader.read_array(6)).tolist() == [1, 2, 3, 4, 5, 6]
    assert await reader.get(timeout_s=5) == 7.0
    account = await balanced(reader)
    assert (account.published, account.delivered, account.in_flight) == (8, 8, 0)


async def test_read_array_writes_where_it_is_told(connect: Connect, balanced: Balanced) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x", dtype="float32", columns=("a", "b"))
    reader = await pc.subscribe("x")
    for start in range(0, 8, 2):
        await writer.send_samples(np.arange(start, start + 4, dtype="f4").reshape(2, 2))
    out = np.zeros((7, 2))
    assert await reader.read_array(7, out=out) is out
    assert out.tolist() == [[0, 1], [2, 3], [2, 3], [4, 5], [4, 5], [6, 7], [6, 7]]
    for wrong in (np.zeros((6, 2)), np.zeros((7, 2), "i4"), [0] * 7, _read_only(out)):
        with pytest.raises(sc.InvalidValue, match="out"):
            await reader.read_array(7, out=wrong)
    with pytest.raises(sc.InvalidValue, match="n=0"):
        await reader.read_array(0)
    assert (await reader.get(timeout_s=5)).tolist() == [8, 9]
    objects = await daq.create_channel("y")
    plain = await pc.subscribe("y")
    with pytest.raises(sc.InvalidValue, match="no samples"):
        await plain.read_array(1)
    with pytest.raises(sc.InvalidValue, match="no samples"):
        await objects.send_samples([1.0])
    await balanced(reader)


def _read_only(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    array = array.copy()
    array.flags.writeable = False
    return array


@pytest.mark.chaos
async def test_transfers_end_at_the_last_writers_mark(connect: Connect, balanced: Balanced) -> None:
    owner, guest, pc = await connect("owner"), await connect("guest"), await connect("pc")
    first = await owner.create_channel("x", shared=True)
    second = await guest.open_writer("x")
    reader = await pc.subscribe("x")
    for turn in range(2):
        await first.send(turn)
        await first.end()
        await second.send(turn + 10)
        await second.end()
        assert sorted([value async for value in reader.transfer()]) == [turn, turn + 10]
    await first.send("last")
    await first.close()
    assert [value async for value in reader.transfer()] == ["last"]
    assert (await balanced(reader)).delivered == 5
    with pytest.raises(sc.ChannelClosed):
        await second.send(1)


async def test_the_end_comes_after_all_items(connect: Connect, balanced: Balanced) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x")
    await writer.send(1)
    await writer.close()
    await writer.close()
    assert [value async for value in reader] == [1]
    assert reader.end_reason == "closed by its owner 'daq'"
    with pytest.raises(sc.ChannelClosed, match="closed by its owner"):
        await reader.get()
    account = await balanced(reader)
    assert (account.published, account.delivered) == (1, 1)
    assert (await pc.clients())[0].readers == ()


async def test_closed_handles_say_so(connect: Connect, until: Until) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x")
    await writer.send(1)
    getting = asyncio.create_task(reader.get())
    assert await getting == 1
    getting = asyncio.create_task(reader.get())
    await asyncio.sleep(0)
    await reader.close()
    await reader.close()
    with pytest.raises(sc.ChannelClosed, match="was closed"):
        await getting
    for use in (reader.get, reader.get_block, reader.statistics, reader.configure):
        with pytest.raises(sc.ChannelClosed, match="was closed"):
            await use()
    with pytest.raises(sc.ChannelClosed):
        reader.get_nowait()
    assert [value async for value in reader] == []
    await until(lambda: not writer.active)
    waiting = asyncio.create_task(writer.wait_active())
    await asyncio.sleep(0)
    await writer.close()
    with pytest.raises(sc.ChannelClosed):
        await waiting
    for send in (writer.end, writer.flush, lambda: writer.send(1)):
        with pytest.raises(sc.ChannelClosed, match="this writer was closed"):
            await send()
    with pytest.raises(sc.ChannelClosed):
        writer.send_nowait(1)
    assert (writer.ready, writer.active) == (False, False)


@pytest.mark.parametrize("wait", [False, True])
async def test_a_name_that_no_channel_can_have_is_refused_when_it_is_subscribed_to(
    connect: Connect, wait: bool
) -> None:
    pc = await connect("pc")
    for name in ("rig*", "rig//a", ""):
        with pytest.raises(sc.InvalidValue, match="channel name"):
            await pc.subscribe(name, wait=wait)


async def test_deleting_a_channel_closes_its_writer(connect: Connect) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x")
    with pytest.raises(sc.NotAllowed):
        await pc.delete_channel("x")
    await daq.delete_channel("x")
    with pytest.raises(sc.ChannelClosed, match="deleted"):
        await writer.send(1)
    with pytest.raises(sc.ChannelNotFound):
        await daq.delete_channel("x")


@pytest.mark.parametrize("asked", ["create_channel", "open_writer", "subscribe"])
async def test_who_gives_up_in_any_turn_leaves_nothing(
    connect: Connect, server: sc.Server, until: Until, asked: str
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("shared", shared=True)
    name = "own" if asked == "create_channel" else "shared"
    session = server._services.sessions.named("pc")
    for turns in range(25):
        task = asyncio.create_task(getattr(pc, asked)(name))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await (await task).close()
        await pc.ping()
        await until(lambda: not session.subscriptions and not session.slots)
    assert [info.name for info in await daq.channels()] == ["shared"]
    assert not writer.active


@pytest.mark.chaos
async def test_wait_outlives_deletion(connect: Connect, balanced: Balanced, until: Until) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    reader = await pc.subscribe("x", wait=True)
    losses: list[sc.Loss] = []
    reader.on_lost(losses.append)
    assert reader.info is None
    with pytest.raises(sc.ConnectionLost, match="no subscription"):
        await reader.statistics()
    await reader.configure(buffer_size=77)
    for turn in range(3):
        writer = await daq.create_channel("x")
        assert writer.active  # the reader was attached before
        await writer.send(turn)
        assert await reader.get(timeout_s=5) == turn
        assert (await balanced(reader)).buffer_size == 77
        await writer.close()
    assert [loss.last for loss in losses] == [None, None]
    getting = asyncio.create_task(reader.get())
    await asyncio.sleep(0)
    await reader.close()
    with pytest.raises(sc.ChannelClosed):
        await getting
    writer = await daq.create_channel("x")
    assert not writer.active


async def test_a_reader_with_wait_misses_nothing_of_the_next_channel(
    connect: Connect, balanced: Balanced, until: Until
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    reader = await pc.subscribe("x", wait=True, overflow="wait", buffer_size=2)
    for life in range(3):  # the first one ends before anything of it has been taken
        writer = await daq.create_channel("x")
        assert writer.active
        for number in range(2):
            await writer.send((life, number))
            await writer.flush()
        await writer.close()
    writer = await daq.create_channel("x")
    for number in range(9):
        waiting = asyncio.create_task(writer.send((3, number)))
        if number == 0:
            for life in range(3):
                got = [await reader.get(timeout_s=5) for _ in range(2)]
                assert got == [(life, 0), (life, 1)]
        await waiting
        assert await reader.get(timeout_s=5) == (3, number)
    await balanced(reader)
    await reader.close()
    await until(lambda: not writer.active)


async def test_who_leaves_before_the_next_channel_is_not_counted(
    connect: Connect, server: sc.Server, until: Until
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", wait=True)
    await writer.send(1)
    await writer.close()
    writer = await daq.create_channel("x")
    assert writer.active
    await reader.close()
    assert [info.readers for info in await pc.channels()] == [0]
    again = await pc.subscribe("x", wait=True)
    await again.configure(every=2)
    await pc.close()
    assert server._services is not None
    sessions, readers = server._services.sessions, server._services.streams.readers
    await until(lambda: len(sessions) == 1)
    assert [info.readers for info in await daq.channels()] == [0]
    assert len(readers.successors) == 0


async def test_what_a_waiting_reader_is_told_counts_when_that_returns(
    connect: Connect, proxy: Any, balanced: Balanced, until: Until
) -> None:
    daq, pc = await connect("daq"), await connect("pc", address=proxy.address)
    reader = await pc.subscribe("x", wait=True)
    losses: list[sc.Loss] = []
    reader.on_lost(losses.append)
    proxy.stall()
    before = proxy.bytes_up
    configuring = asyncio.create_task(reader.configure(every=2))
    await until(lambda: proxy.bytes_up > before)
    writer = await daq.create_channel("x")
    for number in range(4):  # on the way, in one reader's and another's place
        assert await writer.send(number)
    await writer.flush()
    assert not configuring.done()
    proxy.flow()
    await configuring
    for number in range(4, 7):
        assert await writer.send(number)
    assert [await reader.get(timeout_s=5) for _ in range(6)] == [0, 1, 2, 3, 4, 6]
    assert losses == []
    assert (await balanced(reader)).every == 2


async def test_names_and_secrets(connect: Connect) -> None:
    first = await connect("daq")
    with pytest.raises(sc.NameTaken, match="daq"):
        await connect("daq")
    nameless = await connect()
    assert nameless.name is not None
    assert "@" in nameless.name
    with pytest.raises(sc.AuthenticationFailed, match="asks for none"):
        await connect("other", secret="s3")
    with pytest.raises(sc.InvalidValue, match="already"):
        await first.connect()
    async with sc.Server("127.0.0.1", 0, secret="s3cret") as locked:
        async with sc.Client("daq", locked.address, secret="s3cret") as client:
            assert await client.ping() > 0
        for secret in (None, "wrong"):
            with pytest.raises(sc.AuthenticationFailed):
                await connect("daq2", address=locked.address, secret=secret)


async def test_states_and_clock(server_address: str) -> None:
    client = sc.Client("daq", server_address)
    seen: list[sc.State] = []
    client.on_state(seen.append)
    client.on_state(lambda state: 1 / 0)  # harms nobody
    with pytest.raises(sc.ConnectionLost, match="not connected"):
        client.now_ns()
    assert (client.state, client.epoch) == (sc.State.CLOSED, None)
    async with client:
        assert client.epoch is not None
        await client.ping()
        assert 0 < client.clock_error_ns < 1_000_000_000
        assert abs(client.clock_offset_ns) < 1_000_000_000
        assert client.now_ns() <= client.now_ns() + client.clock_error_ns
    assert seen == [sc.State.CONNECTING, sc.State.CONNECTED, sc.State.CLOSED]


async def test_a_server_that_is_not_there_or_not_ours(connect: Connect, until: Until) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def be_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6 and whatever else fills the forty bytes\r\n")
        await reader.read()
        writer.close()

    for behave, message in (
        (hang_up, "without a word"),
        (be_silent, "connect_timeout_s=0.1"),
        (greet, "no stream server"),
    ):
        async with await asyncio.start_server(behave, "127.0.0.1", 0) as listener:
            port = listener.sockets[0].getsockname()[1]
            client = sc.Client("daq", f"127.0.0.1:{port}", connect_timeout_s=0.1)
            with pytest.raises(sc.ConnectionFailed, match=message):
                await client.connect()
            assert client.state is sc.State.CLOSED
    with pytest.raises(sc.ConnectionFailed, match="no server listens"):
        await client.connect()


async def test_close_at_every_moment(connect: Connect, proxy: Any, until: Until) -> None:
    proxy.stall()
    client = sc.Client("daq", proxy.address)
    connecting = asyncio.create_task(client.connect())
    await until(lambda: proxy.bytes_up > 0)
    await asyncio.gather(client.close(), client.close())
    with pytest.raises(sc.ConnectionFailed, match="closed while"):
        await connecting
    connecting = asyncio.create_task(client.connect())
    await asyncio.sleep(0)
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    assert client.state is sc.State.CLOSED
    proxy.flow()
    await client.connect()
    writer = await client.create_channel("x", may_pause=False)
    reader = await client.subscribe("x")
    later = await client.subscribe("y", wait=True)
    proxy.stall()
    waits = [reader.get(), later.get(), client.channels(), writer.flush(), client.ping()]
    tasks = [asyncio.create_task(wait) for wait in waits]
    async with aclosing(client.watch()) as changes:
        tasks.append(asyncio.create_task(anext(changes)))
        await asyncio.sleep(0)
        await client.close()
        await client.close()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [sc.ChannelClosed] * 2 + [sc.ConnectionLost] * 4
    with pytest.raises(sc.ChannelClosed, match="the client was closed"):
        await writer.send(1)
    with pytest.raises(sc.ConnectionLost):
        await client.subscribe("x")


async def test_close_while_reconnecting(connect: Connect, proxy: Any, until: Until) -> None:
    client = await connect("daq", address=proxy.address)
    proxy.stall()
    proxy.cut()
    await until(lambda: client.state is sc.State.RECONNECTING and bool(proxy.halves))
    await client.close()
    assert client.state is sc.State.CLOSED
    proxy.flow()


async def test_following_leaves_nothing_behind(connect: Connect, balanced: Balanced) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("lab/a")
    async with aclosing(pc.subscribe_all("lab/*", buffer_size=5)) as readers:
        reader = await anext(readers)
        assert reader.info is not None
        assert reader.info.name == "lab/a"
        await daq.create_channel("lab/b")
        assert (await anext(readers)).info.name == "lab/b"
        waiting = asyncio.create_task(anext(readers))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await writer.send(1)
    assert await reader.get(timeout_s=5) == 1
    assert (await balanced(reader)).buffer_size == 5
    async with aclosing(pc.watch("lab/**")) as changes:
        seen = [await anext(changes) for _ in range(2)]
        assert {change.kind for change in seen} == {"added"}
        await writer.close()
        async for change in changes:
            if change.kind == "removed":
                assert change.info.name == "lab/a"
                break


async def test_demand_is_told(connect: Connect, until: Until) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x")
    told: list[sc.Demand] = []
    writer.on_demand(lambda demand: 1 / 0)
    writer.on_demand(told.append)
    with pytest.raises(TimeoutError, match="no reader"):
        await writer.wait_active(timeout_s=0.001)
    waiting = asyncio.create_task(writer.send("first", wait_active=True))
    reader = await pc.subscribe("x")
    assert await waiting
    assert await reader.get(timeout_s=5) == "first"
    await writer.wait_active()
    await reader.close()
    await until(lambda: not writer.active)
    assert [demand.state for demand in told] == ["active", "idle"]


async def test_trusted_codecs_must_be_allowed(connect: Connect, balanced: Balanced) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    lab = await connect("lab", trusted_codecs=("pickle",))
    writer = await daq.create_channel("x", codec="pickle")
    with pytest.raises(sc.InvalidValue, match="trusted_codecs"):
        await pc.subscribe("x")
    reader = await lab.subscribe("x")
    await writer.send({1: slice(2)})
    assert await reader.get(timeout_s=5) == {1: slice(2)}
    await balanced(reader)
