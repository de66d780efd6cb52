from __future__ import annotations

import pytest

from stream_core.errors import LimitExceeded
from stream_core.server import readers as module
from stream_core.wire.header import Kind

# Waiting readers


async def test_waiting_readers_are_attached_before_the_creator_hears(server, join):
    writer, reader = await join(server, "writer"), await join(server, "reader")
    waiting = reader.post("subscribe", "x", wait=True)
    await reader.sync()
    made = await writer.call("create_channel", "x")
    assert made["demand"]["state"] == "active"
    writer.acknowledge(made["number"], made["demand_number"])
    writer.data(made["number"], 0, "first")
    number = (await reader.answer(waiting))["number"]
    assert await reader.items(number, 1) == {0: "first"}


async def test_a_reader_that_waits_no_more_is_not_attached(server, join):
    writer, reader = await join(server, "writer"), await join(server, "reader")
    for _ in range(2):
        waiting = reader.post("subscribe", "x", wait=True)
        reader.send(Kind.CANCEL, sequence=waiting)
    await reader.sync()
    reader.post("subscribe", "x", wait=True)
    await reader.sync()
    reader.abort()
    made = await writer.call("create_channel", "x")
    assert len(server._services.streams.readers.waiting) == 0
    while (await writer.call("channels"))[0]["readers"]:
        await writer.sync()
    assert made["info"]["name"] == "x"


async def test_cancelled_before_its_task_began(server, join):
    writer, reader = await join(server, "writer"), await join(server, "reader")
    waiting = reader.post("subscribe", "x", wait=True)
    reader.send(Kind.CANCEL, sequence=waiting)  # arrives with the call
    await reader.sync()
    await writer.call("create_channel", "x")
    assert await reader.call("reader_statistics") == []
    assert len(server._services.streams.readers.waiting) == 0


async def test_two_readers_of_one_client_have_numbers_of_their_own(server, stream, check):
    writer, reader, channel, number = await stream(server)
    second = (await reader.call("subscribe", "x", every=2))["number"]
    assert second != number
    writer.data(channel, 0, "a", "b", "c")
    assert await reader.items(number, 3) == {0: "a", 1: "b", 2: "c"}
    assert await reader.items(second, 2) == {0: "a", 2: "c"}
    await reader.call("unsubscribe", number)
    writer.data(channel, 3, "d", "e")
    assert await reader.items(second, 1) == {4: "e"}
    check()


async def test_limit_of_readers_and_ended_ones_are_forgotten(serve, join, monkeypatch):
    monkeypatch.setattr(module, "KEPT_ENDED", 2)
    server = await serve(readers=2)
    writer, reader = await join(server, "writer"), await join(server, "reader")
    for _ in range(6):
        number = (await writer.call("create_channel", "x"))["number"]
        subscribing = reader.post("subscribe", "x")
        await writer.demand(number)
        await reader.answer(subscribing)
        await writer.call("delete_channel", "x")
        assert (await reader.end(number)).reason.startswith("deleted")
    assert len(await reader.call("reader_statistics")) == 2
    number = (await writer.call("create_channel", "x"))["number"]
    reader.post("subscribe", "x")
    reader.post("subscribe", "x")
    await writer.demand(number)
    with pytest.raises(LimitExceeded, match="readers=2"):
        await reader.call("subscribe", "x")
