from __future__ import annotations

import asyncio
import logging

import pytest

from stream_core.client.chores import Chores


async def test_failures_are_heard_of(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("broken")

    chores = Chores()
    with caplog.at_level(logging.ERROR):
        chores.start(fail(), "try it")
        await chores.ended()
    assert "try it failed" in caplog.text


async def test_all_are_given_up() -> None:
    chores = Chores()
    task = chores.start(asyncio.Event().wait(), "wait")
    await asyncio.sleep(0)
    chores.cancel()
    await chores.ended()
    assert task.cancelled()
