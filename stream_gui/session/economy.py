"""How much of a channel is asked for: everything, while link and machine keep up; it asks nobody.

What overruns this monitor's buffer at the server, or takes too much of this machine, is asked for
as an envelope: minima and maxima of so many samples, so that no peak is lost. After a while
everything is tried again, after longer and longer whiles if that fails.
"""

from __future__ import annotations

__all__ = ["MEASURED_S", "Economy"]

MEASURED_S = 1.0
"""Figures are judged so often."""

_MOST_BUSY = 0.5
_STRIKES = 2
"""A hiccup is none: it must be too much so many times in a row."""

_HEADROOM = 4.0
_SMALLEST = 10
_LARGEST = 100_000
_FIRST_PATIENCE_S = 30.0
_LONGEST_PATIENCE_S = 1200.0


class Economy:
    """Decides for one channel.

    Attributes:
        reduced: samples for each pair of minimum and maximum; 1: every sample.

    Args:
        now_s: the time of a steady clock.
    """

    def __init__(self, now_s: float) -> None:
        self.reduced = 1
        self._since_s = now_s
        self._received = 0
        self._lost = 0
        self._busy_s = 0.0
        self._strikes = 0
        self._until_s = now_s
        self._patience_s = _FIRST_PATIENCE_S

    def add(self, received: int, lost: int, busy_s: float) -> None:
        """Take note of a block.

        Args:
            received: samples that came; of an envelope those that it was made of.
            lost: samples that overran the buffer at the server.
            busy_s: how long this machine worked on it.
        """
        self._received += received
        self._lost += lost
        self._busy_s += busy_s

    def is_due(self, now_s: float) -> bool:
        """Whether it is time to judge."""
        return now_s - self._since_s >= MEASURED_S

    def judge(self, now_s: float) -> int:
        """Decide by the figures since the last time; gives the new `reduced`."""
        elapsed_s = now_s - self._since_s
        busy = self._busy_s / elapsed_s
        excess = max(self._shortage(), busy / _MOST_BUSY)
        self._since_s = now_s
        self._received = self._lost = 0
        self._busy_s = 0.0
        self._strikes = self._strikes + 1 if excess > 1 else 0
        if self._strikes >= _STRIKES:
            self._strikes = 0
            self._reduce(excess, now_s)
        elif self.reduced > 1 and now_s >= self._until_s:
            self._try_everything(now_s)
        elif self.reduced == 1 and now_s >= self._until_s:
            self._patience_s = _FIRST_PATIENCE_S
        return self.reduced

    def _shortage(self) -> float:
        """How many times as much was sent as came."""
        if not self._lost:
            return 1.0
        return (self._received + self._lost) / max(1, self._received)

    def _reduce(self, excess: float, now_s: float) -> None:
        if self.reduced == 1 and now_s < self._until_s:
            self._patience_s = min(2 * self._patience_s, _LONGEST_PATIENCE_S)
        wanted = max(_SMALLEST, self.reduced * excess * _HEADROOM)
        self.reduced = min(_round_up(wanted), _LARGEST)
        self._until_s = now_s + self._patience_s

    def _try_everything(self, now_s: float) -> None:
        """What is lost soon after this makes it wait longer the next time."""
        self.reduced = 1
        self._until_s = now_s + _FIRST_PATIENCE_S


def _round_up(amount: float) -> int:
    """The next number of the row 1, 2, 5, 10, 20, 50 and so on."""
    decade = 1
    while True:
        for step in (1, 2, 5):
            if step * decade >= amount:
                return step * decade
        decade *= 10
