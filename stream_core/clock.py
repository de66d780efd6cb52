"""Clocks: the server's, which never steps, and a client's estimate of it. Time comes in as facts.

The estimate is Cristian's: the reply with the shortest round trip of a burst bounds the offset by
half that round trip (F. Cristian, "Probabilistic clock synchronization", 1989).
"""

from __future__ import annotations

__all__ = ["OffsetEstimate", "ServerClock"]

DRIFT_PPB = 50_000  # how far two quartz clocks may run apart: 50 parts in a million


class ServerClock:
    """Wall clock at its start plus monotonic time since.

    Args:
        wall_ns: the wall clock now.
        monotonic_ns: the monotonic clock now.
    """

    def __init__(self, wall_ns: int, monotonic_ns: int) -> None:
        self.offset_ns = wall_ns - monotonic_ns

    def now_ns(self, monotonic_ns: int) -> int:
        """The time on this clock when the monotonic clock shows `monotonic_ns`."""
        return monotonic_ns + self.offset_ns


class OffsetEstimate:
    """What to add to the own monotonic clock to get the server's clock, and how sure that is.

    Attributes:
        offset_ns: server's clock minus own monotonic clock.
        error_ns: bound of its error when it was taken; None before the first sample.
    """

    def __init__(self) -> None:
        self.offset_ns = 0
        self.error_ns: int | None = None
        self._taken_ns = 0

    def sample(self, sent_ns: int, remote_ns: int, received_ns: int) -> None:
        """Take a reply into account; an estimate ages by the drift of quartz clocks.

        Args:
            sent_ns: own monotonic clock when the question left.
            remote_ns: the server's clock when it answered.
            received_ns: own monotonic clock when the answer came.
        """
        error = max(1, (received_ns - sent_ns) // 2)
        if self.error_ns is not None and error >= self.aged_error_ns(received_ns):
            return
        self.offset_ns = remote_ns - (sent_ns + received_ns) // 2
        self.error_ns = error
        self._taken_ns = received_ns

    def aged_error_ns(self, monotonic_ns: int) -> int:
        """The bound of the error at a time on the own monotonic clock."""
        age_ns = max(0, monotonic_ns - self._taken_ns)
        return (self.error_ns or 0) + age_ns * DRIFT_PPB // 1_000_000_000

    def restart(self) -> None:
        """Forget everything: the server is another one."""
        self.error_ns = None
