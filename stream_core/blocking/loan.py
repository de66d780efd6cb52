"""Values that an iterator takes without its reader's lock; who has the lock can call them in."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import repeat, starmap
from typing import Any

__all__ = ["Loan"]


class Loan:
    """The right to take so many values from the left of a deque.

    Each step of `taking` is one call of C, between whose parts no other thread comes: a value is
    taken before the loan is called in, or not at all.

    Args:
        values: where they are, and stay until they are taken.
        count: how many, at most all.

    Attributes:
        taking: takes them, one by one.
    """

    __slots__ = ("_steps", "taking")

    def __init__(self, values: deque[Any], count: int) -> None:
        self._steps = repeat((), count)
        self.taking: Iterator[Any] = starmap(values.popleft, self._steps)

    def call_in(self) -> None:
        """Nothing more is taken by it."""
        deque(self._steps, maxlen=0)
