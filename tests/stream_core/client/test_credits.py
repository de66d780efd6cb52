from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from stream_core.client import credits as module
from stream_core.client.credits import Credits
from stream_core.client.home import StreamHome
from stream_core.client.inbox import Inbox
from stream_core.wire.header import HEADER, Kind


class Home:
    """Notes which reader was credited, and up to where."""

    def __init__(self) -> None:
        self.up = True
        self.sent: list[tuple[int, int]] = []
        self.heard = asyncio.Event()

    def send(self, head: bytes) -> None:
        _, kind, _, _, address, *_, sequence, _ = HEADER.unpack(head)
        assert kind == Kind.CREDIT
        self.sent.append((address, sequence))
        self.heard.set()


class Taker:
    """A reader that has consumed up to a number."""

    def __init__(self, number: int, consumed: int | None, *, begun: bool = False) -> None:
        self.number = number
        self.begun = begun
        self._consumed = consumed

    def consumed(self) -> int | None:
        consumed, self._consumed = self._consumed, None
        return consumed


def taker(number: int, consumed: int | None, **facts: Any) -> Inbox:
    return cast(Inbox, Taker(number, consumed, **facts))


@pytest.fixture
async def home() -> Home:
    return Home()


@pytest.fixture
async def credits(home: Home) -> Credits:
    return Credits(cast(StreamHome, home))


async def test_much_is_told_at_once_and_only_what_is_new(home: Home, credits: Credits) -> None:
    reader = taker(7, 4)
    credits.consumed(reader, at_once=True)
    credits.consumed(reader, at_once=True)
    credits.consumed(taker(0, 3), at_once=True)  # has no subscription now
    home.up = False
    credits.consumed(taker(8, 5), at_once=True)
    assert home.sent == [(7, 4)]


async def test_little_is_told_soon_and_together(home: Home, credits: Credits) -> None:
    for reader in (taker(7, 4), taker(8, 5), gone := taker(9, 6)):
        credits.consumed(reader, at_once=False)
    credits.forget(gone)
    assert home.sent == []
    await home.heard.wait()
    assert home.sent == [(7, 4), (8, 5)]


async def test_a_block_that_is_taken_slowly_is_told_of_now_and_then(
    home: Home, credits: Credits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PART_S", 0.001)
    reader = cast(Taker, taker(7, 4, begun=True))
    credits.consumed(cast(Inbox, reader), at_once=False)
    await home.heard.wait()
    home.heard.clear()
    reader._consumed = 6
    await home.heard.wait()
    assert home.sent == [(7, 4), (7, 6)]
    credits.close()  # or a timer would be left behind
