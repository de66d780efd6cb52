"""NATS: `nats-server` and nats-py.

As its documentation and issues advise: a callback, since the async iterator has a third of its
rate; limits raised where the client or the server would drop, or cut a slow reader off; a flush now
and then, since nothing else holds a publisher back. The subject is not checked for each message.
"""

from __future__ import annotations

import asyncio
import struct
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import nats
import numpy as np
import uvloop

from benchmarks.peers.in_flight import sum_in_flight
from benchmarks.peers.peer import Addresses
from benchmarks.peers.programs import serving
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
ITEMS = "bench.items"
METHOD = "bench.add"
CONFIGURATION = "max_payload: 8MB\nmax_pending: 1GB\nwrite_deadline: 60s\n"
FLUSH_BYTES = 4 * 1024 * 1024
CALL_S = 10
SAMPLE = struct.Struct("<d")
ADD = struct.Struct("<dd")
SUM = struct.Struct("<d")

run = uvloop.run


@contextmanager
def broker(work: Work) -> Iterator[Addresses]:
    """Run the server."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "nats.conf"
        file.write_text(CONFIGURATION, encoding="utf-8")

        def arguments(port: int) -> list[str]:
            log = str(Path(folder) / "log")
            return ["-c", str(file), "-a", "127.0.0.1", "-p", str(port), "-l", log]

        with serving("nats-server", arguments) as port:
            yield (f"nats://127.0.0.1:{port}",)


@asynccontextmanager
async def _client(addresses: Addresses) -> AsyncIterator[Any]:
    client = await nats.connect(addresses[0], skip_subject_validation=True)
    try:
        yield client
    finally:
        await client.close()


class ObjectPublisher:
    """A publisher, for bytes."""

    def __init__(self, client: Any, size_bytes: int) -> None:
        self._client = client
        self._full = max(1, FLUSH_BYTES // size_bytes)
        self._sent = 0

    async def send(self, payload: Payload, count: int) -> None:
        """Publish, and flush now and then."""
        publish = self._client.publish
        for _ in range(count):
            await publish(ITEMS, payload)
        self._sent += count
        if self._sent >= self._full:
            await self.flush()

    async def flush(self) -> None:
        """Wait until the server has it."""
        self._sent = 0
        await self._client.flush()


class SamplePublisher(ObjectPublisher):
    """A publisher, for floats, each a message."""

    async def send(self, payload: Payload, count: int) -> None:
        """Pack and publish, and flush now and then."""
        publish, pack = self._client.publish, SAMPLE.pack
        for _ in range(count):
            await publish(ITEMS, pack(payload))
        await super().send(payload, 0)


class ArrayPublisher(ObjectPublisher):
    """A publisher, for arrays, which it takes as views of bytes."""

    async def send(self, payload: Payload, count: int) -> None:
        """Publish, and flush now and then."""
        publish = self._client.publish
        for _ in range(count):
            await publish(ITEMS, payload.data.cast("B"))
            self._sent += 1
            if self._sent >= self._full:
                await self.flush()


@asynccontextmanager
async def publisher(work: Work, addresses: Addresses) -> AsyncIterator[ObjectPublisher]:
    """Connect the publisher."""
    kinds = {
        Kind.ARRAYS: ArrayPublisher,
        Kind.BLOCKS: ArrayPublisher,
        Kind.SAMPLES: SamplePublisher,
    }
    async with _client(addresses) as client:
        yield kinds.get(work.kind, ObjectPublisher)(client, work.size_bytes)


class ObjectSubscriber:
    """What the callback has put aside, for bytes."""

    def __init__(self) -> None:
        self._arrived: deque[bytes] = deque()
        self._wanted = 0
        self._enough: asyncio.Future[None] | None = None

    async def on_message(self, message: Any) -> None:
        """Put it aside."""
        self._arrived.append(message.data)
        if self._enough is not None and len(self._arrived) >= self._wanted:
            self._enough.set_result(None)
            self._enough = None

    async def receive(self, count: int) -> Payload:
        """Wait until there are so many, and take them."""
        await self._until(count)
        take = self._arrived.popleft
        for _ in range(count):
            value = take()
        return value

    async def _until(self, count: int) -> None:
        if len(self._arrived) < count:
            self._wanted = count
            self._enough = asyncio.get_running_loop().create_future()
            await self._enough


class ArraySubscriber(ObjectSubscriber):
    """What the callback has put aside, for arrays."""

    async def receive(self, count: int) -> Payload:
        """Wait until there are so many, and take them."""
        await self._until(count)
        take = self._arrived.popleft
        for _ in range(count):
            value = np.frombuffer(take(), np.float64)
        return value


class SampleSubscriber(ObjectSubscriber):
    """What the callback has put aside, for floats."""

    async def receive(self, count: int) -> Payload:
        """Wait until there are so many, take and unpack them."""
        await self._until(count)
        take, unpack = self._arrived.popleft, SAMPLE.unpack
        for _ in range(count):
            (value,) = unpack(take())
        return value


@asynccontextmanager
async def subscriber(work: Work, addresses: Addresses) -> AsyncIterator[ObjectSubscriber]:
    """Connect a subscriber."""
    kinds = {
        Kind.ARRAYS: ArraySubscriber,
        Kind.BLOCKS: ArraySubscriber,
        Kind.SAMPLES: SampleSubscriber,
    }
    subscriber = kinds.get(work.kind, ObjectSubscriber)()
    async with _client(addresses) as client:
        await client.subscribe(
            ITEMS, cb=subscriber.on_message, pending_msgs_limit=0, pending_bytes_limit=0
        )
        await client.flush()
        yield subscriber


@asynccontextmanager
async def callee(work: Work, addresses: Addresses) -> AsyncIterator[None]:
    """Answer in a callback."""

    async def answer(message: Any) -> None:
        a, b = ADD.unpack(message.data)
        await message.respond(SUM.pack(a + b))

    async with _client(addresses) as client:
        await client.subscribe(METHOD, cb=answer)
        await client.flush()
        yield


class Caller:
    """Requests."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def add(self, a: float, b: float) -> float:
        """Request."""
        reply = await self._client.request(METHOD, ADD.pack(a, b), CALL_S)
        result: float = SUM.unpack(reply.data)[0]
        return result

    async def add_many(self, a: float, b: float, count: int, in_flight: int) -> float:
        """Request from as many tasks as may be under way."""
        return await sum_in_flight(self.add, a, b, count, in_flight)


@asynccontextmanager
async def caller(work: Work, addresses: Addresses) -> AsyncIterator[Caller]:
    """Connect the client that calls."""
    async with _client(addresses) as client:
        yield Caller(client)
