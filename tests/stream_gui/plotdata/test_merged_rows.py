from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_gui.plotdata.merged_rows import MergedRows
from stream_gui.plotdata.series import Series

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND


def table(rows: MergedRows, count: int) -> list[tuple[int, list[float | None]]]:
    found: list[tuple[int, list[float | None]]] = []
    for piece in rows:
        cells: list[list[float | None]] = [[None] * count for _ in piece.times_ns]
        for column, each in enumerate(piece.columns):
            for row, value in zip(each.rows, each.values, strict=True):
                assert cells[row][column] is None
                cells[row][column] = float(value)
        found += zip(piece.times_ns.tolist(), cells, strict=True)
    return found


def made(times: list[int], values: list[float], capacity: int = 4096) -> Series:
    series = Series("a", capacity=capacity, dtype="float64")
    if times:
        series.append(values, np.array(times) + T0)
    return series


def test_same_times_share_a_row_and_others_do_not() -> None:
    a = made([0, 10, 20], [1, 2, 3])
    b = made([5, 10, 30], [4, 5, 6])
    assert table(MergedRows([a, b], T0, T0 + 30), 2) == [
        (T0, [1, None]),
        (T0 + 5, [None, 4]),
        (T0 + 10, [2, 5]),
        (T0 + 20, [3, None]),
        (T0 + 30, [None, 6]),
    ]


def test_repeated_times_are_all_kept_in_their_order() -> None:
    a = made([0, 7, 7, 7, 9], [1, 2, 3, 4, 5])
    b = made([7, 7], [8, 9])
    assert table(MergedRows([a, b], T0, T0 + 9, piece=2), 2) == [
        (T0, [1, None]),
        (T0 + 7, [2, 8]),
        (T0 + 7, [3, 9]),
        (T0 + 7, [4, None]),
        (T0 + 9, [5, None]),
    ]


def test_after_a_clock_was_set_back_nothing_shares_a_row_with_what_was_before() -> None:
    a = made([], [])
    a.append([1.0, 2.0, 3.0], time_ns=T0, interval_ns=2 * SECOND)
    a.append([4.0, 5.0], time_ns=T0, interval_ns=2 * SECOND)
    found = table(MergedRows([a], T0, T0 + 4 * SECOND), 1)
    seconds = [((time - T0) // SECOND, cells[0]) for time, cells in found]
    assert seconds == [(0, 1), (0, 4), (2, 2), (2, 5), (4, 3)]


def test_nothing_gives_no_rows() -> None:
    rows = MergedRows([made([], []), made([5], [1.0])], T0 + 6, T0 + 9)
    assert (rows.total, list(rows)) == (0, [])


def test_samples_that_leave_meanwhile_are_counted() -> None:
    a = made(list(range(4096)), list(range(4096)))
    rows = MergedRows([a], T0, T0 + 4095, piece=100)
    pieces = iter(rows)
    first = next(pieces)
    a.append(np.zeros(1000), np.arange(1000) + T0 + 10_000)
    left = sum(len(piece.times_ns) for piece in pieces)
    assert rows.gone > 0
    assert len(first.times_ns) + left + rows.gone == rows.total == 4096


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 40), st.floats(-9, 9)), max_size=60),
        min_size=1,
        max_size=4,
    ),
    st.integers(1, 20),
    st.tuples(st.integers(0, 40), st.integers(0, 40)),
)
def test_every_sample_stands_once_at_its_time(
    recordings: list[list[tuple[int, float]]], piece: int, ends: tuple[int, int]
) -> None:
    low, high = sorted(ends)
    low, high = low * 1000, high * 1000  # times a nanosecond apart are taken for even ones
    sorted_ones = [sorted((t * 1000, v) for t, v in each) for each in recordings]
    series = [made([t for t, _ in each], [v for _, v in each]) for each in sorted_ones]
    rows = MergedRows(series, T0 + low, T0 + high, piece=piece)
    found = table(rows, len(series))
    assert [time for time, _ in found] == sorted(time for time, _ in found)
    for column, each in enumerate(sorted_ones):
        wanted = [(t + T0, v) for t, v in each if low <= t <= high]
        assert [(t, c[column]) for t, c in found if c[column] is not None] == wanted
    assert rows.gone == 0
    assert all(any(value is not None for value in cells) for _, cells in found)
    most_of_a_time = sum(
        max((sum(t == each for t, _ in one) for one in sorted_ones), default=0)
        for each in range(low, high + 1, 1000)
    )
    assert len(found) == most_of_a_time
