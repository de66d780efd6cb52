"""A writer that waits for nothing: how long it keeps the loop to itself."""

from __future__ import annotations

import asyncio
import time
from typing import cast

from stream_core.client.outlet import Outlet
from stream_core.client.writer import Writer, WriterHome
from stream_core.clock import OffsetEstimate
from stream_core.values import ChannelInfo
from stream_core.wire.messages import DemandNotice


def outlet() -> Outlet:
    made = Outlet("x", {}, lambda *_: None, OffsetEstimate(), lambda _: None)
    made.limit_bytes = 1 << 20
    made.attach(7, ChannelInfo(name="x"), DemandNotice("active"), told=1, base=0)
    return made


async def test_send_gives_the_loop_a_turn_each_millisecond_however_few_items_there_are() -> None:
    writer = Writer(outlet(), cast(WriterHome, None))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    for _ in range(40):
        assert await writer.send(b"short")
        work_until_ns = time.perf_counter_ns() + 300_000
        while time.perf_counter_ns() < work_until_ns:
            pass
    counting.cancel()
    assert turns >= 4
