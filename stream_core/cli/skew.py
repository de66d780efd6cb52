"""Tells that a server's clock and this computer's differ; pure, it reads no clock itself."""

from __future__ import annotations

__all__ = ["SkewNotice"]

SKEW_S, SKEW_GONE_S = 1.0, 0.8
"""From and below which clocks differ: what is in between changes nothing."""


class SkewNotice:
    """One sentence each time that the clocks come to differ, as when one of them is set."""

    def __init__(self) -> None:
        self._differ = False

    def look(self, server_ns: int, own_ns: int) -> str | None:
        """What is to be said now, if anything.

        Args:
            server_ns: the server's clock.
            own_ns: this computer's at the same time.
        """
        skew_s = (server_ns - own_ns) / 1e9
        told, self._differ = self._differ, abs(skew_s) > (SKEW_GONE_S if self._differ else SKEW_S)
        if told or not self._differ:
            return None
        side = "ahead of" if skew_s > 0 else "behind"
        return (
            f"the server's clock is {abs(skew_s):.1f} s {side} this computer's, and times are the "
            "server's; set both clocks (NTP), then start the server again"
        )
