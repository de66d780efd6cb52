"""Where samples are missing in a series, and why; knows nothing of their values."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.growing_table import GrowingTable

__all__ = ["Gap", "GapList", "GapSpan", "GapSpans"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where samples are missing, or where time jumps.

    Attributes:
        index: number of the first sample after it, counted from the series' first one.
        reason: why, in words.
        count: how many are missing; None if that is unknown.
        is_loss: whether samples were lost; else none were sent.
    """

    index: int
    reason: str
    count: int | None
    is_loss: bool = True

    def joined(self, other: Gap) -> Gap:
        """This gap with another one in the same place."""
        reasons = dict.fromkeys([*self.reason.split("; "), other.reason])
        both = None if self.count is None or other.count is None else self.count + other.count
        return Gap(self.index, "; ".join(reasons), both, self.is_loss or other.is_loss)


@dataclass(frozen=True, slots=True)
class GapSpan:
    """A gap with the time that it takes.

    Attributes:
        gap: what is missing there.
        start_ns: time of the last sample before it.
        stop_ns: time of the first sample after it, or of the newest one if none has come since.
    """

    gap: Gap
    start_ns: int
    stop_ns: int


@dataclass(frozen=True, slots=True)
class GapSpans:
    """All gaps that touch a stretch of time, in order.

    Attributes:
        gaps: what is missing in each.
        starts_ns: time of the last sample before each; where time was set back, of the first after.
        stops_ns: time of the first sample after each.
        losses: which of them are losses.
    """

    gaps: tuple[Gap, ...]
    starts_ns: NDArray[np.int64]
    stops_ns: NDArray[np.int64]
    losses: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.gaps)

    @staticmethod
    def joined(parts: Sequence[GapSpans]) -> GapSpans:
        """Those of several stretches as one."""
        return GapSpans(
            tuple(gap for part in parts for gap in part.gaps),
            np.concatenate([part.starts_ns for part in parts]),
            np.concatenate([part.stops_ns for part in parts]),
            np.concatenate([part.losses for part in parts]),
        )

    def touching(self, start_ns: int, stop_ns: int) -> tuple[GapSpan, ...]:
        """Those of them that touch a shorter stretch."""
        inside = np.flatnonzero((self.starts_ns <= stop_ns) & (self.stops_ns >= start_ns))
        return tuple(
            GapSpan(self.gaps[number], int(self.starts_ns[number]), int(self.stops_ns[number]))
            for number in inside.tolist()
        )


class GapList:
    """Gaps in the order of the samples.

    Attributes:
        numbers: the number of the sample after each.
        gaps: the gaps.
    """

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.gaps: list[Gap] = []
        self._table = GrowingTable(2)

    def __len__(self) -> int:
        return len(self.gaps)

    @property
    def array(self) -> NDArray[np.int64]:
        """The numbers, once more, as an array that only the next change makes invalid."""
        return self._table.column(0)

    def add(self, gap: Gap) -> None:
        """Note a gap before the sample that is the next one to come."""
        if self.ends_at(gap.index):
            self.gaps[-1] = self.gaps[-1].joined(gap)
            self._table.column(1)[-1] = self.gaps[-1].is_loss
        else:
            self.gaps.append(gap)
            self.numbers.append(gap.index)
            self._table.append(gap.index, gap.is_loss)

    def ends_at(self, number: int) -> bool:
        """Whether the newest gap is before this sample."""
        return self.numbers[-1:] == [number]

    def forget_before(self, start: int) -> None:
        """Let go of the gaps before samples that are kept no more; `start` is the oldest kept."""
        if self.numbers and self.numbers[0] <= start:
            count = bisect_left(self.numbers, start)
            del self.numbers[:count], self.gaps[:count]
            self._table.drop(count)

    def part(
        self, first: int, last: int
    ) -> tuple[tuple[Gap, ...], NDArray[np.int64], NDArray[np.bool_]]:
        """The gaps before samples first … last - 1, their numbers, and whether each is a loss."""
        begin, end = np.searchsorted(self.array, (first, last)).tolist()
        losses = self._table.column(1)[begin:end].astype(np.bool_)
        return tuple(self.gaps[begin:end]), self.array[begin:end].copy(), losses
