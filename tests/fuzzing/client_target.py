"""A whole client of the library, and a server that is only memory and says what it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import numpy as np

import stream_core as sc
from stream_core.client import handshake
from stream_core.transport import Address, Connection
from stream_core.wire import messages, objects
from stream_core.wire.framing import FrameReader
from stream_core.wire.header import HEADER_BYTES, Flag, Kind, header
from tests.hostile.bench import Faults, SteppedLoop, Wire
from tests.hostile.talk import spoken

__all__ = ["ClientTarget"]

LARGEST_FRAME = 2**31
TURNS = 8
MOST_TURNS = 100
FRAME_BYTES = 1024 * 1024
CHANNEL, READER, NUMBER = 5, 6, 9
DEMAND = {"state": "active"}
INFO = {"name": "x", "dtype": "int32", "compression": "gzip"}
REPLIES: dict[str, Any] = {
    "create_channel": {"number": CHANNEL, "info": INFO, "demand": DEMAND, "demand_number": 1},
    "subscribe": {"number": READER, "info": INFO, "origin": 3, "first": 0},
}
WELCOME = messages.Welcome(
    name="pc", number=NUMBER, session="s", epoch=1, now_ns=time.perf_counter_ns(),
    frame_bytes=FRAME_BYTES, heartbeat_s=50.0, resume_s=0.0,
)  # fmt: skip


def _frame(kind: int, body: bytes = b"", **facts: int) -> bytes:
    return header(kind, len(body), **facts) + body


def _said(kind: Kind) -> list[bytes]:
    """What a server may say, by the kind of the frame."""
    facts = {"codec": 4, "address": READER, "source": 2, "count": 5}
    samples = np.arange(5, dtype="i4").tobytes()
    notice = messages.encode(messages.LostNotice(5, 20, 16, "overflow"))
    more = {
        Kind.WELCOME: [_frame(kind, messages.encode(WELCOME))],
        Kind.DATA: [_frame(kind, samples, sequence=first, **facts) for first in (0, 5)],
        Kind.LOST: [_frame(kind, notice, address=READER)],
        Kind.MARK: [_frame(kind, address=READER, sequence=20)],
        Kind.DEMAND: [
            _frame(kind, messages.encode(messages.DemandNotice(state)), address=CHANNEL, sequence=2)
            for state in ("paused", "idle")
        ],
        Kind.END: [_frame(kind, messages.encode(messages.EndNotice("over")), address=READER)],
        Kind.RESULT: [
            _frame(kind, objects.encode([INFO]), sequence=number, flags=flags)
            for number in (3, 4, 5)
            for flags in (0, int(Flag.MORE), int(Flag.PIECE))
        ],
        Kind.GOODBYE: [_frame(kind, messages.encode(messages.Goodbye("bye", "NotAllowed")))],
    }
    return spoken(kind, CHANNEL, READER, NUMBER) + more.get(kind, [])


class ClientTarget:
    """One kind of frame, said to a client that has a channel, a reader and calls under way."""

    def __init__(self, kind: Kind, *, welcomed: bool) -> None:
        self.seeds = _said(kind) or [bytes(HEADER_BYTES)]
        self._kind = kind
        self._welcomed = welcomed
        self._loop = SteppedLoop()
        self._faults = Faults()
        self._loop.set_exception_handler(lambda _, c: self._faults.found.append(str(c)))
        self._wire: Wire | None = None

    def close(self) -> None:
        """End its loop."""
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def __call__(self, data: bytes) -> None:
        data = data.ljust(HEADER_BYTES, b"\0")
        there, length = len(data) - HEADER_BYTES, int.from_bytes(data[:4], "little")
        if there < length < FRAME_BYTES:
            length = there
        data = length.to_bytes(4, "little") + bytes([self._kind]) + data[5:]
        before, handshake.dial = handshake.dial, self._dial
        try:
            self._loop.run_until_complete(self._run(data))
        finally:
            handshake.dial = before
        assert self._faults.found == []

    async def _dial(self, address: Address, receiver: Any, **how: Any) -> Connection:
        connection = Connection(receiver, frame_bytes=how["frame_bytes"])
        self._wire = Wire(connection, self._loop)
        connection.connection_made(self._wire)
        return connection

    async def _run(self, data: bytes) -> None:
        client = sc.Client("pc", "127.0.0.1:1", reconnect=False, timeout_s=0.2)
        host = asyncio.create_task(self._host(data))
        try:
            async with client:
                await client.create_channel("x", dtype="int32", compression="gzip")
                reader = await client.subscribe("x")
                asking = asyncio.create_task(client.channels())
                await host
                while not asking.done() and client.state is sc.State.CONNECTED:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
                with contextlib.suppress(sc.Empty):
                    while True:
                        reader.get_nowait()
        except (sc.StreamError, TimeoutError):
            pass
        finally:
            host.cancel()
            if "asking" in locals():
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
            await asyncio.gather(host, return_exceptions=True)
        assert client.state is sc.State.CLOSED

    async def _host(self, data: bytes) -> None:
        """Welcome the client, answer its first calls, then say the bytes, and hang up."""
        reader = FrameReader(LARGEST_FRAME)
        for _ in range(MOST_TURNS):
            await asyncio.sleep(0)
            wire = self._wire
            if wire is None or not wire.sent:
                continue
            sent, wire.sent = bytes(wire.sent), bytearray()
            view = reader.buffer()
            view[: len(sent)] = sent
            for frame in reader.received(len(sent)):
                if frame.kind == Kind.HELLO:
                    self._say(data if not self._welcomed else _said(Kind.WELCOME)[-1])
                    if not self._welcomed:
                        await self._hang_up()
                        return
                elif frame.kind == Kind.PING:
                    self._say(
                        _frame(Kind.PONG, sequence=frame.sequence, time_ns=time.perf_counter_ns())
                    )
                elif frame.kind == Kind.CALL:
                    method = bytes(frame.body[2 : 2 + frame.body[0]]).decode()
                    if method not in REPLIES:
                        self._say(data)
                        await self._hang_up()
                        return
                    reply = objects.encode(REPLIES[method])
                    facts = {"address": NUMBER, "sequence": frame.sequence}
                    self._say(_frame(Kind.RESULT, reply, **facts))

    def _say(self, data: bytes) -> None:
        wire = self._wire
        assert wire is not None
        while data and not wire.closed:
            view = wire.protocol.get_buffer(-1)
            size = min(len(view), len(data))
            view[:size] = data[:size]
            wire.protocol.buffer_updated(size)
            data = data[size:]

    async def _hang_up(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)
        assert self._wire is not None
        self._wire.close()
