"""Programs that behave badly, or well, until they are killed without a word."""

from __future__ import annotations

import asyncio
import random
import resource
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import stream_core as sc
from stream_core.transport import Address
from stream_core.wire.header import HEADER, Kind
from tests.junk import FRAMES, mutated

__all__ = ["VICTIMS", "burst", "live"]

PAYLOAD = bytes(100_000)
BURST_HELD_S = 8.0
READ_BY_ALL = "soak/objects"


async def recorder(client: sc.Client) -> None:
    """Reads all, and takes it."""
    async for _ in await client.subscribe(READ_BY_ALL, history=0):
        pass


async def sleeper(client: sc.Client) -> None:
    """Reads all, and takes nothing."""
    await client.subscribe(READ_BY_ALL, buffer_size=None)
    await asyncio.Event().wait()


async def flooder(client: sc.Client) -> None:
    """Writes as fast as it can into a channel that it reads itself, slowly."""
    writer = await client.create_channel(f"soak/flood/{random.getrandbits(40)}", history=100)
    await client.subscribe(writer.info.name)
    while True:
        await writer.send(PAYLOAD)
        await asyncio.sleep(0.001)


async def caller(client: sc.Client) -> None:
    """Calls and never waits for the answers, and watches all that there is."""
    watching = [asyncio.create_task(_watch(client)) for _ in range(3)]
    while True:
        calls = [client.remote("server") for _ in range(2)]
        remotes = await asyncio.gather(*calls)
        for _ in range(50):
            remotes[0].echo(PAYLOAD)
        await asyncio.sleep(0.1)
        assert not any(task.done() for task in watching)


async def _watch(client: sc.Client) -> None:
    async for _ in client.watch("soak/**"):
        pass


LIBRARY: dict[str, Callable[[sc.Client], Awaitable[None]]] = {
    each.__name__: each for each in (recorder, sleeper, flooder, caller)
}


async def babbler(address: Address) -> None:
    """Sends junk on one connection after the other."""
    valid = list(FRAMES.values())
    chance = random.Random()
    while True:
        _, writer = await asyncio.open_connection(address.host, address.port)
        for _ in range(20):
            writer.write(mutated(valid, chance))
        await asyncio.sleep(0.01)
        writer.close()


async def mute(address: Address) -> None:
    """Begins handshakes, and frames of four gibibytes, and says no more."""
    links = []
    for _ in range(50):
        _, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(HEADER.pack(2**32 - 1, Kind.DATA, *[0] * 8)[: random.randint(0, 40)])
        links.append(writer)
    await asyncio.Event().wait()


BARE: dict[str, Callable[[Address], Awaitable[None]]] = {
    each.__name__: each for each in (babbler, mute)
}
VICTIMS = (*LIBRARY, *BARE)


def live(kind: str, address: str) -> None:
    """Be one of these; in a process that will be killed."""
    asyncio.run(_live(kind, address))


async def _live(kind: str, address: str) -> None:
    if kind in BARE:
        await BARE[kind](Address.parse(address))
        return
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(sc.Client(None, address))
        await LIBRARY[kind](client)


def burst(address: str, connections: int) -> None:
    """Connect so many times at once, hold that for a while, and end."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(connections + 100, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    where = Address.parse(address)
    links = []
    for _ in range(min(connections, most - 100)):
        link = socket.socket()
        link.setblocking(False)
        link.connect_ex((where.host, where.port))
        links.append(link)
    time.sleep(BURST_HELD_S)
