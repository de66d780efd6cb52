"""Which pixel columns lie in a gap, so that each is marked at every zoom; knows no colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stream_gui.plotdata.columns import ColumnView
from stream_gui.plotdata.gaps import GapSpan, GapSpans

__all__ = ["GapMark", "gap_marks", "gap_text"]

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class GapMark:
    """Neighbouring columns without samples.

    Attributes:
        first: the first column.
        last: the last one.
        is_loss: whether samples were lost there; else none were sent.
    """

    first: int
    last: int
    is_loss: bool


def gap_marks(spans: Sequence[GapSpans], view: ColumnView) -> tuple[GapMark, ...]:
    """The gaps of several series on pixel columns, those of either kind joined where they touch."""
    marks: list[GapMark] = []
    for is_loss in (False, True):
        covered = np.zeros(view.count + 1, np.int64)
        for each in spans:
            chosen = each.losses == is_loss
            first = (each.starts_ns[chosen] - view.start_ns) // view.column_ns
            last = (each.stops_ns[chosen] - view.start_ns) // view.column_ns
            inside = (last >= 0) & (first < view.count)
            np.add.at(covered, np.clip(first[inside], 0, view.count), 1)
            np.add.at(covered, np.clip(last[inside] + 1, 0, view.count), -1)
        edges = np.diff(np.cumsum(covered[:-1]) > 0, prepend=False, append=False)
        places = np.flatnonzero(edges).reshape(-1, 2)
        marks += [GapMark(first, end - 1, is_loss) for first, end in places.tolist()]
    return tuple(marks)


def gap_text(spans: Sequence[GapSpan]) -> str:
    """What an operator is told of gaps in one place: how many samples, why, and how long."""
    lines = list(dict.fromkeys(map(_line, spans)))
    more = len(lines) - _MOST_NAMED
    return "\n".join(lines[:_MOST_NAMED] + ([f"and {more} more"] if more > 0 else []))


def _line(span: GapSpan) -> str:
    gap, seconds = span.gap, (span.stop_ns - span.start_ns) / 1e9
    if not gap.is_loss:
        return f"Gap: {gap.reason}"
    count = f"{gap.count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}") if gap.count else "Some"
    samples = "sample" if gap.count == 1 else "samples"
    return f"{count} {samples} lost in {seconds:.4g} s: {gap.reason}"
