from __future__ import annotations

import pytest

from stream_core.channels.names import SERVER
from stream_core.errors import (
    ChannelExists,
    ChannelNotFound,
    InvalidValue,
    LimitExceeded,
    NotAllowed,
)
from stream_core.wire import objects
from stream_core.wire.batches import ObjectBatch
from stream_core.wire.blocks import Block
from stream_core.wire.compression import Compressor
from stream_core.wire.header import CodecNumber, Flag, Kind

# A violation is one client's own


async def test_who_sends_on_after_the_acknowledged_pause_is_cut_off_alone(server, join, stalled):
    shared = {"shared": True}
    writer, reader, channel, number = await stalled(
        server, channel=shared, buffer_size=4, overflow="wait"
    )
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


async def test_the_end_of_a_channel_comes_after_what_is_buffered(server, check, stalled, account):
    writer, reader, channel, number = await stalled(server, buffer_size=100)
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


# Bounds


async def test_buffer_bytes_holds_all_buffers_together(serve, join, check, stalled, account):
    server = await serve(buffer_bytes=50_000)
    writer, reader, channel, number = await stalled(server, buffer_size=None)
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


# Compressed bodies


def compressed(values, damage=bytes):
    """A compressed block of objects: the facts of its header, and its damaged body."""
    batch = ObjectBatch()
    for value in values:
        batch.add(value, 1)
    packed = batch.pack()
    flag, parts = Compressor("gzip").packed(packed.parts)
    assert flag
    facts = {"codec": packed.codec, "flags": packed.flags | flag, "count": packed.count}
    return facts | {"body": damage(b"".join(parts)), "stride": 1, "time_ns": 1}


VALUES = ["text " * 100] * 4
GZIPPED = {"compression": "gzip"}


async def test_whole_blocks_go_out_as_they_came_and_parts_plain(server, stream, join, impatient):
    writer, reader, channel, _ = await stream(server, channel=GZIPPED, every=2)
    whole = await join(server, "whole")
    assert (await whole.call("subscribe", "x"))["info"]["compression"] == "gzip"
    facts = compressed(VALUES)
    writer.send(Kind.DATA, address=channel, sequence=0, **facts)
    frame = await whole.frame(Kind.DATA)
    assert (frame.body, frame.flags, frame.source) == (facts["body"], facts["flags"], writer.number)
    part = await reader.frame(Kind.DATA)
    assert (part.flags, part.count, part.stride) == (0, 2, 2)
    assert objects.decode_run(Block.received(part).data, 2) == VALUES[:2]


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body[:-1],
        lambda body: body[:30] + bytes([body[30] ^ 255]) + body[31:],
        lambda body: body + b"junk",
        lambda body: (len(VALUES) * 300).to_bytes(4, "little") + body[4:],
        lambda body: (2**24).to_bytes(4, "little") + body[4:],
        lambda body: b"\xff\0\0\0" + compressed(["x" * 2**23])["body"][4:],
    ],
    ids=["cut off", "damaged", "longer", "less than it says", "more than it says", "a bomb"],
)
async def test_what_cannot_be_made_plain_costs_its_sender_and_who_wanted_a_part(
    server, stream, join, check, damage, impatient
):
    writer, reader, channel, number = await stream(server, channel=GZIPPED, every=2)
    whole, bystander = await join(server, "whole"), await join(server, "bystander")
    await whole.call("subscribe", "x")
    facts = compressed(VALUES, damage)
    writer.send(Kind.DATA, address=channel, sequence=0, **facts)
    goodbye = await writer.goodbye()
    assert goodbye.error == "ProtocolError"
    assert "cannot be decompressed" in goodbye.reason
    loss = await reader.loss(number)
    assert (loss.first, loss.last, loss.count) == (0, 2, 2)
    assert loss.reason.startswith("cannot be decompressed: ")
    assert (await whole.frame(Kind.DATA)).body == facts["body"]
    assert (await reader.end(number)).reason == "its owner 'writer' has gone"
    await bystander.sync()
    check()


async def test_what_proves_broken_later_is_a_loss_in_its_place(server, stalled, account):
    writer, reader, channel, number = await stalled(server, channel=GZIPPED, buffer_size=10)
    facts = compressed(VALUES, lambda body: body[:-1])
    writer.send(Kind.DATA, address=channel, sequence=10, **facts)
    writer.data(channel, 14, "after")
    await writer.sync()
    assert (await account(reader, number))["buffered"] == 5
    reader.credit(number, 1)
    loss = await reader.loss(number)
    assert (loss.first, loss.last, loss.count) == (10, 13, 4)
    assert await reader.items(number, 1) == {14: "after"}
    assert (await account(reader, number))["dropped"] == 4
    await writer.sync()


@pytest.mark.parametrize(
    ("size", "flags", "words"),
    [
        (2**24 + 1, Flag.GZIP, "16777217 plain bytes exceeds"),
        (2**32 - 1, Flag.GZIP, "plain bytes exceeds"),
        (100, Flag.ZSTD, "by gzip; a body came"),
        (100, Flag.ZSTD | Flag.GZIP, "not by both"),
        (0, Flag.GZIP, "cannot hold"),
    ],
)
async def test_what_can_be_seen_from_outside_is_refused_before_anybody_hears(
    server, stream, size, flags, words
):
    writer, reader, channel, number = await stream(server, channel=GZIPPED)
    body = size.to_bytes(4, "little") + b"junk"
    writer.send(Kind.DATA, body, address=channel, codec=2, count=9, flags=int(flags))
    goodbye = await writer.goodbye()
    assert goodbye.error == "ProtocolError"
    assert words in goodbye.reason
    await reader.end(number)
    assert not reader.received(Kind.DATA, Kind.LOST)


async def test_a_plain_body_is_no_larger_than_a_frame(serve, stream):
    writer, _, channel, _ = await stream(await serve(frame_bytes=1500), channel=GZIPPED)
    facts = compressed(VALUES)
    writer.send(Kind.DATA, address=channel, sequence=0, **facts)
    assert "plain bytes exceeds 1500" in (await writer.goodbye()).reason
