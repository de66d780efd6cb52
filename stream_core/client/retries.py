"""When a client tries again to reach its server; pure, all that is left to chance apart."""

from __future__ import annotations

import random
from collections.abc import Iterator

__all__ = ["FIRST_RETRY_S", "LONGEST_RETRY_S", "retry_delays_s"]

FIRST_RETRY_S = 0.05
LONGEST_RETRY_S = 2.0


def retry_delays_s(after_s: float) -> Iterator[float]:
    """How long to wait before each attempt, without end.

    They grow, and all who lost the same server come at different times.

    Args:
        after_s: what the server asked for; 0: it said nothing.
    """
    yield after_s + random.uniform(0.0, max(after_s, FIRST_RETRY_S))
    longest_s = FIRST_RETRY_S
    while True:
        yield longest_s * random.uniform(0.5, 1.0)
        longest_s = min(longest_s * 2, LONGEST_RETRY_S)
