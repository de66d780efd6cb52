"""What goes on all the time: channels written at a rate, readers that count every number."""

from __future__ import annotations

import asyncio
import math
import random
from contextlib import AsyncExitStack
from typing import Any

import numpy as np

import stream_core as sc
from tests.end_to_end.audit import Feed, Taker
from tests.end_to_end.proxy import Proxy

__all__ = ["Work"]

TURN_S = 0.01
SETTLE_S = 60.0
SAMPLES_AT_ONCE = 200
ARRAY_ITEMS = 32 * 1024  # of 8 bytes
CHANNELS: dict[str, dict[str, Any]] = {
    "soak/objects": {},
    "soak/samples": {"dtype": "int64"},
    "soak/remembered": {"history": 1000},
    "soak/arrays": {"codec": "array"},
}
READERS: tuple[tuple[str, bool, dict[str, Any]], ...] = (  # channel, by a link that breaks, wishes
    ("soak/objects", False, {"overflow": "wait"}),
    ("soak/objects", True, {"overflow": "ring", "every": 3}),
    ("soak/samples", False, {"overflow": "wait", "buffer_size": 100_000}),
    ("soak/samples", True, {"overflow": "ring", "buffer_size": 100_000}),
    ("soak/samples", False, {"overflow": "ring", "buffer_size": 1000, "min_interval_s": 0.2}),
    ("soak/remembered", True, {"overflow": "wait"}),
    ("soak/arrays", False, {"overflow": "wait", "buffer_size": 20}),
    ("soak/arrays", True, {"overflow": "ring", "buffer_size": 20}),
)


class PacedFeed(Feed):
    """Writes at a rate, or as fast as it may.

    Attributes:
        rate_hz: items a second; inf: no pause.
    """

    def __init__(self, writer: sc.Writer, chance: random.Random) -> None:
        super().__init__(writer, chance)
        self.rate_hz = math.inf

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        at_once = 1 if self.writer.info.dtype is None else SAMPLES_AT_ONCE
        began_s, sent, rate_hz = loop.time(), 0, self.rate_hz
        while not self.stopped:
            if rate_hz != self.rate_hz:
                began_s, sent, rate_hz = loop.time(), 0, self.rate_hz
            due = (loop.time() - began_s) * rate_hz if rate_hz < math.inf else sent + 1000
            if due - sent > rate_hz:  # it was held up: what it is behind is not made up for
                began_s, sent, due = loop.time(), 0, 0
            while sent < due and not self.stopped:
                await self.send(at_once)
                sent += at_once
            await asyncio.sleep(TURN_S if rate_hz < math.inf else 0)


class ArrayFeed(PacedFeed):
    """The same of large arrays, each full of its own number."""

    async def send(self, count: int = 1) -> bool:
        return await self.writer.send(np.full(ARRAY_ITEMS, self.writer._outlet.next))


class ArrayTaker(Taker):
    """Looks into both ends of each array."""

    def note_items(self, block: sc.Block) -> None:
        for array, number in zip(block.values, block.sequences, strict=True):
            assert array[0] == array[-1] == number
        self._pass(block.sequences)
        self.newest = max(self.newest, block.sequences[-1])


class Work:
    """The clients of a soak.

    Args:
        address: of the server.
        chance: of its own choices.

    Attributes:
        feeds: by their channels.
    """

    def __init__(self, address: str, chance: random.Random) -> None:
        self._address = address
        self._chance = chance
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self._writing: list[asyncio.Task[None]] = []
        self.feeds: dict[str, PacedFeed] = {}
        self._takers: list[tuple[str, str, Taker]] = []  # with its channel and what it is called
        self._proxy = Proxy(address)
        self.cuts = 0

    def _random(self) -> random.Random:
        return random.Random(self._chance.getrandbits(32))

    async def __aenter__(self) -> Work:
        await self._proxy.start()
        self._stack.push_async_callback(self._proxy.stop)
        owner, steady, broken = [
            await self._stack.enter_async_context(sc.Client(name, address))
            for name, address in (
                ("soak writer", self._address),
                ("soak reader", self._address),
                ("soak commuter", self._proxy.address),
            )
        ]
        for name, wishes in CHANNELS.items():
            writer = await owner.create_channel(name, **wishes)
            feed = ArrayFeed if name == "soak/arrays" else PacedFeed
            self.feeds[name] = feed(writer, self._random())
        for name, breaks, wishes in READERS:
            reader = await (broken if breaks else steady).subscribe(name, **wishes)
            take = ArrayTaker if name == "soak/arrays" else Taker
            taker = take(reader, wishes, self._random())
            label = f"{name}, {wishes['overflow']}, {'links cut' if breaks else 'undisturbed'}"
            self._takers.append((name, label, taker))
            self._tasks.append(asyncio.create_task(taker.run()))
        self._writing = [asyncio.create_task(feed.run()) for feed in self.feeds.values()]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in (*self._writing, *self._tasks):
            task.cancel()
        await asyncio.gather(*self._writing, *self._tasks, return_exceptions=True)
        await self._stack.aclose()

    def delivered(self) -> dict[str, int]:
        """How far the reader of each channel that loses nothing has come."""
        return {name: taker.newest for name, label, taker in self._takers if "wait" in label}

    def sent(self) -> dict[str, int]:
        """How many items each channel has had."""
        return {name: feed.writer._outlet.next for name, feed in self.feeds.items()}

    def check(self) -> None:
        """Nobody of us has failed."""
        for task in (*self._writing, *self._tasks):
            if task.done():
                task.result()

    def cut(self) -> None:
        """Break the links that are there to be broken."""
        self._proxy.cut()
        self.cuts += 1

    async def finish(self) -> dict[str, int]:
        """End the writing, and hold each reader to each number; what was lost, by reader."""
        for feed in self.feeds.values():
            feed.stopped = True
        await asyncio.gather(*self._writing)
        lasts = {name: [await feed.last()] for name, feed in self.feeds.items()}
        async with asyncio.timeout(SETTLE_S):
            while not all(taker.has_all(lasts[name]) for name, _, taker in self._takers):
                self.check()
                await asyncio.sleep(TURN_S)
        lost = {}
        for name, label, taker in self._takers:
            await taker.check_account()
            taker.check(lasts[name])
            lost[label] = taker.reader.lost
        return lost
