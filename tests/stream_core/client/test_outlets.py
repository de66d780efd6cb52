from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import msgspec

from stream_core.client.chores import Chores
from stream_core.client.home import StreamHome
from stream_core.client.keys import Keys
from stream_core.client.outlet import Outlet
from stream_core.client.outlets import Outlets
from stream_core.client.replies import WriterReply
from stream_core.clock import OffsetEstimate
from stream_core.values import ChannelInfo
from stream_core.wire.header import HEADER, Kind
from stream_core.wire.messages import DemandNotice


class Home:
    """A session whose server makes each channel, and what was sent: how many items by which way."""

    up = room = True
    frame_bytes = 1 << 20

    def __init__(self) -> None:
        self.clock = OffsetEstimate()
        self.sent: list[tuple[str, int]] = []
        self.numbers = 0

    async def ask(
        self, method: str, name: str, *, on_reply: Callable[[Any], None], **_: Any
    ) -> None:
        self.numbers += 1
        info, demand = ChannelInfo(name=name), DemandNotice("active")
        on_reply(msgspec.to_builtins(WriterReply(self.numbers, info, demand, 1)))

    def _note(self, way: str, head: bytes) -> None:
        _, kind, _, _, _, _, count, *_ = HEADER.unpack_from(head)
        if kind == Kind.DATA:
            self.sent.append((way, count))

    def send(self, *parts: bytes) -> None:
        self._note("with the turn", parts[0])

    def send_now(self, *parts: bytes) -> None:
        self._note("at once", parts[0])

    def end_turn(self) -> None:
        pass

    def taken(self) -> list[tuple[str, int]]:
        sent, self.sent = self.sent, []
        return sent


async def make(home: Home, *names: str) -> list[Outlet]:
    outlets = Outlets(cast(StreamHome, home), Chores(), cast(Keys, None))
    return [await outlets.create(name, {}) for name in names]


async def turn() -> None:
    await asyncio.sleep(0)


def send(outlet: Outlet, *values: bytes) -> None:
    """As `Writer.send_nowait` does."""
    for value in values:
        lane = outlet.lane
        if lane is None:
            assert outlet.offer(value, None)
        else:
            lane.values.append(value)
            lane.times.append(0)


async def test_an_item_that_is_alone_as_the_one_before_leaves_at_once() -> None:
    home = Home()
    [outlet] = await make(home, "a")
    send(outlet, b"1")
    assert home.taken() == []
    await turn()
    assert home.taken() == [("with the turn", 1)]
    for _ in range(3):
        send(outlet, b"2")
        assert home.taken() == [("at once", 1)]
        await turn()
        assert home.taken() == []


async def test_what_follows_it_in_its_turn_leaves_together_and_so_does_the_next_turn() -> None:
    home = Home()
    [outlet] = await make(home, "a")
    send(outlet, b"1")
    await turn()
    home.taken()
    send(outlet, b"2", b"3", b"4", b"5")
    await turn()
    assert home.taken() == [("at once", 1), ("with the turn", 3)]
    send(outlet, b"6")
    assert home.taken() == []
    await turn()
    assert home.taken() == [("with the turn", 1)]
    assert outlet.next == 6


async def test_items_of_several_channels_leave_together() -> None:
    home = Home()
    both = await make(home, "a", "b")
    for _ in range(3):
        for outlet in both:
            send(outlet, b"1")
        assert home.taken() == []
        await turn()
        assert home.taken() == [("with the turn", 1), ("with the turn", 1)]
