"""Calls that overlap, for peers whose calls are awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

__all__ = ["sum_in_flight"]


async def sum_in_flight(
    add: Callable[[float, float], Awaitable[float]], a: float, b: float, count: int, in_flight: int
) -> float:
    """Call `count` times, from `in_flight` tasks; return the sum of the results."""
    numbers = iter(range(count))

    async def call_on() -> float:
        total = 0.0
        for _ in numbers:
            total += await add(a, b)
        return total

    return sum(await asyncio.gather(*(call_on() for _ in range(in_flight))))
