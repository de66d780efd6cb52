"""The limit: blocking sockets and a relay that knows nothing of items.

No topics, queues, policies, framing or accounts; items have a size that all know. What a broker in
Python could reach if everything but moving bytes in 64 KiB writes were free.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from itertools import chain, islice
from threading import Thread

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
ADD = struct.Struct("<dd")
SUM = struct.Struct("<d")

run = asyncio.run


@contextmanager
def broker(work: Work) -> Iterator[Addresses]:
    """Listen for sending and for receiving parts, and relay in a thread."""
    with _listen() as front, _listen() as back:
        relay = _relay_calls if work.kind is Kind.CALLS else _relay_items
        Thread(target=relay, args=(front, back, max(work.readers, 1)), daemon=True).start()
        yield tuple(str(listener.getsockname()[1]) for listener in (front, back))


def _listen() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _connect(port: str) -> socket.socket:
    return _prompt(socket.create_connection(("127.0.0.1", int(port))))


def _prompt(link: socket.socket) -> socket.socket:
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def _relay_items(front: socket.socket, back: socket.socket, readers: int) -> None:
    links = [_prompt(back.accept()[0]) for _ in range(readers)]
    source = _prompt(front.accept()[0])
    buffer = memoryview(bytearray(WRITE_BYTES))
    with suppress(ConnectionError):
        while size_bytes := source.recv_into(buffer):
            for link in links:
                link.sendall(buffer[:size_bytes])


def _relay_calls(front: socket.socket, back: socket.socket, readers: int) -> None:
    target = _prompt(back.accept()[0])
    source = _prompt(front.accept()[0])
    with suppress(ConnectionError):
        while request := source.recv(ADD.size):
            target.sendall(request)
            source.sendall(target.recv(SUM.size))


class ObjectPublisher:
    """Items collect in a list until they fill one write."""

    def __init__(self, link: socket.socket, size_bytes: int) -> None:
        self._link = link
        self._full = WRITE_BYTES // size_bytes
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


class ArrayPublisher:
    """An array is written from where it is."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link

    async def send(self, payload: Payload, count: int) -> None:
        """Write 64 KiB at a time."""
        data = memoryview(payload).cast("B")
        for _ in range(count):
            for start in range(0, len(data), WRITE_BYTES):
                self._link.sendall(data[start : start + WRITE_BYTES])

    async def flush(self) -> None:
        """Nothing waits."""


@asynccontextmanager
async def publisher(
    work: Work, addresses: Addresses
) -> AsyncIterator[ObjectPublisher | ArrayPublisher]:
    """Connect the sending part."""
    with closing(_connect(addresses[0])) as link:
        if work.kind is Kind.ARRAYS:
            yield ArrayPublisher(link)
        else:
            yield ObjectPublisher(link, work.size_bytes)


class ObjectSubscriber:
    """Items are cut out of what one read brings."""

    def __init__(self, link: socket.socket, size_bytes: int) -> None:
        self._link = link
        self._cut = struct.Struct(f"{size_bytes}s")
        self._items = chain.from_iterable(self._blocks())

    async def receive(self, count: int) -> Payload:
        """Iterate."""
        value = b""
        for (item,) in islice(self._items, count):
            value = item
        return value

    def _blocks(self) -> Iterator[Iterator[tuple[bytes]]]:
        rest = b""
        while data := self._link.recv(WRITE_BYTES):
            data = rest + data if rest else data
            whole = len(data) - len(data) % self._cut.size
            rest = data[whole:]
            yield self._cut.iter_unpack(data[:whole])


class ArraySubscriber:
    """Each array is received where it stays."""

    def __init__(self, link: socket.socket, size_bytes: int) -> None:
        self._link = link
        self._length = size_bytes // 8

    async def receive(self, count: int) -> Payload:
        """Read exactly one array after another."""
        for _ in range(count):
            array = np.empty(self._length)
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
    with closing(_connect(addresses[1])) as link:
        if work.kind is Kind.ARRAYS:
            yield ArraySubscriber(link, work.size_bytes)
        else:
            yield ObjectSubscriber(link, work.size_bytes)


@asynccontextmanager
async def callee(addresses: Addresses) -> AsyncIterator[None]:
    """Answer in a thread."""
    link = _connect(addresses[1])
    Thread(target=_answer, args=(link,), daemon=True).start()
    yield


def _answer(link: socket.socket) -> None:
    with link, suppress(ConnectionError):
        while request := link.recv(ADD.size):
            a, b = ADD.unpack(request)
            link.sendall(SUM.pack(a + b))


class Caller:
    """One request after another."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link

    async def add(self, a: float, b: float) -> float:
        """Call blocking."""
        self._link.sendall(ADD.pack(a, b))
        result: float = SUM.unpack(self._link.recv(SUM.size))[0]
        return result


@asynccontextmanager
async def caller(addresses: Addresses) -> AsyncIterator[Caller]:
    """Connect the client that calls."""
    with closing(_connect(addresses[0])) as link:
        yield Caller(link)
