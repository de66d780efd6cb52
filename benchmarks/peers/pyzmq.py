"""ZeroMQ: an XSUB/XPUB proxy that drops nothing, and a ROUTER/DEALER proxy for calls.

At its defaults it drops silently what a slow reader does not take: `XPUB_NODROP` at the publisher
and at the proxy makes a full queue wait instead.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Thread

import numpy as np
import zmq

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
MOST_ITEMS = 100_000
MOST_BYTES = 64 * 1024 * 1024
SAMPLE = struct.Struct("<d")
ADD = struct.Struct("<dd")
SUM = struct.Struct("<d")
NUMBER = struct.Struct("<I")

run = asyncio.run


@contextmanager
def broker(work: Work) -> Iterator[Addresses]:
    """Run libzmq's own proxy in a thread."""
    context = zmq.Context()
    calls = work.kind is Kind.CALLS
    front = _socket(context, zmq.ROUTER if calls else zmq.XSUB, work)
    back = _socket(context, zmq.DEALER if calls else zmq.XPUB, work)
    addresses = tuple(_bind(socket) for socket in (front, back))
    Thread(target=_forward, args=(front, back)).start()
    yield addresses
    context.term()


def _bind(socket: zmq.Socket[bytes]) -> str:
    socket.bind("tcp://127.0.0.1:*")
    return socket.get_string(zmq.LAST_ENDPOINT)


def _forward(front: zmq.Socket[bytes], back: zmq.Socket[bytes]) -> None:
    with front, back:
        try:
            zmq.proxy(front, back)
        except zmq.ContextTerminated:
            return


def _socket(context: zmq.Context[zmq.Socket[bytes]], kind: int, work: Work) -> zmq.Socket[bytes]:
    socket = context.socket(kind)
    socket.linger = 0
    socket.set_hwm(min(MOST_ITEMS, MOST_BYTES // max(work.size_bytes, 1)))
    if kind in (zmq.XPUB, zmq.PUB):
        socket.setsockopt(zmq.XPUB_NODROP, 1)
    return socket


class ObjectPublisher:
    """A publisher that waits where it would drop, for bytes."""

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket

    async def send(self, payload: Payload, count: int) -> None:
        """Send blocking, which is the fastest that pyzmq has."""
        send = self._socket.send
        for _ in range(count):
            send(payload)

    async def flush(self) -> None:
        """Leave it to libzmq's thread, which holds nothing back."""


class ArrayPublisher(ObjectPublisher):
    """A publisher that waits where it would drop, for arrays that nobody changes."""

    async def send(self, payload: Payload, count: int) -> None:
        """Send blocking, without a copy."""
        send = self._socket.send
        for _ in range(count):
            send(payload, copy=False)


class SamplePublisher(ObjectPublisher):
    """A publisher that waits where it would drop, for floats, each a message."""

    async def send(self, payload: Payload, count: int) -> None:
        """Pack and send blocking."""
        send, pack = self._socket.send, SAMPLE.pack
        for _ in range(count):
            send(pack(payload))


@asynccontextmanager
async def publisher(work: Work, addresses: Addresses) -> AsyncIterator[ObjectPublisher]:
    """Connect the publisher; blocks are small enough to be copied like objects."""
    kinds = {Kind.ARRAYS: ArrayPublisher, Kind.SAMPLES: SamplePublisher}
    with zmq.Context() as context, _socket(context, zmq.PUB, work) as socket:
        socket.connect(addresses[0])
        yield kinds.get(work.kind, ObjectPublisher)(socket)


class ObjectSubscriber:
    """A subscriber to everything, for bytes."""

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket

    async def receive(self, count: int) -> Payload:
        """Receive blocking."""
        receive = self._socket.recv
        for _ in range(count):
            value = receive()
        return value


class ArraySubscriber(ObjectSubscriber):
    """A subscriber to everything, for arrays."""

    async def receive(self, count: int) -> Payload:
        """Receive blocking, without a copy."""
        receive = self._socket.recv
        for _ in range(count):
            value = np.frombuffer(receive(copy=False).buffer, np.float64)
        return value


class SampleSubscriber(ObjectSubscriber):
    """A subscriber to everything, for floats."""

    async def receive(self, count: int) -> Payload:
        """Receive blocking and unpack."""
        receive, unpack = self._socket.recv, SAMPLE.unpack
        for _ in range(count):
            (value,) = unpack(receive())
        return value


class BlockSubscriber(ObjectSubscriber):
    """A subscriber to everything, for small arrays."""

    async def receive(self, count: int) -> Payload:
        """Receive blocking."""
        receive = self._socket.recv
        for _ in range(count):
            value = np.frombuffer(receive(), np.float64)
        return value


@asynccontextmanager
async def subscriber(work: Work, addresses: Addresses) -> AsyncIterator[ObjectSubscriber]:
    """Connect a subscriber."""
    kinds = {
        Kind.ARRAYS: ArraySubscriber,
        Kind.SAMPLES: SampleSubscriber,
        Kind.BLOCKS: BlockSubscriber,
    }
    with zmq.Context() as context, _socket(context, zmq.SUB, work) as socket:
        socket.connect(addresses[1])
        socket.subscribe(b"")
        yield kinds.get(work.kind, ObjectSubscriber)(socket)


@asynccontextmanager
async def callee(work: Work, addresses: Addresses) -> AsyncIterator[None]:
    """Answer in a thread."""
    context = zmq.Context()
    socket = context.socket(zmq.REP)
    socket.connect(addresses[1])
    Thread(target=_answer, args=(socket,)).start()
    yield
    context.term()


def _answer(socket: zmq.Socket[bytes]) -> None:
    with socket:
        try:
            while True:
                a, b = ADD.unpack(socket.recv())
                socket.send(SUM.pack(a + b))
        except zmq.ContextTerminated:
            return


class Caller:
    """A REQ socket for one request after another, a DEALER where several are under way."""

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket

    async def add(self, a: float, b: float) -> float:
        """Call blocking."""
        self._socket.send(ADD.pack(a, b))
        result: float = SUM.unpack(self._socket.recv())[0]
        return result

    async def add_many(self, a: float, b: float, count: int, in_flight: int) -> float:
        """Send numbered requests, a new one for each reply; REP sends the number back."""
        send, receive = self._socket.send_multipart, self._socket.recv_multipart
        results: dict[bytes, float] = {}
        for number in range(count + in_flight):
            if number >= in_flight:
                answered, _, answer = receive()
                results[answered] = SUM.unpack(answer)[0]
            if number < count:
                send([NUMBER.pack(number), b"", ADD.pack(a, b)])
        return sum(results.values())


@asynccontextmanager
async def caller(work: Work, addresses: Addresses) -> AsyncIterator[Caller]:
    """Connect the client that calls."""
    kind = zmq.REQ if work.in_flight == 1 else zmq.DEALER
    with zmq.Context() as context, context.socket(kind) as socket:
        socket.linger = 0
        socket.connect(addresses[0])
        yield Caller(socket)
