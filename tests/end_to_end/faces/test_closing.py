"""Closing: from any thread, as often as one likes; who waits hears why, and who comes later too."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest

import stream_core as sc

Connected = Callable[..., sc.blocking.Client]
UntilWaiting = Callable[[threading.Thread], None]

REMEDY = r"connect it again|connect\(\)|subscribe again|create it|open it|create or subscribe anew"


class Waiter(threading.Thread):
    """Somebody who waits in a thread of its own, until there is a result or an error."""

    def __init__(self, wait: Callable[[], object]) -> None:
        super().__init__()
        self._wait = wait
        self.result: object = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self._wait()
        except BaseException as error:
            self.error = error


class Target(sc.blocking.Client):
    """Offers calls that last."""

    async def rpc_last(self) -> None:
        await asyncio.Event().wait()

    async def rpc_count(self) -> Any:
        yield 0
        await asyncio.Event().wait()


def waits(ours: sc.blocking.Client, writer: sc.blocking.Writer) -> dict[str, Callable[[], object]]:
    """All that a client may wait for."""
    reader = ours.subscribe("silent", wait=True)
    remote = ours.remote("target")
    unread = ours.create_channel("unread")
    paused = ours.create_channel("paused")

    def send() -> None:
        for number in itertools.count():
            paused.send(number)

    return {
        "get": reader.get,
        "get with a time-out": lambda: ours.subscribe("silent", wait=True).get(60),
        "get_item": ours.subscribe("silent", wait=True).get_item,
        "get_block": ours.subscribe("silent", wait=True).get_block,
        "read_array": lambda: ours.subscribe("silent", wait=True).read_array(1),
        "second get": reader.get,
        "iteration": lambda: list(ours.subscribe("silent", wait=True)),
        "transfer": lambda: list(ours.subscribe("silent", wait=True).transfer()),
        "paused send": send,
        "wait_active": unread.wait_active,
        "send wait_active": lambda: ours.create_channel("unread2").send(1, wait_active=True),
        "call": remote.last,
        "results": lambda: list(remote.count()),
        "remote": lambda: ours.remote("nobody", wait_s=60),
        "watch": lambda: list(ours.watch("none")),
        "subscribe_all": lambda: list(ours.subscribe_all("none")),
    }


def test_closing_the_client_wakes_everybody_and_says_why(
    client: Connected, until_waiting: UntilWaiting
) -> None:
    client("target", Target)
    ours, other = client("ours"), client("other")
    works = waits(ours, ours.create_channel("x"))
    other.subscribe("paused", overflow="wait", buffer_size=4)
    waiters = {name: Waiter(work) for name, work in works.items()}
    for waiter in waiters.values():
        until_waiting(waiter)
    closers = [Waiter(ours.close) for _ in range(3)]
    for name, waiter in {**waiters, **{f"closer {n}": c for n, c in enumerate(closers)}}.items():
        waiter.join(timeout=10)
        assert not waiter.is_alive(), name
    for name, waiter in waiters.items():
        if name in ("iteration", "transfer"):
            assert (waiter.result, waiter.error) == ([], None), name
        else:
            assert isinstance(waiter.error, sc.ChannelClosed | sc.ConnectionLost), name
            assert "the client was closed; connect it again" in str(waiter.error), name
    assert [closer.error for closer in closers] == [None] * 3
    assert ours.state is sc.State.CLOSED


def test_closing_a_reader_wakes_who_waits_for_it(
    client: Connected, until_waiting: UntilWaiting
) -> None:
    ours = client("ours")
    writer = ours.create_channel("x")
    reader = ours.subscribe("x")
    waiters = [
        Waiter(work) for work in (reader.get, reader.get_block, lambda: next(reader.transfer()))
    ]
    for waiter in waiters:
        until_waiting(waiter)
    assert len(reader) == 0
    reader.close()
    reader.close()
    for waiter in waiters[:2]:
        waiter.join(timeout=10)
        assert isinstance(waiter.error, sc.ChannelClosed)
        assert "this reader of channel 'x' was closed; subscribe again" in str(waiter.error)
    waiters[2].join(timeout=10)
    assert isinstance(waiters[2].error, StopIteration | sc.ChannelClosed)
    assert writer.send("nobody reads") is False


def test_closing_a_writer_wakes_who_waits_for_demand_or_room(
    client: Connected, until_waiting: UntilWaiting
) -> None:
    ours, other = client("ours"), client("other")
    unread, paused = ours.create_channel("unread"), ours.create_channel("paused")
    other.subscribe("paused", overflow="wait", buffer_size=4)

    def send() -> None:
        for number in itertools.count():
            paused.send(number)

    waiting, sending = Waiter(unread.wait_active), Waiter(send)
    until_waiting(waiting)
    until_waiting(sending)
    unread.close()
    waiting.join(timeout=10)
    ours.delete_channel("paused")
    sending.join(timeout=10)
    for waiter, name in ((waiting, "unread"), (sending, "paused")):
        assert isinstance(waiter.error, sc.ChannelClosed)
        assert f"channel '{name}': " in str(waiter.error)


@pytest.mark.parametrize("closed", ["writer", "client"])
def test_what_was_sent_before_a_pause_arrives_although_the_writer_is_closed_in_it(
    client: Connected, until_waiting: UntilWaiting, closed: str
) -> None:
    ours, other = client("ours"), client("other")
    writer = ours.create_channel("x")
    reader = other.subscribe("x", overflow="wait", buffer_size=4)

    sent = 0

    def send() -> None:
        nonlocal sent
        for number in itertools.count():
            writer.send(number)
            sent += 1

    sending = Waiter(send)
    until_waiting(sending)
    closing = Waiter(writer.close if closed == "writer" else ours.close)
    closing.join(timeout=10)
    assert not closing.is_alive()
    assert closing.error is None
    sending.join(timeout=10)
    assert isinstance(sending.error, sc.ChannelClosed)
    assert list(reader) == list(range(sent))


async def test_closing_the_asyncio_client_wakes_everybody_too(address: str) -> None:
    client = sc.Client("ours", address)
    await client.connect()
    writer = await client.create_channel("x")
    reader = await client.subscribe("silent", wait=True)
    paused = await client.create_channel("paused")
    stalled = await client.subscribe("paused", overflow="wait", buffer_size=4)

    async def send() -> None:
        for number in itertools.count():
            await paused.send(number)

    works: list[Any] = [
        reader.get(),
        reader.get_block(60),
        reader.read_array(1),
        writer.wait_active(),
        writer.send(1, wait_active=True),
        send(),
        client.remote("nobody", wait_s=60),
        anext(client.watch("none")),
    ]
    tasks = [asyncio.ensure_future(work) for work in works]
    async with asyncio.timeout(10):
        while paused.demand.state != "paused":  # noqa: ASYNC110 - nothing else tells
            await asyncio.sleep(0)
        await asyncio.gather(client.close(), client.close())
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        assert isinstance(outcome, sc.ChannelClosed | sc.ConnectionLost), outcome
        assert "the client was closed; connect it again" in str(outcome)
    assert stalled.end_reason is not None
    await client.close()


def uses(
    client: Any, writer: Any, samples: Any, reader: Any, numbers: Any, remote: Any
) -> dict[str, Callable[[], Any]]:
    """Every method of every handle, under the names of both faces."""
    return {
        "ping": client.ping,
        "create_channel": lambda: client.create_channel("z"),
        "open_writer": lambda: client.open_writer("z"),
        "subscribe": lambda: client.subscribe("x"),
        "channels": client.channels,
        "clients": client.clients,
        "statistics": client.statistics,
        "delete_channel": lambda: client.delete_channel("x"),
        "kick": lambda: client.kick("x"),
        "configure_reader": lambda: client.configure_reader("c", 1, every=2),
        "remote": lambda: client.remote("server"),
        "call": lambda: remote.echo(1),
        "send": lambda: writer.send(1),
        "send wait_active": lambda: writer.send(1, wait_active=True),
        "send_nowait": lambda: writer.send_nowait(1),
        "send_samples": lambda: samples.send_samples([1.0]),
        "end": writer.end,
        "flush": writer.flush,
        "wait_active": writer.wait_active,
        "get": reader.get,
        "get_nowait": reader.get_nowait,
        "get_item": reader.get_item,
        "get_block": reader.get_block,
        "read_array": lambda: numbers.read_array(1),
        "configure": lambda: reader.configure(every=2),
        "Reader.statistics": reader.statistics,
    }


async def result_of(use: Callable[[], Any]) -> Any:
    outcome = use()
    return await outcome if hasattr(outcome, "__await__") else outcome


CLOSED = (sc.ChannelClosed, sc.ConnectionLost)


def test_every_use_after_close_is_refused_with_the_remedy(address: str) -> None:
    client = sc.blocking.Client("c", address)
    with client:
        writer, samples = client.create_channel("x"), client.create_channel("y", dtype="f8")
        reader, numbers = client.subscribe("x"), client.subscribe("y")
        remote = client.remote("c")
        changes, late = client.watch(), client.watch()
        next(changes)
    for name, use in uses(client, writer, samples, reader, numbers, remote).items():
        with pytest.raises(CLOSED, match=REMEDY):
            assert use() == f"{name} was not refused"
    for iterator in (changes, late, client.subscribe_all("*")):
        with pytest.raises(sc.ConnectionLost, match=REMEDY):
            list(iterator)
    assert list(reader) == list(reader.transfer()) == []
    assert (writer.ready, writer.active, len(reader)) == (False, False, 0)
    assert "closed" in (reader.end_reason or "")
    assert client.now_ns() > 0
    for close in (reader.clear, reader.close, writer.close, client.close, reader.close):
        close()
    with client:  # and it can be used again, with new handles
        assert client.create_channel("x").send(1) is False
        with pytest.raises(CLOSED, match=REMEDY):
            writer.send(1)


async def test_every_use_of_the_asyncio_client_after_close_too(address: str) -> None:
    client = sc.Client("c", address)
    async with client:
        writer, samples = (
            await client.create_channel("x"),
            await client.create_channel("y", dtype="f8"),
        )
        reader, numbers = await client.subscribe("x"), await client.subscribe("y")
        remote = await client.remote("c")
        changes = client.watch()
        await anext(changes)
    for name, use in uses(client, writer, samples, reader, numbers, remote).items():
        with pytest.raises(CLOSED, match=REMEDY):
            assert await result_of(use) == f"{name} was not refused"
    for iterator in (changes, client.watch(), client.subscribe_all("*")):
        with pytest.raises(sc.ConnectionLost, match=REMEDY):
            [found async for found in iterator]
    assert [value async for value in reader] == [value async for value in reader.transfer()] == []
    reader.clear()
    for close in (reader.close, writer.close, client.close, reader.close):
        await close()
    async with client:
        assert await (await client.create_channel("x")).send(1) is False
        with pytest.raises(CLOSED, match=REMEDY):
            await writer.send(1)


def test_a_closed_handle_says_so_while_its_client_lives(client: Connected) -> None:
    ours = client("ours")
    writer = ours.create_channel("x")
    reader = ours.subscribe("x")
    writer.send(1)
    assert reader.get(timeout_s=5) == 1
    reader.close()
    writer.close()
    for use in (reader.get, reader.get_nowait, reader.get_item, reader.get_block,
                reader.statistics, reader.configure):  # fmt: skip
        with pytest.raises(sc.ChannelClosed, match=r"'x' was closed; subscribe again"):
            use()
    for send in (writer.send, writer.send_nowait):
        with pytest.raises(sc.ChannelClosed, match="'x': this writer was closed; create it"):
            send(1)
    writer.close()
    reader.close()
    assert list(reader) == []


def test_before_connect_everything_says_what_to_do(address: str) -> None:
    client = sc.blocking.Client("c", address)
    for use in (
        client.ping,
        client.channels,
        lambda: client.create_channel("x"),
        lambda: next(client.watch()),
        lambda: client.clock_error_ns,
        client.now_ns,
    ):
        with pytest.raises(sc.ConnectionLost, match=r"connect\(\)"):
            use()
    client.close()


def test_a_client_that_was_kicked_says_so(client: Connected) -> None:
    ours, other = client("ours"), client("other")
    writer, reader = ours.create_channel("x"), ours.subscribe("later", wait=True)
    other.kick("ours", reason="tidying up")
    with pytest.raises(sc.StreamError, match=r"tidying up.*connect again"):
        reader.get(timeout_s=10)
    for use in (ours.ping, ours.channels, lambda: writer.send(1), writer.flush):
        with pytest.raises(CLOSED, match=r"tidying up.*connect again"):
            use()
    ours.connect()
    assert ours.ping() > 0
