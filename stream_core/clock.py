"""Clocks: the server's, which never steps, and a client's estimate of it. Time comes in as facts.

A client asks in bursts, one question after the other. Each answer bounds the offset by half its
round trip (F. Cristian, "Probabilistic clock synchronization", Distributed Computing 3, 1989); what
all bounds have in common holds the true offset (K. Marzullo, 1984; RFC 5905 section 11.2.1). The
shortest round trip of a burst is the best sample (RFC 5905 section 10); the samples are smoothed by
a Kalman filter of two states, offset and drift, which weighs each by its error.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Course", "OffsetEstimate", "ServerClock"]

DRIFT = 100e-6  # how far two clocks may run apart: each is a quartz, good to 50 parts in a million
USUAL_DRIFT = 20e-6  # what the drift is likely to be before anything is known of it
WANDER = 1e-23  # how its square grows in a nanosecond: to a millionth in two minutes
SLEW = 0.01  # how fast the estimate is corrected, in seconds a second
UNKNOWN_NS = 2**63 - 1
FARTHEST_NS = 2**62  # of a clock from zero: what is reckoned with that has room in 64 bits
LEAD_NS = 10_000_000  # a new course begins so much later: who reads the old one now agrees with it


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


class Course(NamedTuple):
    """An offset that changes steadily: as before, then towards a better value, then with the drift.

    Attributes:
        former: the course until `start_ns`.
        start_offset_ns: the offset then.
        slewing: its change a nanosecond until `end_ns`.
        end_offset_ns: the offset then; drift: its change a nanosecond from then on.
    """

    former: Course | None
    start_ns: int
    start_offset_ns: int
    slewing: float
    end_ns: int
    end_offset_ns: int
    drift: float

    @classmethod
    def straight(cls, monotonic_ns: int, offset_ns: int) -> Course:
        """An offset that stays."""
        return cls(None, monotonic_ns, offset_ns, 0.0, monotonic_ns, offset_ns, 0.0)

    def offset_ns(self, monotonic_ns: int) -> int:
        """The offset when the monotonic clock shows `monotonic_ns`."""
        if monotonic_ns >= self.end_ns:
            return self.end_offset_ns + round(self.drift * (monotonic_ns - self.end_ns))
        if monotonic_ns < self.start_ns and self.former is not None:
            return self.former.offset_ns(monotonic_ns)
        return self.start_offset_ns + round(self.slewing * (monotonic_ns - self.start_ns))

    def towards(self, offset_ns: int, drift: float, monotonic_ns: int) -> Course:
        """The course from this one to a line through `offset_ns` at that time; it never jumps."""
        start_ns = monotonic_ns + LEAD_NS
        start_offset_ns = self.offset_ns(start_ns)
        missing_ns = offset_ns + drift * LEAD_NS - start_offset_ns
        slewing = drift + (SLEW if missing_ns > 0 else -SLEW)
        lasting_ns = round(abs(missing_ns) / SLEW)
        return Course(
            self._replace(former=None),
            start_ns,
            start_offset_ns,
            slewing,
            start_ns + lasting_ns,
            start_offset_ns + round(slewing * lasting_ns),
            drift,
        )


class _Sample(NamedTuple):
    error_ns: int
    offset_ns: int
    taken_ns: int


class _Bounds:
    """What the true offset cannot be below or above."""

    def __init__(self, low_ns: int, high_ns: int, monotonic_ns: int) -> None:
        self._low_ns = low_ns
        self._high_ns = high_ns
        self._taken_ns = monotonic_ns

    def at(self, monotonic_ns: int) -> tuple[int, int]:
        """Both, at a time not before the newest cut: they widen as clocks run apart."""
        widened_ns = 1 + round(DRIFT * abs(monotonic_ns - self._taken_ns))
        return self._low_ns - widened_ns, self._high_ns + widened_ns

    def cut(self, low_ns: int, high_ns: int, monotonic_ns: int) -> bool:
        """It cannot be beyond these either; False, and nothing else: that leaves no room."""
        old_low_ns, old_high_ns = self.at(monotonic_ns)
        low_ns, high_ns = max(low_ns, old_low_ns), min(high_ns, old_high_ns)
        if low_ns > high_ns:
            return False
        self._low_ns, self._high_ns, self._taken_ns = low_ns, high_ns, monotonic_ns
        return True


class _Smoother:
    """A Kalman filter of an offset and its drift; each measurement is weighed by its error."""

    def __init__(self, offset_ns: int, error_ns: int, monotonic_ns: int) -> None:
        self.offset_ns = offset_ns
        self.drift = 0.0
        self._taken_ns = monotonic_ns
        self._offset_variance = float(error_ns) ** 2
        self._drift_variance = USUAL_DRIFT**2
        self._covariance = 0.0

    def measure(self, offset_ns: int, error_ns: int, monotonic_ns: int) -> None:
        """Take a measurement into account, which is not older than the last one."""
        self.advance(monotonic_ns)
        variance = self._offset_variance + float(error_ns + 1) ** 2
        offset_gain, drift_gain = self._offset_variance / variance, self._covariance / variance
        surprise_ns = offset_ns - self.offset_ns
        self.offset_ns += round(offset_gain * surprise_ns)
        self.drift = max(-DRIFT, min(DRIFT, self.drift + drift_gain * surprise_ns))
        self._drift_variance -= drift_gain * self._covariance
        self._offset_variance *= 1 - offset_gain
        self._covariance *= 1 - offset_gain

    def advance(self, monotonic_ns: int) -> None:
        """Time has passed: the offset has drifted on, and is less sure."""
        passed_ns = monotonic_ns - self._taken_ns
        self._taken_ns = monotonic_ns
        self.offset_ns += round(self.drift * passed_ns)
        self._offset_variance += passed_ns * (
            2 * self._covariance + passed_ns * self._drift_variance
        )
        self._covariance += passed_ns * self._drift_variance
        self._drift_variance += WANDER * passed_ns

    def bound(self, low_ns: int, high_ns: int) -> None:
        """The offset cannot be beyond these."""
        self.offset_ns = max(low_ns, min(high_ns, self.offset_ns))


class OffsetEstimate:
    """What to add to the own monotonic clock to get the server's clock, and how sure that is.

    The server's clock as it is told from here goes on steadily: corrections are spread over time.
    It may jump only after `restart`, or where a sample contradicts all that was known: then one of
    the two computers has slept.
    """

    def __init__(self) -> None:
        self._course = Course.straight(0, 0)
        self._bounds: _Bounds | None = None
        self._smoother: _Smoother | None = None
        self._best: _Sample | None = None

    def sample(self, sent_ns: int, remote_ns: int, received_ns: int) -> bool:
        """Take a reply into account; the first one is believed as it is.

        Args:
            sent_ns: own monotonic clock when the question left.
            remote_ns: the server's clock when it answered.
            received_ns: own monotonic clock when the answer came.

        Returns:
            Whether it agrees with what was known; else that is forgotten.
        """
        remote_ns = max(-FARTHEST_NS, min(FARTHEST_NS, remote_ns))  # whatever a server says
        aged_ns = round(DRIFT * (received_ns - sent_ns))
        low_ns, high_ns = remote_ns - received_ns - aged_ns, remote_ns - sent_ns + aged_ns
        agrees = self._bounds is None or self._bounds.cut(low_ns, high_ns, received_ns)
        if self._bounds is None or not agrees:
            self._begin(low_ns, high_ns, received_ns)
            return agrees
        self._consider(_Sample((high_ns - low_ns) // 2, (low_ns + high_ns) // 2, received_ns))
        return True

    def _consider(self, sample: _Sample) -> None:
        """It may be the best one since the last burst: errors age."""
        best = self._best
        if best is None or sample.error_ns <= best.error_ns + DRIFT * (
            sample.taken_ns - best.taken_ns
        ):
            self._best = sample

    def _begin(self, low_ns: int, high_ns: int, monotonic_ns: int) -> None:
        offset_ns, error_ns = (low_ns + high_ns) // 2, (high_ns - low_ns) // 2
        self._bounds = _Bounds(low_ns, high_ns, monotonic_ns)
        self._smoother = _Smoother(offset_ns, error_ns, monotonic_ns)
        self._course = Course.straight(monotonic_ns, offset_ns)
        self._best = None

    def settle(self, monotonic_ns: int) -> None:
        """A burst has ended: its best sample corrects the estimate, from now on and steadily."""
        best, self._best = self._best, None
        bounds, smoother = self._bounds, self._smoother
        if best is None or bounds is None or smoother is None:
            return
        smoother.measure(best.offset_ns, best.error_ns, best.taken_ns)
        smoother.advance(monotonic_ns)
        smoother.bound(*bounds.at(monotonic_ns))
        if monotonic_ns >= self._course.start_ns:
            self._course = self._course.towards(smoother.offset_ns, smoother.drift, monotonic_ns)

    def restart(self) -> None:
        """Forget all but the offset, until the next sample: the server is another one."""
        self._bounds = self._smoother = self._best = None

    def offset_ns(self, monotonic_ns: int) -> int:
        """The server's clock minus the own monotonic clock, at a time on that."""
        return self._course.offset_ns(monotonic_ns)

    def now_ns(self, monotonic_ns: int) -> int:
        """The server's clock when the own monotonic clock shows `monotonic_ns`."""
        return monotonic_ns + self._course.offset_ns(monotonic_ns)

    def error_ns(self, monotonic_ns: int) -> int:
        """How far `now_ns` may be off at most, once there was a sample."""
        if self._bounds is None:
            return UNKNOWN_NS
        low_ns, high_ns = self._bounds.at(monotonic_ns)
        offset_ns = self._course.offset_ns(monotonic_ns)
        return max(high_ns - offset_ns, offset_ns - low_ns)
