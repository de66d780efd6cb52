from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from stream_core.errors import ProtocolError
from stream_core.transport import Address, Connection, dial
from stream_core.transport.connection import (
    BURST_BYTES,
    MANY_PARTS,
    PROGRESS_BYTES,
    WINDOW_BYTES,
)
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind, header

LIMIT = 8 * 1024 * 1024


class Peer:
    """One end: it writes down what it is told, and wakes who waits for it."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.frames: list[Frame] = []
        self.errors: list[ProtocolError] = []
        self.writable_calls = 0
        self.lost_with: list[Exception | None] = []
        self.refuse = False
        self._news = asyncio.Event()

    @property
    def link(self) -> Connection:
        assert self.connection is not None
        return self.connection

    def frames_received(self, connection: Connection, frames: list[Frame]) -> None:
        self._news.set()
        if self.refuse:
            raise ProtocolError("not this")
        self.frames += frames

    def broken(self, connection: Connection, error: ProtocolError) -> None:
        self.errors.append(error)
        connection.close()

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


def on_both_loops(test: Callable[[], Awaitable[None]]) -> Callable[[str], None]:
    @pytest.mark.parametrize("kind", ["asyncio", "uvloop"])
    def run(kind: str) -> None:
        factory = uvloop.new_event_loop if kind == "uvloop" else asyncio.new_event_loop
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(test())  # type: ignore[arg-type]

    run.__name__ = test.__name__
    return run


async def pair(limit: int = LIMIT) -> tuple[Peer, Peer, asyncio.Server]:
    here, there = Peer(), Peer()

    def accept() -> Connection:
        there.connection = Connection(there, frame_bytes=limit)
        return there.connection

    server = await asyncio.get_running_loop().create_server(accept, "127.0.0.1", 0)
    address = Address.of(server.sockets[0].getsockname())
    here.connection = await dial(address, here, frame_bytes=limit)
    here.link.send(header(Kind.PING, 0))
    await there.until(lambda: bool(there.frames))
    there.frames.clear()
    return here, there, server


async def end(here: Peer, there: Peer, server: asyncio.Server) -> None:
    for peer in (here, there):
        peer.link.abort()
        await peer.link.lost
    server.close()
    await server.wait_closed()


@on_both_loops
async def test_frames_of_any_size_arrive_in_order() -> None:
    here, there, server = await pair()
    bodies = [b"", b"x", bytes(70_000), b"y" * 3_000_000, b"z"]
    for number, body in enumerate(bodies):
        here.link.send(header(Kind.DATA, len(body), sequence=number), body)
    await there.until(lambda: len(there.frames) == len(bodies))
    assert [bytes(frame.body) for frame in there.frames] == bodies
    assert [frame.sequence for frame in there.frames] == [0, 1, 2, 3, 4]
    assert here.link.bytes_out == there.link.bytes_in
    assert here.link.waiting_bytes == 0
    await end(here, there, server)


@on_both_loops
async def test_many_frames_leave_before_the_turn_ends() -> None:
    here, there, server = await pair()
    for number in range(MANY_PARTS - 1):
        here.link.send(header(Kind.PING, 0, sequence=number))
        assert len(here.link._pending) == number + 1
    here.link.send(header(Kind.PING, 0))
    assert here.link._pending == []
    await there.until(lambda: len(there.frames) == MANY_PARTS)
    await end(here, there, server)


class Growing:
    """A frame that takes more until it is sealed."""

    def __init__(self) -> None:
        self.body = b""
        self.sealed = False

    def seal(self) -> bytes:
        assert not self.sealed
        self.sealed = True
        return header(Kind.DATA, len(self.body)) + self.body


@on_both_loops
async def test_a_frame_grows_until_another_is_sent_or_the_turn_ends() -> None:
    here, there, server = await pair()
    first, second, third = Growing(), Growing(), Growing()
    here.link.send_growing(first)
    first.body = b"first"
    here.link.send_growing(second)
    assert (first.sealed, second.sealed) == (True, False)
    second.body = b"second"
    here.link.send_now(header(Kind.PING, 0))
    assert second.sealed
    here.link.send_growing(third)
    third.body = b"third"
    await there.until(lambda: len(there.frames) == 4)
    assert [bytes(frame.body) for frame in there.frames] == [b"first", b"second", b"", b"third"]
    assert here.link.bytes_out == there.link.bytes_in
    await end(here, there, server)


@on_both_loops
async def test_what_grows_is_sent_with_the_last_words_and_dropped_after_them() -> None:
    here, there, server = await pair()
    last, late = Growing(), Growing()
    here.link.send_growing(last)
    here.link.close()
    here.link.send_growing(late)
    assert late.sealed
    await there.until(lambda: len(there.frames) == 1)
    lost = Growing()
    there.link.send_growing(lost)
    there.link.abort()
    assert lost.sealed
    await end(here, there, server)


class Reading:
    """A transport of which only whether it reads matters."""

    def __init__(self) -> None:
        self.reads = True
        self.closing = False

    def get_extra_info(self, name: str) -> tuple[str, int] | None:
        return ("127.0.0.1", 1) if name == "peername" else None

    def set_write_buffer_limits(self, high: int) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        assert self.reads
        self.reads = False

    def resume_reading(self) -> None:
        assert not self.reads
        self.reads = True

    def is_closing(self) -> bool:
        return self.closing

    def abort(self) -> None:
        self.closing = True


def fill(connection: Connection, data: memoryview, *, spare: int = 0) -> memoryview:
    """Receive as much as the connection has room for, less what is spare; the rest of the data."""
    buffer = connection.get_buffer(-1)
    size = min(max(1, len(buffer) - spare), len(data))
    buffer[:size] = data[:size]
    connection.buffer_updated(size)
    return data[size:]


async def test_others_have_their_turn_after_a_burst() -> None:
    peer, transport = Peer(), Reading()
    connection = Connection(peer, frame_bytes=LIMIT)
    connection.connection_made(transport)  # type: ignore[arg-type]
    body = bytes(300_000)
    data = memoryview((header(Kind.DATA, len(body)) + body) * 40)
    bursts: list[int] = []
    while len(data) > 2 * BURST_BYTES:
        before = len(data)
        while transport.reads:
            data = fill(connection, data)
        bursts.append(before - len(data))
        await asyncio.sleep(0)
        assert transport.reads
    assert all(BURST_BYTES <= burst < BURST_BYTES + 600_000 for burst in bursts)
    while data:  # the socket is empty after each piece
        data = fill(connection, data, spare=1)
    assert transport.reads
    assert len(peer.frames) == 40


async def test_a_connection_that_ends_in_a_burst_is_left_alone() -> None:
    peer, transport = Peer(), Reading()
    connection = Connection(peer, frame_bytes=LIMIT)
    connection.connection_made(transport)  # type: ignore[arg-type]
    data = memoryview((header(Kind.DATA, 300_000) + bytes(300_000)) * 10)
    while transport.reads:
        data = fill(connection, data)
    connection.abort()
    await asyncio.sleep(0)
    assert not transport.reads


@on_both_loops
async def test_what_is_sent_after_the_socket_has_failed_goes_nowhere() -> None:
    here, there, server = await pair()
    transport = here.link._transport
    assert transport is not None
    number = transport.get_extra_info("socket").fileno()
    transport.abort()  # as when the peer resets it
    here.link.send(header(Kind.PING, 0))
    here.link.send(header(Kind.PING, 0))
    here.link.flush()
    await here.link.lost
    selector = getattr(asyncio.get_running_loop(), "_selector", None)
    assert selector is None or number not in selector.get_map()
    await end(here, there, server)


@on_both_loops
async def test_room_ends_at_the_window_and_comes_back() -> None:
    here, there, server = await pair()
    sent = 0
    transport = there.link._transport
    assert transport is not None
    transport.pause_reading()
    while here.link.room:
        here.link.send(header(Kind.DATA, 60_000), bytes(60_000))
        here.link.flush()
        sent += 1
    assert here.link.waiting_bytes >= WINDOW_BYTES
    here.link.send(header(Kind.PING, 0))  # control frames go in any case
    transport.resume_reading()
    await here.until(lambda: here.writable_calls > 0)
    assert here.link.room
    await there.until(lambda: len(there.frames) == sent + 1)
    await end(here, there, server)


@on_both_loops
async def test_what_was_sent_before_the_close_arrives() -> None:
    here, there, server = await pair()
    here.link.send(header(Kind.DATA, 2_000_000), bytes(2_000_000))
    here.link.send(header(Kind.GOODBYE, 3), b"bye")
    here.link.close()
    here.link.close()
    assert here.link.closing
    assert not here.link.room
    here.link.send(header(Kind.PING, 0))
    await here.link.lost
    await there.link.lost
    assert [frame.kind for frame in there.frames] == [Kind.DATA, Kind.GOODBYE]
    assert here.lost_with == there.lost_with == [None]
    await end(here, there, server)


@on_both_loops
async def test_a_peer_that_takes_the_last_words_slowly_is_given_time() -> None:
    here, there, server = await pair()
    transport = there.link._transport
    assert transport is not None
    transport.pause_reading()
    for _ in range(8):
        here.link.send(header(Kind.DATA, 2_000_000), bytes(2_000_000))
    here.link.close()
    waiting_bytes = here.link.waiting_bytes
    transport.resume_reading()
    async with asyncio.timeout(10):
        while waiting_bytes - here.link.waiting_bytes < PROGRESS_BYTES:  # noqa: ASYNC110
            await asyncio.sleep(0)
    transport.pause_reading()
    assert here.link._abort_timer is not None
    here.link._abort_timer.cancel()
    here.link._cut_off_unless_taken(waiting_bytes)
    transport.resume_reading()
    await here.link.lost
    await there.link.lost
    assert len(there.frames) == 8
    await end(here, there, server)


@on_both_loops
async def test_a_peer_that_does_not_take_the_last_words_is_cut_off() -> None:
    here, there, server = await pair()
    transport = there.link._transport
    assert transport is not None
    transport.pause_reading()
    for _ in range(8):
        here.link.send(header(Kind.DATA, 2_000_000), bytes(2_000_000))
    here.link.close()
    assert here.link._abort_timer is not None
    here.link._abort_timer.cancel()
    here.link._cut_off_unless_taken(here.link.waiting_bytes)
    await here.link.lost
    await end(here, there, server)


@on_both_loops
async def test_last_words_reach_a_peer_that_is_talking() -> None:
    here, there, server = await pair()
    for _ in range(20):
        here.link.send(header(Kind.DATA, 100_000), bytes(100_000))
    here.link.flush()
    there.link.send(header(Kind.GOODBYE, 3), b"bye")
    there.link.close()
    await here.until(lambda: bool(here.lost_with))
    assert [frame.kind for frame in here.frames] == [Kind.GOODBYE]
    assert here.lost_with == [None]
    await end(here, there, server)


@on_both_loops
async def test_an_abort_ends_at_once() -> None:
    here, there, server = await pair()
    here.link.abort()
    await here.link.lost
    await there.until(lambda: bool(there.lost_with))
    assert len(here.lost_with) == len(there.lost_with) == 1
    await end(here, there, server)


@on_both_loops
async def test_a_breach_is_told_and_nothing_more_is_heard() -> None:
    here, there, server = await pair()
    here.link.send(header(Kind.DATA, 1), b"x", header(99, 0), header(Kind.DATA, 1), b"y")
    await there.link.lost
    assert [frame.body for frame in there.frames] == [b"x"]
    assert [str(error) for error in there.errors] == ["frame kind 99 is unknown"]
    await end(here, there, server)


@on_both_loops
async def test_a_breach_that_the_receiver_finds_is_told_too() -> None:
    here, there, server = await pair()
    there.refuse = True
    here.link.send(header(Kind.DATA, 0))
    await there.link.lost
    assert [str(error) for error in there.errors] == ["not this"]
    await end(here, there, server)


@on_both_loops
async def test_the_limit_may_change() -> None:
    here, there, server = await pair(100)
    there.link.limit(1000)
    here.link.send(header(Kind.DATA, 1000), bytes(1000))
    await there.until(lambda: len(there.frames) == 1)
    here.link.send(header(Kind.DATA, 1001), bytes(1001))
    await there.link.lost
    assert "frame_bytes=1000" in str(there.errors[0])
    await end(here, there, server)


@on_both_loops
async def test_a_reset_is_a_loss() -> None:
    here, there, server = await pair()
    raw = here.link._transport.get_extra_info("socket")  # type: ignore[union-attr]
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    here.link.abort()
    await there.link.lost
    assert len(there.lost_with) == 1
    there.link.send(header(Kind.PING, 0))
    there.link.close()
    await end(here, there, server)
