from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import stream_core as sc
from stream_core.security import KeyProof
from stream_core.transport import Connection

Connect = Callable[..., Awaitable[sc.Client]]
Balanced = Callable[[sc.Reader], Awaitable[sc.ReaderStatistics]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


async def test_who_knows_the_key_is_in(connect: Connect, balanced: Balanced) -> None:
    daq, guest, pc = await connect("daq"), await connect("guest"), await connect("pc")
    owner = await daq.create_channel("x", key="tea", shared=True, unit="V")
    writer = await guest.open_writer("x", key="tea")
    reader = await pc.subscribe("x", key="tea")
    assert await owner.send("from daq")
    assert await reader.get(timeout_s=5) == "from daq"
    assert await writer.send("from guest")
    assert await reader.get(timeout_s=5) == "from guest"
    assert reader.info is not None
    for info in (owner.info, writer.info, reader.info):
        assert (info.private, info.owner, info.unit) == (True, "daq", "V")
    assert (await balanced(reader)).delivered == 2
    await owner.close()
    with pytest.raises(sc.ChannelClosed, match="closed by its owner 'daq'"):
        await reader.get(timeout_s=5)


async def test_channels_of_one_name_do_not_know_of_each_other(connect: Connect) -> None:
    daq, other = await connect("daq"), await connect("other")
    writers = {
        None: await daq.create_channel("x"),
        "tea": await daq.create_channel("x", key="tea"),
        "coffee": await other.create_channel("x", key="coffee"),
    }
    readers = {key: await other.subscribe("x", key=key) for key in writers}
    for key, writer in writers.items():
        await writer.send(key)
    for key, reader in readers.items():
        assert await reader.get(timeout_s=5) == key
        assert len(reader) == 0
    with pytest.raises(sc.ChannelExists, match="another owner"):
        await other.create_channel("x", key="tea")
    with pytest.raises(sc.ChannelExists, match="already"):
        await daq.create_channel("x", key="tea")
    with pytest.raises(sc.NotAllowed, match="shared=True"):  # told to who knows the key
        await other.open_writer("x", key="tea")


async def test_absent_forbidden_and_wrongly_keyed_answer_alike(connect: Connect) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    await daq.create_channel("rig/public")
    await daq.create_channel("rig/hidden", key="tea", shared=True, may_pause=False)
    await daq.create_channel("rig/alone", key="tea")

    async def answer(ask: Awaitable[Any]) -> tuple[type, str]:
        with pytest.raises(sc.ChannelNotFound) as caught:
            await ask
        return type(caught.value), str(caught.value)

    for name in ("rig/hidden", "rig/absent", "rig/alone"):
        expected = (
            sc.ChannelNotFound,
            f"channel '{name}' does not exist; 1 channel matches 'rig/*'",
        )
        for ask in (
            pc.subscribe(name),
            pc.subscribe(name, key="wrong"),
            pc.subscribe(name, key="wrong", overflow="wait"),
            pc.open_writer(name),
            pc.open_writer(name, key="wrong"),
            pc.delete_channel(name),
        ):
            assert await answer(ask) == expected
    assert await answer(pc.subscribe("rig/public", key="tea")) == (
        sc.ChannelNotFound,
        "channel 'rig/public' does not exist; 1 channel matches 'rig/*'",
    )
    await pc.create_channel("rig/hidden")  # its name is free


async def test_a_private_channel_is_seen_nowhere(connect: Connect, until: Until) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    ops = await connect("ops")
    seen: list[Any] = []
    found: list[sc.Reader] = []

    async def follow() -> None:
        async for change in ops.watch("**"):
            seen.append((change.kind, change.info.name, change.info.readers))

    async def read_all() -> None:
        async for reader in ops.subscribe_all("**"):
            found.append(reader)

    events = await ops.subscribe("server/events")
    load = await ops.subscribe("server/statistics")
    tasks = [asyncio.create_task(follow()), asyncio.create_task(read_all())]
    hidden = await daq.create_channel("hidden/h", key="tea")
    reader = await pc.subscribe("hidden/h", key="tea")
    await hidden.send(1)
    assert await reader.get(timeout_s=5) == 1

    assert await pc.channels() == await pc.channels("hidden/*") == []
    assert [
        (info.channels, info.readers) for info in await ops.clients() if info.name != "ops"
    ] == [
        ((), ()),
        ((), ()),
    ]
    statistics = await ops.statistics()
    assert statistics.channels == ()
    loads = {client.name: client for client in statistics.clients}
    assert (loads["daq"].channels, loads["pc"].readers, loads["daq"].items_in) == (0, 0, 1)
    assert "hidden" not in repr(await load.get(timeout_s=5))

    number = (await reader.statistics()).number
    server = await ops.remote("server")
    accounts = await server.reader_statistics()
    assert {account["channel"] for account in accounts} == {"server/events", "server/statistics"}
    own = await (await pc.remote("server")).reader_statistics()
    assert "hidden/h" in {account["channel"] for account in own}
    with pytest.raises(sc.ChannelNotFound, match="has no reader"):
        await ops.configure_reader("pc", number, every=2)
    await pc.configure_reader("pc", number, every=2)

    await daq.create_channel("last")
    await until(lambda: ("added", "last", 0) in seen and len(found) == 1)
    await reader.close()
    await hidden.close()
    await daq.create_channel("very last")
    await until(lambda: len(found) == 2)
    assert "hidden" not in repr(seen)
    assert [reader.info and reader.info.name for reader in found] == ["last", "very last"]
    told = [event async for event in _until_event(events, "very last")]
    assert {event["event"] for event in told} == {"channel_created", "reader_subscribed"}
    assert "hidden" not in repr(told)
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _until_event(events: sc.Reader, channel: str) -> Any:
    async for event in events:
        yield event
        if event.get("channel") == channel and event["event"] == "reader_subscribed":
            return


async def test_a_key_is_neither_sent_nor_shown(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sent = bytearray()

    def noting(send: Callable[..., None]) -> Callable[..., None]:
        def noted(connection: Connection, *parts: Any) -> None:
            for part in parts:
                sent.extend(part)
            send(connection, *parts)

        return noted

    for name in ("send", "send_now"):
        monkeypatch.setattr(Connection, name, noting(getattr(Connection, name)))
    caplog.set_level(logging.DEBUG)
    daq, pc = await connect("daq"), await connect("pc")
    owner = await daq.create_channel("x", key="s3cret-tea", shared=True)
    writer = await pc.open_writer("x", key="s3cret-tea")
    reader = await pc.subscribe("x", key="s3cret-tea")
    with pytest.raises(sc.ChannelNotFound) as caught:
        await pc.subscribe("x", key="s3cret-coffee")
    assert b"verifier" in sent
    assert b"s3cret" not in sent
    things = (owner, writer, reader, pc, owner._outlet.wishes, writer._outlet.key)
    shown = f"{things!r} {caught.value} {caplog.text}"
    assert "s3cret" not in shown


@pytest.mark.parametrize("key", ["", 5, b"bytes", "\x07"])
async def test_what_cannot_be_a_key_is_refused_here(connect: Connect, proxy: Any, key: Any) -> None:
    client = await connect("daq", address=proxy.address)
    await client.ping()
    before = proxy.bytes_up
    for ask in (client.create_channel, client.open_writer, client.subscribe):
        with pytest.raises(sc.InvalidValue, match="key"):
            await ask("x", key=key)
    with pytest.raises(sc.InvalidValue, match="match no pattern"):
        client.subscribe_all("**", key="tea")
    assert proxy.bytes_up == before


async def test_delete_takes_the_public_one_first(connect: Connect) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    public = await daq.create_channel("x")
    first = await daq.create_channel("x", key="first")
    second = await daq.create_channel("x", key="second")
    theirs = await pc.create_channel("x", key="theirs")
    await daq.delete_channel("x")
    with pytest.raises(sc.ChannelClosed, match="deleted"):
        await public.send(1)
    with pytest.raises(sc.InvalidValue, match="2 private channels 'x'"):
        await daq.delete_channel("x")
    await second.close()
    await daq.delete_channel("x")
    with pytest.raises(sc.ChannelClosed, match="deleted"):
        await first.send(1)
    with pytest.raises(sc.ChannelNotFound):
        await daq.delete_channel("x")
    await daq.create_channel("x")
    await pc.delete_channel("x")  # the public one is another's, this one is not
    with pytest.raises(sc.ChannelClosed, match="deleted"):
        await theirs.send(1)
    with pytest.raises(sc.NotAllowed, match="belongs to 'daq'"):
        await pc.delete_channel("x")


# Waiting


async def test_waiting_by_key(
    connect: Connect, server: sc.Server, balanced: Balanced, until: Until
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    reader = await pc.subscribe("x", key="tea", wait=True)
    wrong = await pc.subscribe("x", key="coffee", wait=True)
    public = await pc.subscribe("x", wait=True)
    await reader.configure(buffer_size=77)
    for turn in range(3):
        writer = await daq.create_channel("x", key="tea")
        assert writer.active  # the reader was attached before
        await writer.send(turn)
        assert await reader.get(timeout_s=5) == turn
        assert (await balanced(reader)).buffer_size == 77
        await writer.close()
        await until(lambda: reader._inbox.number == 0)
        await until(lambda: len(server._services.streams.readers.waiting) == 3)
    assert wrong.info is None is public.info
    getting = asyncio.create_task(wrong.get())
    await asyncio.sleep(0)
    assert not getting.done()
    other = await daq.create_channel("x", key="coffee")
    await other.send("found")
    assert await getting == "found"
    for each in (reader, wrong, public):
        await each.close()


async def test_with_the_same_key_and_link_a_proof_is_made_once(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    pc = await connect("pc")
    ask = pc._live.ask

    async def noting(method: str, *args: Any, **kwargs: Any) -> Any:
        asked.append(method)
        return await ask(method, *args, **kwargs)

    monkeypatch.setattr(pc._live, "ask", noting)
    reader = await pc.subscribe("x", key="tea", wait=True)
    assert asked == ["challenge", "subscribe", "subscribe", "echo"]
    await reader.close()


# Links and servers that come and go


async def test_a_broken_link_resumes(connect: Connect, proxy: Any, until: Until) -> None:
    daq, pc = await connect("daq"), await connect("pc", address=proxy.address)
    writer = await daq.create_channel("x", key="tea")
    reader = await pc.subscribe("x", key="tea")
    await writer.send(0)
    assert await reader.get(timeout_s=5) == 0
    await proxy.cut_off(pc)
    await writer.send(1)
    assert await reader.get(timeout_s=5) == 1
    assert reader.lost == 0


@pytest.mark.parametrize("limits", [sc.Limits(resume_s=0.05)])
async def test_after_resume_s_readers_and_writers_prove_their_key_again(
    connect: Connect, proxy: Any, until: Until, limits: sc.Limits
) -> None:
    daq = await connect("daq")
    pc = await connect("pc", address=proxy.address)
    owner = await daq.create_channel("x", key="tea", shared=True)
    guest = await pc.open_writer("x", key="tea")
    reader = await pc.subscribe("x", key="tea")
    number = guest._outlet.number
    proxy.refusing = True
    await proxy.cut_off(pc)
    await until(lambda: not owner.active)
    proxy.refusing = False
    await until(lambda: owner.active and guest.active and reader._inbox.number != 0)
    assert guest._outlet.number == number
    await guest.send("back")
    assert await reader.get(timeout_s=5) == "back"


async def test_a_restarted_server_is_given_all_of_it_again(until: Until) -> None:
    async with contextlib.AsyncExitStack() as stack:
        first = sc.Server("127.0.0.1", 0)
        await first.start()
        host, _, port = first.address.rpartition(":")
        daq = await stack.enter_async_context(sc.Client("daq", first.address))
        pc = await stack.enter_async_context(sc.Client("pc", first.address))
        owner = await daq.create_channel("x", key="tea", shared=True)
        guest = await pc.open_writer("x", key="tea")
        reader = await pc.subscribe("x", key="tea")
        waiting = await pc.subscribe("y", key="tea", wait=True)
        await owner.send(1)
        assert await reader.get(timeout_s=5) == 1
        await first.stop()
        await stack.enter_async_context(sc.Server(host, int(port)))
        await until(lambda: owner.active and guest.active)
        await guest.send(2)
        assert await reader.get(timeout_s=5) == 2
        assert (await pc.channels(), owner.info.private) == ([], True)
        later = await daq.create_channel("y", key="tea")
        await later.send(3, wait_active=True)
        assert await waiting.get(timeout_s=5) == 3


async def test_a_server_that_does_not_have_the_key_is_found_out(
    connect: Connect, server: sc.Server, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    await daq.create_channel("x", key="tea", shared=True)
    monkeypatch.setattr(KeyProof, "final", lambda self, verifier: "v=" + "A" * 43 + "=")
    for ask in (pc.subscribe, pc.open_writer):
        with pytest.raises(sc.AuthenticationFailed, match="did not prove"):
            await ask("x", key="tea")
    sessions = {session.name: session for session in server._services.sessions}
    await until(lambda: not sessions["pc"].subscriptions and not sessions["pc"].slots)
    assert await pc.ping() > 0


async def test_many_at_once(connect: Connect, until: Until) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writers = await asyncio.gather(
        *(daq.create_channel(f"x{number}", key="tea") for number in range(300))
    )
    readers = await asyncio.gather(
        *(pc.subscribe(f"x{number}", key="tea") for number in range(300))
    )
    for number, writer in enumerate(writers):
        await writer.send(number)
    for number, reader in enumerate(readers):
        assert await reader.get(timeout_s=5) == number


async def test_who_gives_up_leaves_nothing(
    connect: Connect, server: sc.Server, until: Until
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x", key="tea", shared=True)
    for turns in range(12):
        for ask in (pc.subscribe, pc.open_writer):
            task = asyncio.create_task(ask("x", key="tea"))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await (await task).close()
    (session,) = (each for each in server._services.sessions if each.name == "pc")
    await until(lambda: not session.subscriptions and not session.slots)
    await until(lambda: not writer.active)
    assert len(server._services.streams.readers.waiting) == 0


def test_the_blocking_face_has_it_too(portal_server: sc.Server) -> None:
    address = portal_server.address
    with sc.blocking.Client("daq", address) as daq, sc.blocking.Client("pc", address) as pc:
        waiting = pc.subscribe("later", key="tea", wait=True)
        writer = daq.create_channel("x", key="tea", shared=True)
        reader = pc.subscribe("x", key="tea")
        assert pc.open_writer("x", key="tea").send("hello")
        assert reader.get(timeout_s=5) == "hello"
        with pytest.raises(sc.ChannelNotFound):
            pc.subscribe("x", key="coffee")
        daq.create_channel("later", key="tea").send("at last")
        assert waiting.get(timeout_s=5) == "at last"
        assert pc.channels() == []
        assert writer.info.private


@pytest.fixture
def portal_server() -> Any:
    with sc.LoopThread("server") as thread:
        server = sc.Server("127.0.0.1", 0)
        thread.run(server.start())
        yield server
        thread.run(server.stop())
