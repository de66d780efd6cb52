"""A reader as a channel sees it; it says what a channel asks of one, and does nothing."""

from __future__ import annotations

from typing import Protocol

from stream_core.channels.parameters import Parameters
from stream_core.wire.blocks import Block

__all__ = ["Subscriber"]


class Subscriber(Protocol):
    """Hears of everything that is published, but for what is gathered while it rests.

    One that rests catches up by itself before it takes a mark or the end.
    """

    @property
    def parameters(self) -> Parameters:
        """What it chose."""
        ...

    @property
    def pausing(self) -> bool:
        """Whether it holds up the writers."""
        ...

    def offer(self, block: Block) -> None:
        """Take the next items."""

    def catch_up(self) -> None:
        """Take by `Channel.wake` what was gathered, if it rests, and rest no more."""

    def gap(self, first: int, last: int, reason: str, *, withheld: bool) -> None:
        """These numbers never come."""

    def mark(self, remaining: int, transfers: int) -> None:
        """A writer's transfer has ended here.

        Args:
            remaining: how many writers have not ended theirs.
            transfers: how many transfers have been ended by all.
        """

    def end(self, reason: str) -> None:
        """Nothing more comes."""
