from __future__ import annotations

import asyncio
import logging

import pytest

from stream_core.server import demands as module
from stream_core.wire import messages
from stream_core.wire.header import Flag, Kind


async def test_subscribe_returns_when_the_writer_has_acknowledged(server, join):
    writer, reader = await join(server, "writer"), await join(server, "reader")
    channel = (await writer.call("create_channel", "x"))["number"]
    subscribing = reader.post("subscribe", "x")
    notice = await writer.frame(Kind.DEMAND)
    await reader.sync()  # the reply to echo overtakes that to subscribe
    assert reader.received(Kind.RESULT) == []
    writer.acknowledge(channel, notice.sequence)
    writer.data(channel, 0, "the next item")
    number = (await reader.answer(subscribing))["number"]
    assert await reader.items(number, 1) == {0: "the next item"}


async def test_no_item_overtakes_the_reply(server, stream, join):
    writer, _reader, channel, _number = await stream(server)
    late = await join(server, "late")
    subscribing = late.post("subscribe", "x")
    await writer.sync()
    writer.data(channel, 0, "a")
    reply = await late.frame(Kind.RESULT, Kind.DATA)
    assert (reply.kind, reply.sequence) == (Kind.RESULT, subscribing)


async def test_a_reader_begins_after_what_was_withheld_on_the_demand_of_others(
    server, stream, join, account
):
    writer, _reader, channel, _number = await stream(server, every=3)
    late = await join(server, "late")
    subscribing = late.post("subscribe", "x", overflow="wait")
    notice = await writer.frame(Kind.DEMAND)
    writer.data(channel, 0, "not for the late one, who would miss 1 and 2")
    writer.data(channel, 3, "this", flags=Flag.GAP_WITHHELD)
    writer.acknowledge(channel, notice.sequence)
    writer.data(channel, 4, "the next")
    reply = await late.answer(subscribing)
    assert reply["first"] == 3
    assert await late.items(reply["number"], 2) == {3: "this", 4: "the next"}
    assert (await account(late, reply["number"]))["published"] == 2


async def test_a_silent_writer_is_named(server, join, caplog, impatient):
    writer, reader = await join(server, "mute"), await join(server, "reader")
    await writer.call("create_channel", "x")
    await reader.call("subscribe", "x")
    (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "client mute has not acknowledged the demand on channel 'x'" in warning.message
    assert server._services.demands._waiting == {}


async def test_what_a_late_writer_withholds_from_a_new_reader_is_lost(
    server, stream, join, account, impatient
):
    writer, _reader, channel, _number = await stream(server, every=3)
    late = await join(server, "late")
    reply = await late.call("subscribe", "x")  # the writer has not acknowledged it
    number = reply["number"]
    writer.data(channel, 0, "this")
    writer.data(channel, 3, "too", flags=Flag.GAP_WITHHELD)
    assert await late.items(number, 2) == {0: "this", 3: "too"}
    reason = "withheld by the writer on an earlier demand"
    assert await late.loss(number) == messages.LostNotice(1, 2, 2, reason)
    late.credit(number, 3)
    found = await account(late, number)
    assert (found["delivered"], found["dropped"], found["not_selected"]) == (2, 2, 0)


async def test_what_is_withheld_after_a_change_is_lost_once_that_has_returned(
    server, stream, account
):
    writer, reader, channel, number = await stream(server, every=3)
    await writer.sync()
    changing = reader.post("configure_reader", "reader", number, every=1)
    notice = await writer.frame(Kind.DEMAND, address=channel)
    writer.data(channel, 0, "of the")
    writer.data(channel, 3, "earlier demand", flags=Flag.GAP_WITHHELD)
    writer.acknowledge(channel, notice.sequence)
    await reader.answer(changing)
    writer.data(channel, 6, "as if it had not", flags=Flag.GAP_WITHHELD)
    items = await reader.items(number, 3)
    assert items == {0: "of the", 3: "earlier demand", 6: "as if it had not"}
    loss = await reader.loss(number)
    assert (loss.first, loss.last, loss.count) == (4, 5, 2)
    assert (await account(reader, number))["not_selected"] == 2


async def test_only_writers_whose_demand_changes_are_waited_for(server, stream, join):
    writer, _reader, _channel, _number = await stream(server)
    other = await join(server, "other")
    await asyncio.wait_for(other.call("subscribe", "x"), 0.5)
    assert writer.received(Kind.DEMAND) == []
    await other.call("subscribe", "server/statistics")


async def test_what_is_told_later_is_not_waited_for(server, stream, join, monkeypatch):
    monkeypatch.setattr(module, "SETTLING_S", 60.0)
    writer, reader, channel, number = await stream(server, every=2)
    other = await join(server, "other")
    subscribing = other.post("subscribe", "x", every=3)
    first = await writer.frame(Kind.DEMAND)
    reader.post("configure_reader", "reader", number, every=9)
    await writer.frame(Kind.DEMAND)
    writer.acknowledge(channel, first.sequence)
    assert (await other.answer(subscribing))["info"]["name"] == "x"


@pytest.mark.parametrize("how", ["link", "channel", "caller"])
async def test_who_waits_is_released(server, join, monkeypatch, how):
    monkeypatch.setattr(module, "SETTLING_S", 60.0)
    writer, reader = await join(server, "writer"), await join(server, "reader")
    await writer.call("create_channel", "x")
    subscribing = reader.post("subscribe", "x")
    await writer.frame(Kind.DEMAND)
    if how == "link":
        writer.abort()
    elif how == "channel":
        await writer.call("delete_channel", "x")
    else:
        reader.send(Kind.CANCEL, sequence=subscribing)
        await reader.sync()
        await writer.sync()
        assert (await writer.frame(Kind.DEMAND)).sequence == 2
        assert await reader.call("reader_statistics") == []
        assert server._services.demands._waiting == {}
        return
    await reader.answer(subscribing)
    assert server._services.demands._waiting == {}


async def test_requirements(server, join):
    writer, reader = await join(server, "writer"), await join(server, "reader")
    channel = (await writer.call("create_channel", "x"))["number"]

    async def demand_after(method, *args, **kwargs):
        asked = reader.post(method, *args, **kwargs)
        notice = await writer.demand(channel)
        return notice, await reader.answer(asked)

    notice, first = await demand_after("subscribe", "x", every=4)
    assert notice == messages.DemandNotice("active", 4, 0, binding=True)
    notice, second = await demand_after("subscribe", "x", every=6)
    assert notice.every == 2
    notice, _ = await demand_after("unsubscribe", first["number"])
    assert notice.every == 6
    newest = {"buffer_size": 1, "min_interval_s": 0.5, "every": 1}
    notice, _ = await demand_after("configure_reader", "reader", second["number"], **newest)
    assert notice == messages.DemandNotice("active", 1, 500_000_000, binding=True)
    notice, _ = await demand_after("unsubscribe", second["number"])
    assert notice.state == "idle"


async def test_several_readers_pause_and_all_must_go_on(server, stream, join):
    writer, reader, channel, number = await stream(server, buffer_size=2, overflow="wait")
    other = await join(server, "other")
    second = (await other.call("subscribe", "x", buffer_size=2, overflow="wait"))["number"]
    ring = (await other.call("subscribe", "x", buffer_size=2))["number"]
    for first in range(0, 8, 2):
        writer.data(channel, first, first, first + 1)
    assert (await writer.demand(channel)).state == "paused"
    await reader.items(number, 4)
    await other.items(second, 4)
    reader.credit(number, 3)
    await reader.items(number, 4)
    await writer.sync()
    assert writer.received(Kind.DEMAND) == []
    other.credit(second, 3)
    assert (await writer.demand(channel)).state == "active"
    await other.items(second, 4)
    await other.items(ring, 4)
    reader.credit(number, 7)
    other.credit(second, 7)
    for raw, mine in ((reader, number), (other, second)):
        account = await raw.call("reader_statistics", mine)
        assert (account["delivered"], account["dropped"]) == (8, 0)


async def test_a_leaving_reader_lets_the_writers_go_on(server, stream, join):
    writer, reader, channel, number = await stream(server, buffer_size=2, overflow="wait")
    other = await join(server, "other")
    await other.call("subscribe", "x")
    for first in range(0, 8, 2):
        writer.data(channel, first, first, first + 1)
    assert (await writer.demand(channel)).state == "paused"
    await reader.call("unsubscribe", number)
    assert (await writer.demand(channel)).state == "active"


async def test_an_acknowledgement_of_what_was_never_told_ends_its_sender(server, stream):
    writer, reader, channel, number = await stream(server)
    writer.acknowledge(channel, 99)
    assert (await writer.goodbye()).error == "ProtocolError"
    assert "'writer' has gone" in (await reader.end(number)).reason
