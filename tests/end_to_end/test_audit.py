"""Fifty broken links and killed servers, and an account of every number at the end."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import numpy as np
import pytest

import stream_core as sc

BREAKS = 50
LIMITS = sc.Limits(resume_s=20.0)
LINKS = ("writer", "recorder", "analysis", "display")
READERS: tuple[tuple[str, dict[str, Any]], ...] = (  # link, parameters
    ("recorder", {"overflow": "wait", "buffer_size": 200}),
    ("recorder", {"overflow": "wait", "buffer_size": 50, "every": 3}),
    ("analysis", {"overflow": "ring", "buffer_size": 100}),
    ("analysis", {"overflow": "skip", "buffer_size": 30, "every": 7}),
    ("display", {"overflow": "clear", "buffer_size": 40}),
    ("display", {"buffer_size": 1000, "min_interval_s": 0.01}),
)
EVERYBODYS = 21  # a multiple of each `every`


class Restartable:
    """A server process that is killed and started again at the same port."""

    def __init__(self) -> None:
        self._process = sc.ServerProcess("127.0.0.1", 0, limits=LIMITS)

    async def start(self) -> str:
        await asyncio.to_thread(self._process.start)
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


class Feed:
    """One channel, into which its numbers themselves are written until it is told to stop."""

    def __init__(self, writer: sc.Writer, chance: random.Random) -> None:
        self.writer = writer
        self.stopped = False
        self._chance = chance

    @property
    def name(self) -> str:
        return self.writer.info.name

    async def run(self) -> None:
        while not self.stopped:
            await self.send(self._chance.choice((1, 10, 100)))
            if not self.writer.ready or self._chance.random() < 0.05:
                await asyncio.sleep(0.002)

    async def send(self, count: int = 1) -> bool:
        number = self.writer._outlet.next
        if self.writer.info.dtype is not None:
            return await self.writer.send_samples(np.arange(number, number + count))
        return await self.writer.send(number)

    async def last(self) -> int:
        """Send until everybody has been sent a number; returns it."""
        while True:
            number = self.writer._outlet.next
            if await self.send() and number % EVERYBODYS == 0:
                await self.writer.flush()
                return number


class Taker:
    """What one reader got and what it was told to have lost."""

    def __init__(self, reader: sc.Reader, every: int, chance: random.Random) -> None:
        self.reader = reader
        self.every = every
        self.numbers: list[int] = []
        self.losses: list[sc.Loss] = []
        self._chance = chance
        reader.on_lost(self.losses.append)

    @property
    def newest(self) -> int:
        """The highest number that it has heard of."""
        losses = [loss.last or 0 for loss in self.losses[-1:]]
        return max(self.numbers[-1:] + losses, default=-1)

    async def run(self) -> None:
        with contextlib.suppress(sc.ChannelClosed):
            while True:
                block = await self.reader.get_block()
                assert list(block.values) == list(block.sequences)
                self.numbers.extend(block.sequences)
                if self._chance.random() < 0.2:
                    await asyncio.sleep(0.01 * self._chance.random())

    def check(self, last: int) -> None:
        """Every selected number was delivered once or reported lost once, in order."""
        lost = Counter[int]()
        for loss in self.losses:
            assert loss.reason
            assert loss.last is not None
            numbers = [n for n in range(loss.first, loss.last + 1) if n % self.every == 0]
            assert loss.count == len(numbers)
            lost.update(numbers)
        assert self.numbers == sorted(set(self.numbers))
        assert lost + Counter(self.numbers) == Counter(range(0, last + 1, self.every))
        assert self.reader.lost == lost.total()

    async def check_account(self) -> None:
        account = await self.reader.statistics()
        assert account.in_flight == account.buffered == account.reduced == 0
        left_out = account.dropped + account.not_selected
        assert account.published == account.delivered + left_out


class Chaos:
    """Breaks links and servers, by a seed."""

    def __init__(self, server: Restartable, proxies: dict[str, Any], chance: random.Random) -> None:
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


@pytest.fixture
async def lab(make_proxy: Any) -> AsyncIterator[tuple[Restartable, dict[str, Any], dict[str, Any]]]:
    """A server process, and clients each behind a proxy of its own."""
    server = Restartable()
    address = await server.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(server.stop)
        proxies = {link: await stack.enter_async_context(make_proxy(address)) for link in LINKS}
        clients = {}
        for link, proxy in proxies.items():
            client = sc.Client(link, proxy.address)
            clients[link] = await stack.enter_async_context(client)
        yield server, proxies, clients


async def _settled(client: sc.Client, feeds: list[Feed]) -> None:
    """Wait until every reader is back."""
    wanted = {feed.name: len(READERS) for feed in feeds}
    found: dict[str, int] = {}
    while found != wanted:
        with contextlib.suppress(sc.ConnectionLost):
            found = {info.name: info.readers for info in await client.channels()}
        await asyncio.sleep(0.01)


async def _until_taken(takers: dict[Taker, Feed], lasts: dict[Feed, int]) -> None:
    while any(len(taker.reader) or taker.newest < lasts[feed] for taker, feed in takers.items()):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("seed", [43])
async def test_every_number_is_delivered_once_or_reported_lost(lab: Any, seed: int) -> None:
    server, proxies, clients = lab
    chance = random.Random(seed)
    writer = clients["writer"]
    feeds = [
        Feed(await writer.create_channel("objects"), random.Random(seed)),
        Feed(await writer.create_channel("samples", dtype="int64"), random.Random(seed)),
    ]
    takers: dict[Taker, Feed] = {}
    for feed in feeds:
        for link, parameters in READERS:
            reader = await clients[link].subscribe(feed.name, **parameters)
            taker = Taker(reader, parameters.get("every", 1), random.Random(len(takers)))
            takers[taker] = feed
    async with asyncio.TaskGroup() as group:
        writing = [group.create_task(feed.run()) for feed in feeds]
        for taker in takers:
            group.create_task(taker.run())
        chaos = Chaos(server, proxies, chance)
        for _ in range(BREAKS):
            await chaos.strike()
        for feed in feeds:
            feed.stopped = True
        await asyncio.wait(writing)
        await _settled(clients["display"], feeds)
        lasts = {feed: await feed.last() for feed in feeds}
        await _until_taken(takers, lasts)
        for taker, feed in takers.items():
            await taker.check_account()
            taker.check(lasts[feed])
        for taker in takers:
            await taker.reader.close()
