"""What is left of temporary channels, and their end where the server cannot tell of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from stream_core.client.outlet import Outlet

__all__ = ["Lifetimes"]


class Lifetimes:
    """Counts from the moment when a channel was first asked for, over all links and servers.

    While there is a link the server ends a channel, so that its readers get all that was sent.

    Args:
        end: called with an outlet whose time passes while there is no link, and the reason.
    """

    def __init__(self, end: Callable[[Outlet, str], None]) -> None:
        self._end = end
        self._loop = asyncio.get_running_loop()
        self._ends_s: dict[Outlet, tuple[float, str]] = {}
        self._timers: list[asyncio.TimerHandle] = []

    def begin(self, outlet: Outlet, lifetime_s: float | None) -> None:
        """A channel is being created."""
        if lifetime_s is not None:
            reason = f"its lifetime_s={lifetime_s:g} has passed"
            self._ends_s[outlet] = self._loop.time() + lifetime_s, reason

    def left_s(self, outlet: Outlet) -> float | None:
        """The seconds that are left, 0 or below if none are; None: they are not counted."""
        ends_s, _ = self._ends_s.get(outlet, (None, ""))
        return None if ends_s is None else ends_s - self._loop.time()

    def forget(self, outlet: Outlet) -> None:
        """A channel has ended."""
        self._ends_s.pop(outlet, None)

    def link_down(self, outlets: Iterable[Outlet]) -> None:
        """From now on we end these ourselves."""
        self.link_up()
        for outlet in outlets:
            if outlet in self._ends_s:
                ends_s, _ = self._ends_s[outlet]
                self._timers.append(self._loop.call_at(ends_s, self.passed, outlet))

    def link_up(self) -> None:
        """From now on the server does."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def passed(self, outlet: Outlet) -> None:
        """The time of a channel has passed."""
        ending = self._ends_s.get(outlet)
        if ending is not None:
            self._end(outlet, ending[1])
