"""Redis: `redis-server` and redis-py with hiredis; pub/sub for items, lists for calls.

Items are single PUBLISH commands, in pipelines of at most 100 commands or 1 MiB, since with a round
trip for each nothing else would matter; where delays are measured each goes alone. The server cuts
a subscriber off that lags by 32 MB; here it may lag by 1 GB, since nothing holds a publisher back.
A call is a push to the other's list and a blocking pop from one's own, in one round trip; those in
flight are pushed and popped as many at once as there are. The protocol is RESP2, in which a message
costs redis-py a third less than in RESP3, its default.
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
SAMPLE = struct.Struct("<d")
ADD = struct.Struct("<dd")
SUM = struct.Struct("<d")

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


def _client(addresses: Addresses) -> redis.Redis:
    return redis.Redis("127.0.0.1", int(addresses[0]), protocol=2)


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
    """A pipeline of publish commands, for arrays, which it takes as their bytes only."""

    async def send(self, payload: Payload, count: int) -> None:
        """Publish; send what is full."""
        pipeline, full = self._pipeline, self._full
        for _ in range(count):
            pipeline.publish(ITEMS, payload.tobytes())
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
    with closing(_client(addresses)) as client:
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
            pipeline: Any = client.pipeline(transaction=False)
            if answers:
                pipeline.rpush(REPLIES, *answers)
            pipeline.blmpop(0, 1, REQUESTS, direction="LEFT", count=MOST_CALLS)
            _, requests = pipeline.execute()[-1]
            answers = [SUM.pack(sum(ADD.unpack(request))) for request in requests]


class Caller:
    """Requests in one list, replies in another."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    async def add(self, a: float, b: float) -> float:
        """Push and pop."""
        return self._exchange([ADD.pack(a, b)])[0]

    async def add_many(self, a: float, b: float, count: int, in_flight: int) -> float:
        """Push as many as have been answered."""
        total, sent, answered = 0.0, 0, 0
        while answered < count:
            more = min(in_flight - (sent - answered), count - sent)
            results = self._exchange([ADD.pack(a, b) for _ in range(more)])
            sent += more
            answered += len(results)
            total += sum(results)
        return total

    def _exchange(self, requests: list[bytes]) -> list[float]:
        pipeline: Any = self._client.pipeline(transaction=False)
        if requests:
            pipeline.rpush(REQUESTS, *requests)
        pipeline.blmpop(0, 1, REPLIES, direction="LEFT", count=MOST_CALLS)
        _, replies = pipeline.execute()[-1]
        return [SUM.unpack(reply)[0] for reply in replies]


@asynccontextmanager
async def caller(work: Work, addresses: Addresses) -> AsyncIterator[Caller]:
    """Connect the client that calls."""
    with closing(_client(addresses)) as client:
        yield Caller(client)
