from __future__ import annotations

import asyncio

import pytest

from stream_core.channels.channel import Channel
from stream_core.channels.spec import checked_spec
from stream_core.errors import InvalidValue
from stream_core.server.lifetimes import Lifetimes, check_left
from stream_core.wire import messages
from stream_core.wire.header import Kind


def channel(lifetime_s):
    return Channel(1, checked_spec("x", lifetime_s=lifetime_s), owner=1, origin=0)


async def test_a_channel_ends_when_its_time_has_passed():
    ended = asyncio.get_running_loop().create_future()
    lifetimes = Lifetimes(lambda *told: ended.set_result(told))
    passing = channel(0.01)
    lifetimes.begin(channel(None), None)
    lifetimes.begin(passing, None)
    assert len(lifetimes._timers) == 1
    assert await ended == (passing, "its lifetime_s=0.01 has passed")


@pytest.mark.parametrize(
    ("lifetime_s", "left_s", "delay_s"), [(60, None, 60), (60, 5, 5), (60, 600, 60), (1e300, 1, 1)]
)
async def test_what_is_left_counts_if_it_is_less(lifetime_s, left_s, delay_s):
    loop = asyncio.get_running_loop()
    lifetimes = Lifetimes(lambda *told: None)
    passing = channel(lifetime_s)
    lifetimes.begin(passing, left_s)
    assert lifetimes._timers[passing].when() - loop.time() == pytest.approx(delay_s, abs=0.5)
    lifetimes.cease(passing)
    lifetimes.cease(passing)
    assert len(lifetimes._timers) == 0


def test_nothing_left_is_refused():
    check_left(None)
    check_left(0.1)
    for wrong in (0.0, -1.0, float("nan")):
        with pytest.raises(InvalidValue, match="left_s"):
            check_left(wrong)


async def test_readers_get_what_is_buffered_and_then_the_reason(server, check, stalled, account):
    writer, reader, channel, number = await stalled(server, channel={"lifetime_s": 60.0})
    writer.data(channel, 10, *range(10, 20))
    await writer.sync()
    lifetimes = server._services.streams._lifetimes
    lifetimes._passed(*lifetimes._timers)
    assert (await writer.end(channel)).reason == "its lifetime_s=60 has passed"
    reader.credit(number, 9)
    assert len(await reader.items(number, 10)) == 10
    assert (await reader.end(number)).reason == "its lifetime_s=60 has passed"
    writer.data(channel, 20, "too late")
    assert await writer.call("channels") == []
    assert len(lifetimes._timers) == 0
    reader.credit(number, 19)
    assert (await account(reader, number))["delivered"] == 20
    check()


async def test_every_end_of_a_channel_ends_its_timer(server, join):
    raw, other = await join(server, "daq"), await join(server, "other")
    lifetimes = server._services.streams._lifetimes
    for name in ("deleted", "closed", "left"):
        made = await raw.call("create_channel", name, lifetime_s=60.0)
        if name == "closed":
            await raw.call("close_writer", made["number"])
    await raw.call("delete_channel", "deleted")
    assert len(lifetimes._timers) == 1
    raw.send(Kind.GOODBYE, messages.encode(messages.Goodbye("bye")))
    await raw.closed()
    assert len(lifetimes._timers) == 0
    await other.call("create_channel", "stays", lifetime_s=60.0)
    (info,) = await other.call("channels")
    assert info["lifetime_s"] == 60.0


async def test_a_broken_link_prolongs_nothing(server, join, until):
    raw, other = await join(server, "daq"), await join(server, "other")
    await raw.call("create_channel", "x", lifetime_s=0.05)
    raw.abort()
    directory = server._services.streams.directory
    await until(lambda: "x" not in directory)
    assert await other.call("channels") == []
