from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stream_core.client.lifetimes import Lifetimes

Ended = list[tuple[Any, str]]


@pytest.fixture
async def ended() -> Ended:
    return []


@pytest.fixture
async def lifetimes(ended: Ended) -> Lifetimes:
    return Lifetimes(lambda outlet, reason: ended.append((outlet, reason)))


def outlets(*names: str) -> Any:
    return [object() for _ in names]


async def test_what_is_left_becomes_less(lifetimes: Lifetimes) -> None:
    temporary, other = outlets("temporary", "other")
    lifetimes.begin(temporary, 60.0)
    lifetimes.begin(other, None)
    left_s = lifetimes.left_s(temporary)
    assert left_s == pytest.approx(60, abs=1)
    while lifetimes.left_s(temporary) == left_s:  # noqa: ASYNC110 - the clock tells
        await asyncio.sleep(0)
    assert (lifetimes.left_s(temporary) or 0) < left_s
    assert lifetimes.left_s(other) is None
    lifetimes.forget(temporary)
    assert lifetimes.left_s(temporary) is None


async def test_only_without_a_link_time_ends_a_channel_here(
    lifetimes: Lifetimes, ended: Ended
) -> None:
    first, second, last = outlets("first", "second", "last")
    lifetimes.begin(first, 0.001)
    lifetimes.begin(second, 0.002)
    lifetimes.begin(last, 60.0)
    await asyncio.sleep(0.005)
    assert ended == []
    lifetimes.link_down([first, second, last])
    lifetimes.link_up()
    await asyncio.sleep(0.005)
    assert ended == []
    lifetimes.link_down([first, last])
    while not ended:  # noqa: ASYNC110 - nothing else tells
        await asyncio.sleep(0)
    assert ended == [(first, "its lifetime_s=0.001 has passed")]
    lifetimes.link_up()


async def test_a_channel_that_was_closed_meanwhile_is_not_ended_again(
    lifetimes: Lifetimes, ended: Ended
) -> None:
    (outlet,) = outlets("closed")
    lifetimes.begin(outlet, 0.001)
    lifetimes.link_down([outlet])
    lifetimes.forget(outlet)
    await asyncio.sleep(0.005)
    assert ended == []
