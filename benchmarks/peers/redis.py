"""Redis: `redis-server` and redis-py with hiredis; pub/sub for items, lists for calls.

Items are single PUBLISH commands, in pipelines of at most 100 commands or 1 MiB, since with a round
trip for each nothing else would matter; where delays are measured each goes alone. The server cuts
a subscriber off that lags by 32 MB; here it may lag by 1 GB, since nothing holds a publisher back.
A call is a push to the other's list and a blocking pop from one's own, in one round trip; of those
in flight each is a push of its own, in one pipeline, and what has come is popped at once. The
protocol is RESP2, in which a message costs redis-py a third less than in RESP3, its default. Large
arrays are packed by redis-py itself, which sends them from where they are; hiredis would copy them
several times.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from threading import Thread
from typing import Any

import hiredis  # noqa: F401 - it speeds redis-py up; without it this peer would not be at its best
import numpy as np
import redis
from redis.connection import PythonRespSerializer

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
ITEMS = "bench:items"
REQUESTS = "bench:requests"
REPLIES = "bench:replies"
MOST_COMMANDS = 100
MOST_BYTES = 1024 * 1024
MOST_CALLS = 64
PACKED_BYTES = 6000
"""What redis-py packs into one write, unless told otherwise."""

SAMPLE = struct.Struct("<d")
ADD = struct.Struct("<Idd")
SUM = struct.Struct("<Id")

run = asyncio.run


@contextmanager
def broker(work: Work) -> Iterator[Addresses]:
    """Run the server, which keeps nothing."""

    def arguments(port: int) -> list[str]:
        keep = ["--save", "", "--appendonly", "no"]
        lag = ["--client-output-buffer-limit", "pubsub 1gb 0 0"]
        return ["--bind", "127.0.0.1", "--port", str(port), *keep, *lag]

    with serving("redis-server", arguments) as port:
        yield (str(port),)


def _client(addresses: Addresses, **options: Any) -> redis.Redis:
    port = int(addresses[0])
    pool = redis.ConnectionPool(host="127.0.0.1", port=port, protocol=2, **options)
    return redis.Redis.from_pool(pool)


def _packing(work: Work) -> dict[str, Any]:
    """Return what makes a client pack large arrays without copies."""
    if work.kind is not Kind.ARRAYS:
        return {}
    encode = redis.Redis().get_encoder().encode
    return {"command_packer": PythonRespSerializer(PACKED_BYTES, encode)}


class ObjectPublisher:
    """A pipeline of publish commands, for bytes."""

    def __init__(self, client: redis.Redis, work: Work) -> None:
        self._pipeline: Any = client.pipeline(transaction=False)
        full = min(MOST_COMMANDS, MOST_BYTES // work.size_bytes)
        self._full = 1 if work.rate_per_s else full

    async def send(self, payload: Payload, count: int) -> None:
        """Publish; send what is full."""
        pipeline, full = self._pipeline, self._full
        for _ in range(count):
            pipeline.publish(ITEMS, payload)
            if len(pipeline) == full:
                pipeline.execute()

    async def flush(self) -> None:
        """Send what waits."""
        self._pipeline.execute()


class SamplePublisher(ObjectPublisher):
    """A pipeline of publish commands, for floats, each a message."""

    async def send(self, payload: Payload, count: int) -> None:
        """Pack and publish; send what is full."""
        pipeline, full, pack = self._pipeline, self._full, SAMPLE.pack
        for _ in range(count):
            pipeline.publish(ITEMS, pack(payload))
            if len(pipeline) == full:
                pipeline.execute()


class ArrayPublisher(ObjectPublisher):
    """A pipeline of publish commands, for arrays, which it takes as views of bytes."""

    async def send(self, payload: Payload, count: int) -> None:
        """Publish; send what is full."""
        pipeline, full = self._pipeline, self._full
        for _ in range(count):
            pipeline.publish(ITEMS, payload.data.cast("B"))
            if len(pipeline) == full:
                pipeline.execute()


@asynccontextmanager
async def publisher(work: Work, addresses: Addresses) -> AsyncIterator[ObjectPublisher]:
    """Connect the publisher."""
    kinds = {
        Kind.ARRAYS: ArrayPublisher,
        Kind.BLOCKS: ArrayPublisher,
        Kind.SAMPLES: SamplePublisher,
    }
    with closing(_client(addresses, **_packing(work))) as client:
        yield kinds.get(work.kind, ObjectPublisher)(client, work)


class ObjectSubscriber:
    """A subscriber, for bytes."""

    def __init__(self, messages: Iterator[Any]) -> None:
        self._messages = messages

    async def receive(self, count: int) -> Payload:
        """Listen."""
        messages = self._messages
        for _ in range(count):
            value = next(messages)["data"]
        return value


class ArraySubscriber(ObjectSubscriber):
    """A subscriber, for arrays."""

    async def receive(self, count: int) -> Payload:
        """Listen."""
        messages = self._messages
        for _ in range(count):
            value = np.frombuffer(next(messages)["data"], np.float64)
        return value


class SampleSubscriber(ObjectSubscriber):
    """A subscriber, for floats."""

    async def receive(self, count: int) -> Payload:
        """Listen and unpack."""
        messages, unpack = self._messages, SAMPLE.unpack
        for _ in range(count):
            (value,) = unpack(next(messages)["data"])
        return value


@asynccontextmanager
async def subscriber(work: Work, addresses: Addresses) -> AsyncIterator[ObjectSubscriber]:
    """Connect a subscriber."""
    kinds = {
        Kind.ARRAYS: ArraySubscriber,
        Kind.BLOCKS: ArraySubscriber,
        Kind.SAMPLES: SampleSubscriber,
    }
    with closing(_client(addresses)) as client, closing(_subscription(client)) as subscription:
        subscription.subscribe(ITEMS)
        messages = subscription.listen()
        next(messages)  # says that we are subscribed
        yield kinds.get(work.kind, ObjectSubscriber)(messages)


def _subscription(client: redis.Redis) -> Any:
    return client.pubsub()  # type: ignore[no-untyped-call] # it has no types


@asynccontextmanager
async def callee(work: Work, addresses: Addresses) -> AsyncIterator[None]:
    """Answer in a thread."""
    client = _client(addresses)
    Thread(target=_answer, args=(client,), daemon=True).start()
    yield


def _answer(client: redis.Redis) -> None:
    answers: list[bytes] = []
    with suppress(redis.ConnectionError):
        while True:
            requests = _exchange(client, REPLIES, answers, REQUESTS)
            answers = [_added(request) for request in requests]


def _added(request: bytes) -> bytes:
    number, a, b = ADD.unpack(request)
    return SUM.pack(number, a + b)


def _exchange(client: redis.Redis, to: str, sent: list[bytes], back: str) -> list[bytes]:
    """Push to one list, each by itself, and pop what there is in another, in one round trip."""
    pipeline: Any = client.pipeline(transaction=False)
    for each in sent:
        pipeline.rpush(to, each)
    pipeline.blmpop(0, 1, back, direction="LEFT", count=MOST_CALLS)
    popped: list[bytes] = pipeline.execute()[-1][1]
    return popped


class Caller:
    """Numbered requests in one list, replies in another."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    async def add(self, a: float, b: float) -> float:
        """Push and pop."""
        (reply,) = _exchange(self._client, REQUESTS, [ADD.pack(0, a, b)], REPLIES)
        result: float = SUM.unpack(reply)[1]
        return result

    async def add_many(self, a: float, b: float, count: int, in_flight: int) -> float:
        """Push as many as have been answered."""
        results: dict[int, float] = {}
        sent = 0
        while len(results) < count:
            more = min(count, len(results) + in_flight)
            requests = [ADD.pack(number, a, b) for number in range(sent, more)]
            sent = more
            replies = _exchange(self._client, REQUESTS, requests, REPLIES)
            results.update(SUM.unpack(reply) for reply in replies)
        return sum(results.values())


@asynccontextmanager
async def caller(work: Work, addresses: Addresses) -> AsyncIterator[Caller]:
    """Connect the client that calls."""
    with closing(_client(addresses)) as client:
        yield Caller(client)
