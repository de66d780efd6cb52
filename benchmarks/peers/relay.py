"""The limit: blocking sockets and a relay that knows nothing of items.

No topics, queues, policies, framing or accounts; items have a size that all know. What a broker in
Python could reach if everything but moving bytes in large writes were free.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from itertools import chain, islice
from threading import Thread
from typing import Any

import numpy as np

from benchmarks.peers.peer import Addresses
from benchmarks.work import Kind, Payload, Work

__all__ = [
    "KINDS",
    "broker",
    "callee",
    "caller",
    "publisher",
    "run",
    "subscriber",
]

KINDS = tuple(Kind)
WRITE_BYTES = 64 * 1024
SAMPLE = struct.Struct("<d")
ADD = struct.Struct("<dd")
SUM = struct.Struct("<d")

run = asyncio.run


def _write_bytes(work: Work) -> int:
    """Return how much is moved at once: 64 KiB, or one item where that is larger."""
    return max(WRITE_BYTES, work.size_bytes)


@contextmanager
def broker(work: Work) -> Iterator[Addresses]:
    """Listen for sending and for receiving parts, and relay in a thread."""
    relay = _relay_calls if work.kind is Kind.CALLS else _relay_items
    with _listen() as front, _listen() as back:
        Thread(target=relay, args=(front, back, work), daemon=True).start()
        yield tuple(str(listener.getsockname()[1]) for listener in (front, back))


def _listen() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _connect(port: str) -> socket.socket:
    return _prompt(socket.create_connection(("127.0.0.1", int(port))))


def _prompt(link: socket.socket) -> socket.socket:
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def _relay_items(front: socket.socket, back: socket.socket, work: Work) -> None:
    links = [_prompt(back.accept()[0]) for _ in range(work.readers)]
    _pump(_prompt(front.accept()[0]), links, _write_bytes(work))


def _pump(source: socket.socket, links: list[socket.socket], write_bytes: int) -> None:
    buffer = memoryview(bytearray(write_bytes))
    with suppress(ConnectionError):
        while size_bytes := source.recv_into(buffer):
            for link in links:
                link.sendall(buffer[:size_bytes])


def _relay_calls(front: socket.socket, back: socket.socket, work: Work) -> None:
    target = _prompt(back.accept()[0])
    source = _prompt(front.accept()[0])
    if work.in_flight > 1:
        Thread(target=_pump, args=(target, [source], WRITE_BYTES), daemon=True).start()
        _pump(source, [target], WRITE_BYTES)
        return
    with suppress(ConnectionError):
        while request := source.recv(ADD.size):
            target.sendall(request)
            source.sendall(target.recv(SUM.size))


class ObjectPublisher:
    """Items collect in a list until they fill one write; or none waits, where delays count."""

    def __init__(self, link: socket.socket, work: Work) -> None:
        self._link = link
        self._full = 1 if work.rate_per_s else WRITE_BYTES // work.size_bytes
        self._waiting: list[bytes] = []

    async def send(self, payload: Payload, count: int) -> None:
        """Append; write what is full."""
        waiting, full = self._waiting, self._full
        for _ in range(count):
            waiting.append(payload)
            if len(waiting) == full:
                self._write()

    async def flush(self) -> None:
        """Write what is there."""
        self._write()

    def _write(self) -> None:
        self._link.sendall(b"".join(self._waiting))
        self._waiting.clear()


class SamplePublisher(ObjectPublisher):
    """Floats are packed one by one and collect."""

    async def send(self, payload: Payload, count: int) -> None:
        """Pack and append; write what is full."""
        waiting, full, pack = self._waiting, self._full, SAMPLE.pack
        for _ in range(count):
            waiting.append(pack(payload))
            if len(waiting) == full:
                self._write()


class ArrayPublisher:
    """An array is written from where it is."""

    def __init__(self, link: socket.socket, work: Work) -> None:
        self._link = link

    async def send(self, payload: Payload, count: int) -> None:
        """Write one at a time."""
        for _ in range(count):
            self._link.sendall(payload)

    async def flush(self) -> None:
        """Nothing waits."""


class BlockPublisher(ObjectPublisher):
    """Small arrays collect like objects."""

    async def send(self, payload: Payload, count: int) -> None:
        """Append; write what is full."""
        await super().send(payload.data.cast("B"), count)


@asynccontextmanager
async def publisher(
    work: Work, addresses: Addresses
) -> AsyncIterator[ObjectPublisher | ArrayPublisher]:
    """Connect the sending part."""
    kinds: dict[Kind, Any] = {
        Kind.OBJECTS: ObjectPublisher,
        Kind.ARRAYS: ArrayPublisher,
        Kind.SAMPLES: SamplePublisher,
        Kind.BLOCKS: BlockPublisher,
    }
    with closing(_connect(addresses[0])) as link:
        yield kinds[work.kind](link, work)


class ObjectSubscriber:
    """Items are cut out of what one read brings."""

    def __init__(self, link: socket.socket, work: Work) -> None:
        self._link = link
        self._cut = SAMPLE if work.kind is Kind.SAMPLES else struct.Struct(f"{work.size_bytes}s")
        self._items = chain.from_iterable(self._blocks())

    async def receive(self, count: int) -> Payload:
        """Iterate."""
        value: Payload = None
        for (item,) in islice(self._items, count):
            value = item
        return value

    def _blocks(self) -> Iterator[Iterator[tuple[Payload]]]:
        rest = b""
        while data := self._link.recv(WRITE_BYTES):
            data = rest + data if rest else data
            whole = len(data) - len(data) % self._cut.size
            rest = data[whole:]
            yield self._cut.iter_unpack(data[:whole])


class BlockSubscriber(ObjectSubscriber):
    """Small arrays are cut out of what one read brings."""

    async def receive(self, count: int) -> Payload:
        """Iterate."""
        value: Payload = None
        for (item,) in islice(self._items, count):
            value = np.frombuffer(item)
        return value


class ArraySubscriber:
    """Each array is received where it stays."""

    def __init__(self, link: socket.socket, work: Work) -> None:
        self._link = link
        self._samples = work.samples

    async def receive(self, count: int) -> Payload:
        """Read exactly one array after another."""
        for _ in range(count):
            array = np.empty(self._samples)
            self._fill(array.data.cast("B"))
        return array

    def _fill(self, room: memoryview) -> None:
        while room:
            size_bytes = self._link.recv_into(room, 0, socket.MSG_WAITALL)
            if not size_bytes:
                raise EOFError("the relay went")
            room = room[size_bytes:]


@asynccontextmanager
async def subscriber(
    work: Work, addresses: Addresses
) -> AsyncIterator[ObjectSubscriber | ArraySubscriber]:
    """Connect a receiving part."""
    kinds: dict[Kind, Any] = {
        Kind.OBJECTS: ObjectSubscriber,
        Kind.ARRAYS: ArraySubscriber,
        Kind.SAMPLES: ObjectSubscriber,
        Kind.BLOCKS: BlockSubscriber,
    }
    with closing(_connect(addresses[1])) as link:
        yield kinds[work.kind](link, work)


@asynccontextmanager
async def callee(work: Work, addresses: Addresses) -> AsyncIterator[None]:
    """Answer in a thread."""
    link = _connect(addresses[1])
    Thread(target=_answer, args=(link,), daemon=True).start()
    yield


def _answer(link: socket.socket) -> None:
    rest = b""
    with link, suppress(ConnectionError):
        while data := link.recv(WRITE_BYTES):
            data = rest + data
            whole = len(data) - len(data) % ADD.size
            rest = data[whole:]
            link.sendall(b"".join(SUM.pack(a + b) for a, b in ADD.iter_unpack(data[:whole])))


class Caller:
    """One request after another, or a new one for each answer, in as few writes as that takes."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link

    async def add(self, a: float, b: float) -> float:
        """Call blocking."""
        self._link.sendall(ADD.pack(a, b))
        result: float = SUM.unpack(self._link.recv(SUM.size))[0]
        return result

    async def add_many(self, a: float, b: float, count: int, in_flight: int) -> float:
        """Keep the link full."""
        sent, answered, total, rest = 0, 0, 0.0, b""
        while answered < count:
            more = min(in_flight - (sent - answered), count - sent)
            self._link.sendall(b"".join(ADD.pack(a, b) for _ in range(more)))
            sent += more
            data = rest + self._link.recv(WRITE_BYTES)
            whole = len(data) - len(data) % SUM.size
            rest = data[whole:]
            answered += whole // SUM.size
            total += sum(result for (result,) in SUM.iter_unpack(data[:whole]))
        return total


@asynccontextmanager
async def caller(work: Work, addresses: Addresses) -> AsyncIterator[Caller]:
    """Connect the client that calls."""
    with closing(_connect(addresses[0])) as link:
        yield Caller(link)
