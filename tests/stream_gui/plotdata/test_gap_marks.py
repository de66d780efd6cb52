from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_gui.plotdata.columns import ColumnView
from stream_gui.plotdata.gap_marks import GapMark, gap_marks, gap_text
from stream_gui.plotdata.gaps import Gap, GapSpan, GapSpans

VIEW = ColumnView(100, 50, 10)  # 1000 … 1500


def spans(*each: tuple[int, int, bool]) -> GapSpans:
    return GapSpans(
        tuple(Gap(n, "overflow" if loss else "nothing came for 1 s", 3 if loss else None, loss)
              for n, (_, _, loss) in enumerate(each)),
        np.array([start for start, _, _ in each], np.int64),
        np.array([stop for _, stop, _ in each], np.int64),
        np.array([loss for _, _, loss in each], np.bool_),
    )  # fmt: skip


def test_a_gap_covers_its_columns_and_at_least_one() -> None:
    found = gap_marks([spans((1100, 1134, True), (1200, 1200, True), (1300, 1320, False))], VIEW)
    assert found == (GapMark(30, 32, False), GapMark(10, 13, True), GapMark(20, 20, True))


def test_what_is_out_of_view_is_left_out_and_the_rest_cut_off() -> None:
    found = gap_marks([spans((0, 900, True), (900, 1010, True), (1490, 9000, True))], VIEW)
    assert found == (GapMark(0, 1, True), GapMark(49, 49, True))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(st.tuples(st.integers(800, 1700), st.integers(0, 300))), max_size=3))
def test_exactly_the_columns_that_a_gap_touches_are_marked(
    series: list[list[tuple[int, int]]],
) -> None:
    each = [spans(*((start, start + size, True) for start, size in one)) for one in series if one]
    marked = {c for mark in gap_marks(each, VIEW) for c in range(mark.first, mark.last + 1)}
    touched = {
        column
        for one in series
        for start, size in one
        for column in range(VIEW.count)
        if start // 10 <= 100 + column <= (start + size) // 10
    }
    assert marked == touched


def test_what_is_told_of_a_gap() -> None:
    lost = GapSpan(Gap(3, "the reader was too slow", 1204), 0, 1_500_000_000)
    one = GapSpan(Gap(3, "overflow", 1), 0, 1_000_000)
    unknown = GapSpan(Gap(4, "the link was down", None), 0, 2_000_000_000)
    hole = GapSpan(Gap(9, "nothing came for 2 s", None, is_loss=False), 0, 2_000_000_000)
    narrow = "\N{NARROW NO-BREAK SPACE}"
    assert gap_text([lost]) == f"1{narrow}204 samples lost in 1.5 s: the reader was too slow"
    assert gap_text([one, unknown, hole]) == (
        "1 sample lost in 0.001 s: overflow\n"
        "Some samples lost in 2 s: the link was down\n"
        "Gap: nothing came for 2 s"
    )
    many = [GapSpan(Gap(n, f"reason {n}", n), 0, 0) for n in range(1, 8)]
    assert gap_text(many).endswith("and 4 more")
