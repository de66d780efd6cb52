from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import pytest

from stream_core.loop_thread import LoopThread
from stream_core.transport.loop_end import LoopEnd
from stream_core.transport.loops import run


class Thing:
    """Something that is to be closed; notes on which loop it was."""

    def __init__(self) -> None:
        self.closed_on: list[asyncio.AbstractEventLoop] = []
        self.end = LoopEnd(self.close)

    async def close(self) -> None:
        await asyncio.sleep(0)
        self.closed_on.append(asyncio.get_running_loop())
        await self.end.dismiss()


async def leave_open(thing: Thing) -> asyncio.AbstractEventLoop:
    await thing.end.arm()
    await thing.end.arm()
    return asyncio.get_running_loop()


def in_a_thread(work: Any) -> Any:
    with LoopThread() as thread:
        return thread.run(work)


@pytest.mark.parametrize("runner", [asyncio.run, run, in_a_thread])
def test_what_is_open_at_the_end_of_a_loop_is_closed_there_once(
    runner: Callable[[Any], Any],
) -> None:
    thing = Thing()
    loop = runner(leave_open(thing))
    assert thing.closed_on == [loop]


def test_what_was_dismissed_is_left_alone() -> None:
    thing = Thing()

    async def main() -> None:
        await thing.end.arm()
        await thing.end.dismiss()
        await thing.end.dismiss()

    asyncio.run(main())
    assert not thing.closed_on


def test_it_can_be_armed_again() -> None:
    thing = Thing()

    async def main() -> None:
        await thing.end.arm()
        await thing.close()
        await leave_open(thing)

    asyncio.run(main())
    assert len(thing.closed_on) == 2


def test_a_loop_that_does_not_know_of_it_is_not_missed() -> None:
    """Such as Qt's: nothing is said when it is collected."""
    thing = Thing()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(leave_open(thing))
    loop.close()
    del thing
    gc.collect()
