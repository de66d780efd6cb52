"""The time at a live view's right edge, smooth though data comes in blocks; reads no clock."""

from __future__ import annotations

__all__ = ["LiveEdge"]

_SECOND_NS = 1_000_000_000
_SETTLE_S = 2.0
"""How fast the edge falls back when data comes later than it used to."""


class LiveEdge:
    """Follows the newest data by a steady clock, so that all panels scroll as one.

    The edge keeps the distance to the clock that the promptest data has shown; it goes on when data
    stops, so that a stall is seen as such, and rests only when the caller no longer asks.
    """

    def __init__(self) -> None:
        self._offset_ns: int | None = None
        self._observed_ns = 0
        self._newest_ns: int | None = None

    def reset(self) -> None:
        """Forget everything, as for a new server."""
        self._offset_ns = None
        self._newest_ns = None

    def observe(self, newest_ns: int, now_ns: int) -> None:
        """Take in the time of the newest sample, in the data's clock, and that of ours."""
        if newest_ns == self._newest_ns:
            return
        self._newest_ns = newest_ns
        offset = newest_ns - now_ns
        if self._offset_ns is None or abs(offset - self._offset_ns) > 5 * _SECOND_NS:
            self._offset_ns = offset
        elif offset >= self._offset_ns:
            self._offset_ns = offset
        else:
            elapsed_s = (now_ns - self._observed_ns) / _SECOND_NS
            share = min(1.0, elapsed_s / _SETTLE_S) * 0.1
            self._offset_ns += int((offset - self._offset_ns) * share)
        self._observed_ns = now_ns

    def at(self, now_ns: int) -> int | None:
        """The edge in the data's clock; None before any data."""
        return None if self._offset_ns is None else now_ns + self._offset_ns
