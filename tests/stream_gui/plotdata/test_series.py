from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_gui.plotdata.envelope import Envelope
from stream_gui.plotdata.series import Series

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND


def regular(values: np.ndarray, *, interval_ns: int = 100_000, capacity: int = 100_000) -> Series:
    series = Series("a", capacity=capacity, dtype="float64")
    series.append(values, time_ns=T0, interval_ns=interval_ns)
    return series


def extremes(envelope: Envelope) -> tuple[float, float]:
    return float(np.nanmin(envelope.low)), float(np.nanmax(envelope.high))


def test_an_empty_series_shows_nothing() -> None:
    series = Series("a")
    assert (series.length, series.newest_time_ns, series.last_value) == (0, None, None)
    assert len(series.envelope(0, T0, 100)) == 0


def test_few_samples_are_shown_as_they_are() -> None:
    series = regular(np.arange(10.0), interval_ns=SECOND)
    shown = series.envelope(T0, T0 + 10 * SECOND, 100)
    assert shown.samples_per_bin == 1
    assert shown.low.tolist() == list(range(10))
    assert shown.times_ns.tolist() == [T0 + n * SECOND for n in range(10)]
    assert shown.breaks.tolist() == [True] + [False] * 9


def test_lines_leave_the_view_by_one_sample_on_each_side() -> None:
    series = regular(np.arange(10.0), interval_ns=SECOND)
    shown = series.envelope(T0 + 3 * SECOND, T0 + 5 * SECOND, 100)
    assert shown.low.tolist() == [2, 3, 4, 5, 6]


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_no_spike_is_lost_and_none_is_invented(data: st.DataObject) -> None:
    """Against numpy on the raw samples: any zoom, any block sizes, a ring that turns over."""
    total = data.draw(st.integers(1, 30_000))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    raw = rng.normal(size=total)
    raw[rng.integers(0, total, 3)] = 1000.0, -1000.0, np.nan
    series = Series("a", capacity=4096, dtype="float64")
    first = 0
    while first < total:
        size = data.draw(st.integers(1, 6000))
        block = raw[first : first + size]
        series.append(block, time_ns=T0 + first * 1000, interval_ns=1000)
        first += size
    oldest = max(0, total - 4096)
    low = data.draw(st.integers(oldest, total - 1))
    high = data.draw(st.integers(low, total - 1))
    shown = series.envelope(T0 + low * 1000, T0 + high * 1000, data.draw(st.integers(1, 500)))
    inside = raw[low : high + 1]
    margin = shown.samples_per_bin + 1
    around = raw[max(0, low - margin) : high + 1 + margin]
    if not np.isnan(inside).all():
        lowest, highest = extremes(shown)
        assert np.nanmin(around) <= lowest <= np.nanmin(inside)
        assert np.nanmax(inside) <= highest <= np.nanmax(around)
    assert np.all(np.diff(shown.times_ns) > 0)
    assert series.length == min(total, 4096)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 50_000), st.integers(2_000, 100_000), st.integers(10, 300), st.integers(1, 4000)
)
def test_bins_stay_what_they_are_while_the_view_scrolls(
    start: int, width: int, pixels: int, step: int
) -> None:
    series = regular(np.random.default_rng(1).normal(size=100_000), capacity=200_000)
    views = [
        series.envelope(T0 + at * 100_000, T0 + (at + width) * 100_000, pixels)
        for at in (start, start + step)
    ]
    if views[0].samples_per_bin != views[1].samples_per_bin:
        return
    first, second = (
        dict(zip(v.times_ns.tolist(), zip(v.low, v.high, strict=True), strict=True)) for v in views
    )
    newest_complete = T0 + (100_000 - 5000) * 100_000
    for time_ns in first.keys() & second.keys():
        if time_ns < newest_complete:
            assert first[time_ns] == second[time_ns]


def test_the_cost_is_that_of_the_pixels_whatever_the_history() -> None:
    series = Series("a", capacity=3_000_000)
    for block in range(30):
        series.append(np.zeros(100_000), time_ns=T0 + block * 10 * SECOND, interval_ns=100_000)
    for seconds in (0.01, 1, 10, 100, 300):
        newest = series.newest_time_ns or 0
        shown = series.envelope(newest - int(seconds * SECOND), newest, 1000)
        assert len(shown) <= 16 * 1000 + 2000


def test_memory_is_little_more_than_that_of_the_samples() -> None:
    series = regular(np.zeros(1000), capacity=1_000_000)
    assert series.nbytes < 1.2 * 8 * 1_000_000


def test_a_gap_interrupts_the_curve_where_it_is() -> None:
    series = regular(np.arange(5.0), interval_ns=SECOND)
    series.mark_gap("overflow", 3)
    series.append(np.arange(5.0), time_ns=T0 + 8 * SECOND, interval_ns=SECOND)
    shown = series.envelope(T0, T0 + 20 * SECOND, 100)
    assert np.flatnonzero(shown.breaks).tolist() == [0, 5]
    assert [(gap.index, gap.count) for gap in series.gaps()] == [(5, 3)]
    assert "overflow" in series.gaps()[0].reason


def test_a_long_gap_inside_a_bin_keeps_samples_at_their_times() -> None:
    series = regular(np.zeros(1000), interval_ns=1000)
    series.mark_gap("lost")
    later = np.zeros(1000)
    later[3] = 99.0
    series.append(later, time_ns=T0 + 50_000_000, interval_ns=1000)
    shown = series.envelope(T0, T0 + 51_000_000, 50)
    spike = int(np.nanargmax(shown.high))
    assert abs(int(shown.times_ns[spike]) - (T0 + 50_003_000)) <= 16_000
    assert len(np.flatnonzero(shown.breaks)) == 2


def test_neighbouring_gaps_become_one() -> None:
    series = regular(np.arange(5.0))
    series.mark_gap("a", 1)
    series.mark_gap("b", 2)
    assert [(gap.count, gap.reason) for gap in series.gaps()] == [(3, "a; b")]


def test_a_loss_keeps_its_reason_and_its_count_though_nothing_came_meanwhile() -> None:
    series = Series("x")
    series.append(np.arange(100.0), time_ns=T0, interval_ns=1_000_000)
    series.mark_gap("overflow", 3)
    series.mark_gap("overflow", 4)
    series.append(np.arange(100.0), time_ns=T0 + 10**10, interval_ns=1_000_000)
    assert [(gap.index, gap.count, gap.reason) for gap in series.gaps()] == [(100, 7, "overflow")]


def test_a_hole_in_regular_time_is_a_gap_but_jitter_is_none() -> None:
    series = regular(np.zeros(100), interval_ns=1000)
    series.append(np.zeros(100), time_ns=T0 + 120_000, interval_ns=1000)
    assert not series.gaps()
    series.append(np.zeros(100), time_ns=T0 + SECOND, interval_ns=1000)
    assert [gap.index for gap in series.gaps()] == [200]


def test_uneven_times_are_kept() -> None:
    times = T0 + np.cumsum(np.random.default_rng(2).integers(1, SECOND, 500))
    series = Series("a", dtype="float64")
    series.append(np.arange(500.0), times)
    shown = series.envelope(T0, int(times[-1]), 1000)
    assert np.array_equal(shown.times_ns, times)


@pytest.mark.parametrize("count", [50, 3000])
def test_samples_stamped_one_by_one_are_kept(count: int) -> None:
    times = T0 + np.cumsum(np.random.default_rng(3).integers(90_000_000, 110_000_000, count))
    series = Series("a", dtype="float64")
    for number, time_ns in enumerate(times.tolist()):
        series.append(float(number), time_ns=time_ns)
    shown = series.envelope(T0, int(times[-1]), count)
    assert np.array_equal(shown.times_ns, times)
    assert shown.low.tolist() == list(range(count))


def test_time_set_back_begins_anew_and_both_stretches_can_be_seen() -> None:
    series = regular(np.full(10, 1.0), interval_ns=SECOND)
    series.append(np.full(10, 2.0), time_ns=T0 - 100 * SECOND, interval_ns=SECOND)
    assert set(series.envelope(T0, T0 + 9 * SECOND, 100).low) == {1.0}
    assert set(series.envelope(T0 - 100 * SECOND, T0 - 90 * SECOND, 100).low) == {2.0}
    both = series.envelope(T0 - 200 * SECOND, T0 + 100 * SECOND, 1000)
    assert np.flatnonzero(both.breaks).tolist() == [0, 10]


def test_repeated_and_slightly_disordered_times_do_not_break_it() -> None:
    series = Series("a", dtype="float64")
    series.append([1.0, 2.0, 3.0, 4.0], [T0, T0, T0 + 5, T0 + 2])
    series.append([5.0, 6.0], time_ns=T0 + 3, interval_ns=1)
    shown = series.envelope(T0, T0 + 10, 100)
    assert shown.low.tolist() == [1, 2, 3, 4, 5, 6]
    assert np.all(np.diff(shown.times_ns) >= 0)


def test_nan_and_infinity_pass_through() -> None:
    series = regular(np.array([1.0, np.nan, np.inf, -np.inf, 2.0]), interval_ns=SECOND)
    shown = series.envelope(T0, T0 + 9 * SECOND, 100)
    assert np.array_equal(shown.low, [1.0, np.nan, np.inf, -np.inf, 2.0], equal_nan=True)
    assert series.last_value == 2.0


def test_what_fits_no_series_is_refused() -> None:
    series = Series("volts")
    with pytest.raises(ValueError, match=r"volts: .*complex128"):
        series.append([1j], time_ns=T0)
    with pytest.raises(ValueError, match=r"\(2, 2\)"):
        series.append([[1, 2], [3, 4]], time_ns=T0)
    with pytest.raises(ValueError, match="2 values but times"):
        series.append([1, 2], [T0])
    with pytest.raises(ValueError, match="positive interval_ns"):
        series.append([1, 2], time_ns=T0)


def test_version_tells_of_news() -> None:
    series = Series("a")
    seen = {series.version}
    series.append(1, time_ns=T0)
    seen.add(series.version)
    series.mark_gap("x")
    seen.add(series.version)
    series.clear()
    seen.add(series.version)
    assert len(seen) == 4
    assert series.length == 0


def test_one_thread_writes_while_another_reads() -> None:
    series = Series("a", capacity=8192)
    done = threading.Event()

    def write() -> None:
        for block in range(400):
            values = np.full(500, float(block))
            series.append(values, time_ns=T0 + block * 500_000, interval_ns=1000)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        shown = series.envelope(T0, T0 + SECOND, 200)
        assert np.all(np.diff(shown.times_ns) > 0)
        assert np.all(np.diff(shown.low) >= 0)
    writer.join()
    assert series.total == 200_000


def test_what_is_no_number_is_counted() -> None:
    series = Series("a")
    series.append([1.0, np.nan, np.inf, -np.inf, np.nan], np.arange(5) + T0)
    assert series.not_finite == (2, 2)
    series.append(np.arange(3.0), np.arange(3) + T0 + 10)
    assert series.not_finite == (2, 2)
    series.clear()
    assert series.not_finite == (0, 0)


def test_a_series_made_wider_keeps_what_it_has_and_takes_the_rest_exactly() -> None:
    series = Series("a", capacity=5000, dtype="float32")
    rng = np.random.default_rng(3)
    raw = rng.normal(size=7000).astype(np.float32)
    series.append(raw, time_ns=T0, interval_ns=SECOND)
    before = series.envelope(T0, T0 + 7000 * SECOND, 50)
    series.widen()
    after = series.envelope(T0, T0 + 7000 * SECOND, 50)
    assert np.array_equal(before.low, after.low)
    assert np.array_equal(before.high, after.high)
    assert series.precision == "float64"
    series.append([16_777_217.0], time_ns=T0 + 7000 * SECOND)
    assert series.last_value == 16_777_217.0
    assert series.envelope(T0 + 6999 * SECOND, T0 + 7000 * SECOND, 50).low[-1] == 16_777_217.0
