from __future__ import annotations

import asyncio
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

    def come(self, size_bytes: int, after_s: float) -> None:
        self.bytes_in += size_bytes
        self.last_in_s += after_s

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
        link.come(LEAST_BYTES // 2, 0.1)
        receipts.received(link)
    assert link.told == [LEAST_BYTES * n for n in (1, 2, 3, 4)]


async def test_a_quick_link_is_told_of_each_millisecond(link: Any, receipts: Receipts) -> None:
    for _ in range(100):
        link.come(LEAST_BYTES, 0.0002)  # 160 KiB a millisecond
        receipts.received(link)
    assert link.told[0] == LEAST_BYTES
    steps = {later - sooner for sooner, later in zip(link.told[1:], link.told[2:], strict=False)}
    assert steps == {5 * LEAST_BYTES}


async def test_even_the_quickest_is_told_of_half_a_mebibyte(link: Any, receipts: Receipts) -> None:
    for _ in range(100):
        link.come(LEAST_BYTES, 1e-9)
        receipts.received(link)
    assert link.told[1] - link.told[0] == MOST_BYTES


async def test_what_a_link_that_became_slow_still_brought_is_told_soon(
    link: Any, receipts: Receipts
) -> None:
    for _ in range(3):
        link.come(LEAST_BYTES, 1e-9)
        receipts.received(link)
    assert link.told == [LEAST_BYTES]
    link.heard.clear()
    async with asyncio.timeout(5):
        await link.heard.wait()
    assert link.told[1] == 3 * LEAST_BYTES


async def test_no_timer_stays_behind_and_a_former_link_is_told_nothing(
    link: Any, receipts: Receipts
) -> None:
    link.come(LEAST_BYTES, 1e-9)
    receipts.received(link)
    link.come(LEAST_BYTES, 1e-9)
    receipts.received(link)
    other = Link()
    receipts.begin(other)  # type: ignore[arg-type]
    link.come(MOST_BYTES, 1e-9)
    receipts.received(link)
    other.come(LEAST_BYTES, 1.0)
    receipts.received(other)  # type: ignore[arg-type]
    assert link.told == [LEAST_BYTES, LEAST_BYTES]  # the second one is of the other
