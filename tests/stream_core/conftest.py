"""Servers on free ports, clients of the library, and clients that speak the bare wire."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, cast

import pytest

from stream_core import errors
from stream_core.rpc import PIECE_BYTES, decode_failure, encode_call, failure_to_error
from stream_core.rpc.parcels import WINDOW_PIECES
from stream_core.security import ClientProof
from stream_core.server import Server
from stream_core.transport import Address
from stream_core.values import Limits
from stream_core.wire import messages, objects
from stream_core.wire.batches import ObjectBatch
from stream_core.wire.blocks import Block
from stream_core.wire.framing import Frame
from stream_core.wire.header import HEADER, HEADER_BYTES, Flag, Kind, header

PATIENCE_S = 10.0


class RawClient:
    """A client of bare frames: it credits, acknowledges and answers only what a test says."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._set_aside: deque[Frame] = deque()
        self._calls = itertools.count(1)
        self.welcome: messages.Welcome | None = None
        self.refusal: messages.Goodbye | None = None
        self.bytes_received = 0
        self.acknowledges = False  # that bytes have come, so that the server sends on

    @property
    def number(self) -> int:
        assert self.welcome is not None
        return self.welcome.number

    # Frames

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    def send(self, kind: int, body: bytes = b"", **facts: int) -> None:
        self.write(header(kind, len(body), **facts) + body)

    async def _read(self) -> Frame | None:
        try:
            head = await self._reader.readexactly(HEADER_BYTES)
            length, *facts = HEADER.unpack(head)
            body = await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        self.bytes_received += HEADER_BYTES + length
        if self.acknowledges:
            self.send(Kind.CREDIT, sequence=self.bytes_received)
        return Frame(*facts, body=body)

    async def frame(
        self, *kinds: Kind, address: int | None = None, sequence: int | None = None
    ) -> Frame:
        """The next frame of one of these kinds; what comes before it is set aside."""

        def fits(frame: Frame) -> bool:
            return (
                frame.kind in kinds
                and address in (None, frame.address)
                and sequence in (None, frame.sequence)
            )

        for frame in self._set_aside:
            if fits(frame):
                self._set_aside.remove(frame)
                return frame
        async with asyncio.timeout(PATIENCE_S):
            while (read := await self._read()) is not None:
                if fits(read):
                    return read
                self._set_aside.append(read)
        raise EOFError(f"the server closed the link before a frame of {kinds} came")

    async def closed(self) -> None:
        """Wait until the server has closed the link."""
        async with asyncio.timeout(PATIENCE_S):
            while (frame := await self._read()) is not None:
                self._set_aside.append(frame)

    def received(self, *kinds: Kind) -> list[Frame]:
        """Take the frames of these kinds that have been set aside."""
        found = [frame for frame in self._set_aside if frame.kind in kinds]
        self._set_aside = deque(frame for frame in self._set_aside if frame.kind not in kinds)
        return found

    async def goodbye(self) -> messages.Goodbye:
        frame = await self.frame(Kind.GOODBYE)
        return messages.decode(messages.Goodbye, frame.body)

    # The handshake

    async def hello(
        self, name: str | None = None, *, secret: str | None = None, **facts: Any
    ) -> messages.Welcome:
        """Shake hands; raises the error that the server names instead."""
        proof = None if secret is None else ClientProof(secret, facts.get("user", ""))
        facts = {"name": name, "scram": proof.first() if proof else None} | facts
        hello = messages.Hello(**facts)
        self.send(Kind.HELLO, messages.encode(hello))
        if proof is not None:
            challenge = await self._answer(Kind.CHALLENGE)
            answer = proof.answer(messages.decode(messages.Challenge, challenge.body).scram)
            self.send(Kind.PROOF, messages.encode(messages.Proof(scram=answer)))
        welcome = messages.decode(messages.Welcome, (await self._answer(Kind.WELCOME)).body)
        if proof is not None:
            assert welcome.scram is not None
            proof.check(welcome.scram)
        self.welcome = welcome
        return welcome

    async def _answer(self, kind: Kind) -> Frame:
        frame = await self.frame(kind, Kind.GOODBYE)
        if frame.kind == Kind.GOODBYE:
            self.refusal = messages.decode(messages.Goodbye, frame.body)
            assert self.refusal.error is not None
            raise getattr(errors, self.refusal.error)(self.refusal.reason)
        return frame

    # Calls

    def post(self, method: str, *args: Any, target: int = 0, **kwargs: Any) -> int:
        """Send a call; its number."""
        number = next(self._calls)
        body = encode_call(method, list(args), kwargs)
        self.send(Kind.CALL, body, address=target, sequence=number)
        return number

    async def answer(self, number: int) -> Any:
        """The result of a call."""
        frame = await self.frame(Kind.RESULT, Kind.FAILURE, sequence=number)
        if frame.kind == Kind.FAILURE:
            raise failure_to_error(decode_failure(frame.body), from_server=True)
        return objects.decode(frame.body)

    def send_pieces(
        self, kind: Kind, body: bytes, indices: range | None = None, flags: int = 0, **facts: int
    ) -> None:
        """Send a large body in pieces, or some of them."""
        size = len(body)
        for index in range(-(-size // PIECE_BYTES)) if indices is None else indices:
            start = index * PIECE_BYTES
            part = body[start : start + PIECE_BYTES]
            self.send(kind, part, flags=flags | Flag.PIECE, count=size, stride=start, **facts)

    def grant(self, pieces: int, *, flags: int = 0, **facts: int) -> None:
        self.send(Kind.CREDIT, flags=flags | Flag.PIECE, count=pieces, **facts)

    async def whole(self, *kinds: Kind, sequence: int, flags: int = 0, target: int = 0) -> Frame:
        """A large body, whose pieces are granted as they come."""
        body = b""
        for number in itertools.count(1):
            frame = await self.frame(*kinds, sequence=sequence)
            assert frame.flags & Flag.PIECE
            assert frame.stride == len(body)
            body += frame.body
            if len(body) == frame.count:
                break
            self.grant(number + WINDOW_PIECES, flags=flags, address=target, sequence=sequence)
        frame.body = body
        return frame

    async def call(self, method: str, *args: Any, target: int = 0, **kwargs: Any) -> Any:
        return await self.answer(self.post(method, *args, target=target, **kwargs))

    async def sync(self) -> None:
        """Wait until the server has handled all that was sent."""
        await self.call("echo", None)

    # Streams

    def data(self, channel: int, sequence: int, *values: Any, flags: int = 0) -> None:
        """Send a block of objects; without values, the announcement of a gap."""
        if not values:
            self.send(Kind.DATA, address=channel, sequence=sequence, flags=flags)
            return
        batch = ObjectBatch()
        for value in values:
            batch.add(value, 1)
        packed = batch.pack()
        body = b"".join(packed.parts)
        self.send(
            Kind.DATA,
            body,
            codec=packed.codec,
            flags=packed.flags | flags,
            address=channel,
            count=packed.count,
            stride=1,
            sequence=sequence,
            time_ns=packed.time_ns,
        )

    async def demand(self, channel: int) -> messages.DemandNotice:
        """The next notice of demand, acknowledged."""
        frame = await self.frame(Kind.DEMAND, address=channel)
        notice = messages.decode(messages.DemandNotice, frame.body)
        self.acknowledge(channel, frame.sequence)
        return notice

    def acknowledge(self, channel: int, number: int) -> None:
        self.send(Kind.DEMAND, address=channel, sequence=number)

    async def items(self, reader: int, count: int) -> dict[int, Any]:
        """The next items of a reader by their numbers; nothing is credited."""
        found: dict[int, Any] = {}
        while len(found) < count:
            frame = await self.frame(Kind.DATA, address=reader)
            found |= zip(*numbered(frame), strict=True)
        return found

    def credit(self, reader: int, sequence: int) -> None:
        self.send(Kind.CREDIT, address=reader, sequence=sequence)

    async def loss(self, reader: int) -> messages.LostNotice:
        frame = await self.frame(Kind.LOST, address=reader)
        return messages.decode(messages.LostNotice, frame.body)

    async def end(self, reader: int) -> messages.EndNotice:
        frame = await self.frame(Kind.END, address=reader)
        return messages.decode(messages.EndNotice, frame.body)

    # The end

    async def hang_up(self) -> None:
        """Say that nothing more comes, and wait until the server has closed the link."""
        if not self._writer.is_closing():
            self._writer.write_eof()
        await self.closed()

    def abort(self) -> None:
        """Break the link without a word."""
        self._writer.transport.abort()

    def pause(self) -> None:
        """Read nothing from the socket any more."""
        # uvloop's transports are no subclass of asyncio.Transport
        cast(asyncio.Transport, self._writer.transport).pause_reading()

    async def close(self) -> None:
        self._writer.transport.abort()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            pass


def numbered(frame: Frame) -> tuple[range, list[Any]]:
    """The numbers and the values in a frame of objects."""
    block = Block.received(frame)
    values = [
        objects.decode(block.data[slice(*block.item_range(index))]) for index in range(block.count)
    ]
    return block.sequences, values


Serve = Callable[..., Coroutine[Any, Any, Server]]
Join = Callable[..., Coroutine[Any, Any, RawClient]]


@pytest.fixture
def servers() -> list[Server]:
    """All servers of the test."""
    return []


@pytest.fixture
async def serve(servers: list[Server]) -> AsyncIterator[Serve]:
    """Start servers on free ports; their readers' accounts are checked before they stop."""

    async def start(*, secret: str | None = None, users: Any = None, **limits: Any) -> Server:
        server = Server("127.0.0.1", 0, secret=secret, users=users, limits=Limits(**limits))
        await server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        await server.stop()


@pytest.fixture
async def dial(serve: Serve) -> AsyncIterator[Join]:
    """Connect without a handshake."""
    async with AsyncExitStack() as stack:

        async def connect(server: Server) -> RawClient:
            address = Address.parse(server.address)
            raw = RawClient(*await asyncio.open_connection(address.host, address.port))
            stack.push_async_callback(raw.close)
            return raw

        yield connect


@pytest.fixture
def join(dial: Join) -> Join:
    """Connect and shake hands."""

    async def connect(server: Server, name: str | None = None, **facts: Any) -> RawClient:
        raw = await dial(server)
        await raw.hello(name, **facts)
        return raw

    return connect


@pytest.fixture
async def server(serve: Serve) -> Server:
    """A server with the default limits."""
    return await serve()


@pytest.fixture
def check(servers: list[Server], check_accounts: Callable[[Server], None]) -> Callable[[], None]:
    """Check the accounts of all readers now."""

    def check_now() -> None:
        for server in servers:
            check_accounts(server)

    return check_now
