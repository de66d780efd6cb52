from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from stream_core.client.receipts import LEAST_BYTES, MOST_BYTES, Receipts
from stream_core.wire.header import HEADER, Kind


class Link:
    """A connection on which bytes come at once, so long after the last ones."""

    def __init__(self) -> None:
        self.bytes_in = 0
        self.last_in_s = 0.0
        self.told: list[int] = []
        self.heard = asyncio.Event()

    async def come(self, receipts: Receipts, size_bytes: int, after_s: float) -> None:
        self.bytes_in += size_bytes
        self.last_in_s += after_s
        receipts.received(self)  # type: ignore[arg-type]
        await asyncio.sleep(0)

    def send(self, head: bytes) -> None:
        _, kind, *_, address, _, count, _, sequence, _ = HEADER.unpack(head)
        assert (kind, address, count) == (Kind.CREDIT, 0, 0)
        self.told.append(sequence)
        self.heard.set()


@pytest.fixture
def link() -> Any:
    return Link()


@pytest.fixture
async def receipts(link: Any) -> Any:
    receipts = Receipts(link.send)
    receipts.begin(link)
    yield receipts
    receipts.end()


async def test_a_slow_link_is_told_of_each_quarter_of_the_least_window(
    link: Any, receipts: Receipts
) -> None:
    for _ in range(8):
        await link.come(receipts, LEAST_BYTES // 2, 0.1)
    assert link.told == [LEAST_BYTES * n for n in (1, 2, 3, 4)]


async def test_a_quick_link_is_told_of_each_two_milliseconds(link: Any, receipts: Receipts) -> None:
    for _ in range(100):
        await link.come(receipts, LEAST_BYTES, 0.0004)  # 160 KiB in two milliseconds
    told_first = [LEAST_BYTES * n for n in (1, 2, 3)]  # until its rate is known
    assert link.told[:3] == told_first
    assert _steps(link.told[2:]) == {5 * LEAST_BYTES}


async def test_even_the_quickest_is_told_of_half_a_mebibyte(link: Any, receipts: Receipts) -> None:
    for _ in range(200):
        await link.come(receipts, LEAST_BYTES, 1e-5)
    assert max(_steps(link.told)) == MOST_BYTES


def _steps(told: list[int]) -> set[int]:
    return {later - sooner for sooner, later in pairwise(told)}


async def test_what_a_link_that_became_slow_still_brought_is_told_soon(
    link: Any, receipts: Receipts
) -> None:
    for _ in range(12):
        await link.come(receipts, LEAST_BYTES, 1e-4)
    assert link.told[-1] < link.bytes_in
    link.heard.clear()
    async with asyncio.timeout(5):
        await link.heard.wait()
    assert link.told[-1] == link.bytes_in


async def test_who_waits_for_what_has_come_has_it_before_the_server_hears_of_it(
    link: Any, receipts: Receipts
) -> None:
    link.bytes_in = LEAST_BYTES
    receipts.received(link)
    receipts.received(link)
    assert link.told == []
    await asyncio.sleep(0)
    assert link.told == [LEAST_BYTES]


async def test_no_timer_stays_behind_and_a_former_link_is_told_nothing(
    link: Any, receipts: Receipts
) -> None:
    for _ in range(12):
        await link.come(receipts, LEAST_BYTES, 1e-4)
    link.told.clear()
    other = Link()
    receipts.begin(other)  # type: ignore[arg-type]
    await link.come(receipts, MOST_BYTES, 1e-9)
    assert not link.told
    await other.come(receipts, LEAST_BYTES, 1.0)
    other.bytes_in += LEAST_BYTES
    receipts.received(other)  # type: ignore[arg-type]
    receipts.end()
    await asyncio.sleep(0)
    assert link.told == [LEAST_BYTES]  # of the other, and nothing after its end
