from __future__ import annotations

import asyncio

import pytest

from stream_core.errors import ConnectionFailed, InvalidValue, NotAllowed
from stream_core.server import Server
from stream_core.wire import messages
from stream_core.wire.header import Kind


def test_beyond_loopback_it_needs_a_secret():
    with pytest.raises(NotAllowed, match="--insecure"):
        Server("0.0.0.0", 0)
    Server("0.0.0.0", 0, insecure=True)
    Server("0.0.0.0", 0, secret="tea")
    Server("localhost", 0)
    Server("::1", 0)


def test_beyond_loopback_certificates_of_clients_are_enough(certificates):
    with pytest.raises(NotAllowed, match="--insecure"):
        Server("0.0.0.0", 0, tls=certificates.server())
    Server("0.0.0.0", 0, tls=certificates.server(asks=True))


async def test_address_before_start():
    with pytest.raises(ConnectionFailed, match="not been started"):
        assert Server("127.0.0.1", 0).address


async def test_start_stop_and_start_again(serve, join):
    server = await serve()
    first = await join(server, "daq")
    with pytest.raises(InvalidValue, match="listens at"):
        await server.start()
    await server.stop()
    await server.stop()
    await first.closed()
    server._port = int(server.address.rpartition(":")[2])
    await server.start()
    second = await join(server, "daq")
    assert second.welcome.epoch != first.welcome.epoch


async def test_all_are_told_and_may_come_back_soon(server, stream, dial):
    writer, reader, channel, number = await stream(server)
    writer.data(channel, 0, "the last item")
    visitor = await dial(server)
    visitor.write(b"\x00")
    await reader.items(number, 1)
    watching = reader.post("watch", "**")
    await reader.frame(Kind.RESULT, sequence=watching)
    calling = writer.post("find_client", "nobody", wait_s=60.0)
    await writer.sync()
    await server.stop()
    for raw in (writer, reader):
        goodbye = await raw.goodbye()
        assert goodbye == messages.Goodbye("the server stops", "ConnectionLost", 0.2)
        assert raw.received(Kind.END, Kind.FAILURE) == []
        await raw.closed()
    assert calling
    assert (await visitor.goodbye()).error == "ConnectionFailed"


async def test_stop_is_prompt_although_somebody_never_reads(server, stream):
    writer, reader, channel, _ = await stream(server, buffer_size=None)
    reader.pause()
    for first in range(100):
        writer.data(channel, first, "x" * 100_000)
        reader.send(Kind.CREDIT, sequence=0)
    await writer.sync()
    for _ in range(100):
        reader.post("echo", bytes(100_000))
    await writer.sync()
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    await server.stop()
    assert loop.time() - began_s < 1.0


async def test_nothing_stays_when_clients_are_there_at_the_end(serve, join):
    """The fixture of all tests looks for tasks, timers and sockets after this."""
    server = await serve(heartbeat_s=0.01)
    for name in ("a", "b"):
        raw = await join(server, name)
        await raw.call("create_channel", name)
        raw.post("subscribe", "later", wait=True)
        raw.post("subscribe", "server/statistics", min_interval_s=10.0)
        raw.post("find_client", "nobody", wait_s=100.0)
        raw.post("watch", "**")
    raw.abort()
