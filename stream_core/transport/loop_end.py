"""What must be done before a loop is closed, even if nobody asks for it; it keeps no loop alive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

__all__ = ["LoopEnd"]


class LoopEnd:
    """Has an async function called when the loop ends, unless it is dismissed before.

    `asyncio.run`, `stream_core.run`, `LoopThread`, and whatever else uses `asyncio.Runner`, close
    the asynchronous generators that are open before they close their loop; one of them waits here.

    Args:
        last: what is called.
    """

    def __init__(self, last: Callable[[], Awaitable[None]]) -> None:
        self._last = last
        self._waiting: AsyncGenerator[None, None] | None = None

    async def arm(self) -> None:
        """Wait for the end of the loop from now on; idempotent."""
        if self._waiting is None:
            self._waiting = self._until_end()
            await anext(self._waiting)

    async def dismiss(self) -> None:
        """Wait no more; idempotent."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            await waiting.aclose()

    async def _until_end(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            if self._waiting is not None and _in_a_loop():  # else it is only collected as garbage
                self._waiting = None
                await self._last()


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
