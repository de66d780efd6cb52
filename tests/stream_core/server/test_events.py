from __future__ import annotations

import inspect
import re

import pytest

from stream_core.errors import AuthenticationFailed, NameTaken, NotAllowed
from stream_core.server import events as module
from stream_core.wire import messages
from stream_core.wire.header import Kind


@pytest.fixture
def listen(join):
    """Have a client listen; it is known as "ops"."""

    async def listen(server):
        ops = await join(server, "ops")
        ops.events = (await ops.call("subscribe", "server/events"))["number"]
        return ops

    return listen


async def told(ops, count):
    """The next events, in their order."""
    return list((await ops.items(ops.events, count)).values())


async def test_the_life_of_a_client(server, join, listen, until, sessions):
    ops = await listen(server)
    daq = await join(server, "daq")
    (event,) = await told(ops, 1)
    assert event.pop("address").startswith("127.0.0.1:")
    facts = {"client": "daq", "number": daq.number}
    assert event == {"event": "client_connected", "user": ""} | facts
    daq.abort()
    reason = "it ended without a goodbye"
    assert await told(ops, 1) == [{"event": "client_lost_link", "reason": reason} | facts]
    again = await join(server, "daq", session=daq.welcome.session)
    (event,) = await told(ops, 1)
    assert event.pop("address").startswith("127.0.0.1:")
    assert event == {"event": "client_came_back"} | facts
    again.send(Kind.GOODBYE, messages.encode(messages.Goodbye("bye")))
    assert await told(ops, 1) == [{"event": "client_left", "reason": "bye"} | facts]


async def test_a_kick_is_told_before_the_leave(server, join, listen):
    daq = await join(server, "daq")
    ops = await listen(server)
    await ops.call("kick", "daq", reason="too loud\n" + "x" * 2000, ban_s=60.0)
    kicked, left = await told(ops, 2)
    assert kicked.pop("reason") == ("too loud " + "x" * 2000)[: module.LONGEST_TEXT]
    facts = {"client": "daq", "number": daq.number}
    assert kicked == {"event": "client_kicked", "by": "ops", "ban_s": 60.0} | facts
    assert left["reason"].startswith("kicked by 'ops': too loud x")
    with pytest.raises(NotAllowed):
        await join(server, "daq")
    (refused,) = await told(ops, 1)
    assert (refused["event"], refused["error"]) == ("client_refused", "NotAllowed")


async def test_refusals_are_told_and_bounded(serve, join, dial, listen):
    server = await serve(secret="s3")
    ops = await dial(server)
    await ops.hello("ops", secret="s3")
    ops.events = (await ops.call("subscribe", "server/events"))["number"]
    with pytest.raises(AuthenticationFailed):
        await join(server, "eve", secret="wrong")
    with pytest.raises(NameTaken):
        await join(server, "ops", secret="s3")
    wrong, taken = await told(ops, 2)
    assert wrong.pop("address").startswith("127.0.0.1:")
    assert wrong == {
        "event": "client_refused",
        "client": "eve",
        "error": "AuthenticationFailed",
        "reason": "wrong secret or unknown user",
    }
    assert (taken["client"], taken["error"]) == ("ops", "NameTaken")
    events = server._services.events
    events._refusals = 2
    for _ in range(module.REFUSALS_A_SECOND + 5):
        events.refused("eve", "somewhere", AuthenticationFailed("no"))
    events.tick()
    events.tick()
    events.refused("eve", "somewhere", AuthenticationFailed("no"))
    singly = module.REFUSALS_A_SECOND - 2
    found = await told(ops, singly + 2)
    assert [event["event"] for event in found] == [
        *["client_refused"] * singly,
        "clients_refused",
        "client_refused",
    ]
    assert found[singly] == {"event": "clients_refused", "count": 7}


async def test_the_life_of_a_channel_and_its_readers(server, stream, listen):
    ops = await listen(server)
    writer, reader, channel, number = await stream(server)
    await reader.call("unsubscribe", number)
    assert (await writer.demand(channel)).state == "idle"
    again = reader.post("subscribe", "x")
    await writer.demand(channel)
    number = (await reader.answer(again))["number"]
    await writer.call("delete_channel", "x")
    await reader.call("unsubscribe", number)
    found = await told(ops, 7)
    facts = {"channel": "x", "client": "reader", "reader": number}
    assert [event["event"] for event in found[:2]] == ["client_connected"] * 2
    assert found[2:] == [
        {"event": "channel_created", "channel": "x", "owner": "writer"},
        {"event": "reader_subscribed"} | facts,
        {"event": "reader_left"} | facts,
        {"event": "reader_subscribed"} | facts,
        {
            "event": "channel_ended",
            "channel": "x",
            "owner": "writer",
            "reason": "deleted by its owner 'writer'",
        },
    ]
    await reader.sync()
    reader.send(Kind.GOODBYE, messages.encode(messages.Goodbye("bye")))
    assert (await told(ops, 1))[0]["event"] == "client_left"  # and no reader with it


async def test_what_goes_with_a_client_is_told_after_it(server, stream, join, listen):
    writer, _reader, _channel, _number = await stream(server)
    await writer.call("subscribe", "server/statistics")
    ops = await listen(server)
    await ops.call("kick", "writer")
    await ops.call("kick", "reader")
    found = await told(ops, 5)
    assert [event["event"] for event in found] == [
        "client_kicked",
        "client_left",
        "channel_ended",
        "client_kicked",
        "client_left",
    ]
    assert found[2]["reason"] == "its owner 'writer' has gone"


@pytest.mark.parametrize("how", ["overflow", "stall"])
async def test_a_reader_that_is_ended_for_its_slowness(server, stalled, listen, how):
    overflow = "raise" if how == "overflow" else "wait"
    writer, _reader, channel, number = await stalled(server, buffer_size=4, overflow=overflow)
    ops = await listen(server)
    writer.data(channel, 10, *range(10, 20))
    await writer.sync()
    if how == "stall":
        server._services.demands.check_stalls(2**62)
    (event,) = await told(ops, 1)
    reason = event.pop("reason")
    assert ("was full" if how == "overflow" else "stall_s=60") in reason
    facts = {"channel": "x", "client": "reader", "reader": number}
    assert event == {"event": "reader_ended"} | facts


async def test_a_writer_that_is_silent_about_the_demand(server, join, listen, impatient):
    writer, reader = await join(server, "mute"), await join(server, "reader")
    await writer.call("create_channel", "x")
    ops = await listen(server)
    await reader.call("subscribe", "x")
    _, silent = await told(ops, 2)
    assert silent == {"event": "writer_silent", "channel": "x", "client": "mute"}


async def test_private_and_own_channels_make_no_events(
    server, join, listen, prove, verifier, impatient
):
    daq, pc = await join(server, "daq"), await join(server, "pc")
    ops = await listen(server)
    made = await daq.call("create_channel", "hidden", verifier=verifier("hidden", "tea"))
    await pc.call("subscribe", "server/statistics")
    await ops.call("subscribe", "server/events", overflow="raise", buffer_size=1)
    proof, _ = await prove(pc, "hidden", "tea")
    number = (await pc.call("subscribe", "hidden", proof))["number"]  # the writer is silent
    await pc.call("unsubscribe", number)
    daq.data(made["number"], 5, "a")
    daq.data(made["number"], 3, "numbers run backwards")
    await daq.goodbye()
    (event,) = await told(ops, 1)
    assert event["event"] == "client_left"
    assert event["reason"].startswith("a private channel: number 3")
    await pc.sync()
    assert server._services.events._untold == []


async def test_the_last_hundred_are_told_to_who_comes_later(server, join):
    daq, late = await join(server, "daq"), await join(server, "late")
    for number in range(module.HISTORY):
        await daq.call("create_channel", f"x{number}")
    reply = await late.call("subscribe", "server/events", history=1000)
    found = await late.items(reply["number"], module.HISTORY)
    assert [event["channel"] for event in found.values()] == [f"x{n}" for n in range(100)]
    await daq.call("delete_channel", "x0")
    assert (await late.items(reply["number"], 1))[102]["event"] == "channel_ended"
    assert server._services.streams.budget.used_bytes == 0


async def test_its_readers_never_hold_up_the_server(server, join):
    raw = await join(server, "pc")
    with pytest.raises(NotAllowed, match="may_pause=False"):
        await raw.call("subscribe", "server/events", overflow="wait")


async def test_every_event_is_described_where_one_looks(server, join):
    """The table, the channel's description and the code name the same events."""
    raw = await join(server, "pc")
    (info,) = await raw.call("channels", "server/events")
    rows = re.findall(r"^\| (\w+_\w+) \|", module.__doc__, re.MULTILINE)
    assert len(rows) == len(set(rows)) == 14
    assert set(rows) == set(re.findall(r"\w+_\w+", info["description"]))
    assert set(rows) >= set(re.findall(r'_tell\("(\w+)"', inspect.getsource(module)))
