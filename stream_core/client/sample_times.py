"""The times of samples whose sender gives none: regular, without the jitter of sending."""

from __future__ import annotations

from operator import index

from stream_core.errors import InvalidValue

__all__ = ["SampleTimes"]

SMOOTHING_NS = 20_000_000
SAME_NS = 1_000_000


class SampleTimes:
    """Where in time the next samples of one writer begin.

    Args:
        rate_hz: nominal samples a second of the channel, or None.

    Attributes:
        usual_ns: from one sample to the next, where nothing else is said.
    """

    def __init__(self, rate_hz: float | None) -> None:
        self.usual_ns = round(1e9 / rate_hz) if rate_hz else 0
        self._end: tuple[int, int] | None = None  # of the last block: time, interval
        self._newest_ns = 0  # of the last block that has no interval

    def start_ns(self, count: int, given_ns: int | None, interval_ns: int, now_ns: int) -> int:
        """The first sample's time; without one, the last sample is of now, without jitter.

        Samples without an interval have one time; those of the same millisecond have the same one,
        so that they may travel together.

        Raises:
            InvalidValue: what is given is no number.
        """
        start_ns = given_ns
        if start_ns is None and not interval_ns:
            if not 0 <= now_ns - self._newest_ns < SAME_NS:
                self._newest_ns = now_ns
            return self._newest_ns
        try:
            if start_ns is None:
                start_ns = self._continued(now_ns - (count - 1) * interval_ns, count, interval_ns)
            else:
                start_ns = index(start_ns)
            self._end = (start_ns + count * interval_ns, interval_ns) if interval_ns else None
        except TypeError:
            raise InvalidValue(
                f"time_ns={given_ns!r}, interval_ns={interval_ns!r}: give whole numbers of "
                "nanoseconds"
            ) from None
        return start_ns

    def _continued(self, start_ns: int, count: int, interval_ns: int) -> int:
        """The end of the block before, if this one follows it about in time."""
        if self._end is None or self._end[1] != interval_ns:
            return start_ns
        tolerance_ns = SMOOTHING_NS + count * interval_ns
        return self._end[0] if abs(self._end[0] - start_ns) <= tolerance_ns else start_ns
