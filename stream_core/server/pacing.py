"""How far ahead of a client's acknowledgements the server sends; pure, times are arguments.

The window is what the link has lately carried in a few milliseconds beyond its own round trip (the
idea of BBR: N. Cardwell et al., "BBR: Congestion-Based Congestion Control", 2016), so that what
waits for a slow client waits in its readers' buffers, where their policies act.
"""

from __future__ import annotations

__all__ = ["Pacing"]

FLOOR_BYTES = 128 * 1024
CEILING_BYTES = 16 * 1024 * 1024
AHEAD_S = 0.008
SHORTEST_SAMPLE_S = 0.001
FADING = 0.8  # of the former rate, if a sample is slower


class Pacing:
    """Bytes acknowledged by the client, and the window that follows from their rate."""

    def __init__(self) -> None:
        self.acknowledged_bytes = 0
        self.window_bytes = FLOOR_BYTES
        self._rate = 0.0
        self._round_trip_s: float | None = None
        self._sample_start_s: float | None = None
        self._sample_bytes = 0

    def room(self, sent_bytes: int) -> bool:
        """Whether more may be sent, if `sent_bytes` have been on this connection."""
        return sent_bytes - self.acknowledged_bytes < self.window_bytes

    def round_trip(self, seconds: float) -> None:
        """A ping took so long; the shortest one is the link's own, the others have waited."""
        if self._round_trip_s is None or seconds < self._round_trip_s:
            self._round_trip_s = seconds

    def acknowledge(self, total_bytes: int, now_s: float) -> None:
        """The client has received `total_bytes` on this connection."""
        arrived = total_bytes - self.acknowledged_bytes
        if arrived <= 0:
            return
        self.acknowledged_bytes = total_bytes
        self._sample_bytes += arrived
        if self._sample_start_s is None:
            self._sample_start_s = now_s
            self._sample_bytes = 0
            return
        elapsed = now_s - self._sample_start_s
        if elapsed < SHORTEST_SAMPLE_S:
            return
        self._rate = max(self._sample_bytes / elapsed, self._rate * FADING)
        ahead_s = AHEAD_S + (self._round_trip_s or 0.0)
        self.window_bytes = int(min(max(self._rate * ahead_s, FLOOR_BYTES), CEILING_BYTES))
        self._sample_start_s, self._sample_bytes = now_s, 0
