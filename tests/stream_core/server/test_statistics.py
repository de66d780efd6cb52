from __future__ import annotations

import asyncio

import msgspec
import pytest

from stream_core.server import server as module
from stream_core.values import Statistics
from stream_core.wire.header import Kind


async def statistics(raw):
    return msgspec.convert(await raw.call("statistics"), Statistics)


async def test_what_is_measured(server, stream, check):
    writer, reader, channel, number = await stream(server)
    await statistics(writer)
    writer.data(channel, 0, *range(10))
    await reader.items(number, 10)
    found = await statistics(reader)
    assert found.server.address == server.address
    assert found.server.memory_bytes > 1_000_000
    clients = {client.name: client for client in found.clients}
    assert set(clients) == {"writer", "reader"}
    assert (clients["writer"].items_in, clients["writer"].items_out) == (10, 0)
    assert (clients["reader"].items_in, clients["reader"].items_out) == (0, 10)
    assert clients["reader"].items_out_per_s > 0
    assert clients["reader"].bytes_out >= reader.bytes_received - 4096
    assert (clients["writer"].channels, clients["reader"].readers) == (1, 1)
    (load,) = found.channels
    assert (load.name, load.owner, load.items, load.readers, load.writers) == (
        "x",
        "writer",
        10,
        1,
        1,
    )
    assert load.items_per_s > 0
    check()


async def test_the_account_of_every_reader_can_be_asked_for(server, stream):
    writer, _reader, channel, number = await stream(server, buffer_size=5, every=2)
    writer.data(channel, 0, *range(100))
    (found,) = await writer.call("reader_statistics")
    assert (found["client"], found["channel"], found["number"]) == ("reader", "x", number)
    parts = ("delivered", "in_flight", "buffered", "dropped", "not_selected", "reduced")
    assert found["published"] == 100 == sum(found[part] for part in parts)


async def test_totals_go_on_over_a_new_link(server, join):
    raw, other = await join(server, "daq"), await join(server, "other")
    await raw.call("echo", "x" * 10_000)
    again = await join(server, "daq", session=raw.welcome.session)
    await again.call("resume", {})
    clients = {client.name: client for client in (await statistics(other)).clients}
    assert clients["daq"].bytes_in > 10_000
    assert clients["daq"].bytes_out > 10_000


async def test_a_client_whose_link_is_broken_is_listed_as_such(server, join, until, sessions):
    raw, other = await join(server, "daq"), await join(server, "other")
    raw.abort()
    await until(lambda: not sessions(server)["daq"].connected)
    clients = {client.name: client for client in (await statistics(other)).clients}
    assert not clients["daq"].connected


async def test_one_message_a_second_while_somebody_reads(server, join):
    raw = await join(server, "daq")
    meter = server._meter
    assert meter._own.channel.next_sequence == 0
    meter.tick()
    assert meter._own.channel.next_sequence == 0
    number = (await raw.call("subscribe", "server/statistics"))["number"]
    await raw.frame(Kind.PING)
    meter.tick()
    value = (await raw.items(number, 1))[0]
    assert msgspec.convert(value, Statistics).clients[0].name == "daq"
    assert await raw.frame(Kind.PING)  # for the round trip
    await raw.call("unsubscribe", number)
    meter.tick()
    assert meter._own.channel.next_sequence == 1


async def test_a_reader_that_waits_pauses_the_measures(server, join):
    raw = await join(server, "daq")
    await raw.call("subscribe", "server/statistics", overflow="wait", buffer_size=2)
    for _ in range(20):
        server._meter.tick()
    assert server._meter._own.channel.next_sequence == 4


async def test_the_server_measures_by_itself(serve, join, monkeypatch):
    monkeypatch.setattr(module, "TICK_S", 0.01)
    raw = await join(await serve(), "daq")
    number = (await raw.call("subscribe", "server/statistics"))["number"]
    began_s = asyncio.get_running_loop().time()
    assert list(await raw.items(number, 3)) == [0, 1, 2]
    assert asyncio.get_running_loop().time() - began_s > 0.06


async def test_the_loops_delay_is_that_of_the_last_interval(server, join):
    raw = await join(server, "daq")
    meter = server._meter
    meter.loop_delay_s = 0.5
    assert (await statistics(raw)).server.loop_delay_s == pytest.approx(0.5)
    assert (await statistics(raw)).server.loop_delay_s == pytest.approx(0.5)
    for _ in range(2):
        for totals in (meter._earlier, meter._newest):
            totals.time_s -= 10.0
        await statistics(raw)
    assert (await statistics(raw)).server.loop_delay_s < 0.5
