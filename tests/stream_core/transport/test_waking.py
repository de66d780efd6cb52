from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from stream_core.transport import Address, Connection, dial, waking
from stream_core.transport.waking import LEAST_BYTES, MOST_BYTES, Waking
from stream_core.wire.header import HEADER_BYTES, Kind, header
from tests.stream_core.transport.test_connection import LIMIT, Peer, end, on_both_loops

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not have it")

BODY = bytes(2 * MOST_BYTES)
PIECE_BYTES = 16 * 1024


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing of what is seen be owed to the end of patience."""
    monkeypatch.setattr(waking, "PATIENCE_S", 1000.0)


class Reads(Connection):
    """A connection that writes down how much came in each read."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.sizes: list[int] = []
        self._news = asyncio.Event()
        super().connection_made(transport)

    def buffer_updated(self, nbytes: int) -> None:
        self.sizes.append(nbytes)
        self._news.set()
        super().buffer_updated(nbytes)

    async def until(self, fact: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not fact():
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def joined() -> AsyncIterator[tuple[Connection, Peer, Reads]]:
    """One end, and who hears what comes at the other one, and its connection."""
    here, there = Peer(), Peer()

    def accept() -> Connection:
        there.connection = Reads(there, frame_bytes=LIMIT)
        return there.connection

    server = await asyncio.get_running_loop().create_server(accept, "127.0.0.1", 0)
    here.connection = await dial(
        Address.of(server.sockets[0].getsockname()), here, frame_bytes=LIMIT
    )
    here.link.send(header(Kind.PING, 0))
    await there.until(lambda: bool(there.frames))
    there.frames.clear()
    reads = there.connection
    assert isinstance(reads, Reads)
    reads.sizes.clear()
    yield here.link, there, reads
    await end(here, there, server)


async def send_in_pieces(link: Connection, *bodies: bytes) -> None:
    """Send frames so that each piece is there before the next one leaves."""
    data = memoryview(b"".join(header(Kind.DATA, len(body)) + body for body in bodies))
    for start in range(0, len(data), PIECE_BYTES):
        link.send(data[start : start + PIECE_BYTES])
        link.flush()
        await asyncio.sleep(0)


@pytest.mark.usefixtures("patience")
@on_both_loops
async def test_a_large_body_that_comes_in_pieces_wakes_seldom() -> None:
    async with joined() as (link, there, reads):
        await send_in_pieces(link, BODY)
        await there.until(lambda: len(there.frames) == 1)
        assert bytes(there.frames[0].body) == BODY
        assert len(reads.sizes) < len(BODY) // PIECE_BYTES // 4


@pytest.mark.usefixtures("patience")
@on_both_loops
async def test_what_is_small_comes_at_once_behind_it_too() -> None:
    async with joined() as (link, there, _):
        for _ in range(3):
            await send_in_pieces(link, BODY, b"small")
            await there.until(lambda: len(there.frames) == 2)
            link.send(header(Kind.PING, 0))
            await there.until(lambda: len(there.frames) == 3)
            there.frames.clear()


@pytest.mark.usefixtures("patience")
@on_both_loops
async def test_an_end_within_a_body_wakes_at_once() -> None:
    async with joined() as (link, there, _):
        link.send(header(Kind.DATA, len(BODY)), BODY[:LEAST_BYTES])
        link.flush()
        link.close()
        async with asyncio.timeout(10):
            await there.link.lost


@on_both_loops
async def test_what_comes_slowly_is_seen_even_so() -> None:
    async with joined() as (link, _, reads):
        link.send(header(Kind.DATA, len(BODY)), BODY[:LEAST_BYTES])
        await reads.until(lambda: sum(reads.sizes) == HEADER_BYTES + LEAST_BYTES)
        for _ in range(2):
            seen = sum(reads.sizes)
            link.send(b"x")
            await reads.until(lambda seen=seen: sum(reads.sizes) == seen + 1)  # type: ignore[misc]


class Socket:
    """A transport and its socket, which writes down when it wakes."""

    def __init__(self, *, secure: bool = False, failed: bool = False) -> None:
        self.wakes_at: list[int] = []
        self.failed = failed
        self._facts = {"socket": self, "ssl_object": object() if secure else None}

    def get_extra_info(self, name: str) -> Any:
        return self._facts[name]

    def setsockopt(self, level: int, name: int, value: int) -> None:
        assert (level, name) == (socket.SOL_SOCKET, socket.SO_RCVLOWAT)
        if self.failed:
            raise OSError
        self.wakes_at.append(value)


async def test_it_waits_for_no_more_than_is_missing_and_is_told_of_changes_only() -> None:
    there = Socket()
    wakes = Waking(there)  # type: ignore[arg-type]
    wakes.received(0, more=False)
    wakes.received(2 * MOST_BYTES, more=True)
    assert there.wakes_at == []
    wakes.received(2 * MOST_BYTES, more=False)
    wakes.received(MOST_BYTES, more=False)
    assert there.wakes_at == [MOST_BYTES]
    wakes.received(LEAST_BYTES, more=True)  # less is missing: nothing else may come
    wakes.received(LEAST_BYTES - 1, more=False)
    assert there.wakes_at == [MOST_BYTES, LEAST_BYTES, 1]
    wakes.received(LEAST_BYTES, more=False)
    wakes.end()
    assert there.wakes_at[-1] == 1


async def test_under_tls_and_of_a_socket_that_has_failed_nothing_is_asked() -> None:
    for there in (Socket(secure=True), Socket(failed=True)):
        wakes = Waking(there)  # type: ignore[arg-type]
        wakes.received(MOST_BYTES, more=False)
        wakes.received(0, more=False)
        wakes.end()
        assert there.wakes_at == []
