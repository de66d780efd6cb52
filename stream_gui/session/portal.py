"""What the session needs of the thread in which the stream client lives."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

__all__ = ["Portal"]

Result = TypeVar("Result")


class Portal(Protocol):
    """The client's thread, as `stream_core.LoopThread` offers it."""

    async def call(self, coroutine: Coroutine[Any, Any, Result], /) -> Result:
        """Run a coroutine there and wait for it here; cancelling here cancels it there."""
        ...
