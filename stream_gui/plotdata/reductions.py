"""Which samples of a series are minima and maxima of more; knows neither values nor times."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

__all__ = ["Reductions"]


class Reductions:
    """From which sample on every one is there, or a pair stands for many."""

    def __init__(self) -> None:
        self._starts: list[int] = [0]
        self._reduced: list[int] = [1]

    @property
    def newest(self) -> int:
        """How many samples a pair of the newest ones stands for; 1: every one is there."""
        return self._reduced[-1]

    def begin(self, number: int, reduced: int) -> None:
        """From this sample on, which is the next one to come, a pair stands for so many."""
        if reduced == self.newest:
            return
        if self._starts[-1] == number:
            del self._starts[-1], self._reduced[-1]
        self._starts.append(number)
        self._reduced.append(reduced)

    def most_between(self, first: int, last: int) -> int:
        """How many samples a pair among first … last - 1 stands for at most."""
        begin = max(0, bisect_right(self._starts, first) - 1)
        return max(self._reduced[begin : bisect_left(self._starts, last)], default=1)

    def forget_before(self, start: int) -> None:
        """Let go of what is known of samples that are kept no more; `start` is the oldest kept."""
        kept = max(0, bisect_right(self._starts, start) - 1)
        del self._starts[:kept], self._reduced[:kept]
