from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_gui.plotdata.column_cache import ColumnCache
from stream_gui.plotdata.columns import Columns, ColumnView, columns_of
from stream_gui.plotdata.sample_ring import SampleRing
from stream_gui.plotdata.series import Series

MILLI = 1_000_000
T0 = 1_700_000_000_000 * MILLI
FIRST = T0 // (10 * MILLI)


def afresh(series: Series, view: ColumnView) -> Columns:
    return columns_of(series.envelope(view.start_ns, view.stop_ns, view.count), view)


def assert_same(one: Columns, other: Columns) -> None:
    np.testing.assert_allclose(one.low, other.low, rtol=0, atol=1e-9)
    np.testing.assert_allclose(one.high, other.high, rtol=0, atol=1e-9)
    assert one.is_endless == other.is_endless
    width = (len(one.low),)
    blanks = [np.zeros(width, np.bool_) if c.blanks is None else c.blanks for c in (one, other)]
    assert np.array_equal(*blanks)
    np.testing.assert_allclose([one.least, one.most], [other.least, other.most], atol=1e-9)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["append", "gap", "nan", "inf", "clear", "back"]),
        st.integers(1, 400),
        st.integers(0, 130),
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=150)
@given(STEPS, st.integers(0, 2**32))
def test_it_gives_what_computing_all_afresh_gives(
    steps: list[tuple[str, int, int]], seed: int
) -> None:
    """Dense enough to be joined, sparse enough to be raw: every column must be the same."""
    rng = np.random.default_rng(seed)
    series, cache = Series("a", dtype="float64"), ColumnCache()
    first, now = FIRST, T0
    for what, count, shift in steps:
        if what == "clear":
            series.clear()
        elif what == "back":
            now -= 3000 * MILLI
        elif what == "gap":
            series.mark_gap("lost")
            now += count * MILLI
        values = rng.normal(size=count)
        values[: count // 3 if what == "nan" else 0] = np.nan
        values[: count // 3 if what == "inf" else 0] = np.inf
        series.append(values, time_ns=now, interval_ns=2 * MILLI)
        now += count * 2 * MILLI
        first += shift
        view = ColumnView(first, 100, 10 * MILLI)
        assert_same(cache.update(series, view).columns, afresh(series, view))


def test_what_is_being_written_while_it_looks_is_shown_at_the_next_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    series, cache = Series("a", dtype="float64"), ColumnCache()
    view = ColumnView(FIRST, 100, 10 * MILLI)
    series.append(np.zeros(200), time_ns=T0, interval_ns=MILLI)
    cache.update(series, view)
    write = SampleRing.write

    def looked_at(ring: SampleRing, values: np.ndarray) -> None:
        cache.update(series, view)
        write(ring, values)

    with monkeypatch.context() as patch:
        patch.setattr(SampleRing, "write", looked_at)
        series.append(np.ones(300), time_ns=T0 + 200 * MILLI, interval_ns=MILLI)
    assert_same(cache.update(series, view).columns, afresh(series, view))


def test_a_column_that_moves_into_view_shows_what_came_before_the_clock_was_set_back() -> None:
    series, cache = Series("a", dtype="float64"), ColumnCache()
    series.append(np.zeros(1500), time_ns=T0, interval_ns=10 * MILLI)
    series.append(np.zeros(10), time_ns=T0, interval_ns=MILLI)
    for first in (FIRST, FIRST + 50):
        view = ColumnView(first, 100, 10 * MILLI)
        assert_same(cache.update(series, view).columns, afresh(series, view))


def test_it_tells_from_where_on_there_is_news() -> None:
    series, cache = Series("a"), ColumnCache()
    view = ColumnView(FIRST, 100, 10 * MILLI)
    series.append(np.zeros(500), time_ns=T0, interval_ns=MILLI)
    assert cache.update(series, view).changed_from == 0
    assert cache.update(series, view).changed_from == 100
    series.append(np.zeros(10), time_ns=T0 + 500 * MILLI, interval_ns=MILLI)
    assert 45 <= cache.update(series, view).changed_from <= 49
    moved = ColumnView(FIRST + 20, 100, 10 * MILLI)
    assert 20 < cache.update(series, moved).changed_from <= 80
    assert cache.update(series, ColumnView(FIRST, 100, 10 * MILLI)).changed_from == 0
    assert cache.update(series, ColumnView(FIRST, 100, 20 * MILLI)).changed_from == 0


def test_peaks_stay_while_thousands_of_samples_share_a_column() -> None:
    series, cache = Series("a", dtype="float64"), ColumnCache()
    rng = np.random.default_rng(9)
    peaks: dict[int, float] = {}
    for block in range(300):
        values = rng.normal(size=1000)
        if block % 10 == 0:
            values[500] = 100.0 + block
            peaks[block] = values[500]
        series.append(values, time_ns=T0 + block * MILLI * 10, interval_ns=10_000)
        view = ColumnView(FIRST + block - 99, 100, 10 * MILLI)
        columns = cache.update(series, view).columns
        shown = {
            view.first + int(place) - FIRST: float(columns.high[place])
            for place in np.flatnonzero(columns.high > 50)
        }
        assert shown == {at: peak for at, peak in peaks.items() if at > block - 100}
