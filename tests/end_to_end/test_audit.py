"""Connections and servers are killed at random moments; at the end every number is accounted for.

Fifty are killed in an ordinary run; `--kills` and `--chaos` choose how many, and by which seeds.
"""

from __future__ import annotations

import asyncio
import functools
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

import stream_core as sc
from tests.end_to_end.audit import (
    BlockingTaker,
    Feed,
    SharedBlockingTaker,
    SharedFeed,
    SharedTaker,
    Taker,
    TransferFeed,
    TransferTaker,
)
from tests.end_to_end.proxy import Proxy

PATIENCE_S = 60.0
LIMITS = sc.Limits(resume_s=20.0)
LINKS = ("owner", "guest", "recorder", "analysis", "display", "thread")
ONE_WRITER: tuple[tuple[str, dict[str, Any]], ...] = (  # link and parameters of each reader
    ("recorder", {"overflow": "wait", "buffer_size": 200}),
    ("recorder", {"overflow": "wait", "buffer_size": 50, "every": 3}),
    ("analysis", {"overflow": "ring", "buffer_size": 100}),
    ("analysis", {"overflow": "skip", "buffer_size": 30, "every": 7}),
    ("display", {"overflow": "clear", "buffer_size": 40}),
    ("display", {"buffer_size": 1000, "min_interval_s": 0.01}),
    ("display", {"overflow": "wait", "buffer_size": 60, "every": 7, "min_interval_s": 0.01}),
    ("thread", {"overflow": "wait", "buffer_size": 80}),
)
SHARED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("recorder", {"overflow": "wait", "buffer_size": 50}),
    ("analysis", {"overflow": "ring", "buffer_size": 30}),
    ("thread", {"overflow": "wait", "buffer_size": 20}),
)
TRANSFERS: tuple[dict[str, Any], ...] = ({"overflow": "wait", "buffer_size": 40},)


class Restartable:
    """A server process that is killed and started again at the same port.

    Attributes:
        epochs: of all that there were.
    """

    def __init__(self) -> None:
        self._process = sc.ServerProcess("127.0.0.1", 0, limits=LIMITS)
        self.epochs: list[int] = []

    async def start(self) -> str:
        await asyncio.to_thread(self._process.start)
        async with sc.Client(None, self._process.address) as client:
            assert client.epoch is not None
            self.epochs.append(client.epoch)
        return self._process.address

    async def restart(self, *, kill: bool) -> None:
        port = int(self._process.address.rsplit(":", 1)[1])
        await self.stop(kill=kill)
        self._process = sc.ServerProcess("127.0.0.1", port, limits=LIMITS)
        await self.start()

    async def stop(self, *, kill: bool = True) -> None:
        if kill:
            self._process.kill()
        else:
            self._process.terminate()
        await asyncio.to_thread(self._process.join)


class Killer:
    """Breaks links and servers, by a seed."""

    def __init__(
        self, server: Restartable, proxies: dict[str, Proxy], chance: random.Random
    ) -> None:
        self._server = server
        self._proxies = proxies
        self._chance = chance

    async def strike(self) -> None:
        """Break something; afterwards it can be mended."""
        proxy = self._proxies[self._chance.choice(LINKS)]
        kind = self._chance.choices(
            ("cut", "half open", "stall", "refuse", "kill", "stop"), (20, 8, 6, 6, 2, 1)
        )[0]
        if kind == "cut":
            proxy.cut()
        elif kind == "half open":
            proxy.cut_clients()
            await self._pause(0.02)
            proxy.deaf = False
        elif kind == "stall":
            proxy.stall()
            await self._pause(0.1)
            proxy.flow()
        elif kind == "refuse":
            proxy.refusing = True
            proxy.cut()
            await self._pause(0.1)
            proxy.refusing = False
        else:
            await self._server.restart(kill=kind == "kill")
        await self._pause(0.1)

    async def _pause(self, longest_s: float) -> None:
        await asyncio.sleep(longest_s * self._chance.random())


class Lab:
    """A server process, and clients each behind a proxy of its own.

    Attributes:
        server, proxies, clients: the parts; the client of the thread has the blocking face.
    """

    def __init__(self, server: Restartable) -> None:
        self.server = server
        self.proxies: dict[str, Proxy] = {}
        self.clients: dict[str, Any] = {}

    async def open(self, stack: AsyncExitStack, make_link: Any) -> None:
        address = await self.server.start()
        stack.push_async_callback(self.server.stop)
        for link in LINKS:
            proxy = self.proxies[link] = await stack.enter_async_context(make_link(address))
            if link == "thread":
                await self._open_thread(stack, proxy.address)
            else:
                client = sc.Client(link, proxy.address)
                self.clients[link] = await stack.enter_async_context(client)

    async def _open_thread(self, stack: AsyncExitStack, address: str) -> None:
        client = self.clients["thread"] = sc.blocking.Client("thread", address)
        await asyncio.to_thread(client.connect)
        stack.push_async_callback(asyncio.to_thread, client.close)

    async def subscribe(self, name: str, link: str, parameters: dict[str, Any]) -> Any:
        if link == "thread":
            return await asyncio.to_thread(self.clients[link].subscribe, name, **parameters)
        return await self.clients[link].subscribe(name, **parameters)

    async def is_settled(self, wanted: dict[str, tuple[int, int]]) -> bool:
        """Whether every writer and reader is back."""
        try:
            channels = await self.clients["display"].channels()
        except sc.ConnectionLost:
            return False
        return {info.name: (len(info.writers), info.readers) for info in channels} == wanted


@pytest.fixture
async def lab(make_link: Any) -> AsyncIterator[Lab]:
    async with AsyncExitStack() as stack:
        lab = Lab(Restartable())
        await lab.open(stack, make_link)
        yield lab


class Audit:
    """What is written and taken in a lab, while it is struck."""

    def __init__(self, lab: Lab, seed: int) -> None:
        self._lab = lab
        self._seeds = random.Random(seed)
        self._killer = Killer(lab.server, lab.proxies, self._chance())
        self._feeds: dict[str, list[Feed | SharedFeed | TransferFeed]] = {}
        self._takers: dict[Taker, str] = {}

    def _chance(self) -> random.Random:
        return random.Random(self._seeds.getrandbits(32))

    async def begin(self) -> None:
        owner, guest = self._lab.clients["owner"], self._lab.clients["guest"]
        for name, wishes in (("objects", {}), ("samples", {"dtype": "int64"})):
            writer = await owner.create_channel(name, **wishes)
            self._feeds[name] = [Feed(writer, self._chance())]
            for link, parameters in ONE_WRITER:
                kind = BlockingTaker if link == "thread" else Taker
                await self._subscribe(name, link, parameters, kind)
        writer = await owner.create_channel("transfers")
        self._feeds["transfers"] = [TransferFeed(writer, self._chance())]
        for parameters in TRANSFERS:
            await self._subscribe("transfers", "recorder", parameters, TransferTaker)
        self._feeds["shared"] = [
            SharedFeed(await owner.create_channel("shared", shared=True), owner, self._chance()),
            SharedFeed(await guest.open_writer("shared"), guest, self._chance()),
        ]
        for link, parameters in SHARED:
            both = SharedBlockingTaker if link == "thread" else SharedTaker
            make = functools.partial(both, epochs=self._lab.server.epochs)
            await self._subscribe("shared", link, parameters, make)

    async def _subscribe(self, name: str, link: str, parameters: Any, make: Any) -> None:
        reader = await self._lab.subscribe(name, link, parameters)
        self._takers[make(reader, parameters, self._chance())] = name

    async def run(self, kills: int) -> None:
        feeds = [feed for feeds in self._feeds.values() for feed in feeds]
        async with asyncio.TaskGroup() as group:
            writing = [group.create_task(feed.run()) for feed in feeds]
            for taker in self._takers:
                group.create_task(taker.run())
            for _ in range(kills):
                await self._killer.strike()
            for feed in feeds:
                feed.stopped = True
            await asyncio.wait(writing)
            await self._check()
            for taker in self._takers:
                await taker.close()

    async def _check(self) -> None:
        """Wait until everybody has got everything, and hold them to it."""
        readers = Counter(self._takers.values())
        wanted = {name: (len(feeds), readers[name]) for name, feeds in self._feeds.items()}
        await _until(lambda: self._lab.is_settled(wanted), lambda: wanted)
        lasts = {name: [await feed.last() for feed in self._feeds[name]] for name in self._feeds}

        async def all_taken() -> bool:
            return all(taker.has_all(lasts[name]) for taker, name in self._takers.items())

        await _until(all_taken, lambda: (lasts, list(self._takers)))
        for taker, name in self._takers.items():
            await taker.check_account()
            taker.check(lasts[name])


async def _until(holds: Callable[[], Awaitable[bool]], situation: Callable[[], object]) -> None:
    """Look again and again whether something holds; fails with the situation if it does not."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await holds():  # noqa: ASYNC110 - nothing else tells
                await asyncio.sleep(0.01)
    except TimeoutError:
        pytest.fail(f"this does not come to its end: {situation()}", pytrace=False)


async def test_every_number_is_delivered_once_or_reported_lost(
    lab: Lab, chaos_seed: int, kills: int
) -> None:
    audit = Audit(lab, chaos_seed)
    await audit.begin()
    await audit.run(kills)
