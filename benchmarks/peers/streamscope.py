"""Streamscope through its public names, at its defaults but for `overflow="wait"`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import numpy as np

import stream_core as sc
from benchmarks.peers.in_flight import sum_in_flight
from benchmarks.peers.peer import Addresses
from benchmarks.work import Kind, Payload, Work

__all__ = [
    "CHANNEL",
    "KINDS",
    "broker",
    "callee",
    "caller",
    "dtype_of",
    "publisher",
    "run",
    "subscriber",
]

KINDS = tuple(Kind)
CHANNEL = "bench/items"


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a part in the best loop."""
    sc.run(main)


@contextmanager
def broker(work: Work) -> Iterator[Addresses]:
    """Start the server as a process of its own."""
    with sc.ServerProcess("127.0.0.1", 0) as server:
        yield (server.address,)


def dtype_of(work: Work) -> str | None:
    """Return what makes the channel one of samples, where they are samples."""
    return "float64" if work.kind in (Kind.SAMPLES, Kind.BLOCKS) else None


class Publisher:
    """A writer, for items one by one; objects and arrays are chosen their codec by themselves."""

    def __init__(self, writer: sc.Writer) -> None:
        self._writer = writer

    async def send(self, payload: Payload, count: int) -> None:
        """Send as the documentation says: at once where possible, else wait."""
        writer = self._writer
        for _ in range(count):
            if writer.ready:
                writer.send_nowait(payload)
            else:
                await writer.send(payload)

    async def flush(self) -> None:
        """Wait until the server has it."""
        await self._writer.flush()


class BlockPublisher(Publisher):
    """A writer, for samples in arrays."""

    async def send(self, payload: Payload, count: int) -> None:
        """Send arrays of samples."""
        send_samples = self._writer.send_samples
        for _ in range(count):
            await send_samples(payload)


@asynccontextmanager
async def publisher(work: Work, addresses: Addresses) -> AsyncIterator[Publisher]:
    """Connect the writer."""
    async with sc.Client("publisher", addresses[0]) as client:
        writer = await client.create_channel(CHANNEL, dtype=dtype_of(work))
        yield BlockPublisher(writer) if work.kind is Kind.BLOCKS else Publisher(writer)


class Subscriber:
    """A reader that loses nothing."""

    def __init__(self, reader: sc.Reader) -> None:
        self._items = aiter(reader)

    async def receive(self, count: int) -> Payload:
        """Iterate."""
        async for value in self._items:
            count -= 1
            if not count:
                return value
        raise EOFError("the channel ended")


class BlockSubscriber:
    """A reader of samples, which come in whatever blocks they travelled in."""

    def __init__(self, reader: sc.Reader, samples: int) -> None:
        self._reader = reader
        self._samples = samples
        self._rest = np.empty(0)

    async def receive(self, count: int) -> Payload:
        """Take blocks until there is enough; return the last of the size that was sent."""
        missing = count * self._samples
        pieces: list[Any] = []
        while missing:
            rest = self._rest
            if not len(rest):
                rest = (await self._reader.get_block()).values
            pieces.append(rest[:missing])
            self._rest = rest[missing:]
            missing -= len(pieces[-1])
        last = pieces[-1] if len(pieces[-1]) >= self._samples else np.concatenate(pieces)
        return last[-self._samples :]


@asynccontextmanager
async def subscriber(
    work: Work, addresses: Addresses
) -> AsyncIterator[Subscriber | BlockSubscriber]:
    """Connect a reader."""
    async with sc.Client(None, addresses[0]) as client:
        reader = await client.subscribe(CHANNEL, overflow="wait", wait=True)
        if work.kind is Kind.BLOCKS:
            yield BlockSubscriber(reader, work.samples)
        else:
            yield Subscriber(reader)


class Adder(sc.Client):
    """A client that offers one method."""

    async def rpc_add(self, a: float, b: float) -> float:
        """Return the sum."""
        return a + b


@asynccontextmanager
async def callee(work: Work, addresses: Addresses) -> AsyncIterator[None]:
    """Connect the client that adds."""
    async with Adder("adder", addresses[0]):
        yield


class Caller:
    """The other client's methods."""

    def __init__(self, remote: sc.Remote) -> None:
        self._remote = remote

    async def add(self, a: float, b: float) -> float:
        """Call."""
        result: float = await self._remote.add(a, b)
        return result

    async def add_many(self, a: float, b: float, count: int, in_flight: int) -> float:
        """Call from as many tasks as may be under way."""
        return await sum_in_flight(self._remote.add, a, b, count, in_flight)


@asynccontextmanager
async def caller(work: Work, addresses: Addresses) -> AsyncIterator[Caller]:
    """Connect the client that calls."""
    async with sc.Client("caller", addresses[0]) as client:
        yield Caller(await client.remote("adder", wait_s=5))
