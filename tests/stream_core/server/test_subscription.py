from __future__ import annotations

import asyncio
import time

import pytest

from stream_core.channels.channel import Channel
from stream_core.errors import InvalidValue, NotAllowed
from stream_core.wire import messages
from stream_core.wire.header import CodecNumber, Flag, Kind

# Overflow: the reader has ten items in two blocks, credits nothing, and more are sent


async def test_ring_drops_the_oldest(server, check, stalled, account):
    writer, reader, channel, number = await stalled(server, buffer_size=4, overflow="ring")
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


async def test_clear_keeps_the_newest(server, check, stalled):
    writer, reader, channel, number = await stalled(server, buffer_size=4, overflow="clear")
    writer.data(channel, 10, *range(10, 15))
    await writer.sync()
    check()
    reader.credit(number, 9)
    assert await reader.loss(number) == messages.LostNotice(10, 13, 4, "overflow")
    assert await reader.items(number, 1) == {14: 14}
    check()


async def test_skip_drops_the_new(server, check, stalled):
    writer, reader, channel, number = await stalled(server, buffer_size=4, overflow="skip")
    writer.data(channel, 10, *range(10, 20))
    await writer.sync()
    check()
    reader.credit(number, 9)
    assert await reader.items(number, 4) == {n: n for n in range(10, 14)}
    assert await reader.loss(number) == messages.LostNotice(14, 19, 6, "overflow")
    check()


async def test_wait_pauses_the_writer_and_goes_on_at_half(server, check, stalled, account):
    writer, reader, channel, number = await stalled(server, buffer_size=4, overflow="wait")
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


async def test_raise_ends_the_subscription_after_what_is_buffered(server, check, stalled):
    writer, reader, channel, number = await stalled(server, buffer_size=4, overflow="raise")
    writer.data(channel, 10, *range(10, 20))
    assert (await writer.demand(channel)).state == "idle"
    check()
    reader.credit(number, 9)
    assert await reader.items(number, 4) == {n: n for n in range(10, 14)}
    assert await reader.loss(number) == messages.LostNotice(14, 14, 1, "overflow")
    assert (await reader.end(number)).error == "BufferOverflow"
    check()


async def test_every_and_gaps_are_not_lost(server, stream, check, account):
    writer, reader, channel, number = await stream(server, every=3)
    writer.data(channel, 0, *range(7))
    writer.data(channel, 9, 9, flags=int(Flag.GAP_WITHHELD))
    assert await reader.items(number, 4) == {0: 0, 3: 3, 6: 6, 9: 9}
    writer.data(channel, 13, flags=int(Flag.GAP_OUTBOX))
    loss = await reader.loss(number)
    assert loss == messages.LostNotice(12, 12, 1, "the writer's outbox was full")
    reader.credit(number, 12)
    found = await account(reader, number)
    assert (found["delivered"], found["dropped"], found["not_selected"]) == (4, 1, 8)
    check()


async def test_clear_reader(server, check, stalled, account):
    writer, reader, channel, number = await stalled(server, buffer_size=10)
    writer.data(channel, 10, *range(10, 20))
    await writer.sync()
    await reader.call("clear_reader", number)
    found = await account(reader, number)
    assert (found["buffered"], found["dropped"]) == (0, 10)
    assert await reader.loss(number) == messages.LostNotice(10, 19, 10, "cleared")
    check()


async def test_configure_while_subscribed(server, check, stalled, account):
    writer, reader, channel, number = await stalled(server, buffer_size=10)
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


async def test_a_reader_that_stalls_a_channel_is_ended(serve, stalled):
    server = await serve(stall_s=0.05)
    writer, reader, channel, number = await stalled(server, buffer_size=4, overflow="wait")
    writer.data(channel, 10, *range(10, 14))
    assert (await writer.demand(channel)).state == "paused"
    assert (await writer.demand(channel)).state == "idle"
    reader.credit(number, 9)
    assert set(await reader.items(number, 4)) == set(range(10, 14))
    end = await reader.end(number)
    assert "stall_s=0.05" in end.reason
    assert end.error == "BufferOverflow"


async def test_a_reader_that_goes_on_is_not_ended(serve, stalled, account):
    server = await serve(stall_s=60.0)
    writer, reader, channel, number = await stalled(server, buffer_size=4, overflow="wait")
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


# Intervals


async def test_min_interval(server, stream, check):
    writer, reader, channel, number = await stream(server, min_interval_s=0.05)
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    writer.data(channel, 0, "a")
    assert await reader.items(number, 1) == {0: "a"}
    writer.data(channel, 1, "b")
    writer.data(channel, 2, "c")
    assert await reader.items(number, 2) == {1: "b", 2: "c"}
    assert loop.time() - began_s >= 0.045
    check()


async def test_a_shorter_interval_holds_at_once(server, stream, check):
    writer, reader, channel, number = await stream(server, min_interval_s=1000.0)
    writer.data(channel, 0, "a")
    assert await reader.items(number, 1) == {0: "a"}
    writer.data(channel, 1, "b")
    await writer.sync()
    await reader.call("configure_reader", "reader", number, min_interval_s=0.01)
    assert await reader.items(number, 1) == {1: "b"}
    check()


async def test_the_newest_now_and_then_loses_nothing(server, stream, check, account):
    writer, reader, channel, number = await stream(server, buffer_size=1, min_interval_s=1000.0)
    writer.data(channel, 0, "a")
    assert await reader.items(number, 1) == {0: "a"}
    writer.data(channel, 1, "b", "c", "d")
    await writer.sync()
    found = await account(reader, number)
    assert (found["buffered"], found["not_selected"], found["dropped"]) == (1, 2, 0)
    check()


# Readers of samples that rest between two servings

SAMPLES = {"dtype": "uint8"}
SELDOM = {"every": 10, "min_interval_s": 1000.0}


def send_samples(writer, channel, first, count):
    body = bytes(number % 256 for number in range(first, first + count))
    codec = int(CodecNumber.SAMPLES)
    writer.send(Kind.DATA, body, address=channel, codec=codec, count=count, sequence=first)


async def block(reader, number):
    frame = await reader.frame(Kind.DATA, address=number)
    return frame.sequence, frame.stride, bytes(frame.body)


async def test_whoever_looks_finds_what_has_come_meanwhile(server, stream, check, account):
    writer, reader, channel, number = await stream(server, channel=SAMPLES, **SELDOM)
    send_samples(writer, channel, 0, 5)
    assert await block(reader, number) == (0, 1, bytes([0]))
    for first in (5, 13, 30):
        send_samples(writer, channel, first, 8 if first < 13 else 17)
        await writer.sync()
        check()
    found = await account(reader, number)
    assert (found["published"], found["buffered"], found["not_selected"]) == (47, 4, 42)
    send_samples(writer, channel, 47, 14)
    await writer.sync()
    await reader.call("configure_reader", "reader", number, min_interval_s=0.01)
    assert await block(reader, number) == (10, 10, bytes([10, 20, 30, 40, 50, 60]))
    check()


async def test_all_that_waits_in_all_buffers_is_told(server, stream, check):
    writer, reader, channel, _ = await stream(server, channel=SAMPLES, **SELDOM)
    for first in range(0, 50, 10):
        send_samples(writer, channel, first, 10)
    await writer.sync()
    told = await reader.call("statistics")
    waiting = sum(client["buffered_bytes"] for client in told["clients"])
    assert told["server"]["buffered_bytes"] == waiting > 0
    check()


async def test_it_is_served_when_its_time_has_come(server, stream, check):
    wishes = {"envelope": 10, "min_interval_s": 0.02}
    writer, reader, channel, number = await stream(server, channel=SAMPLES, **wishes)
    send_samples(writer, channel, 0, 15)
    assert await block(reader, number) == (0, 1, bytes([0, 9]))
    send_samples(writer, channel, 15, 9)
    send_samples(writer, channel, 24, 7)
    assert await block(reader, number) == (10, 10, bytes([10, 19, 20, 29]))
    check()


async def test_it_holds_up_the_writer_in_time(server, stream, check):
    wishes = {**SELDOM, "buffer_size": 4, "overflow": "wait"}
    writer, reader, channel, number = await stream(server, channel=SAMPLES, **wishes)
    for first in range(0, 40, 8):
        send_samples(writer, channel, first, 8)
    await writer.sync()
    assert writer.received(Kind.DEMAND) == []
    send_samples(writer, channel, 40, 1)
    assert (await writer.demand(channel)).state == "paused"
    assert await block(reader, number) == (0, 1, bytes([0]))
    check()


@pytest.mark.usefixtures("impatient")
async def test_readers_of_one_client_rest_side_by_side(server, stream, check, account):
    writer, reader, channel, number = await stream(server, channel=SAMPLES, **SELDOM)
    others = [
        (await reader.call("subscribe", "x", **wishes))["number"]
        for wishes in ({"every": 5, "min_interval_s": 0.01}, {"every": 10, "min_interval_s": 0.01})
    ]
    whole = (await reader.call("subscribe", "x"))["number"]
    last = 0
    for first in range(0, 1000, 10):
        send_samples(writer, channel, first, 10)
        while last < first + 10:
            last += (await reader.frame(Kind.DATA, address=whole)).count
        reader.credit(whole, last - 1)
    for each in (number, *others):
        found = await account(reader, each)
        assert found["published"] == 1000
        assert found["not_selected"] == (800 if each == others[0] else 900)
    check()


@pytest.mark.usefixtures("impatient")
async def test_its_channel_may_end_and_it_may_leave(server, stream, check):
    writer, reader, channel, number = await stream(server, channel=SAMPLES, **SELDOM)
    other = (await reader.call("subscribe", "x", **SELDOM))["number"]
    for first in (0, 10, 20):
        send_samples(writer, channel, first, 10)
    await writer.sync()
    await reader.call("unsubscribe", other)
    check()
    await writer.call("delete_channel", "x")
    await reader.call("configure_reader", "reader", number, min_interval_s=0.01)
    assert await block(reader, number) == (0, 1, bytes([0]))
    assert await block(reader, number) == (10, 10, bytes([10, 20]))
    assert "deleted" in (await reader.end(number)).reason


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("may_rest", [True, False])
async def test_all_buffers_are_full_at_the_same_item(
    serve, stream, check, account, monkeypatch, may_rest
):
    if not may_rest:
        monkeypatch.setattr(Channel, "rest", lambda *_: False)
    server = await serve(buffer_bytes=3000)
    wishes = {**SELDOM, "buffer_size": None}
    writer, reader, channel, number = await stream(server, channel=SAMPLES, **wishes)
    other = (await reader.call("subscribe", "x", **wishes | {"every": 1}))["number"]
    await reader.call("clear_reader", number)
    for first in range(0, 5000, 10):
        send_samples(writer, channel, first, 10)
    await writer.sync()
    first, second = await account(reader, number), await account(reader, other)
    assert (first["buffered_bytes"], second["buffered_bytes"]) == (273, 2730)
    assert first["published"] == second["published"] == 5000
    check()
