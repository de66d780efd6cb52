"""Zenoh over TCP: a Python session as router, clients that block where they would drop.

At its defaults it moves items over 3 KiB through shared memory between processes of one machine;
that is a peer of its own (`zenoh_shm`), since here one machine stands for several.
"""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import numpy as np
import zenoh

from benchmarks.peers.peer import Addresses
from benchmarks.peers.programs import free_port
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
ITEMS = "bench/items"
METHOD = "bench/add"
ROUTE_S = 5.0
SEND_BATCHES = 16  # of 64 KiB; with the default of 2 arrays are half as fast
MOST_ITEMS = 1000
MOST_BYTES = 64 * 1024 * 1024
SAMPLE = struct.Struct("<d")
ADD = struct.Struct("<dd")
SUM = struct.Struct("<d")

run = asyncio.run


@contextmanager
def broker(work: Work, *, shared_memory: bool = False) -> Iterator[Addresses]:
    """Open a session that routes; all its work is in Rust."""
    address = f"tcp/127.0.0.1:{free_port()}"
    config = _config("router", "listen", address, shared_memory=shared_memory)
    with zenoh.open(config):
        yield (address,)


def _config(mode: str, verb: str, address: str, *, shared_memory: bool) -> zenoh.Config:
    config = zenoh.Config()
    config.insert_json5("mode", json.dumps(mode))
    config.insert_json5(f"{verb}/endpoints", json.dumps([address]))
    config.insert_json5("scouting/multicast/enabled", "false")
    config.insert_json5("transport/link/tx/queue/size/data", json.dumps(SEND_BATCHES))
    config.insert_json5("transport/shared_memory/enabled", json.dumps(shared_memory))
    return config


def _client(addresses: Addresses, *, shared_memory: bool = False) -> zenoh.Session:
    return zenoh.open(_config("client", "connect", addresses[0], shared_memory=shared_memory))


class ObjectPublisher:
    """A declared publisher, for bytes."""

    def __init__(self, publisher: zenoh.Publisher) -> None:
        self._publisher = publisher

    async def send(self, payload: Payload, count: int) -> None:
        """Put blocking; Zenoh makes batches by itself."""
        put = self._publisher.put
        for _ in range(count):
            put(payload)

    async def flush(self) -> None:
        """Leave it to Zenoh's threads, which hold nothing back."""


class ArrayPublisher(ObjectPublisher):
    """A declared publisher, for arrays, which it takes as their bytes only."""

    async def send(self, payload: Payload, count: int) -> None:
        """Put blocking."""
        put = self._publisher.put
        for _ in range(count):
            put(payload.tobytes())


class SamplePublisher(ObjectPublisher):
    """A declared publisher, for floats, each a message."""

    async def send(self, payload: Payload, count: int) -> None:
        """Pack and put blocking."""
        put, pack = self._publisher.put, SAMPLE.pack
        for _ in range(count):
            put(pack(payload))


@asynccontextmanager
async def publisher(
    work: Work, addresses: Addresses, *, shared_memory: bool = False
) -> AsyncIterator[ObjectPublisher]:
    """Connect the publisher."""
    kinds = {
        Kind.ARRAYS: ArrayPublisher,
        Kind.BLOCKS: ArrayPublisher,
        Kind.SAMPLES: SamplePublisher,
    }
    with _client(addresses, shared_memory=shared_memory) as session:
        declared = session.declare_publisher(
            ITEMS,
            congestion_control=zenoh.CongestionControl.BLOCK,
            reliability=zenoh.Reliability.RELIABLE,
            express=False,
        )
        yield kinds.get(work.kind, ObjectPublisher)(declared)


class ObjectSubscriber:
    """A subscriber with Zenoh's own queue, for bytes."""

    def __init__(self, subscriber: Any) -> None:
        self._receive = subscriber.recv

    async def receive(self, count: int) -> Payload:
        """Receive blocking."""
        receive = self._receive
        for _ in range(count):
            value = receive().payload.to_bytes()
        return value


class ArraySubscriber(ObjectSubscriber):
    """A subscriber with Zenoh's own queue, for arrays."""

    async def receive(self, count: int) -> Payload:
        """Receive blocking."""
        receive = self._receive
        for _ in range(count):
            value = np.frombuffer(receive().payload.to_bytes(), np.float64)
        return value


class SampleSubscriber(ObjectSubscriber):
    """A subscriber with Zenoh's own queue, for floats."""

    async def receive(self, count: int) -> Payload:
        """Receive blocking and unpack."""
        receive, unpack = self._receive, SAMPLE.unpack
        for _ in range(count):
            (value,) = unpack(receive().payload.to_bytes())
        return value


@asynccontextmanager
async def subscriber(
    work: Work, addresses: Addresses, *, shared_memory: bool = False
) -> AsyncIterator[ObjectSubscriber]:
    """Connect a subscriber."""
    kinds = {
        Kind.ARRAYS: ArraySubscriber,
        Kind.BLOCKS: ArraySubscriber,
        Kind.SAMPLES: SampleSubscriber,
    }
    queue: Any = zenoh.handlers.FifoChannel(min(MOST_ITEMS, MOST_BYTES // work.size_bytes))
    with _client(addresses, shared_memory=shared_memory) as session:
        yield kinds.get(work.kind, ObjectSubscriber)(session.declare_subscriber(ITEMS, queue))


@asynccontextmanager
async def callee(work: Work, addresses: Addresses) -> AsyncIterator[None]:
    """Answer in Zenoh's callback."""
    with _client(addresses) as session:
        session.declare_queryable(METHOD, _answer, complete=True)
        yield


def _answer(query: zenoh.Query) -> None:
    if query.payload is None:
        return
    a, b = ADD.unpack(query.payload.to_bytes())
    query.reply(METHOD, SUM.pack(a + b))


class Caller:
    """Queries of one querier."""

    def __init__(self, querier: zenoh.Querier) -> None:
        self._querier = querier

    async def add(self, a: float, b: float) -> float:
        """Query blocking."""
        return _result(self._querier.get(payload=ADD.pack(a, b)))

    async def add_many(self, a: float, b: float, count: int, in_flight: int) -> float:
        """Query anew for each reply, of which the oldest is waited for."""
        replies: deque[Any] = deque()
        total = 0.0
        for number in range(count + in_flight):
            if number >= in_flight:
                total += _result(replies.popleft())
            if number < count:
                replies.append(self._querier.get(payload=ADD.pack(a, b)))
        return total


def _result(replies: Any) -> float:
    reply = replies.recv()
    if reply.ok is None:
        raise LookupError(f"nobody answers {METHOD}")
    result: float = SUM.unpack(reply.ok.payload.to_bytes())[0]
    return result


@asynccontextmanager
async def caller(work: Work, addresses: Addresses) -> AsyncIterator[Caller]:
    """Connect the client that calls."""
    with _client(addresses) as session:
        querier = session.declare_querier(METHOD)
        _await_route(querier)
        yield Caller(querier)


def _await_route(querier: zenoh.Querier) -> None:
    """Wait until the router has told of the client that answers."""
    deadline_s = time.monotonic() + ROUTE_S
    while time.monotonic() < deadline_s:
        if querier.matching_status.matching:  # type: ignore[attr-defined] # the stub says bool
            return
        time.sleep(0.01)
