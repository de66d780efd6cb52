from __future__ import annotations

import time

import pytest

from stream_core.channels.names import SERVER
from stream_core.errors import (
    ChannelExists,
    ChannelNotFound,
    InvalidValue,
    LimitExceeded,
    NotAllowed,
)
from stream_core.server import streams as module
from stream_core.wire import messages
from stream_core.wire.header import CodecNumber, Flag, Kind

# Overflow: the reader takes ten items in two blocks, credits nothing, and ten more are sent


async def stalled(stream, **wishes):
    """A stream whose reader has 10 items in flight in two blocks, and does not credit them."""
    joined = await stream
    writer, reader, channel, number = joined
    for first in (0, 5):
        writer.data(channel, first, *range(first, first + 5))
        await reader.items(number, 5)
    return joined


async def account(reader, number):
    return await reader.call("reader_statistics", number)


async def test_ring_drops_the_oldest(server, stream, check):
    made = stream(server, buffer_size=4, overflow="ring")
    writer, reader, channel, number = await stalled(made)
    writer.data(channel, 10, *range(10, 20))
    await writer.sync()
    found = await account(reader, number)
    assert (found["buffered"], found["dropped"], found["in_flight"]) == (4, 6, 10)
    check()
    reader.credit(number, 9)
    assert await reader.loss(number) == messages.LostNotice(10, 15, 6, "overflow")
    assert await reader.items(number, 4) == {n: n for n in range(16, 20)}
    reader.credit(number, 19)
    found = await account(reader, number)
    assert (found["published"], found["delivered"], found["dropped"]) == (20, 14, 6)
    check()


async def test_clear_keeps_the_newest(server, stream, check):
    made = stream(server, buffer_size=4, overflow="clear")
    writer, reader, channel, number = await stalled(made)
    writer.data(channel, 10, *range(10, 15))
    await writer.sync()
    check()
    reader.credit(number, 9)
    assert await reader.loss(number) == messages.LostNotice(10, 13, 4, "overflow")
    assert await reader.items(number, 1) == {14: 14}
    check()


async def test_skip_drops_the_new(server, stream, check):
    made = stream(server, buffer_size=4, overflow="skip")
    writer, reader, channel, number = await stalled(made)
    writer.data(channel, 10, *range(10, 20))
    await writer.sync()
    check()
    reader.credit(number, 9)
    assert await reader.items(number, 4) == {n: n for n in range(10, 14)}
    assert await reader.loss(number) == messages.LostNotice(14, 19, 6, "overflow")
    check()


async def test_wait_pauses_the_writer_at_the_size_and_goes_on_at_half(server, stream, check):
    made = stream(server, buffer_size=4, overflow="wait")
    writer, reader, channel, number = await stalled(made)
    writer.data(channel, 10, *range(10, 13))
    await writer.sync()
    assert writer.received(Kind.DEMAND) == []
    writer.data(channel, 13, *range(13, 17))  # more than fits: what is on its way is kept
    assert (await writer.demand(channel)).state == "paused"
    check()
    reader.credit(number, 4)  # a block leaves, and three of the seven go out
    assert await reader.items(number, 3)
    await writer.sync()
    assert writer.received(Kind.DEMAND) == []
    reader.credit(number, 12)
    assert (await writer.demand(channel)).state == "active"
    assert set(await reader.items(number, 4)) == set(range(13, 17))
    reader.credit(number, 16)
    found = await account(reader, number)
    assert (found["published"], found["delivered"], found["dropped"]) == (17, 17, 0)
    check()


async def test_raise_ends_the_subscription_after_what_is_buffered(server, stream, check):
    made = stream(server, buffer_size=4, overflow="raise")
    writer, reader, channel, number = await stalled(made)
    writer.data(channel, 10, *range(10, 20))
    assert (await writer.demand(channel)).state == "idle"
    check()
    reader.credit(number, 9)
    assert await reader.items(number, 4) == {n: n for n in range(10, 14)}
    assert await reader.loss(number) == messages.LostNotice(14, 14, 1, "overflow")
    assert (await reader.end(number)).error == "BufferOverflow"
    check()


async def test_every_and_gaps_are_not_lost(server, stream, check):
    writer, reader, channel, number = await stream(server, every=3)
    writer.data(channel, 0, *range(7))
    writer.data(channel, 12, 12, flags=int(Flag.GAP_WITHHELD))
    assert await reader.items(number, 4) == {0: 0, 3: 3, 6: 6, 12: 12}
    writer.data(channel, 16, flags=int(Flag.GAP_OUTBOX))
    loss = await reader.loss(number)
    assert loss == messages.LostNotice(15, 15, 1, "the writer's outbox was full")
    reader.credit(number, 15)
    found = await account(reader, number)
    assert (found["delivered"], found["dropped"], found["not_selected"]) == (4, 1, 11)
    check()


async def test_clear_reader(server, stream, check):
    made = stream(server, buffer_size=10)
    writer, reader, channel, number = await stalled(made)
    writer.data(channel, 10, *range(10, 20))
    await writer.sync()
    await reader.call("clear_reader", number)
    found = await account(reader, number)
    assert (found["buffered"], found["dropped"]) == (0, 10)
    assert await reader.loss(number) == messages.LostNotice(10, 19, 10, "cleared")
    check()


async def test_configure_while_subscribed(server, stream, check):
    made = stream(server, buffer_size=10)
    writer, reader, channel, number = await stalled(made)
    writer.data(channel, 10, *range(10, 20))
    await writer.sync()
    other = writer.post("configure_reader", "reader", number, buffer_size=4, every=2)
    assert (await writer.demand(channel)).every == 2
    await writer.answer(other)
    found = await account(reader, number)
    assert (found["buffered"], found["dropped"], found["every"]) == (4, 6, 2)
    with pytest.raises(InvalidValue, match="buffer_size"):
        await writer.call("configure_reader", "reader", number, buffer_size=0)
    check()


# Stalling


async def test_a_reader_that_stalls_a_channel_is_ended(serve, stream):
    server = await serve(stall_s=0.05)
    made = stream(server, buffer_size=4, overflow="wait")
    writer, reader, channel, number = await stalled(made)
    writer.data(channel, 10, *range(10, 14))
    assert (await writer.demand(channel)).state == "paused"
    assert (await writer.demand(channel)).state == "idle"
    reader.credit(number, 9)
    assert set(await reader.items(number, 4)) == set(range(10, 14))
    end = await reader.end(number)
    assert "stall_s=0.05" in end.reason
    assert end.error == "BufferOverflow"


async def test_a_reader_that_goes_on_is_not_ended(serve, stream):
    server = await serve(stall_s=60.0)
    made = stream(server, buffer_size=4, overflow="wait")
    writer, reader, channel, number = await stalled(made)
    writer.data(channel, 10, *range(10, 20))
    writer.data(channel, 20, *range(20, 30))
    await writer.demand(channel)
    subscription = server._services.sessions.named("reader").subscriptions[number]
    began_ns = subscription.stalled_since_ns
    assert began_ns is not None
    reader.credit(number, 4)
    await reader.sync()
    assert subscription.stalled_since_ns > began_ns
    server._services.demands.check_stalls(time.monotonic_ns())
    assert (await account(reader, number))["buffered"] > 0


async def test_may_pause_false_takes_no_reader_that_waits(server, join):
    writer, reader = await join(server, "writer"), await join(server, "reader")
    channel = await writer.call("create_channel", "x", may_pause=False)
    with pytest.raises(NotAllowed, match="may_pause=False"):
        await reader.call("subscribe", "x", overflow="wait")
    subscribing = reader.post("subscribe", "x")
    await writer.demand(channel["number"])
    number = (await reader.answer(subscribing))["number"]
    with pytest.raises(NotAllowed, match="may_pause=False"):
        await reader.call("configure_reader", "reader", number, overflow="wait")


# A violation is one client's own


async def test_who_sends_on_after_the_acknowledged_pause_is_cut_off_alone(server, stream, join):
    shared = {"shared": True}
    made = stream(server, channel=shared, buffer_size=4, overflow="wait")
    writer, reader, channel, number = await stalled(made)
    other = await join(server, "other")
    await other.call("open_writer", "x")
    other.acknowledge(channel, 1)
    writer.data(channel, 10, *range(10, 14))
    assert (await writer.demand(channel)).state == "paused"
    other.data(channel, 0, "not acknowledged yet")
    assert (await other.demand(channel)).state == "paused"
    other.data(channel, 1, "too much")
    goodbye = await other.goodbye()
    assert goodbye.error == "ProtocolError"
    assert "after the pause was acknowledged" in goodbye.reason
    await writer.sync()
    reader.credit(number, 9)
    items = await reader.items(number, 5)
    assert items[14] == "not acknowledged yet"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"count": 1, "sequence": 0, "codec": int(CodecNumber.SAMPLES)}, "samples"),
        ({"count": 1, "sequence": 2**62 + 1, "codec": 2}, "a jump of"),
        ({"count": 2**31, "stride": 2**31, "codec": 2}, "span"),
        ({"count": 9, "sequence": 0, "codec": 2}, "cannot hold 9 items"),
        ({"count": 1, "sequence": -1, "codec": 2}, "comes after"),
        ({"count": 1, "sequence": 0, "codec": 99}, "codec 99"),
    ],
)
async def test_contradictory_data_ends_its_sender_alone(server, stream, join, facts, words):
    writer, reader, channel, number = await stream(server)
    writer.send(Kind.DATA, b"x", address=channel, **facts)
    goodbye = await writer.goodbye()
    assert goodbye.error == "ProtocolError"
    assert words in goodbye.reason
    assert (await reader.end(number)).reason == "its owner 'writer' has gone"


@pytest.mark.parametrize("sequence", [5, 2**40, -3])
async def test_credit_for_what_was_never_sent_ends_its_sender_alone(server, stream, sequence):
    writer, reader, channel, number = await stream(server)
    writer.data(channel, 0, "a")
    await reader.items(number, 1)
    reader.credit(number, sequence)
    assert (await reader.goodbye()).error == "ProtocolError"
    assert (await writer.demand(channel)).state == "idle"


# Channels


async def test_names_under_server_are_refused(server, join):
    raw = await join(server)
    for name in (SERVER, "server/x", "", "a//b", "a*", "a\nb"):
        with pytest.raises(InvalidValue):
            await raw.call("create_channel", name)
    with pytest.raises(LimitExceeded, match="name_bytes=200"):
        await raw.call("create_channel", "ä" * 101)
    with pytest.raises(InvalidValue):
        await raw.call("subscribe", "a//b", wait=True)


async def test_limit_of_channels_counts_those_of_clients(serve, join):
    raw = await join(await serve(channels=1))
    await raw.call("create_channel", "x")
    with pytest.raises(LimitExceeded, match="channels=1"):
        await raw.call("create_channel", "y")
    await raw.call("delete_channel", "x")
    await raw.call("create_channel", "y")


async def test_a_channel_has_one_owner(server, join):
    daq, pc = await join(server, "daq"), await join(server, "pc")
    channel = await daq.call("create_channel", "x")
    with pytest.raises(ChannelExists, match="another owner"):
        await pc.call("create_channel", "x")
    with pytest.raises(ChannelExists, match="already"):
        await daq.call("create_channel", "x")
    with pytest.raises(NotAllowed, match="shared=True"):
        await pc.call("open_writer", "x")
    with pytest.raises(NotAllowed, match="belongs to 'daq'"):
        await pc.call("delete_channel", "x")
    with pytest.raises(NotAllowed, match="belongs to 'server'"):
        await pc.call("delete_channel", "server/statistics")
    await daq.call("delete_channel", "x")
    assert (await daq.end(channel["number"])).reason == "deleted by its owner 'daq'"
    with pytest.raises(ChannelNotFound):
        await pc.call("subscribe", "x")


async def test_the_end_of_a_channel_comes_after_what_is_buffered(server, stream, check):
    made = stream(server, buffer_size=100)
    writer, reader, channel, number = await stalled(made)
    writer.data(channel, 10, *range(10, 20))
    await writer.call("close_writer", channel)
    assert writer.received(Kind.END) == []
    reader.credit(number, 9)
    assert len(await reader.items(number, 10)) == 10
    assert (await reader.end(number)).reason == "closed by its owner 'writer'"
    reader.credit(number, 19)
    found = await account(reader, number)
    assert (found["delivered"], found["in_flight"]) == (20, 0)
    check()


async def test_close_never_overtakes_data(server, stream):
    writer, reader, channel, number = await stream(server)
    writer.data(channel, 0, "a")
    writer.post("delete_channel", "x")
    assert await reader.items(number, 1) == {0: "a"}
    assert (await reader.end(number)).error is None


async def test_who_only_joined_a_channel_leaves_it_alone(server, stream, join):
    writer, reader, channel, number = await stream(server, channel={"shared": True})
    other = await join(server, "other")
    assert (await other.call("open_writer", "x"))["demand"]["state"] == "active"
    with pytest.raises(ChannelExists):
        await other.call("open_writer", "x")
    other.data(channel, 0, "theirs")
    writer.data(channel, 0, "ours")
    await other.call("close_writer", channel)
    assert sorted((await reader.items(number, 2)).values()) == ["ours", "theirs"]
    await reader.sync()
    assert reader.received(Kind.END) == []


async def test_marks_count_the_writers_that_have_not_ended(server, stream, join):
    writer, reader, channel, number = await stream(server, channel={"shared": True})
    other = await join(server, "other")
    await other.call("open_writer", "x")
    writer.data(channel, 0, "a")
    writer.send(Kind.MARK, address=channel)
    assert await reader.items(number, 1) == {0: "a"}
    assert (await reader.frame(Kind.MARK)).count == 1
    await other.call("close_writer", channel)
    assert (await reader.frame(Kind.MARK)).count == 0


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
    assert len(server._services.streams.waiting) == 0
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
    assert len(server._services.streams.waiting) == 0


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


# Bounds


async def test_buffer_bytes_holds_all_buffers_together(serve, stream, join, check):
    server = await serve(buffer_bytes=50_000)
    made = stream(server, buffer_size=None)
    writer, reader, channel, number = await stalled(made)
    for first in range(10, 110):
        writer.data(channel, first, "x" * 10_000)
    reader.credit(number, 0)
    budget = server._services.streams.budget
    await writer.sync()
    assert budget.used_bytes <= 60_100
    found = await account(reader, number)
    assert found["buffered_bytes"] == budget.used_bytes
    assert found["dropped"] > 50
    assert sum(found[part] for part in ("delivered", "in_flight", "buffered", "dropped")) == 110
    await reader.call("unsubscribe", number)
    assert budget.used_bytes == 0
