from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import stream_core as sc

Connect = Callable[..., Awaitable[sc.Client]]
Balanced = Callable[[sc.Reader], Awaitable[sc.ReaderStatistics]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


def states(client: sc.Client) -> list[sc.State]:
    seen: list[sc.State] = []
    client.on_state(seen.append)
    return seen


class Numbers:
    """What a reader got and what it was told to have lost: every number once."""

    def __init__(self, reader: sc.Reader) -> None:
        self.reader = reader
        self.values: list[int] = []
        self.losses: list[sc.Loss] = []
        reader.on_lost(self.losses.append)

    async def take_up_to(self, last: int) -> None:
        async with asyncio.timeout(10):
            while not self.values or self.values[-1] < last:
                item = await self.reader.get_item()
                assert item.value == item.sequence
                self.values.append(item.value)

    def check(self, last: int) -> None:
        lost = [n for loss in self.losses for n in range(loss.first, (loss.last or 0) + 1)]
        assert sorted(self.values + lost) == list(range(last + 1))
        assert self.values == sorted(self.values)
        assert self.reader.lost == len(lost)


@pytest.mark.chaos
async def test_a_broken_link_resumes_and_accounts_for_every_number(
    connect: Connect, proxy: Any, balanced: Balanced, until: Until
) -> None:
    daq, pc = await connect("daq", address=proxy.address), await connect("pc")
    writer = await daq.create_channel("x")
    numbers = Numbers(await pc.subscribe("x"))
    number = 0
    for _ in range(3):
        for _ in range(50):
            await writer.send(number)
            number += 1
        await proxy.cut_off(daq)
        while not await writer.send(number):  # given up while the link is down: a gap
            number += 1
            await asyncio.sleep(0)
        number += 1
    await writer.flush()
    await numbers.take_up_to(number - 1)
    numbers.check(number - 1)
    assert daq.state is sc.State.CONNECTED
    account = await balanced(numbers.reader)
    assert account.published == number
    assert account.delivered == len(numbers.values)


@pytest.mark.parametrize("resumed", [True, False])
async def test_what_is_sent_for_readers_as_soon_as_the_link_is_back_is_not_lost(
    restartable: Restartable, make_proxy: Any, until: Until, *, resumed: bool
) -> None:
    async with (
        make_proxy(restartable.address) as proxy,
        sc.Client("daq", proxy.address) as daq,
        sc.Client("pc", restartable.address) as pc,
    ):
        writer = await daq.create_channel("x")
        reader = await pc.subscribe("x", wait=True)
        sending: list[asyncio.Task[bool]] = []

        def send(state: sc.State) -> None:
            sending.append(asyncio.ensure_future(writer.send(str(state), wait_active=True)))

        daq.on_state(send)
        await (proxy.cut_off(daq) if resumed else restartable.restart())
        await until(lambda: len(sending) == 2)
        async with asyncio.timeout(10):
            assert await asyncio.gather(*sending) == [True, True]
        assert [await reader.get(timeout_s=5) for _ in sending] == ["reconnecting", "connected"]
        assert reader.lost == 0


async def test_a_reader_whose_link_breaks_loses_and_repeats_nothing(
    connect: Connect, proxy: Any, balanced: Balanced, until: Until
) -> None:
    daq, pc = await connect("daq"), await connect("pc", address=proxy.address)
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", overflow="wait", buffer_size=200)
    got: list[int] = []

    async def read() -> None:
        async for value in reader:
            got.append(value)

    task = asyncio.create_task(read())
    for number in range(2000):
        await writer.send(number)
        if number % 500 == 499:
            proxy.cut()
    await writer.flush()
    await until(lambda: len(got) == 2000)
    assert got == list(range(2000))
    assert (reader.lost, proxy.accepts > 1) == (0, True)
    account = await balanced(reader)
    assert (account.published, account.delivered, account.dropped) == (2000, 2000, 0)
    await reader.close()
    await task


async def test_what_was_consumed_while_the_link_was_down_is_credited_on_the_next(
    connect: Connect, proxy: Any, balanced: Balanced, until: Until
) -> None:
    daq, pc = await connect("daq"), await connect("pc", address=proxy.address)
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", overflow="wait", buffer_size=4)
    for number in range(8):
        await writer.send(number)
        await writer.flush()
    await until(lambda: len(reader) >= 4 and not writer.active)
    proxy.refusing = True
    await proxy.cut_off(pc)
    taken = [reader.get_nowait() for _ in range(len(reader))]
    proxy.refusing = False
    await writer.send("more")  # waits until the credit has come
    while taken[-1] != "more":
        taken.append(await reader.get(timeout_s=5))
    assert taken == [*range(8), "more"]
    assert (await balanced(reader)).delivered == 9


async def test_the_servers_half_open_link_is_replaced_at_once(
    connect: Connect, proxy: Any, balanced: Balanced, until: Until
) -> None:
    daq, pc = await connect("daq", address=proxy.address), await connect("pc")
    seen = states(daq)
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x")
    await writer.send(0)
    await writer.flush()
    await until(lambda: len(reader) == 1)
    proxy.cut_clients()
    await until(lambda: len(seen) == 2)
    while not await writer.send("back"):  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert await reader.get(timeout_s=5) == 0
    assert await reader.get(timeout_s=5) == "back"
    assert seen == [sc.State.RECONNECTING, sc.State.CONNECTED]
    await balanced(reader)


@pytest.mark.parametrize("limits", [sc.Limits(heartbeat_s=0.05, resume_s=5)])
async def test_a_silent_link_is_given_up(
    connect: Connect, proxy: Any, until: Until, limits: sc.Limits
) -> None:
    daq = await connect("daq", address=proxy.address)
    proxy.stall()
    await until(lambda: daq.state is sc.State.RECONNECTING)
    proxy.flow()
    await until(lambda: daq.state is sc.State.CONNECTED)
    assert await daq.ping() < 5


@pytest.mark.parametrize("limits", [sc.Limits(heartbeat_s=0.05, resume_s=0.2)])
async def test_a_half_open_link_ends_on_both_sides(
    server: sc.Server, connect: Connect, proxy: Any, until: Until, limits: sc.Limits
) -> None:
    daq = await connect("daq", address=proxy.address)
    sessions = server._services.sessions
    session = sessions.named("daq")
    proxy.stall()  # both still have their connection, and neither hears that it leads nowhere
    await until(lambda: not session.connected and daq.state is sc.State.RECONNECTING)
    await until(lambda: not len(sessions))
    proxy.flow()
    await until(lambda: daq.state is sc.State.CONNECTED)


@pytest.mark.parametrize("limits", [sc.Limits(resume_s=0.05)])
async def test_after_resume_s_channels_and_readers_are_made_again(
    connect: Connect, proxy: Any, balanced: Balanced, until: Until, limits: sc.Limits
) -> None:
    daq = await connect("daq", address=proxy.address)
    pc = await connect("pc")
    writer = await daq.create_channel("x")
    waiting = Numbers(await pc.subscribe("x", wait=True))
    ending = await pc.subscribe("x")
    number = 0
    while number < 10:
        await writer.send(number)
        number += 1
    await writer.flush()
    await waiting.take_up_to(9)
    proxy.refusing = True
    proxy.cut()
    await until(lambda: ending.end_reason is not None)
    assert await writer.send(number) is False
    number += 1
    proxy.refusing = False
    while not await writer.send(number):
        number += 1
        await asyncio.sleep(0)
    await waiting.take_up_to(number)
    waiting.check(number)
    assert [await ending.get() for _ in range(10)] == list(range(10))
    with pytest.raises(sc.ChannelClosed, match="has gone"):
        await ending.get()
    assert (await balanced(ending)).delivered == 10
    await balanced(waiting.reader)


class Restartable:
    """A server that can be stopped and started again; clients reach it at `address`."""

    def __init__(self, limits: sc.Limits) -> None:
        self.limits = limits
        self.server = sc.Server("127.0.0.1", 0, limits=limits)
        self.address = ""

    async def restart(self) -> None:
        host, port = self.server.address.rsplit(":", 1)
        await self.server.stop()
        self.server = sc.Server(host, int(port), limits=self.limits)
        await self.server.start()


@pytest.fixture
async def restartable(limits: sc.Limits, through: Any) -> Any:
    server = Restartable(limits)
    await server.server.start()
    server.address = await through(server.server.address)
    yield server
    await server.server.stop()


async def test_a_restarted_server_gets_everything_again(
    restartable: Restartable, balanced: Balanced, until: Until
) -> None:
    address = restartable.address
    async with sc.Client("daq", address) as daq, sc.Client("pc", address) as pc:
        epoch = pc.epoch
        writer = await daq.create_channel("x", unit="V")
        plain, waiting = await pc.subscribe("x"), await pc.subscribe("x", wait=True)
        numbers = [Numbers(plain), Numbers(waiting)]
        for number in range(5):
            await writer.send(number)
        await writer.flush()
        for taker in numbers:
            await taker.take_up_to(4)
        await restartable.restart()
        number = 5
        while not (writer.active and plain.info and len(await _channels(pc)) == 1):
            await writer.send(number)  # nobody reads: has no number, or is given up
            number = _next(writer)
            await asyncio.sleep(0.001)
        await _until_read(pc, 2)
        number = _next(writer)
        await writer.send(number)
        for taker in numbers:
            await taker.take_up_to(number)
            taker.check(number)
            await balanced(taker.reader)
        assert pc.epoch != epoch
        assert plain.info is not None
        assert plain.info.unit == "V"


def _next(writer: sc.Writer) -> int:
    return writer._outlet.next


async def _channels(client: sc.Client) -> list[sc.ChannelInfo]:
    try:
        return await client.channels()
    except sc.ConnectionLost:
        return []


async def _until_read(client: sc.Client, readers: int) -> None:
    while [info.readers for info in await _channels(client)] != [readers]:  # noqa: ASYNC110
        await asyncio.sleep(0.001)


async def test_a_shared_channel_of_a_restarted_server_reports_one_loss_of_unknown_size(
    restartable: Restartable, balanced: Balanced, until: Until
) -> None:
    address = restartable.address
    async with (
        sc.Client("owner", address) as owner,
        sc.Client("guest", address) as guest,
        sc.Client("pc", address) as pc,
    ):
        own = await owner.create_channel("x", shared=True)
        other = await guest.open_writer("x")
        reader = await pc.subscribe("x")
        losses: list[sc.Loss] = []
        reader.on_lost(losses.append)
        await own.send(1)
        await other.send(2)
        assert sorted([await reader.get(), await reader.get()]) == [1, 2]
        epoch = pc.epoch
        await restartable.restart()
        await until(lambda: epoch not in (owner.epoch, guest.epoch, pc.epoch))
        for writer in (own, other):
            while not await writer.send(type(writer).__name__):  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        assert await reader.get(timeout_s=5) == "Writer"
        assert await reader.get(timeout_s=5) == "Writer"
        assert [loss.last for loss in losses if loss.last is None] == [None]
        await balanced(reader)


async def test_a_name_is_not_lost_with_the_welcome(
    restartable: Restartable, make_proxy: Any, until: Until
) -> None:
    async with (
        make_proxy(restartable.server.address) as proxy,
        sc.Client("daq", proxy.address) as daq,
    ):
        proxy.mute = True
        await restartable.restart()
        services = restartable.server._services
        assert services is not None
        await until(lambda: len(services.sessions) == 1)
        assert daq.state is sc.State.RECONNECTING
        proxy.cut_clients()  # the server hears nothing of it
        proxy.mute = False
        await until(lambda: daq.state is sc.State.CONNECTED)
        assert [info.name for info in await daq.clients()] == ["daq"]


async def test_a_channel_that_was_made_unheard_is_not_ended_under_its_other_writers(
    restartable: Restartable, make_proxy: Any, until: Until
) -> None:
    async with (
        make_proxy(restartable.server.address) as proxy,
        sc.Client("owner", proxy.address) as owner,
        sc.Client("guest", restartable.address) as guest,
        sc.Client("pc", restartable.address) as pc,
    ):
        own = await owner.create_channel("x", shared=True)
        other = await guest.open_writer("x")
        reader = await pc.subscribe("x")
        seen = states(owner)
        owner.on_state(lambda state: setattr(proxy, "mute", len(seen) == 2))
        await restartable.restart()
        await other.wait_active(timeout_s=5)
        assert (len(seen), proxy.mute, own.active) == (2, True, False)
        proxy.cut()
        for writer in (own, other):
            await writer.wait_active(timeout_s=5)
            assert await writer.send(writer.info.owner)
            assert await reader.get(timeout_s=5) == "owner"
        assert reader.lost == 0


async def test_a_place_on_anothers_channel_is_asked_for_once_on_each_link(
    restartable: Restartable, make_proxy: Any, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stream_core.client.outlets.REOPEN_S", 0.05)
    async with (
        make_proxy(restartable.server.address) as proxy,
        make_proxy(restartable.server.address) as owners_proxy,
        sc.Client("owner", owners_proxy.address) as owner,
        sc.Client("guest", proxy.address) as guest,
        sc.Client("pc", restartable.address) as pc,
    ):
        await owner.create_channel("x", shared=True)
        writer = await guest.open_writer("x")
        reader = await pc.subscribe("x")
        owners_proxy.refusing = True
        await restartable.restart()
        await until(lambda: guest.state is sc.State.CONNECTED)
        await guest.ping()  # it has been told that there is no such channel yet
        await proxy.cut_off(guest)
        await until(lambda: guest.state is sc.State.CONNECTED)
        owners_proxy.refusing = False
        await writer.wait_active(timeout_s=5)
        await until(lambda: not guest._session._chores._tasks)
        assert await writer.send("still there")
        assert await reader.get(timeout_s=5) == "still there"


@pytest.mark.parametrize("limits", [sc.Limits(resume_s=0.2)])
async def test_a_reader_waits_resume_s_for_a_channel_that_does_not_come_back(
    restartable: Restartable, until: Until
) -> None:
    address = restartable.address
    async with sc.Client("pc", address) as pc:
        async with sc.Client("daq", address) as daq:
            await daq.create_channel("x")
            plain, waiting = await pc.subscribe("x"), await pc.subscribe("x", wait=True)
            daq._reconnect = False
            daq._session.link._reconnect = False
            await restartable.restart()
            await until(lambda: daq.state is sc.State.CLOSED)
        with pytest.raises(sc.ChannelClosed, match="resume_s"):
            await plain.get(timeout_s=5)
        assert waiting.end_reason is None


async def test_waits_and_half_made_things_begin_again_on_a_resumed_link(
    connect: Connect, proxy: Any, until: Until, balanced: Balanced
) -> None:
    pc = await connect("pc", address=proxy.address)
    reader = await pc.subscribe("later", wait=True)
    proxy.stall()
    creating = asyncio.create_task(pc.create_channel("half"))
    await until(lambda: proxy.bytes_up > 0)
    await proxy.cut_off(pc)
    proxy.flow()
    with pytest.raises(sc.ConnectionLost):
        await creating
    await until(lambda: pc.state is sc.State.CONNECTED)
    await pc.create_channel("half")  # can be tried again
    daq = await connect("daq")
    writer = await daq.create_channel("later")
    assert writer.active
    await writer.send(1)
    assert await reader.get(timeout_s=5) == 1
    await balanced(reader)


async def test_handles_closed_while_the_link_is_down_stay_closed(
    connect: Connect, proxy: Any, until: Until
) -> None:
    daq, pc = await connect("daq", address=proxy.address), await connect("pc")
    writer, other = await daq.create_channel("x"), await pc.create_channel("y")
    reader = await daq.subscribe("y")
    proxy.refusing = True
    await proxy.cut_off(daq)
    await writer.close()
    await reader.close()
    proxy.refusing = False
    await until(lambda: daq.state is sc.State.CONNECTED)
    await daq.ping()
    await daq.channels()
    assert [info.name for info in await pc.channels()] == ["y"]
    assert not other.active


async def test_a_kicked_client_does_not_come_back(connect: Connect, until: Until) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    seen = states(daq)
    await pc.create_channel("x")
    reader = await daq.subscribe("x")
    waiting = asyncio.create_task(reader.get())
    await pc.kick("daq", reason="tidy up")
    with pytest.raises(sc.ConnectionLost, match="kicked by 'pc': tidy up"):
        await waiting
    with pytest.raises(sc.ConnectionLost):
        async for _ in reader:
            pass
    assert seen == [sc.State.CLOSED]
    with pytest.raises(sc.ConnectionLost):
        await daq.channels()
    await daq.connect()
    assert daq.state is sc.State.CONNECTED


async def test_a_banned_client_is_refused_for_a_while(connect: Connect) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    await pc.kick("daq", ban_s=60)
    await daq.close()
    with pytest.raises(sc.NotAllowed, match="kicked"):
        await daq.connect()
    assert daq.state is sc.State.CLOSED


async def test_without_reconnect_a_broken_link_ends_everything(
    connect: Connect, proxy: Any, until: Until
) -> None:
    daq = await connect("daq", address=proxy.address, reconnect=False)
    writer = await daq.create_channel("x")
    reader = await daq.subscribe("x")
    getting = asyncio.create_task(reader.get())
    proxy.cut()
    with pytest.raises(sc.ConnectionLost):
        await getting
    with pytest.raises(sc.ChannelClosed):
        await writer.send(1)
    assert daq.state is sc.State.CLOSED


async def test_while_disconnected_calls_fail_and_gets_wait(
    connect: Connect, proxy: Any, until: Until, balanced: Balanced
) -> None:
    daq, pc = await connect("daq"), await connect("pc", address=proxy.address)
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x")
    remote = await pc.remote("daq")
    getting = asyncio.create_task(reader.get())
    pending = asyncio.create_task(pc.ping())
    await asyncio.sleep(0)
    proxy.refusing = True
    proxy.cut()
    with pytest.raises(sc.ConnectionLost):
        await pending
    await until(lambda: pc.state is sc.State.RECONNECTING)
    with pytest.raises(sc.ConnectionLost):
        await pc.channels()
    with pytest.raises(sc.ConnectionLost):
        remote.echo(1)
    with pytest.raises(sc.ConnectionLost):
        await pc.ping()
    assert not getting.done()
    assert await writer.send("meanwhile")
    proxy.refusing = False
    assert await getting == "meanwhile"
    assert await remote.echo(2) == 2
    await balanced(reader)


class Adder(sc.Client):
    async def rpc_add(self, a: int, b: int) -> int:
        return a + b


async def test_remotes_survive_targets_and_servers(restartable: Restartable, until: Until) -> None:
    address = restartable.address
    async with sc.Client("pc", address) as pc:
        async with Adder("adder", address):
            remote = await pc.remote("adder")
            assert await remote.add(1, 2) == 3
        with pytest.raises(sc.TargetNotFound):
            await remote.add(1, 2)
        async with Adder("adder", address):
            await _until_answered(remote)
            await restartable.restart()
            await until(lambda: pc.state is sc.State.CONNECTED)
            await _until_answered(remote)


async def _until_answered(remote: Any) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                assert await remote.add(20, 3) == 23
            except (sc.TargetNotFound, sc.ConnectionLost):
                await asyncio.sleep(0.001)
            else:
                return


async def test_following_goes_on_with_what_has_changed(restartable: Restartable) -> None:
    address = restartable.address
    async with sc.Client("pc", address) as pc, sc.Client("daq", address) as daq:
        await daq.create_channel("lab/a")
        async with sc.Client("short", address, reconnect=False) as short:
            await short.create_channel("lab/b")
            changes = pc.watch("lab/*")
            seen = [await anext(changes) for _ in range(2)]
            assert {(change.kind, change.info.name) for change in seen} == {
                ("added", "lab/a"),
                ("added", "lab/b"),
            }
            await restartable.restart()
            state = {"lab/a": True, "lab/b": True}
            async with asyncio.timeout(10):
                while state != {"lab/a": True, "lab/b": False}:
                    change = await anext(changes)
                    state[change.info.name] = change.kind != "removed"
        await changes.aclose()


async def test_marks_are_neither_lost_nor_repeated(
    connect: Connect, proxy: Any, until: Until, balanced: Balanced
) -> None:
    daq, pc = await connect("daq"), await connect("pc", address=proxy.address)
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x")
    await writer.send(1)
    await writer.end()
    await writer.flush()
    await until(lambda: len(reader) == 1)
    assert [value async for value in reader.transfer()] == [1]
    await proxy.cut_off(pc)
    await until(lambda: pc.state is sc.State.CONNECTED)
    await writer.send(2)
    await writer.end()
    assert [value async for value in reader.transfer()] == [2]
    await balanced(reader)


async def test_an_end_mark_waits_for_the_link(connect: Connect, proxy: Any, until: Until) -> None:
    daq, pc = await connect("daq", address=proxy.address), await connect("pc")
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x")
    await writer.send(1)
    await writer.flush()
    await proxy.cut_off(daq)
    await writer.end()
    assert [value async for value in reader.transfer()] == [1]


async def test_end_marks_under_way_when_the_link_breaks_are_sent_again(
    connect: Connect, proxy: Any, until: Until, balanced: Balanced
) -> None:
    daq, pc = await connect("daq", address=proxy.address), await connect("pc")
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x")
    await writer.send(0)
    await writer.flush()
    proxy.stall()
    before = proxy.bytes_up
    await writer.end()
    await writer.send(1)
    await writer.end()
    await until(lambda: proxy.bytes_up > before)
    await proxy.cut_off(daq)
    proxy.flow()
    assert [value async for value in reader.transfer()] == [0]
    assert [value async for value in reader.transfer()] == []
    assert reader.lost == 1
    await until(lambda: writer.ready)
    await writer.send(2)
    await writer.end()
    assert [value async for value in reader.transfer()] == [2]
    await balanced(reader)


@pytest.mark.parametrize("limits", [sc.Limits(resume_s=0.05)])
async def test_end_marks_outlive_a_session(
    connect: Connect, proxy: Any, until: Until, limits: sc.Limits
) -> None:
    daq, pc = await connect("daq", address=proxy.address), await connect("pc")
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", wait=True)
    for number in range(2):
        await writer.send(number)
        await writer.flush()
        proxy.stall()
        before = proxy.bytes_up
        await writer.end()
        await until(lambda before=before: proxy.bytes_up > before)
        proxy.refusing = True
        proxy.cut()
        await until(lambda: reader.info is not None and not reader._inbox.number)
        proxy.refusing = False
        proxy.flow()
        assert [value async for value in reader.transfer()] == [number]
        await writer.wait_active(timeout_s=5)


async def test_end_marks_outlive_a_server(restartable: Restartable, make_proxy: Any) -> None:
    async with (
        make_proxy(restartable.server.address) as proxy,
        sc.Client("daq", restartable.address) as daq,
        sc.Client("pc", proxy.address) as pc,
    ):
        writer = await daq.create_channel("x")
        reader = await pc.subscribe("x")
        await writer.send(0)
        assert await reader.get(timeout_s=5) == 0
        proxy.mute = True
        await writer.end()
        await writer.end()
        await writer.flush()
        await restartable.restart()
        proxy.mute = False
        proxy.cut()
        assert [value async for value in reader.transfer()] == []
        assert [value async for value in reader.transfer()] == []
        await writer.wait_active(timeout_s=5)
        await writer.send(1)
        await writer.end()
        assert [value async for value in reader.transfer()] == [1]
        late = await pc.subscribe("x")  # what ended before it came is not its business
        await writer.send(2)
        await writer.end()
        assert [value async for value in late.transfer()] == [2]
