from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import stream_core as sc

Connect = Callable[..., Awaitable[sc.Client]]


async def test_an_operator_is_told_what_happens(connect: Connect, server: sc.Server) -> None:
    ops = await connect("ops")
    events = await ops.subscribe("server/events")

    async def event() -> dict[str, Any]:
        item = await events.get_item(timeout_s=5)
        assert abs(ops.now_ns() - item.time_ns) < 5e9
        found: dict[str, Any] = item.value
        return found

    async with sc.Client("daq", server.address) as daq:
        assert (await event())["event"] == "client_connected"
        writer = await daq.create_channel("x")
        assert await event() == {"event": "channel_created", "channel": "x", "owner": "daq"}
        reader = await ops.subscribe("x")
        number = (await reader.statistics()).number
        facts = {"channel": "x", "client": "ops", "reader": number}
        assert await event() == {"event": "reader_subscribed"} | facts
        await reader.close()
        assert await event() == {"event": "reader_left"} | facts
        await writer.close()
        ended = await event()
        assert (ended["event"], ended["reason"]) == ("channel_ended", "closed by its owner 'daq'")
        with pytest.raises(sc.NameTaken):
            await connect("daq")
        refused = await event()
        assert (refused["client"], refused["error"]) == ("daq", "NameTaken")
        temporary = await daq.create_channel("y", lifetime_s=0.05)
        assert (await event())["event"] == "channel_created"
        assert (await event())["reason"] == "its lifetime_s=0.05 has passed"
        await ops.kick("daq", reason="enough")
        assert (await event())["event"] == "client_kicked"
        left = await event()
        assert (left["event"], left["reason"]) == ("client_left", "kicked by 'ops': enough")
        assert not temporary.active
    assert events.info is not None
    assert (events.info.owner, events.info.shared) == ("server", False)
    assert events.lost == 0


async def test_nobody_writes_there_but_the_server(connect: Connect) -> None:
    client = await connect("daq")
    with pytest.raises(sc.NotAllowed):
        await client.open_writer("server/events")
    with pytest.raises(sc.InvalidValue):
        await client.create_channel("server/events", key="tea")
    with pytest.raises(sc.ChannelNotFound):
        await client.subscribe("server/events", key="tea")
