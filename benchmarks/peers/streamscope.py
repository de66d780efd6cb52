"""Streamscope through its public names, at its defaults but for `overflow="wait"`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import stream_core as sc
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
CHANNEL = "bench/items"


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a part in the best loop."""
    sc.run(main)


@contextmanager
def broker(work: Work) -> Iterator[Addresses]:
    """Start the server as a process of its own."""
    with sc.ServerProcess("127.0.0.1", 0) as server:
        yield (server.address,)


class Publisher:
    """A writer; an item of either kind is chosen its codec by itself."""

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


@asynccontextmanager
async def publisher(work: Work, addresses: Addresses) -> AsyncIterator[Publisher]:
    """Connect the writer."""
    async with sc.Client("publisher", addresses[0]) as client:
        yield Publisher(await client.create_channel(CHANNEL))


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


@asynccontextmanager
async def subscriber(work: Work, addresses: Addresses) -> AsyncIterator[Subscriber]:
    """Connect a reader."""
    async with sc.Client(None, addresses[0]) as client:
        yield Subscriber(await client.subscribe(CHANNEL, overflow="wait", wait=True))


class Adder(sc.Client):
    """A client that offers one method."""

    async def rpc_add(self, a: float, b: float) -> float:
        """Return the sum."""
        return a + b


@asynccontextmanager
async def callee(addresses: Addresses) -> AsyncIterator[None]:
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


@asynccontextmanager
async def caller(addresses: Addresses) -> AsyncIterator[Caller]:
    """Connect the client that calls."""
    async with sc.Client("caller", addresses[0]) as client:
        yield Caller(await client.remote("adder", wait_s=5))
