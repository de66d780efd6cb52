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
SMALL_QUEUE = 100_000
LARGE_QUEUE = 1000
ADD = struct.Struct("<dd")
SUM = struct.Struct("<d")

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
    socket.set_hwm(LARGE_QUEUE if work.kind is Kind.ARRAYS else SMALL_QUEUE)
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


@asynccontextmanager
async def publisher(work: Work, addresses: Addresses) -> AsyncIterator[ObjectPublisher]:
    """Connect the publisher."""
    with zmq.Context() as context, _socket(context, zmq.PUB, work) as socket:
        socket.connect(addresses[0])
        yield ArrayPublisher(socket) if work.kind is Kind.ARRAYS else ObjectPublisher(socket)


class ArrayPublisher(ObjectPublisher):
    """A publisher that waits where it would drop, for arrays that nobody changes."""

    async def send(self, payload: Payload, count: int) -> None:
        """Send blocking, without a copy."""
        send = self._socket.send
        for _ in range(count):
            send(payload, copy=False)


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


@asynccontextmanager
async def subscriber(work: Work, addresses: Addresses) -> AsyncIterator[ObjectSubscriber]:
    """Connect a subscriber."""
    with zmq.Context() as context, _socket(context, zmq.SUB, work) as socket:
        socket.connect(addresses[1])
        socket.subscribe(b"")
        yield ArraySubscriber(socket) if work.kind is Kind.ARRAYS else ObjectSubscriber(socket)


@asynccontextmanager
async def callee(addresses: Addresses) -> AsyncIterator[None]:
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
    """One request after another."""

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket

    async def add(self, a: float, b: float) -> float:
        """Call blocking."""
        self._socket.send(ADD.pack(a, b))
        result: float = SUM.unpack(self._socket.recv())[0]
        return result


@asynccontextmanager
async def caller(addresses: Addresses) -> AsyncIterator[Caller]:
    """Connect the client that calls."""
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.linger = 0
        socket.connect(addresses[0])
        yield Caller(socket)
