from __future__ import annotations

import pytest

from stream_core.channels.schedule import QUANTUM_BYTES
from stream_core.server import pacing
from stream_core.server.pacing import FLOOR_BYTES
from stream_core.wire.header import HEADER_BYTES, Kind

ITEM = "x" * 10_000


async def test_a_client_that_acknowledges_nothing_gets_no_more_than_the_floor(
    server, stream, sessions, check
):
    writer, reader, channel, number = await stream(server, buffer_size=None)
    for first in range(100):
        writer.data(channel, first, ITEM)
    await writer.sync()
    connection = sessions(server)["reader"].connection
    assert connection.bytes_out < FLOOR_BYTES + 20_000
    account = await reader.call("reader_statistics", number)
    assert account["in_flight"] < 20
    assert account["buffered"] == 100 - account["in_flight"]
    check()
    items = {}
    while len(items) < 100:  # all credit is given, the link alone is paced
        items |= await reader.items(number, 1)
        reader.credit(number, max(items))
        reader.send(Kind.CREDIT, sequence=reader.bytes_received)
    assert list(items) == list(range(100))
    account = await reader.call("reader_statistics", number)
    assert (account["delivered"], account["dropped"]) == (100, 0)


async def test_more_acknowledged_than_sent_ends_the_sender_alone(server, stream):
    writer, reader, channel, _number = await stream(server)
    reader.send(Kind.CREDIT, sequence=2**40)
    assert "bytes were acknowledged" in (await reader.goodbye()).reason
    assert (await writer.demand(channel)).state == "idle"


async def test_a_stuck_client_disturbs_nobody(server, stream, join, sessions, check):
    writer, good, channel, number = await stream(server, buffer_size=20)
    stuck = await join(server, "stuck")
    second = (await stuck.call("subscribe", "x", buffer_size=20))["number"]
    stuck.pause()
    for first in range(500):
        writer.data(channel, first, ITEM)
        assert list(await good.items(number, 1)) == [first]
        good.credit(number, first)
        good.send(Kind.CREDIT, sequence=good.bytes_received)
    session = sessions(server)["stuck"]
    assert session.connection.waiting_bytes < 400_000
    subscription = session.subscriptions[second]
    assert subscription.buffer.buffered_bytes <= 20 * 10_100
    assert subscription.buffer.counters.dropped > 400
    account = await good.call("reader_statistics", number)
    assert (account["delivered"], account["dropped"]) == (500, 0)
    check()


async def test_a_small_channel_is_served_between_the_blocks_of_a_large_one(
    server, stream, sessions
):
    writer, reader, camera, first = await stream(server, buffer_size=None)
    slow = (await writer.call("create_channel", "y"))["number"]
    subscribing = reader.post("subscribe", "y")
    await writer.demand(slow)
    second = (await reader.answer(subscribing))["number"]
    for sequence in range(100):
        writer.data(camera, sequence, ITEM * 3)
    await writer.sync()
    writer.data(slow, 0, "now")
    await writer.sync()
    large = 0
    while True:  # the whole link is acknowledged, and nothing of the camera's consumed
        frame = await reader.frame(Kind.DATA)
        reader.send(Kind.CREDIT, sequence=reader.bytes_received)
        if frame.address == second:
            break
        large += len(frame.body)
        reader.credit(first, frame.sequence)
    assert large < FLOOR_BYTES + 2 * QUANTUM_BYTES + 60_000


async def test_a_block_of_many_items_is_cut_for_a_small_channel(
    server, stream, sessions, monkeypatch
):
    monkeypatch.setattr(pacing, "CEILING_BYTES", FLOOR_BYTES)  # a slow link
    writer, reader, camera, first = await stream(server, buffer_size=None)
    slow = (await writer.call("create_channel", "y"))["number"]
    subscribing = reader.post("subscribe", "y")
    await writer.demand(slow)
    second = (await reader.answer(subscribing))["number"]
    writer.data(camera, 0, *[ITEM] * 100)
    writer.data(camera, 100, *[ITEM] * 100)
    writer.data(slow, 0, "now")
    await writer.sync()
    bodies = []
    while True:
        frame = await reader.frame(Kind.DATA)
        reader.send(Kind.CREDIT, sequence=reader.bytes_received)
        if frame.address == second:
            break
        bodies.append(len(frame.body))
        reader.credit(first, frame.sequence + frame.count - 1)
    # What was sent before anything else waited, and a turn: not one of the blocks of a megabyte.
    assert sum(bodies) < 2 * FLOOR_BYTES + 2 * QUANTUM_BYTES
    items = 0
    while items < 200 - sum(body // len(ITEM) for body in bodies):
        frame = await reader.frame(Kind.DATA)
        assert len(frame.body) < FLOOR_BYTES + 10_000
        items += frame.count
        reader.credit(first, frame.sequence + frame.count - 1)
        reader.send(Kind.CREDIT, sequence=reader.bytes_received)
    assert (await reader.call("reader_statistics", first))["dropped"] == 0


async def test_a_fast_link_takes_a_block_of_many_items_whole(server, stream, monkeypatch):
    monkeypatch.setattr(pacing, "FLOOR_BYTES", 4 * FLOOR_BYTES)
    writer, reader, channel, _ = await stream(server, buffer_size=1)
    writer.data(channel, 0, *[ITEM] * 40)
    assert (await reader.frame(Kind.DATA)).count == 40


@pytest.mark.parametrize("weights", [(1.0, 1.0), (3.0, 1.0)])
async def test_weights_share_a_link(server, stream, weights, monkeypatch):
    monkeypatch.setattr(pacing, "CEILING_BYTES", FLOOR_BYTES)  # a slow link
    writer, reader, channel, first = await stream(server, buffer_size=None, weight=weights[0])
    subscribing = reader.post("subscribe", "x", buffer_size=None, weight=weights[1])
    second = (await reader.answer(subscribing))["number"]
    for sequence in range(300):
        writer.data(channel, sequence, ITEM)
    await writer.sync()
    got = {first: 0, second: 0}
    for _ in range(200):
        frame = await reader.frame(Kind.DATA)
        got[frame.address] += len(frame.body) + HEADER_BYTES
        reader.credit(frame.address, frame.sequence)
        reader.send(Kind.CREDIT, sequence=reader.bytes_received)
    assert abs(got[first] / got[second] / (weights[0] / weights[1]) - 1) < 0.35


async def test_numbers_of_items_out(server, stream, sessions):
    writer, reader, channel, number = await stream(server, every=2)
    writer.data(channel, 0, *range(10))
    await reader.items(number, 5)
    assert sessions(server)["reader"].delivery.items_out == 5
    assert sessions(server)["writer"].items_in == 10
