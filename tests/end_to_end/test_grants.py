"""Grants: what a user's roles allow is done, everything else is refused with the missing grant."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

import stream_core as sc
from stream_core.server import refusals

Connect = Callable[..., Awaitable[sc.Client]]
Refused = Callable[[str], AbstractAsyncContextManager[Any]]

USERS = {
    "users": {
        "root": {"secret": "x", "role": "admin"},
        "rig": {"secret": "x", "role": "rig"},
        "eve": {"secret": "x"},
    },
    "roles": {
        "rig": {
            "read": ["rig1/**"],
            "write": ["rig1/**"],
            "call": ["motor.move", "motor.calc.*"],
            "admin": ["rig1/**", "daq*"],
        },
        "shared": {"read": ["public/**"]},
    },
}


class Motor(sc.Client):
    """Offers methods."""

    class Calc:
        def rpc_add(self, one: int, two: int) -> int:
            return one + two

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rpc_calc = Motor.Calc()
        self.stopped = 0

    def rpc_move(self, data: bytes = b"") -> int:
        return len(data)

    def rpc_stop(self, data: bytes = b"") -> int:
        self.stopped += 1
        return len(data)


@pytest.fixture
async def server(limits: sc.Limits) -> AsyncIterator[sc.Server]:
    async with sc.Server("127.0.0.1", 0, users=USERS, secret="all", limits=limits) as server:
        yield server


@pytest.fixture
async def root(connect: Connect) -> sc.Client:
    return await connect("root", user="root", secret="x")


@pytest.fixture
async def rig(connect: Connect) -> sc.Client:
    return await connect("rig", user="rig", secret="x")


@pytest.fixture
async def eve(connect: Connect) -> sc.Client:
    return await connect("eve", user="eve", secret="x")


def refused(text: str) -> Any:
    return pytest.raises(sc.NotAllowed, match=f"^{text}$".replace("*", r"\*"))


# Reading


async def test_reading_needs_its_grant(root: sc.Client, rig: sc.Client, eve: sc.Client) -> None:
    writer = await root.create_channel("rig1/adc/ai0")
    await root.create_channel("rig2/x")
    reader = await rig.subscribe("rig1/adc/ai0")
    await writer.send(1, wait_active=True)
    assert await reader.get(timeout_s=5) == 1
    with refused("user 'rig' may not read 'rig2/x'; needs read on 'rig2/**'"):
        await rig.subscribe("rig2/x")
    with refused("user 'eve' may not read 'rig1/adc/ai0'; needs read on 'rig1/adc/**'"):
        await eve.subscribe("rig1/adc/ai0", wait=True)


async def test_what_one_may_not_read_answers_alike_whether_it_is_there_or_not(
    root: sc.Client, rig: sc.Client
) -> None:
    async def answers() -> list[str]:
        found = []
        for ask in (
            lambda: rig.subscribe("rig2/x"),
            lambda: rig.subscribe("rig2/x", key="tea"),
            lambda: rig.open_writer("rig2/x"),
            lambda: rig.create_channel("rig2/x"),
            lambda: rig.delete_channel("rig2/x"),
            lambda: rig.subscribe("rig1/typo"),
        ):
            with pytest.raises(sc.StreamError) as caught:
                await ask()
            found.append(str(caught.value))
        return found

    before = await answers()
    await root.create_channel("rig2/x", shared=True)
    await root.create_channel("rig2/y")
    await root.create_channel("rig1typo")
    assert await answers() == before


async def test_nothing_lists_what_one_may_not_read(root: sc.Client, rig: sc.Client) -> None:
    channel = await root.create_channel("rig1/x")
    await root.create_channel("rig2/x")
    await root.subscribe("rig1/x")
    await root.subscribe("rig2/x")
    assert [info.name for info in await rig.channels()] == ["rig1/x"]
    assert await rig.channels("server/**") == []
    assert [each.name for each in (await rig.statistics()).channels] == ["rig1/x"]
    seen = {info.name: (info.channels, info.readers) for info in await rig.clients()}
    assert seen["root"] == (("rig1/x",), ("rig1/x",))
    accounts = await (await rig.remote("server")).reader_statistics()
    assert [account["channel"] for account in accounts] == ["rig1/x"]
    assert channel.info.name == "rig1/x"


async def test_a_watch_hears_of_what_one_may_read_only(root: sc.Client, rig: sc.Client) -> None:
    await root.create_channel("rig2/before")
    watch = rig.watch("**")
    await root.create_channel("rig1/before")
    assert (await anext(watch)).info.name == "rig1/before"
    await root.create_channel("rig2/x")
    await root.create_channel("rig1/x")
    found = await anext(watch)
    while found.kind == "changed":
        found = await anext(watch)
    assert found.info.name == "rig1/x"
    await watch.aclose()


# Writing


async def test_writing_needs_its_grant(root: sc.Client, rig: sc.Client) -> None:
    await rig.create_channel("rig1/x", shared=True)
    with refused("user 'rig' may not write 'rig2/x'; needs write on 'rig2/**'"):
        await rig.create_channel("rig2/x")
    with refused("user 'rig' may not write 'top'; needs write on 'top'"):
        await rig.create_channel("top", key="tea")
    await root.create_channel("rig2/x", shared=True)
    with refused("user 'rig' may not write 'rig2/x'; needs write on 'rig2/**'"):
        await rig.open_writer("rig2/x")


# Calls


@pytest.fixture
async def motor(server_address: str) -> AsyncIterator[Motor]:
    async with Motor("motor", server_address, user="root", secret="x") as motor:
        yield motor


async def test_calls_need_their_grant(motor: Motor, rig: sc.Client, eve: sc.Client) -> None:
    remote = await rig.remote("motor")
    assert await remote.move() == 0
    assert await remote.calc.add(2, 3) == 5
    with refused("user 'rig' may not call 'motor.stop'; needs call on 'motor.**'"):
        await remote.stop()
    others = await eve.remote("motor")  # what there is, everybody may ask
    with refused("user 'eve' may not call 'motor.calc.add'; needs call on 'motor.calc.**'"):
        await others.calc.add(2, 3)
    with refused("user 'eve' may not call 'motor.echo'; needs call on 'motor.**'"):
        await others.echo(1)


async def test_calls_that_share_a_frame_are_each_held_to_the_grant(
    motor: Motor, rig: sc.Client
) -> None:
    remote = await rig.remote("motor")
    for _ in range(2):  # the second time the client knows that it may send them together
        calls = [remote.move(bytes(number)) for number in range(20)]
        calls.insert(7, remote.stop())
        calls.append(remote.calc.add(2, 3))
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert str(results.pop(7)) == (
            "user 'rig' may not call 'motor.stop'; needs call on 'motor.**'"
        )
        assert results == [*range(20), 5]
    results = await asyncio.gather(*(remote.stop() for _ in range(20)), return_exceptions=True)
    assert {type(result) for result in results} == {sc.NotAllowed}
    assert motor.stopped == 0


async def test_a_call_in_pieces_is_held_to_the_grant_by_its_first(
    motor: Motor, rig: sc.Client
) -> None:
    remote = await rig.remote("motor")
    large = bytes(1_000_000)
    assert await remote.move(large) == len(large)
    with refused("user 'rig' may not call 'motor.stop'; needs call on 'motor.**'"):
        await remote.stop(large)
    assert await remote.move() == 0


# Administration


async def test_administration_needs_its_grant(
    connect: Connect, root: sc.Client, rig: sc.Client, eve: sc.Client
) -> None:
    await root.create_channel("rig2/x")
    await root.create_channel("rig1/x")
    reader = await root.subscribe("rig1/x")
    hidden = await root.subscribe("rig2/x")
    with refused("user 'eve' may not kick 'rig'; needs admin on 'rig'"):
        await eve.kick("rig")
    with refused("user 'eve' may not kick 'nobody'; needs admin on 'nobody'"):
        await eve.kick("nobody")
    with refused("user 'rig' may not delete 'rig2/x'; needs admin on 'rig2/**'"):
        await rig.delete_channel("rig2/x")
    await rig.configure_reader("root", reader._inbox.number, every=2)
    with pytest.raises(sc.ChannelNotFound):  # it may not know of that channel
        await rig.configure_reader("root", hidden._inbox.number, every=2)
    daq = await connect("daq7", user="eve", secret="x", reconnect=False)
    await rig.kick("daq7")
    assert "daq7" not in {info.name for info in await root.clients()}
    await rig.delete_channel("rig1/x")
    with pytest.raises(sc.ChannelClosed, match="deleted by 'rig'"):
        await reader.get(timeout_s=5)
    await daq.close()


async def test_others_readers_are_changed_by_administrators_only(
    connect: Connect, root: sc.Client, server: sc.Server
) -> None:
    await root.create_channel("public/x")
    guest = await connect("guest", secret="all")
    reader = await root.subscribe("public/x")
    with refused(
        "a client without a user may not change readers of 'public/x'; needs admin on 'public/**'"
    ):
        await guest.configure_reader("root", reader._inbox.number, every=2)
    own = await guest.subscribe("public/x")
    await own.configure(every=2)


async def test_nobody_deletes_the_servers_own_channels(root: sc.Client) -> None:
    with pytest.raises(sc.NotAllowed, match="server's own"):
        await root.delete_channel("server/events")


async def test_without_users_another_deletes_nothing() -> None:
    async with (
        sc.Server("127.0.0.1", 0) as server,
        sc.Client("a", server.address) as first,
        sc.Client("b", server.address) as second,
    ):
        await first.create_channel("x")
        with pytest.raises(sc.NotAllowed, match="only its owner deletes it"):
            await second.delete_channel("x")


# Who is refused


async def test_refusals_are_told_once_a_minute_and_counted(
    root: sc.Client,
    eve: sc.Client,
    server: sc.Server,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events = await root.subscribe("server/events")
    with caplog.at_level(logging.WARNING, "stream_core.server.refusals"):
        for number in range(5):
            with pytest.raises(sc.NotAllowed):
                await eve.subscribe(f"x/{number}")
    assert [record.message for record in caplog.records if "refused" in record.message] == [
        "client eve was refused: user 'eve' may not read 'x/0'; needs read on 'x/**'"
    ]
    event = await events.get(timeout_s=5)
    assert (event["event"], event["client"], event["user"]) == ("action_refused", "eve", "eve")
    assert (event["count"], event["reason"]) == (
        1,
        "user 'eve' may not read 'x/0'; needs read on 'x/**'",
    )
    permits = server._services.permits
    now_s = refusals.MINUTE_S + max(each.until_s for each in permits._refusals._by_client.values())
    permits._refusals.tick(now_s)
    event = await events.get(timeout_s=5)
    assert event["count"] == 4
    assert "'x/4'" in event["reason"]
    permits._refusals.tick(now_s + refusals.MINUTE_S)
    assert permits._refusals._by_client == {}


async def test_the_shared_secret_has_what_its_role_has(connect: Connect, root: sc.Client) -> None:
    await root.create_channel("public/x")
    guest = await connect("guest", secret="all")
    await guest.subscribe("public/x")
    with refused("a client without a user may not write 'public/y'; needs write on 'public/**'"):
        await guest.create_channel("public/y")
