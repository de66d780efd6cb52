from __future__ import annotations

import pytest

from stream_core.errors import NotAllowed
from stream_core.rpc import decode_failure
from stream_core.wire import messages
from stream_core.wire.header import Kind


async def next_life(writer, channel, *values):
    """End a channel, make another one of its name, and write to it; returns its number."""
    await writer.call("close_writer", channel)
    made = await writer.call("create_channel", "x")
    writer.data(made["number"], 0, *values)
    await writer.sync()
    return made["number"], made["demand"]["state"]


async def test_what_comes_before_a_reader_asks_waits_for_it(server, stream, check, impatient):
    writer, reader, channel, number = await stream(server, after=0)
    writer.data(channel, 0, "a")
    for values in (("b", "c"), ("d",)):
        channel, state = await next_life(writer, channel, *values)
        assert state == "active"
    assert await reader.items(number, 1) == {0: "a"}
    for items in ({0: "b", 1: "c"}, {0: "d"}):
        assert (await reader.end(number)).reason == "closed by its owner 'writer'"
        reply = await reader.call("subscribe", "x", wait=True, after=number)
        number = reply["number"]
        assert (reply["first"], await reader.items(number, len(items))) == (0, items)
    check()
    assert [info["readers"] for info in await reader.call("channels")] == [1]


async def test_a_reader_that_does_not_say_so_reads_one_channel_only(server, stream):
    writer, _reader, channel, _number = await stream(server, wait=True)
    assert (await next_life(writer, channel))[1] == "idle"


async def test_who_has_not_heard_the_answer_asks_again_and_misses_nothing(
    server, stream, join, impatient
):
    writer, reader, channel, number = await stream(server, after=0)
    channel, _ = await next_life(writer, channel, "b")
    follows = (await reader.call("subscribe", "x", wait=True, after=number))["number"]
    assert await reader.items(follows, 1) == {0: "b"}
    back = await join(server, "reader", session=reader.welcome.session)
    await back.call("resume", {}, awaited=[number])
    again = await back.call("subscribe", "x", wait=True, after=number, every=2)
    assert (again["number"], again["first"]) == (follows, 0)
    assert await back.items(follows, 1) == {0: "b"}
    assert (await back.call("reader_statistics", follows))["every"] == 2


async def test_who_waits_is_attached_while_its_link_is_down(
    server, join, sessions, until, impatient
):
    writer, reader = await join(server, "writer"), await join(server, "reader")
    reader.post("subscribe", "x", wait=True, after=-1)
    await reader.sync()
    reader.abort()
    await until(lambda: not sessions(server)["reader"].connected)
    made = await writer.call("create_channel", "x")
    writer.data(made["number"], 0, "a")
    await writer.sync()
    back = await join(server, "reader", session=reader.welcome.session)
    await back.call("resume", {}, awaited=[-1])
    reply = await back.call("subscribe", "x", wait=True, after=-1)
    assert await back.items(reply["number"], 1) == {0: "a"}


@pytest.mark.parametrize("how", ["unsubscribe", "resume", "close"])
async def test_who_waits_no_more_is_not_attached(server, stream, join, sessions, until, how):
    writer, reader, channel, number = await stream(server, after=0)
    channel, _ = await next_life(writer, channel, "b")
    channel, state = await next_life(writer, channel, "c")
    assert state == "active"
    if how == "unsubscribe":
        await reader.call("unsubscribe", number)
    elif how == "resume":
        reader = await join(server, "reader", session=reader.welcome.session)
        await reader.call("resume", {})
    else:
        reader.send(Kind.GOODBYE, messages.encode(messages.Goodbye("it leaves")))
        await until(lambda: "reader" not in sessions(server))
    while (await writer.demand(channel)).state != "idle":
        pass
    assert len(server._services.streams.readers.successors) == 0


async def test_what_it_cannot_have_it_is_told_when_it_asks(server, stream):
    writer, reader, channel, number = await stream(server, after=0, overflow="wait")
    await writer.call("close_writer", channel)
    await writer.call("create_channel", "x", may_pause=False)
    with pytest.raises(NotAllowed, match="may_pause"):
        await reader.call("subscribe", "x", wait=True, after=number, overflow="wait")


async def test_readers_that_wait_are_counted(serve, join):
    server = await serve(readers=1)
    reader = await join(server, "reader")
    for after in (-1, -2):
        reader.post("subscribe", "x", wait=True, after=after)
    await reader.call("subscribe", "server/statistics")
    writer = await join(server, "writer")
    await writer.call("create_channel", "x")
    failed = [await reader.frame(Kind.FAILURE) for _ in range(2)]
    reasons = [decode_failure(frame.body).message for frame in failed]
    assert reasons == [
        "client 'reader' waits for readers=1 channels already",
        "client 'reader' has readers=1 already",
    ]
