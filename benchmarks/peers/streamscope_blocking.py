"""Streamscope through its blocking face, for objects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice

import stream_core as sc
from benchmarks.peers import streamscope
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

KINDS = (Kind.OBJECTS,)

run = asyncio.run
broker = streamscope.broker
callee = streamscope.callee
caller = streamscope.caller


class Publisher:
    """A writer."""

    def __init__(self, writer: sc.blocking.Writer) -> None:
        self._writer = writer

    async def send(self, payload: Payload, count: int) -> None:
        """Send blocking."""
        send = self._writer.send
        for _ in range(count):
            send(payload)

    async def flush(self) -> None:
        """Wait until the server has it."""
        self._writer.flush()


@asynccontextmanager
async def publisher(work: Work, addresses: Addresses) -> AsyncIterator[Publisher]:
    """Connect the writer."""
    with sc.blocking.Client("publisher", addresses[0]) as client:
        yield Publisher(client.create_channel(streamscope.CHANNEL))


class Subscriber:
    """A reader that loses nothing."""

    def __init__(self, reader: sc.blocking.Reader) -> None:
        self._items = iter(reader)

    async def receive(self, count: int) -> Payload:
        """Iterate."""
        for value in islice(self._items, count):
            last = value
        return last


@asynccontextmanager
async def subscriber(work: Work, addresses: Addresses) -> AsyncIterator[Subscriber]:
    """Connect a reader."""
    with sc.blocking.Client(None, addresses[0]) as client:
        yield Subscriber(client.subscribe(streamscope.CHANNEL, overflow="wait", wait=True))
