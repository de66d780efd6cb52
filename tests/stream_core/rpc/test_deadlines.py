from __future__ import annotations

import asyncio
import time

import pytest

from stream_core.rpc.deadlines import SPARE_ENTRIES, Deadlines


class Watched:
    def __init__(self) -> None:
        self.live: set[int] = set()
        self.expired: list[int] = []
        self.changed = asyncio.Event()
        self.deadlines = Deadlines[int](self.live, self.expire)

    def add(self, in_s: float, key: int) -> None:
        self.live.add(key)
        self.deadlines.add(time.monotonic() + in_s, key)

    def expire(self, key: int) -> None:
        self.live.discard(key)
        self.expired.append(key)
        self.changed.set()

    async def all_expired(self, count: int) -> list[int]:
        while len(self.expired) < count:
            self.changed.clear()
            await self.changed.wait()
        return self.expired


@pytest.fixture
async def watched():
    watched = Watched()
    yield watched
    watched.deadlines.close()


async def test_deadlines_pass_in_their_order(watched):
    for in_s, key in ((0.03, 3), (0.01, 1), (0.02, 2), (60, 4)):
        watched.add(in_s, key)
    assert await watched.all_expired(3) == [1, 2, 3]
    assert watched.live == {4}


async def test_what_has_ended_does_not_expire(watched):
    watched.add(0.01, 1)
    watched.add(0.02, 2)
    watched.live.discard(1)
    assert await watched.all_expired(1) == [2]


async def test_a_deadline_in_the_past_passes_at_once(watched):
    watched.add(-1, 1)
    assert await watched.all_expired(1) == [1]


async def test_ended_calls_do_not_pile_up(watched):
    for key in range(10_000):
        watched.add(20, key)
        watched.live.discard(key)
    assert len(watched.deadlines._heap) <= SPARE_ENTRIES + 1


async def test_a_new_deadline_may_be_set_while_one_expires(watched):
    def expire(key: int) -> None:
        Watched.expire(watched, key)
        if key < 3:
            watched.add(0.001, key + 1)

    watched.deadlines._expire = expire
    watched.add(0.001, 1)
    assert await watched.all_expired(3) == [1, 2, 3]
