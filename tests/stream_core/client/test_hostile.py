"""Servers that send junk: a client loses its link at most, and says so; nothing else breaks."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import numpy as np
import pytest

import stream_core as sc
from stream_core.wire import messages, objects
from stream_core.wire.header import HEADER, HEADER_BYTES, Flag, Kind, header
from tests.junk import FRAMES, VALUES, mutated

FRAMES_EACH = 25
PATIENCE_S = 10
WELCOME = messages.Welcome(
    name="pc", number=9, session="s", epoch=1, now_ns=5, frame_bytes=2**20, heartbeat_s=50.0,
    resume_s=0.0,
)  # fmt: skip
CHANNEL, READER = 5, 6
DEMAND = {"state": "active"}
REPLIES = {
    "create_channel": {
        "number": CHANNEL, "info": {"name": "x", "compression": "gzip"}, "demand": DEMAND,
        "demand_number": 1,
    },
    "subscribe": {
        "number": READER, "info": {"name": "y", "dtype": "int32", "compression": "gzip"},
        "origin": 3, "first": 0,
    },
}  # fmt: skip


def frame(kind: int, body: bytes = b"", **facts: int) -> bytes:
    return header(kind, len(body), **facts) + body


def talk() -> list[bytes]:
    """What a server may say to a client of one channel and one reader."""
    samples = np.arange(5, dtype="i4").tobytes()
    facts = {"codec": 4, "address": READER, "source": 2, "count": 5}
    return [
        *(frame(Kind.DATA, samples, sequence=first, **facts) for first in (0, 5, 10)),
        frame(Kind.LOST, messages.encode(messages.LostNotice(15, 20, 6, "x")), address=READER),
        frame(Kind.MARK, address=READER, sequence=20),
        frame(Kind.DEMAND, messages.encode(messages.DemandNotice("paused")), address=CHANNEL,
              sequence=2),
        *(frame(Kind.RESULT, objects.encode(REPLIES["subscribe"]), sequence=number)
          for number in (3, 4)),
        frame(Kind.RESULT, b"\xc0", sequence=3, flags=int(Flag.MORE)),
        frame(Kind.PING, sequence=1),
        frame(Kind.END, messages.encode(messages.EndNotice("over")), address=READER),
        *FRAMES.values(),
    ]  # fmt: skip


class JunkServer:
    """Welcomes whoever comes, answers the first calls, then sends what it is told to."""

    def __init__(self) -> None:
        self.chance = random.Random(0)
        self._server: asyncio.Server | None = None
        self._links: list[asyncio.StreamWriter] = []

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for link in self._links:
            link.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._links.append(writer)
        while True:
            try:
                facts = HEADER.unpack(await reader.readexactly(HEADER_BYTES))
                body = await reader.readexactly(facts[0])
            except (asyncio.IncompleteReadError, ConnectionError):
                break
            if facts[1] == Kind.HELLO:
                writer.write(frame(Kind.WELCOME, messages.encode(WELCOME)))
            elif facts[1] == Kind.CALL:
                self._answer(writer, body[2 : 2 + body[0]].decode(), facts[8])
        writer.close()

    def _answer(self, writer: asyncio.StreamWriter, method: str, number: int) -> None:
        if method in REPLIES:
            reply = objects.encode(REPLIES[method])
            if self.chance.random() < 0.3:
                reply = mutated([reply, *VALUES], self.chance)
            writer.write(frame(Kind.RESULT, reply, address=9, sequence=number))
        else:
            valid = talk()
            for _ in range(FRAMES_EACH):
                data = mutated(valid, self.chance)
                length = max(0, len(data) - HEADER_BYTES)
                writer.write((length.to_bytes(4, "little") + data[4:]).ljust(HEADER_BYTES, b"\0"))
            writer.write_eof()


@pytest.fixture
async def junk_server() -> AsyncIterator[JunkServer]:
    server = JunkServer()
    yield server
    await server.stop()


async def drain(reader: sc.Reader) -> None:
    with contextlib.suppress(sc.StreamError):
        while True:
            await reader.get_block(PATIENCE_S)


@pytest.mark.parametrize("seed", range(30))
async def test_junk_ends_at_most_the_link(
    junk_server: JunkServer, caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    junk_server.chance.seed(seed)
    address = await junk_server.start()
    async with sc.Client("pc", address, reconnect=False, timeout_s=0.2) as pc:
        try:
            await pc.create_channel("x", compression="gzip")
            reader = await pc.subscribe("y")
            taking = asyncio.create_task(drain(reader))
            await pc.channels()
        except (sc.StreamError, TimeoutError):
            pass
        else:
            await asyncio.wait_for(taking, PATIENCE_S)
    faults = [record for record in caplog.records if record.exc_info or record.name == "asyncio"]
    assert not faults
