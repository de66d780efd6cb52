"""A real server with its real sessions, and peers that speak to it without a socket.

Everything happens when a test says so, in one turn of the loop after the other, and time passes
when it is told to: what a property finds it finds again.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import selectors
from collections.abc import Iterator
from typing import Any

from stream_core.rpc import decode_failure, encode_call, failure_to_error
from stream_core.security import ClientProof
from stream_core.server import Server
from stream_core.values import Limits
from stream_core.wire import messages, objects
from stream_core.wire.batches import ObjectBatch
from stream_core.wire.blocks import Block
from stream_core.wire.framing import Frame, FrameReader
from stream_core.wire.header import Kind, header

__all__ = ["Bench", "Faults", "Neighbours", "Peer", "SteppedLoop", "Wire", "bench"]

LARGEST_FRAME = 2**31
TURNS = 6  # of the loop: what a frame causes has been sent by then
MOST_TURNS = 200


class Unsleeping(selectors.DefaultSelector):
    """Waits for nothing: where a loop would sleep its time is put forward."""

    loop: SteppedLoop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(None if timeout is None else 0)
        if timeout and not ready:
            self.loop.now_s += timeout
        return ready


class SteppedLoop(asyncio.SelectorEventLoop):
    """A loop whose time stands still until it is put forward, or nothing else can happen."""

    now_s = 0.0

    def __init__(self) -> None:
        selector = Unsleeping()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now_s


class Wire(asyncio.Transport):
    """The server's end of a connection that is only memory."""

    ports = itertools.count(1)

    def __init__(self, protocol: Any, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__({"peername": ("127.0.0.1", next(self.ports))})
        self.protocol = protocol
        self.sent = bytearray()
        self.closed = False
        self._loop = loop

    def write(self, data: Any) -> None:
        self.sent += data

    def writelines(self, parts: Any) -> None:
        self.sent += b"".join(parts)

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing ever waits here."""

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        """The other end hears it and closes."""
        self.close()

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._loop.call_soon(self.protocol.connection_lost, None)

    abort = close


class Peer:
    """Whoever is connected; it says what it is told to.

    Attributes:
        welcome: once the server has let it in; goodbye: once the server has said so.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.welcome: messages.Welcome | None = None
        self.goodbye: messages.Goodbye | None = None
        self._reader = FrameReader(LARGEST_FRAME)
        self._frames: list[Frame] = []
        self._calls = itertools.count(1)
        with bench.in_loop():
            self._connection: Any = bench.server._entrance.accept()
            self._wire = Wire(self._connection, bench.loop)
            self._connection.connection_made(self._wire)

    @property
    def closed(self) -> bool:
        """Whether the connection is gone."""
        return self._wire.closed

    @property
    def number(self) -> int:
        assert self.welcome is not None
        return self.welcome.number

    # Bytes and frames

    def write(self, data: bytes) -> None:
        """Have the server receive bytes."""
        while data and not self.closed:
            buffer = self._connection.get_buffer(-1)
            size = min(len(buffer), len(data))
            buffer[:size] = data[:size]
            with self.bench.in_loop():
                self._connection.buffer_updated(size)
            data = data[size:]
        self.bench.turn()

    def send(self, kind: int, body: bytes = b"", **facts: int) -> None:
        self.write(header(kind, len(body), **facts) + body)

    def frames(self, *kinds: Kind, address: int | None = None) -> list[Frame]:
        """Take what has come of these kinds, and to that address if one is given."""
        data, self._wire.sent = bytes(self._wire.sent), bytearray()
        while data:
            buffer = self._reader.buffer()
            size = min(len(buffer), len(data))
            buffer[:size] = data[:size]
            self._frames += self._reader.received(size)
            data = data[size:]
        assert self._reader.error is None
        for frame in self._frames:
            if frame.kind == Kind.GOODBYE:
                self.goodbye = messages.decode(messages.Goodbye, frame.body)

        def fits(frame: Frame) -> bool:
            return frame.kind in kinds and address in (None, frame.address)

        found = [frame for frame in self._frames if fits(frame)]
        self._frames = [frame for frame in self._frames if not fits(frame)]
        return found

    def hear_goodbye(self) -> messages.Goodbye | None:
        self.frames()
        return self.goodbye

    # What a client does

    def hello(self, name: str | None = None, *, secret: str | None = None, **facts: Any) -> bool:
        """Shake hands; whether the server lets it in."""
        proof = None if secret is None else ClientProof(secret)
        first = proof.first() if proof else None
        self.send(Kind.HELLO, messages.encode(messages.Hello(name=name, scram=first, **facts)))
        if proof is not None and (asked := self.frames(Kind.CHALLENGE)):
            challenge = messages.decode(messages.Challenge, asked[0].body)
            answer = messages.Proof(scram=proof.answer(challenge.scram))
            self.send(Kind.PROOF, messages.encode(answer))
        for frame in self.frames(Kind.WELCOME):
            self.welcome = messages.decode(messages.Welcome, frame.body)
        return self.welcome is not None

    def post(self, method: str, *args: Any, target: int = 0, **kwargs: Any) -> int:
        number = next(self._calls)
        body = encode_call(method, list(args), kwargs)
        self.send(Kind.CALL, body, address=target, sequence=number)
        return number

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the server; raises the error that it answers."""
        return self.answer(self.post(method, *args, **kwargs))

    def answer(self, number: int) -> Any:
        for _ in range(MOST_TURNS):
            for frame in self.frames(Kind.RESULT, Kind.FAILURE):
                if frame.sequence != number:
                    continue
                if frame.kind == Kind.FAILURE:
                    raise failure_to_error(decode_failure(frame.body), from_server=True)
                return objects.decode(frame.body)
            self.acknowledge_demands()
            self.bench.turn()
        raise TimeoutError(f"call {number} is not answered")

    def acknowledge_demands(self) -> None:
        for frame in self.frames(Kind.DEMAND):
            self.send(Kind.DEMAND, address=frame.address, sequence=frame.sequence)

    def publish(self, channel: int, first: int, *values: Any) -> None:
        batch = ObjectBatch()
        for value in values:
            batch.add(value, 1)
        packed = batch.pack()
        facts = {"codec": packed.codec, "flags": packed.flags, "count": packed.count, "stride": 1}
        body = b"".join(packed.parts)
        self.send(Kind.DATA, body, address=channel, sequence=first, time_ns=1, **facts)

    def items(self, reader: int) -> dict[int, Any]:
        """What has come for a reader, by number; it is credited."""
        found: dict[int, Any] = {}
        for frame in self.frames(Kind.DATA, address=reader):
            block = Block.received(frame)
            values = [
                objects.decode(block.data[slice(*block.item_range(index))])
                for index in range(block.count)
            ]
            found |= zip(block.sequences, values, strict=True)
        if found:
            self.send(Kind.CREDIT, address=reader, sequence=max(found))
        return found

    def hang_up(self) -> None:
        """The connection breaks, without a word."""
        self._wire.close()
        self.bench.turn()


class Neighbours:
    """A writer and a reader who behave, and notice if anything is not as it should be."""

    def __init__(self, bench: Bench, **facts: Any) -> None:
        self.writer = bench.join("good writer", **facts)
        self.reader = bench.join("good reader", **facts)
        self._channel = self.writer.call("create_channel", "good")["number"]
        asked = self.reader.post("subscribe", "good")
        self.writer.acknowledge_demands()
        self._number = self.reader.answer(asked)["number"]
        self._next = 0

    def check(self) -> None:
        """Send an item, get it, and be answered."""
        self.writer.publish(self._channel, self._next, f"item {self._next}")
        assert self.reader.items(self._number) == {self._next: f"item {self._next}"}
        self._next += 1
        assert self.writer.call("echo", 1) == 1
        for peer in (self.writer, self.reader):
            assert not peer.closed
            assert peer.frames(Kind.LOST, Kind.END) == []


class Faults(logging.Handler):
    """Whatever is logged as an error is one: the fault of a client never is."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(self.format(record))


class Bench:
    """A server, its loop, and who has joined."""

    def __init__(self, loop: SteppedLoop, server: Server, faults: list[str]) -> None:
        self.loop = loop
        self.server = server
        self.faults = faults

    @contextlib.contextmanager
    def in_loop(self) -> Iterator[None]:
        """Call what a transport calls, as if the loop ran."""
        asyncio._set_running_loop(self.loop)
        try:
            yield
        finally:
            asyncio._set_running_loop(None)

    def turn(self, times: int = TURNS) -> None:
        """Let the loop go on."""
        for _ in range(times):
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()

    def pass_time(self, seconds: float) -> None:
        self.loop.now_s += seconds
        self.turn()

    def join(self, name: str | None = None, **facts: Any) -> Peer:
        peer = Peer(self)
        assert peer.hello(name, **facts), peer.hear_goodbye()
        return peer

    def consumed(self, client: int, reader: int) -> int:
        """The highest number that a reader has credited."""
        assert self.server._services is not None
        session = self.server._services.sessions.numbered(client)
        assert session is not None
        return session.subscriptions[reader].buffer._flight.consumed

    def is_left_by_all_but(self, clients: int) -> None:
        """What the others had is gone with them."""
        services = self.server._services
        assert services is not None
        sessions = tuple(services.sessions)
        assert len(sessions) == clients, [session.name for session in sessions]
        assert not self.server._entrance.visitors
        assert len(self.server._entrance.connections) == clients
        numbers = {session.number for session in sessions} | {0}
        assert {channel.owner for channel in services.streams.directory} <= numbers
        assert not len(services.streams.readers.waiting)
        assert not services.watches._watches
        assert services.calls.own is not None
        assert not services.calls.own._live
        assert not len(services.calls.own._arguments)

    def check(self) -> None:
        """Nothing has gone wrong at the server, and all its accounts balance."""
        assert self.faults == []
        for session in self.server._services.sessions if self.server._services else ():
            for subscription in session.subscriptions.values():
                assert subscription.buffer.counters.balanced


@contextlib.contextmanager
def bench(*, secret: str | None = None, **limits: Any) -> Iterator[Bench]:
    """Start a server for a test; what went wrong in the end fails it, too."""
    loop = SteppedLoop()
    faults = Faults()
    loop.set_exception_handler(lambda _, context: faults.found.append(str(context)))
    logging.getLogger().addHandler(faults)
    server = Server("127.0.0.1", 0, secret=secret, limits=Limits(**limits))
    try:
        loop.run_until_complete(server.start())
        made = Bench(loop, server, faults.found)
        yield made
        made.check()
    finally:
        loop.run_until_complete(server.stop())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        logging.getLogger().removeHandler(faults)
