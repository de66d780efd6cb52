"""The timers of temporary channels; what the end of one means is told to its owner."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from stream_core.channels.channel import Channel
from stream_core.errors import InvalidValue

__all__ = ["Lifetimes"]


class Lifetimes:
    """One timer for each channel that has a `lifetime_s`.

    Args:
        end: called with a channel whose time has passed, and the reason.
    """

    def __init__(self, end: Callable[[Channel, str], None]) -> None:
        self._end = end
        self._timers: dict[Channel, asyncio.TimerHandle] = {}

    def begin(self, channel: Channel, left_s: float | None) -> None:
        """A channel is there.

        Args:
            channel: it.
            left_s: of its lifetime, if it was there before: on a link that broke, or at a server
                that was restarted; None: all.
        """
        lifetime_s = channel.spec.lifetime_s
        if lifetime_s is not None:
            delay_s = lifetime_s if left_s is None else min(left_s, lifetime_s)
            loop = asyncio.get_running_loop()
            self._timers[channel] = loop.call_later(delay_s, self._passed, channel)

    def cease(self, channel: Channel) -> None:
        """A channel is gone, for whatever reason."""
        timer = self._timers.pop(channel, None)
        if timer is not None:
            timer.cancel()

    def _passed(self, channel: Channel) -> None:
        self._end(channel, f"its lifetime_s={channel.spec.lifetime_s:g} has passed")


def check_left(left_s: float | None) -> None:
    """Hold what a client says that is left to what can be.

    Raises:
        InvalidValue: it is not above 0.
    """
    if left_s is not None and not left_s > 0:
        raise InvalidValue(f"left_s={left_s} must be above 0")
