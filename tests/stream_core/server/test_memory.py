"""Whatever clients do, the server keeps a bounded amount of bytes for them, by its own account."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import zlib

import pytest

from stream_core.errors import ConnectionFailed
from stream_core.server.entrance import FEWEST_VISITORS
from stream_core.server.holdings import Holdings
from stream_core.transport import Address
from stream_core.wire.header import HEADER, CodecNumber, Flag, Kind

MEBIBYTE = 1024 * 1024
EMPTY_BYTES = 256 * 1024  # of buffers that links have anyway
FOUR_GIB = 2**32 - 1


def account(server):
    """What is kept for all clients, in bytes."""
    return server._holdings.held_bytes()


async def flooded(join, server, count, *, size=MEBIBYTE, **wishes):
    """A client that reads its own channel, consumes nothing, and writes blocks without end."""
    raw = await join(server)
    raw.acknowledges = True
    name = f"flood/{raw.number}"
    made = (await raw.call("create_channel", name))["number"]
    subscribing = raw.post("subscribe", name, **wishes)
    await raw.demand(made)
    await raw.answer(subscribing)
    for sequence in range(count):
        raw.data(made, sequence, bytes(size))
    return raw, made


@pytest.mark.parametrize("wishes", [{}, {"buffer_size": None}, {"overflow": "raise"}])
async def test_readers_that_stop(serve, join, check, wishes):
    server = await serve(reader_bytes=4 * MEBIBYTE, buffer_bytes=8 * MEBIBYTE)
    clients = [await flooded(join, server, 40, **wishes) for _ in range(3)]
    for raw, _ in clients:
        await raw.sync()
    in_flight_bytes = len(clients) * 2 * (MEBIBYTE + EMPTY_BYTES)
    assert MEBIBYTE < account(server) < 9 * MEBIBYTE + in_flight_bytes
    check()


async def test_a_reader_that_takes_nothing_from_its_socket(serve, join, until):
    server = await serve(reader_bytes=4 * MEBIBYTE)
    raw = await join(server, "stopped")
    made = (await raw.call("create_channel", "x"))["number"]
    subscribing = raw.post("subscribe", "x")
    await raw.demand(made)
    await raw.answer(subscribing)
    raw.pause()
    session = server._services.sessions.named("stopped")
    for sequence in range(40):
        raw.data(made, sequence, bytes(MEBIBYTE))
    await until(lambda: session.items_in == 40)
    assert account(server) < 8 * MEBIBYTE


async def test_writers_that_nobody_reads(server, join):
    raw = await join(server)
    made = (await raw.call("create_channel", "unread"))["number"]
    for sequence in range(20):
        raw.data(made, sequence, bytes(MEBIBYTE))
    await raw.sync()
    assert account(server) < 2 * MEBIBYTE


async def test_the_one_that_keeps_most_goes_before_memory_does(serve, join, check):
    server = await serve(buffer_bytes=MEBIBYTE)
    modest, _ = await flooded(join, server, 1, size=1000)
    greedy, made = await flooded(join, server, 1)
    for sequence in range(1, 4):  # each reader may have two blocks on their way, whatever they are
        await greedy.call("subscribe", f"flood/{greedy.number}")
        greedy.data(made, sequence, bytes(MEBIBYTE))
    await greedy.sync()
    resident_bytes = [0]
    holdings = Holdings(server._services, lambda: resident_bytes[0])
    holdings.check()
    await greedy.sync()  # this process has not grown: nobody is looked at
    resident_bytes[0] = 3 * MEBIBYTE
    holdings.check()
    reason = (await greedy.goodbye()).reason
    assert "buffer_bytes=1048576" in reason
    assert f"client '{server._services.sessions.name_of(greedy.number)}' the most of it" in reason
    holdings.check()
    await modest.sync()
    check()


async def test_what_others_made_of_memory_is_nobodys_fault(serve, join):
    server = await serve(buffer_bytes=MEBIBYTE)
    raw, _ = await flooded(join, server, 1, size=1000)
    resident_bytes = [0]
    holdings = Holdings(server._services, lambda: resident_bytes[0])
    for grown in (3, 300, 301):
        resident_bytes[0] = grown * MEBIBYTE
        holdings.check()
    await raw.sync()


async def test_half_open_handshakes(serve, dial, until):
    server = await serve(clients=1, handshake_bytes=8000)
    for _ in range(FEWEST_VISITORS + 20):
        raw = await dial(server)
        raw.write(HEADER.pack(7000, Kind.HELLO, *[0] * 8) + bytes(6900))
    await until(lambda: len(server._entrance.visitors) == FEWEST_VISITORS)
    held = sum(visitor.connection.held_bytes for visitor in server._entrance.visitors)
    assert held <= FEWEST_VISITORS * (8000 + HEADER.size)


@pytest.mark.parametrize("proven", [False, True])
async def test_a_frame_that_claims_four_gibibytes(server, dial, proven):
    raw = await dial(server)
    if proven:
        await raw.hello()
    raw.write(HEADER.pack(FOUR_GIB, Kind.DATA, *[0] * 8) + bytes(1000))
    limit = f"frame_bytes={server._limits.frame_bytes}" if proven else "handshake_bytes=65536"
    assert limit in (await raw.goodbye()).reason
    await raw.closed()
    assert account(server) == 0


async def test_a_frame_that_never_comes_whole(serve, join):
    server = await serve(buffer_bytes=MEBIBYTE)
    raw = await join(server, "slow")
    raw.write(HEADER.pack(100 * MEBIBYTE, Kind.DATA, *[0] * 8) + bytes(3 * MEBIBYTE))
    held_bytes = server._services.sessions.named("slow").connection
    async with asyncio.timeout(10):
        while held_bytes.held_bytes < 3 * MEBIBYTE:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0)
    grown = [0]
    holdings = Holdings(server._services, lambda: grown[0])
    grown[0] = 4 * MEBIBYTE
    holdings.check()
    assert "buffer_bytes" in (await raw.goodbye()).reason


async def test_compressed_bombs(serve, join, check):
    """Each grows a thousandfold where a reader wants a part of it, and is counted as it is then."""
    server = await serve(reader_bytes=4 * MEBIBYTE)
    raw = await join(server)
    raw.acknowledges = True
    channel = {"dtype": "u1", "compression": "gzip"}
    made = (await raw.call("create_channel", "bomb", **channel))["number"]
    subscribing = raw.post("subscribe", "bomb", every=2, buffer_size=10**12)
    await raw.demand(made)
    await raw.answer(subscribing)
    size = 8 * MEBIBYTE
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    body = size.to_bytes(4, "little") + packer.compress(bytes(size)) + packer.flush()
    assert len(body) < size // 500
    facts = {"codec": CodecNumber.SAMPLES, "flags": Flag.GZIP, "count": size, "stride": 1}
    for block in range(8):
        raw.send(Kind.DATA, body, address=made, sequence=block * size, time_ns=1, **facts)
        await raw.sync()
        assert account(server) < 2 * size
    check()


# Files: the server's own process has few of them

SERVE_WITH_FEW_FILES = """
import asyncio, resource, sys
import stream_core as sc
from stream_core.transport.loops import new_loop
resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
async def main():
    async with sc.Server("127.0.0.1", 0) as server:
        print(server.address, flush=True)
        await asyncio.to_thread(sys.stdin.read)
factory = new_loop if sys.argv[1] == "best" else asyncio.new_event_loop
with asyncio.Runner(loop_factory=factory) as runner:
    runner.run(main())
"""


@pytest.fixture(params=["asyncio", "best"])
def frugal(request):
    """A server in a process that may open 128 files; nothing is said on its standard error."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE_WITH_FEW_FILES, request.param],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Address.parse(process.stdout.readline())
            process.stdin.close()
            assert process.stderr.read() == ""
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of open files")
async def test_more_connections_at_once_than_there_are_files(frugal, library_client):
    there = await library_client(frugal)
    burst = [
        asyncio.create_task(asyncio.open_connection(frugal.host, frugal.port)) for _ in range(400)
    ]
    await asyncio.wait(burst)
    assert await there.ping() < 5
    with pytest.raises(ConnectionFailed):
        await library_client(frugal)
    for task in burst:
        if task.exception() is None:
            task.result()[1].transport.abort()
    async with asyncio.timeout(10):
        while True:
            try:
                assert await (await library_client(frugal)).ping() < 5
            except ConnectionFailed:
                await asyncio.sleep(0.01)
            else:
                break


@pytest.fixture
async def library_client():
    """Connect clients of the library, which are closed in the end."""
    from stream_core.client import Client

    clients = []

    async def connect(address):
        client = Client(address=str(address), connect_timeout_s=5)
        await client.connect()
        clients.append(client)
        return client

    yield connect
    for client in clients:
        await client.close()
