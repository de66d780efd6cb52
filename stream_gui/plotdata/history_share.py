"""How a budget of memory is shared: all series reach equally far back; knows no series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["LONGEST_S", "Share", "shared_span_s"]

LONGEST_S = 7 * 86_400.0
"""No history needs to reach further back."""

_SHORTEST_S = 0.1
_STEPS = 18


@dataclass(frozen=True, slots=True)
class Share:
    """What a series needs.

    Attributes:
        rate_hz: samples a second that come in.
        bytes_per_sample: what each of them takes.
        least: so many samples are kept whatever the budget.
        kept: how many there are.
        kept_since: for a stretch of time in seconds, how many of these are not older.
    """

    rate_hz: float
    bytes_per_sample: float
    least: int
    kept: int
    kept_since: Callable[[float], int]

    def samples(self, span_s: float) -> int:
        """How many samples are to be kept to reach so far back."""
        wanted = max(self.least, int(self.rate_hz * span_s))
        return wanted if wanted >= self.kept else max(wanted, self.kept_since(span_s))


def shared_span_s(shares: Sequence[Share], budget_bytes: float) -> float:
    """The longest stretch of time, in seconds, that all of them can keep within the budget."""

    def fits(span_s: float) -> bool:
        needed = sum(share.samples(span_s) * share.bytes_per_sample for share in shares)
        return needed <= budget_bytes

    if fits(LONGEST_S):
        return LONGEST_S
    low, high = _SHORTEST_S, LONGEST_S
    for _ in range(_STEPS):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
