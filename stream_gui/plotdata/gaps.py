"""Where samples are missing in a series, and why; knows neither their values nor their times."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

__all__ = ["Gap", "GapList"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where samples are missing.

    Attributes:
        index: number of the first sample after it, counted from the series' first one.
        reason: why, in words.
        count: how many are missing; None if that is unknown.
    """

    index: int
    reason: str
    count: int | None

    def joined(self, reason: str, count: int | None) -> Gap:
        """This gap with another one in the same place."""
        reasons = dict.fromkeys([*self.reason.split("; "), reason])
        both = None if count is None or self.count is None else self.count + count
        return Gap(self.index, "; ".join(reasons), both)


class GapList:
    """Gaps in the order of the samples.

    Attributes:
        numbers: the number of the sample after each.
        gaps: the gaps.
    """

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.gaps: list[Gap] = []

    def add(self, number: int, reason: str, count: int | None) -> None:
        """Note a gap before the sample of this number, which is the next one to come."""
        if self.ends_at(number):
            self.gaps[-1] = self.gaps[-1].joined(reason, count)
            return
        self.gaps.append(Gap(number, reason, count))
        self.numbers.append(number)

    def ends_at(self, number: int) -> bool:
        """Whether the newest gap is before this sample."""
        return self.numbers[-1:] == [number]

    def forget_before(self, start: int) -> None:
        """Let go of the gaps before samples that are kept no more; `start` is the oldest kept."""
        if self.numbers and self.numbers[0] <= start:
            kept = bisect_left(self.numbers, start)
            del self.numbers[:kept], self.gaps[:kept]
