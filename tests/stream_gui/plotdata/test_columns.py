from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_gui.plotdata.columns import Columns, ColumnView, columns_of
from stream_gui.plotdata.series import Series

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND


def series_of(values: list[float] | np.ndarray, interval_ns: int) -> Series:
    series = Series("a", dtype="float64", capacity=500_000)
    series.append(values, time_ns=T0, interval_ns=interval_ns)
    return series


def shown(series: Series, view: ColumnView) -> Columns:
    return columns_of(series.envelope(view.start_ns, view.stop_ns, view.count), view)


def view_from(start_ns: int, count: int, column_ns: int) -> ColumnView:
    return ColumnView(start_ns // column_ns, count, column_ns)


def test_a_view_ends_with_the_column_that_holds_its_stop() -> None:
    view = ColumnView.ending_at(T0 + 7, 1000, 100)
    assert view.column_ns == 10
    assert view.start_ns <= T0 + 7 < view.stop_ns
    assert view.stop_ns - view.start_ns == 1000


def test_sparse_samples_are_joined_by_straight_lines() -> None:
    columns = shown(series_of([0.0, 10.0], 10 * SECOND), view_from(T0, 20, SECOND))
    assert columns.low[:10] == pytest.approx(np.arange(10.0))
    assert columns.high[:10] == pytest.approx(np.arange(10.0) + 1)
    assert np.isnan(columns.low[11:]).all()
    assert (columns.least, columns.most) == (0.0, 10.0)


def test_dense_samples_cover_their_range_in_each_column() -> None:
    rng = np.random.default_rng(5)
    raw = rng.normal(size=100_000)
    columns = shown(series_of(raw, 1000), view_from(T0, 100, 1_000_000))
    for number in (0, 17, 99):
        part = raw[number * 1000 + 256 : (number + 1) * 1000 - 256]
        assert columns.low[number] <= part.min()
        assert columns.high[number] >= part.max()
    assert columns.most == raw.max()


def test_neighbouring_columns_touch() -> None:
    raw = np.repeat(np.arange(100.0) ** 2, 1000)
    columns = shown(series_of(raw, 1000), view_from(T0, 100, 1_000_000))
    assert np.all(columns.low[1:] <= columns.high[:-1])
    assert np.all(columns.high[1:] >= columns.low[:-1])


@pytest.mark.parametrize("what", ["gap", "nan"])
def test_nothing_is_drawn_across_what_is_missing(what: str) -> None:
    series = series_of([1.0, 1.0, 1.0], SECOND)
    if what == "gap":
        series.mark_gap("lost")
    else:
        series.append(np.nan, time_ns=T0 + 5 * SECOND)
    series.append([2.0, 2.0, 2.0], time_ns=T0 + 8 * SECOND, interval_ns=SECOND)
    columns = shown(series, view_from(T0, 12, SECOND))
    assert np.isfinite(columns.low[:3]).all()
    assert np.isnan(columns.low[3:8]).all()
    assert np.isfinite(columns.low[8:11]).all()


def test_infinite_samples_leave_the_scale_alone() -> None:
    columns = shown(series_of([1.0, np.inf, 2.0, -np.inf, 3.0], SECOND), view_from(T0, 10, SECOND))
    assert columns.high[1] == np.inf
    assert columns.low[3] == -np.inf
    assert (columns.least, columns.most) == (1.0, 3.0)


def test_only_samples_far_apart_are_marked() -> None:
    columns = shown(series_of([1.0, 2.0, np.nan, 3.0], 100 * SECOND), view_from(T0, 1000, SECOND))
    assert columns.marks.tolist() == [0, 100, 300]
    assert columns.mark_values.tolist() == [1, 2, 3]
    crowded = shown(series_of(np.arange(500.0), SECOND), view_from(T0, 1000, SECOND))
    assert not len(crowded.marks)


def test_an_empty_view_covers_nothing() -> None:
    columns = shown(series_of([1.0], SECOND), view_from(T0 + 100 * SECOND, 10, SECOND))
    assert np.isnan(columns.low).all()
    assert np.isnan(columns.least)


def test_time_set_back_shows_both_stretches() -> None:
    series = series_of(np.full(10, 5.0), SECOND)
    series.append(np.full(5, 7.0), time_ns=T0, interval_ns=SECOND)
    columns = shown(series, view_from(T0, 10, SECOND))
    assert columns.low.tolist()[:9] == [5.0] * 9
    assert columns.high.tolist()[:4] == [7.0] * 4


@settings(deadline=None, max_examples=60)
@given(
    st.integers(20, 400),
    st.integers(1_000, 3_000_000),
    st.integers(1, 300),
    st.integers(0, 199_999),
)
def test_a_spike_keeps_its_column_and_its_height_while_scrolling(
    count: int, column_ns: int, step: int, spike: int
) -> None:
    raw = np.random.default_rng(7).normal(size=200_000)
    raw[spike] = 500.0
    series = series_of(raw, 1000)
    duration = count * column_ns
    views = [
        ColumnView.ending_at(T0 + spike * 1000 + duration // 2 + at * column_ns, duration, count)
        for at in (0, min(step, count // 2 - 2))
    ]
    found = [shown(series, view) for view in views]
    peaks = [
        view.first + int(np.flatnonzero(columns.high > 499.99)[0])
        for view, columns in zip(views, found, strict=True)
    ]
    assert [columns.most for columns in found] == [500.0, 500.0]
    assert peaks[0] == peaks[1]
    assert abs(peaks[0] * column_ns - (T0 + spike * 1000)) <= 2 * column_ns


@pytest.mark.parametrize("endless", [np.inf, -np.inf])
def test_no_line_leads_to_an_infinite_sample(endless: float) -> None:
    columns = shown(series_of([1.0, endless, 2.0], 4 * SECOND), view_from(T0, 12, SECOND))
    touched = np.flatnonzero(~np.isnan(columns.low))
    assert touched.tolist() == [0, 4, 8]
    assert columns.low[4] == columns.high[4] == endless
    assert columns.is_endless


def test_a_finite_end_beside_infinity_counts_for_the_scale() -> None:
    columns = shown(series_of([5.0, np.inf], SECOND // 10), view_from(T0, 1, SECOND))
    assert (columns.low[0], columns.high[0]) == (5.0, np.inf)
    assert (columns.least, columns.most) == (5.0, 5.0)


def test_columns_of_nothing_but_nan_are_told_apart_from_those_of_nothing() -> None:
    columns = shown(series_of([1.0, np.nan, 2.0], 2 * SECOND), view_from(T0, 8, SECOND))
    assert columns.blanks is not None
    assert np.flatnonzero(columns.blanks).tolist() == [2]
    assert shown(series_of([1.0, 2.0], SECOND), view_from(T0, 8, SECOND)).blanks is None


@pytest.mark.parametrize("spike", [1, 3_999_999, 2_345_678])
def test_one_sample_among_millions_is_seen_at_every_zoom_in_its_place(spike: int) -> None:
    total, interval_ns = 4_000_000, 1000
    series = Series("a", capacity=total)
    for block in range(0, total, 500_000):
        values = np.zeros(500_000, np.float32)
        values[spike - block : spike - block + 1 if 0 <= spike - block < 500_000 else 0] = 7.5
        series.append(values, time_ns=T0 + block * interval_ns, interval_ns=interval_ns)
    spike_ns = T0 + spike * interval_ns
    for samples in (3, 50, 700, 11_000, 170_000, 2_600_000, 9_000_000):
        column_ns = max(1, samples * interval_ns // 300)
        for share in (0.05, 0.5, 0.93):
            first = spike_ns // column_ns - round(300 * share)
            columns = shown(series, ColumnView(first, 300, column_ns))
            assert columns.most == 7.5
            at = np.flatnonzero(columns.high == 7.5) + first
            assert np.all(np.abs(at * column_ns - spike_ns) <= 2 * column_ns)
            assert len(at) <= 2


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_columns_hold_the_extremes_of_their_samples(data: st.DataObject) -> None:
    """Against numpy on the raw samples of each column, whatever the rate, the zoom and the end."""
    count = data.draw(st.integers(1, 3000))
    interval = data.draw(st.integers(1, 5000))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    raw = rng.normal(size=count)
    raw[rng.integers(0, count, 3)] = 50.0, -50.0, np.nan
    series = Series("a", dtype="float64")
    series.append(raw, time_ns=T0, interval_ns=interval)
    column_ns = data.draw(st.integers(1, 40_000))
    width = data.draw(st.integers(1, 400))
    first = T0 // column_ns + data.draw(st.integers(-width, count * interval // column_ns + 1))
    # a bin stands where its first sample does: at the left it leaves the view with that
    slack = -(-16 * interval // column_ns) if interval < column_ns else 0
    first -= slack
    columns = shown(series, ColumnView(first, width + slack, column_ns))
    places = (T0 + np.arange(count) * interval) // column_ns - first
    for number in range(slack, width + slack):
        own = raw[places == number]
        if len(own) and np.isfinite(own).any():
            near = slice(number - slack, number + 1)
            assert np.nanmin(columns.low[near]) <= np.nanmin(own)
            assert np.nanmax(columns.high[near]) >= np.nanmax(own)
    seen = ~np.isnan(columns.low)
    numbers = raw[~np.isnan(raw)]
    assert np.all(columns.low[seen] >= numbers.min(initial=np.inf))
    assert np.all(columns.high[seen] <= numbers.max(initial=-np.inf))
