"""One round of fuzzing: who is next, and for how long; it starts nothing and reads no clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

__all__ = ["LEAST_S", "Round", "turned"]

LEAST_S = 5.0  # for one target; less finds nothing
FIRST_START_S = 5.0  # that a process takes to begin, until one has shown it


class Round:
    """What there is of time, divided among those that are left.

    Args:
        names: of the targets, in their order.
        jobs: targets at once.
        give_up_s: when all must have come to their end.

    Attributes:
        left: those that have not been had.
    """

    def __init__(self, names: Sequence[str], jobs: int, give_up_s: float) -> None:
        self.left = deque(names)
        self._jobs = jobs
        self._give_up_s = give_up_s
        self._start_s = FIRST_START_S

    def next(self, now_s: float) -> tuple[str, float] | None:
        """A target and its seconds; None: there is no time for another, or none is left."""
        left_s = self._give_up_s - now_s - self._start_s
        if not self.left or left_s < LEAST_S:
            return None
        share_s = (self._give_up_s - now_s) * self._jobs / len(self.left) - self._start_s
        return self.left.popleft(), min(left_s, max(LEAST_S, share_s))

    def ended(self, took_s: float, seconds: float) -> None:
        """One took so long in all, of which so many seconds had been given to it."""
        self._start_s = max(0.0, took_s - seconds)


def turned(names: Sequence[str], first: str) -> list[str]:
    """The names from `first` on, then those before it; as they are if it is none of them."""
    start = names.index(first) if first in names else 0
    return [*names[start:], *names[:start]]
