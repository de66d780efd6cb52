from __future__ import annotations

import pytest

from stream_core.errors import (
    AuthenticationFailed,
    ChannelExists,
    LimitExceeded,
    NameTaken,
    NotAllowed,
    TargetNotFound,
)
from stream_core.server import sessions as sessions_module
from stream_core.wire import messages
from stream_core.wire.header import Flag, Kind


@pytest.fixture
def link_lost(sessions, until):
    async def wait(server, name):
        await until(lambda: not sessions(server)[name].connected)

    return wait


# Names


async def test_clients_without_a_name_get_one_of_their_program(server, join):
    first = await join(server, program="adc@lab-7")
    second = await join(server, program="adc@lab-7")
    third = await join(server)
    names = [raw.welcome.name for raw in (first, second, third)]
    assert names == ["adc@lab-7", "adc@lab-7-2", "client"]


async def test_a_clean_end_frees_the_name_at_once(server, join):
    raw = await join(server, "daq")
    raw.send(Kind.GOODBYE, messages.encode(messages.Goodbye("done")))
    await raw.closed()
    again = await join(server, "daq")
    assert again.welcome.number != raw.welcome.number
    assert again.welcome.session != raw.welcome.session


async def test_limit_of_clients(serve, join, dial):
    server = await serve(clients=1)
    await join(server, "one")
    with pytest.raises(LimitExceeded, match="clients=1"):
        await (await dial(server)).hello("two")


# A broken link


async def test_a_kept_session_gives_way_to_a_new_client_of_its_name(server, join, link_lost):
    old = await join(server, "daq")
    await old.call("create_channel", "x")
    old.abort()
    await link_lost(server, "daq")
    new = await join(server, "daq")
    assert not new.welcome.resumed
    assert await new.call("channels") == []


async def test_a_kept_session_expires_and_takes_its_channels_along(serve, join):
    server = await serve(resume_s=0.01)
    old, other = await join(server, "daq"), await join(server, "other")
    channel = await old.call("create_channel", "x")
    subscribing = other.post("subscribe", "x")
    await old.demand(channel["number"])
    reader = await other.answer(subscribing)
    old.abort()
    end = await other.end(reader["number"])
    assert end == messages.EndNotice("its owner 'daq' has gone")
    again = await join(server, "daq", session=old.welcome.session)
    assert not again.welcome.resumed


@pytest.mark.parametrize("name", ["daq", None])
async def test_a_claim_takes_the_name_back_from_a_link_whose_welcome_was_lost(server, join, name):
    facts = {"program": "daq@here-1", "user": ""}
    old = await join(server, name, claim="mine", **facts)
    new = await join(server, name, claim="mine", session="of another server", **facts)
    assert not new.welcome.resumed
    assert new.welcome.name == old.welcome.name
    await old.closed()
    assert [client["name"] for client in await new.call("clients")] == [new.welcome.name]
    for claim in ("", "another's"):
        if name is None:
            other = await join(server, name, claim=claim, **facts)
            assert other.welcome.name != new.welcome.name
        else:
            with pytest.raises(NameTaken):
                await join(server, name, claim=claim, **facts)


async def test_a_token_replaces_ones_own_half_open_connection(server, join):
    old = await join(server, "daq")
    await old.call("create_channel", "x")
    new = await join(server, "daq", session=old.welcome.session)
    assert new.welcome.resumed
    assert (new.welcome.name, new.welcome.number) == ("daq", old.welcome.number)
    await old.closed()
    assert [channel["name"] for channel in await new.call("channels")] == ["x"]
    with pytest.raises(NameTaken):
        await join(server, "daq", session="forged")


async def test_a_token_is_of_no_use_to_another_user(serve, join):
    server = await serve(users={"ann": {"secret": "tea"}, "eve": {"secret": "milk"}})
    ann = await join(server, "daq", user="ann", secret="tea")
    eve = await join(server, "pc", user="eve", secret="milk", session=ann.welcome.session)
    assert not eve.welcome.resumed
    assert eve.number != ann.number
    await ann.sync()
    with pytest.raises(AuthenticationFailed):
        await join(server, "daq", user="ann", secret="x", session=ann.welcome.session)
    await ann.sync()
    again = await join(server, "daq", user="ann", secret="tea", session=ann.welcome.session)
    assert again.welcome.resumed


async def test_data_in_flight_is_sent_again_once_and_in_order(
    server, join, check, stream, link_lost
):
    writer, reader, channel, number = await stream(server)
    writer.data(channel, 0, "a", "b", "c")
    writer.data(channel, 3, "d")
    assert await reader.items(number, 4) == dict(enumerate("abcd"))
    reader.credit(number, 0)
    await reader.sync()
    check()
    reader.abort()
    await link_lost(server, "reader")
    writer.data(channel, 4, "e")
    await writer.sync()
    check()
    again = await join(server, "reader", session=reader.welcome.session)
    assert again.welcome.resumed
    assert again.received(Kind.DATA) == []
    await again.call("resume", {number: (1, 0)})  # it has received up to "b"
    assert list((await again.items(number, 3)).items()) == [(2, "c"), (3, "d"), (4, "e")]
    again.credit(number, 4)
    account = await again.call("reader_statistics", number)
    assert (account["published"], account["delivered"], account["in_flight"]) == (5, 5, 0)
    assert again.received(Kind.DATA) == []
    check()


async def test_nothing_flows_before_the_resume_call(server, join, stream):
    writer, reader, channel, number = await stream(server)
    writer.data(channel, 0, "a")
    await writer.sync()
    again = await join(server, "reader", session=reader.welcome.session)
    writer.data(channel, 1, "b")
    await writer.sync()
    await again.sync()
    assert again.received(Kind.DATA, Kind.LOST) == []
    await again.call("resume", {number: (-1, 0)})
    assert await again.items(number, 2) == {0: "a", 1: "b"}


@pytest.mark.parametrize(("received", "again"), [((-1, 1), 1), ((-1, 2), 0), (-1, 2)])
async def test_marks_that_are_counted_are_sent_once(server, join, stream, received, again):
    writer, reader, channel, number = await stream(server)
    writer.send(Kind.MARK, address=channel)
    writer.send(Kind.MARK, address=channel)
    await reader.frame(Kind.MARK)
    back = await join(server, "reader", session=reader.welcome.session)
    await back.call("resume", {number: received})
    await back.sync()
    assert len(back.received(Kind.MARK)) == again


async def test_readers_that_one_side_does_not_know_are_cleaned_up(server, join, stream):
    writer, reader, channel, number = await stream(server)
    again = await join(server, "reader", session=reader.welcome.session)
    await again.call("resume", {})
    assert await again.call("reader_statistics") == []
    assert (await writer.demand(channel)).state == "idle"
    third = await join(server, "reader", session=reader.welcome.session)
    await third.call("resume", {number: (-1, 0)})
    assert (await third.end(number)).reason == "the channel has ended while the link was broken"


async def test_writers_are_told_again_what_they_missed(server, join, stream, sessions):
    writer, _reader, channel, _number = await stream(server)
    lost = (await writer.call("create_channel", "lost reply"))["number"]
    again = await join(server, "writer", session=writer.welcome.session)
    await again.call("resume", {}, writers=[channel, 4711])
    assert (await again.demand(channel)).state == "active"
    assert (await again.end(4711)).reason == "the channel has ended while the link was broken"
    assert [found["name"] for found in await again.call("channels")] == ["x"]
    assert lost not in sessions(server)["writer"].slots


async def test_a_channel_whose_reply_was_lost_is_created_again_and_stays(server, join):
    owner, guest = await join(server, "owner"), await join(server, "guest")
    made = await owner.call("create_channel", "x", origin=7, shared=True)
    place = await guest.call("open_writer", "x")
    back = await join(server, "owner", session=owner.welcome.session)
    await back.call("resume", {}, writers=[], origins=[7])
    again = await back.call("create_channel", "x", origin=7, next_number=5, shared=True)
    assert again["number"] == made["number"] == place["number"]
    for origin, wishes in ((8, {"shared": True}), (7, {}), (0, {"shared": True})):
        with pytest.raises(ChannelExists):
            await back.call("create_channel", "x", origin=origin, **wishes)
    await guest.sync()
    assert guest.received(Kind.END) == []
    last = await join(server, "owner", session=owner.welcome.session)
    await last.call("resume", {}, writers=[], origins=[8])  # will not create that one again
    assert (await guest.end(made["number"])).reason == "closed by its owner 'owner'"


async def test_what_a_writer_lost_with_its_link_is_a_gap(server, join, check, stream):
    writer, reader, channel, number = await stream(server)
    writer.data(channel, 0, "a")
    await writer.sync()
    again = await join(server, "writer", session=writer.welcome.session)
    await again.call("resume", {}, writers=[channel])
    await again.demand(channel)
    again.data(channel, 3, "d", flags=int(Flag.GAP_LINK))
    assert await reader.items(number, 2) == {0: "a", 3: "d"}
    assert await reader.loss(number) == messages.LostNotice(1, 2, 2, "the writer's link was down")
    check()


async def test_an_impossible_resume_ends_that_session_only(server, join, stream):
    writer, reader, channel, number = await stream(server)
    again = await join(server, "reader", session=reader.welcome.session)
    again.post("resume", {number: (99, 0)})
    assert (await again.goodbye()).error == "ProtocolError"
    assert (await writer.demand(channel)).state == "idle"


# Kicks


async def test_kick(server, join):
    admin, victim = await join(server, "admin"), await join(server, "victim")
    await victim.call("create_channel", "x")
    await admin.call("kick", "victim", reason="enough")
    goodbye = await victim.goodbye()
    assert goodbye == messages.Goodbye("kicked by 'admin': enough", "NotAllowed", None)
    await victim.closed()
    assert await admin.call("channels") == []
    await join(server, "victim")
    with pytest.raises(NotAllowed, match="does not kick itself"):
        await admin.call("kick", "admin")
    with pytest.raises(TargetNotFound):
        await admin.call("kick", "nobody")


async def test_ban(server, join, dial):
    admin, victim = await join(server, "admin"), await join(server, "victim")
    await admin.call("kick", "victim", ban_s=60.0)
    await victim.closed()
    for facts in ({"name": "victim"}, {"name": "victim", "session": victim.welcome.session}):
        with pytest.raises(NotAllowed, match="may return in 60 s"):
            await (await dial(server)).hello(**facts)
    known = server._services.sessions
    known._banned = {name: until_s - 59.5 for name, until_s in known._banned.items()}
    with pytest.raises(NotAllowed, match="may return in 1 s"):
        await (await dial(server)).hello("victim")
    known._banned = {name: until_s - 1 for name, until_s in known._banned.items()}
    await join(server, "victim")


async def test_bans_are_not_kept_without_end(server, join, monkeypatch):
    monkeypatch.setattr(sessions_module, "FORMER", 2)
    ops = await join(server, "ops")
    for name, ban_s in (("a", 50.0), ("b", 1e9), ("c", 60.0)):
        await join(server, name)
        await ops.call("kick", name, ban_s=ban_s)
    await join(server, "a")
    for name in ("b", "c"):
        with pytest.raises(NotAllowed):
            await join(server, name)


async def test_a_ban_holds_for_clients_without_a_name(server, join, dial):
    admin, victim = await join(server, "admin"), await join(server, program="adc@lab")
    await admin.call("kick", "adc@lab", ban_s=60.0)
    await victim.closed()
    with pytest.raises(NotAllowed, match="was kicked"):
        await (await dial(server)).hello(program="adc@lab")


async def test_a_client_whose_link_is_broken_can_be_kicked(server, join, sessions, link_lost):
    admin, victim = await join(server, "admin"), await join(server, "victim")
    victim.abort()
    await link_lost(server, "victim")
    await admin.call("kick", "victim")
    assert list(sessions(server)) == ["admin"]


# Heartbeats


async def test_silent_clients_are_asked_then_kept_for_a_while(serve, join, sessions):
    server = await serve(heartbeat_s=5.0)
    raw = await join(server, "daq")
    await raw.frame(Kind.PING)  # of the beginning
    await raw.sync()
    session, owner = sessions(server)["daq"], server._services.sessions
    heard_s = session.connection.last_in_s
    owner.check_heartbeats(heard_s + 4.9)
    await raw.sync()
    assert raw.received(Kind.PING) == []
    heard_s = session.connection.last_in_s
    for late_s in (5.1, 5.4, 9.9):
        owner.check_heartbeats(heard_s + late_s)
    assert (await raw.frame(Kind.PING)).sequence == 2
    assert raw.received(Kind.PING) == []
    owner.check_heartbeats(heard_s + 15.1)
    assert not session.connected
    await raw.closed()
    assert (await join(server, session=raw.welcome.session)).welcome.resumed


async def test_round_trip_and_clock(server, join, sessions):
    raw = await join(server, "daq")
    ping = await raw.frame(Kind.PING)
    raw.send(Kind.PONG, sequence=ping.sequence)
    raw.send(Kind.PING, sequence=17)
    pong = await raw.frame(Kind.PONG)
    assert pong.sequence == 17
    assert abs(pong.time_ns - raw.welcome.now_ns) < 10e9
    assert 0 < sessions(server)["daq"].round_trip_s < 10


# Waiting for somebody


async def test_find_client_waits(server, join):
    raw = await join(server, "early")
    with pytest.raises(TargetNotFound, match=r"wait_s=0\.01"):
        await raw.call("find_client", "late", wait_s=0.01)
    asked = raw.post("find_client", "late", wait_s=10.0)
    await raw.sync()
    late = await join(server, "late")
    assert await raw.answer(asked) == late.number
    assert await raw.call("find_client", "late") == late.number


async def test_a_farewell_is_one_line_of_the_log(server, join, caplog):
    raw = await join(server, "daq")
    reason = "done\nERROR all is lost" + "!" * 5000
    raw.send(Kind.GOODBYE, messages.encode(messages.Goodbye(reason)))
    await raw.closed()
    (line,) = [text for text in caplog.messages if "daq has gone" in text]
    assert line.startswith("client daq has gone: done ERROR all is lost!")
    assert len(line) < 600
