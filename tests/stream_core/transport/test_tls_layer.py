from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvloop

from stream_core.errors import AuthenticationFailed, ProtocolError
from stream_core.transport import (
    Address,
    Connection,
    client_context,
    dial,
    serve_tls,
    server_context,
)
from stream_core.transport.connection import BURST_BYTES, WINDOW_BYTES
from stream_core.transport.tls_layer import CHUNK_BYTES
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind, header

LIMIT = 64 * 1024 * 1024
ANSWER = b"in the clear"


class End:
    """One end: it keeps what it is told, and wakes who waits for it."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.frames: list[Frame] = []
        self.broken_by: list[ProtocolError] = []
        self.writable_calls = 0
        self.lost_with: list[Exception | None] = []
        self._news = asyncio.Event()

    @property
    def link(self) -> Connection:
        assert self.connection is not None
        return self.connection

    def frames_received(self, connection: Connection, frames: list[Frame]) -> None:
        self.frames += frames
        self._news.set()

    def broken(self, connection: Connection, error: ProtocolError) -> None:
        self.broken_by.append(error)

    def writable(self, connection: Connection) -> None:
        self.writable_calls += 1
        self._news.set()

    def lost(self, connection: Connection, error: Exception | None) -> None:
        self.lost_with.append(error)
        self._news.set()

    async def until(self, fact: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not fact():
                self._news.clear()
                await self._news.wait()


class Listener:
    """The server's side: one end at a time."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.end = End()
        self.address = Address("127.0.0.1", 0)
        self._context = context

    def accept(self) -> asyncio.BufferedProtocol:
        self.end.connection = Connection(self.end, frame_bytes=LIMIT)
        return serve_tls(self.end.connection, self._context, ANSWER)


@asynccontextmanager
async def listening(context: ssl.SSLContext) -> AsyncIterator[Listener]:
    listener = Listener(context)
    server = await asyncio.get_running_loop().create_server(listener.accept, "127.0.0.1", 0)
    listener.address = Address.of(server.sockets[0].getsockname())
    try:
        yield listener
    finally:
        if listener.end.connection is not None:
            listener.end.link.abort()
            await listener.end.link.lost
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def pair(certificates: Any) -> AsyncIterator[tuple[End, End]]:
    async with listening(server_context(certificates.server())) as listener:
        here = End()
        context = client_context(certificates.client())
        here.connection = await dial(listener.address, here, frame_bytes=LIMIT, tls=context)
        try:
            yield here, listener.end
        finally:
            here.link.abort()
            await here.link.lost


Test = Callable[[Any], Coroutine[Any, Any, None]]


def on_both_loops(test: Test) -> Callable[[str, Any], None]:
    @pytest.mark.parametrize("kind", ["asyncio", "uvloop"])
    def run(kind: str, certificates: Any) -> None:
        factory = uvloop.new_event_loop if kind == "uvloop" else asyncio.new_event_loop
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(test(certificates))

    run.__name__ = test.__name__
    return run


async def eventually(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not fact():  # noqa: ASYNC110 - nobody is told of it
            await asyncio.sleep(0)


def data(body: bytes, number: int = 0) -> tuple[bytes, bytes]:
    return header(Kind.DATA, len(body), sequence=number), body


@on_both_loops
async def test_frames_of_any_size_arrive_in_order_both_ways(certificates):
    bodies = [b"", b"x", bytes(70_000), b"y" * 5_000_000, b"z", *[b"small"] * 3000, bytes(16_384)]
    async with pair(certificates) as (here, there):
        for sender, receiver in ((here, there), (there, here)):
            for number, body in enumerate(bodies):
                sender.link.send(*data(body, number))
            await receiver.until(lambda receiver=receiver: len(receiver.frames) == len(bodies))
            assert [bytes(frame.body) for frame in receiver.frames] == bodies
            assert [frame.sequence for frame in receiver.frames] == list(range(len(bodies)))


@on_both_loops
async def test_records_may_come_in_any_pieces(certificates):
    async with pair(certificates) as (here, there):
        here.link.send(header(Kind.PING, 0))
        await there.until(lambda: bool(there.frames))
        layer = there.link._transport
        layer._received = memoryview(bytearray(7))
        layer._see_burst = lambda _: None  # else it grows
        bodies = [b"x" * size for size in (0, 1, 100, 20_000)]
        for body in bodies:
            here.link.send(*data(body))
        await there.until(lambda: len(there.frames) == 1 + len(bodies))
        assert [bytes(frame.body) for frame in there.frames[1:]] == bodies


@on_both_loops
async def test_older_peers_are_spoken_to_and_refused_in_their_version(certificates):
    context = client_context(certificates.client())
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with listening(server_context(certificates.server())) as listener:
        here = End()
        here.connection = await dial(listener.address, here, frame_bytes=LIMIT, tls=context)
        here.link.send(*data(bytes(3_000_000)))
        await listener.end.until(lambda: bool(listener.end.frames))
        listener.end.link.send(header(Kind.GOODBYE, 0))
        listener.end.link.close()
        await here.until(lambda: bool(here.lost_with))
        assert [frame.kind for frame in here.frames] == [Kind.GOODBYE]
        await here.link.lost
    async with listening(server_context(certificates.server(asks=True))) as listener:
        with pytest.raises(AuthenticationFailed, match="client certificate"):
            await dial(listener.address, End(), frame_bytes=LIMIT, tls=context)
        await listener.end.until(lambda: bool(listener.end.lost_with))
        assert "no certificate" in str(listener.end.lost_with[0])


@on_both_loops
async def test_a_peer_that_does_not_read_holds_the_sender_up_and_little_is_encrypted(certificates):
    async with pair(certificates) as (here, there):
        here.link.send(header(Kind.PING, 0))
        await there.until(lambda: bool(there.frames))
        transport = there.link._transport
        transport.pause_reading()
        size = 48 * 1024 * 1024
        here.link.send(*data(bytes(size)))
        assert not here.link.room
        layer = here.link._transport
        await eventually(lambda: layer._paused)  # the system takes no more
        encrypted = layer._of_socket.get_write_buffer_size() + layer._outgoing.pending
        assert encrypted <= WINDOW_BYTES + CHUNK_BYTES * 2
        assert here.link.waiting_bytes > size // 2
        assert here.writable_calls == 0
        transport.resume_reading()
        await here.until(lambda: here.link.room)
        assert here.writable_calls == 1
        await there.until(lambda: len(there.frames) == 2)
        assert len(there.frames[1].body) == size
        assert here.link.waiting_bytes == 0


@on_both_loops
async def test_last_words_arrive_though_the_peer_still_sends(certificates):
    async with pair(certificates) as (here, there):
        for number in range(50):
            here.link.send(*data(bytes(300_000), number))
        await there.until(lambda: bool(there.frames))
        there.link.send(*data(b"a" * 2_000_000))
        there.link.send(header(Kind.GOODBYE, 0))
        there.link.close()
        await here.until(lambda: bool(here.lost_with))
        assert [frame.kind for frame in here.frames] == [Kind.DATA, Kind.GOODBYE]
        await there.link.lost


@on_both_loops
async def test_an_end_is_seen_by_the_other_side(certificates):
    async with pair(certificates) as (here, there):
        here.link.send(*data(b"last"))
        here.link.close()
        await there.until(lambda: bool(there.lost_with))
        assert [bytes(frame.body) for frame in there.frames] == [b"last"]
        await here.link.lost
    async with pair(certificates) as (here, there):
        there.link.abort()
        await here.until(lambda: bool(here.lost_with))


@on_both_loops
async def test_the_socket_rests_behind_a_mebibyte_where_the_loop_reads_on(certificates):
    async with pair(certificates) as (here, there):
        here.link.send(*data(bytes(1_000_000)))
        await there.until(lambda: bool(there.frames))
        layer, rests = there.link._transport, []
        there.link.rest = lambda: rests.append(None)
        layer._burst_bytes = 0
        full = len(layer._received)
        for _ in range(BURST_BYTES // full):
            layer._see_burst(full)
        reads_on = not isinstance(layer._of_socket, asyncio.Transport)
        assert len(rests) == (1 if reads_on else 0)
        for count in (full, full - 1) * (2 * BURST_BYTES // full):
            layer._see_burst(count)
        assert len(rests) == (1 if reads_on else 0)


@on_both_loops
async def test_bytes_that_are_tampered_with_end_the_link(certificates):
    async with pair(certificates) as (here, there):
        here.link.send(*data(b"before"))
        await there.until(lambda: bool(there.frames))
        here.link._transport._of_socket.write(b"\x17\x03\x03\x00\x20" + bytes(32))
        here.link.send(*data(b"after"))
        await there.until(lambda: bool(there.lost_with))
        assert len(there.frames) == 1
        assert "TLS failed" in str(there.lost_with[0])


@on_both_loops
async def test_who_speaks_in_the_clear_is_answered_in_the_clear(certificates):
    async with listening(server_context(certificates.server())) as listener:
        where = listener.address
        reader, writer = await asyncio.open_connection(where.host, where.port)
        writer.write(header(Kind.HELLO, 0))
        assert await reader.read() == ANSWER
        writer.close()
        await writer.wait_closed()
        await listener.end.until(lambda: bool(listener.end.lost_with))
        assert "speaks TLS only" in str(listener.end.lost_with[0])


@on_both_loops
async def test_a_server_that_answers_in_the_clear_is_refused(certificates):
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(header(Kind.GOODBYE, 0))
        await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    address = Address.of(server.sockets[0].getsockname())
    context = client_context(certificates.client())
    with pytest.raises(AuthenticationFailed, match=f"{address} speaks no TLS"):
        await dial(address, End(), frame_bytes=LIMIT, tls=context)
    server.close()
    await server.wait_closed()


@on_both_loops
async def test_a_handshake_that_is_given_up_leaves_nothing(certificates):
    accepted = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    address = Address.of(server.sockets[0].getsockname())
    end, context = End(), client_context(certificates.client())
    dialling = asyncio.ensure_future(dial(address, end, frame_bytes=LIMIT, tls=context))
    await accepted.wait()
    dialling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dialling
    assert end.lost_with == [None]
    server.close()
    await server.wait_closed()
