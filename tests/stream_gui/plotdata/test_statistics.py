from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_gui.plotdata.series import Series
from stream_gui.plotdata.statistics import Statistics

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND


def reference(series: Series, start_ns: int, stop_ns: int) -> Statistics:
    """By numpy on every sample that the series still keeps."""
    kept = series.read(0, series.total)
    inside = (kept.times_ns >= start_ns) & (kept.times_ns <= stop_ns)
    times_ns, values = kept.times_ns[inside], kept.values[inside].astype(np.float64)
    numbers = kept.first + np.flatnonzero(inside)
    finite = np.isfinite(values)
    y = values[finite].astype(np.longdouble)
    t = (times_ns[finite] - times_ns[finite][:1]) / np.longdouble(SECOND)
    counts = {"nan": int(np.isnan(values).sum()), "infinite": int(np.isinf(values).sum())}
    if not len(y):
        return Statistics(**counts)
    gaps = {gap.index for gap in series.gaps()}
    joined = finite[1:] & finite[:-1] & (np.diff(numbers) == 1)
    joined &= ~np.isin(numbers[1:], list(gaps))
    widths = np.diff(times_ns) / SECOND
    with np.errstate(invalid="ignore"):
        area = np.where(joined & (widths > 0), (values[1:] + values[:-1]) / 2 * widths, 0.0).sum()
    spread = ((t - t.mean()) ** 2).sum()
    return Statistics(
        count=len(y),
        mean=float(y.mean()),
        deviation=float(y.std()),
        least=float(y.min()),
        most=float(y.max()),
        integral=float(area) if len(y) > 1 else math.nan,
        slope=float(((t - t.mean()) * (y - y.mean())).sum() / spread) if spread else math.nan,
        **counts,
    )


def assert_like(found: Statistics, wanted: Statistics, scale: float) -> None:
    assert (found.count, found.nan, found.infinite) == (wanted.count, wanted.nan, wanted.infinite)
    assert found.least == pytest.approx(wanted.least, nan_ok=True, abs=0)
    assert found.most == pytest.approx(wanted.most, nan_ok=True, abs=0)
    for name in ("mean", "deviation", "integral", "slope"):
        one, other = getattr(found, name), getattr(wanted, name)
        assert one == pytest.approx(other, rel=1e-9, abs=1e-11 * scale, nan_ok=True), name


@st.composite
def recordings(draw: st.DrawFn) -> Series:
    """A series as life writes it: blocks of any size, jitter, gaps, clocks set back, NaN, ∞."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    series = Series(
        "a",
        capacity=draw(st.sampled_from([4096, 10_000, 20_000, 60_000])),
        dtype=draw(st.sampled_from(["float32", "float64"])),
    )
    offset = draw(st.sampled_from([0.0, 3.0, -1e5]))
    spoilt = draw(st.sampled_from([0.0, 0.0, 1e-3, 0.5]))
    interval_ns = draw(st.sampled_from([1000, 100_000, 1_000_000]))
    time_ns = T0
    for _ in range(draw(st.integers(1, 12))):
        count = draw(st.integers(1, 9000))
        values = offset + rng.normal(size=count)
        bad = rng.random(count) < spoilt
        values[bad] = rng.choice([np.nan, np.inf, -np.inf], bad.sum())
        match draw(st.sampled_from(["even", "even", "jitter", "uneven", "gap", "back", "room"])):
            case "jitter":
                time_ns -= int(rng.integers(0, 1 + min(SECOND, count * interval_ns // 2)))
            case "gap":
                series.mark_gap("overflow", draw(st.sampled_from([None, 7])))
                time_ns += 3 * count * interval_ns
            case "room":
                series.capacity = draw(st.integers(4096, 70_000))
            case "back":
                time_ns -= 2 * SECOND
            case "uneven":
                times = time_ns + np.cumsum(rng.integers(0, 2 * interval_ns, count))
                series.append(values, times)
                time_ns = int(times[-1])
                continue
        series.append(values, time_ns=time_ns, interval_ns=interval_ns)
        time_ns += count * interval_ns
    return series


@settings(deadline=None, max_examples=250)
@given(recordings(), st.data())
def test_the_figures_are_those_of_the_raw_samples(series: Series, data: st.DataObject) -> None:
    kept = series.read(0, series.total)
    low, high = int(kept.times_ns.min()), int(kept.times_ns.max())
    times = st.one_of(
        st.integers(low - SECOND, high + SECOND), st.sampled_from(kept.times_ns.tolist())
    )
    start_ns, stop_ns = sorted((data.draw(times), data.draw(times)))
    found = series.statistics(start_ns, stop_ns)
    wanted = reference(series, start_ns, stop_ns)
    spread = 1.0 if math.isnan(wanted.deviation) else wanted.deviation + abs(wanted.mean)
    span_s = max(1e-6, (stop_ns - start_ns) / SECOND)
    assert_like(found, wanted, spread * (max(span_s, 1 / span_s) + 1))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_small_noise_on_a_large_offset_keeps_its_deviation(dtype: str) -> None:
    noise = np.random.default_rng(1).integers(-1, 2, 300_000)
    series = Series("a", capacity=400_000, dtype=dtype)  # type: ignore[arg-type]
    series.append(8_000_000.0 + noise, time_ns=T0, interval_ns=100_000)
    found = series.statistics(T0, T0 + 60 * SECOND)
    assert found.count == 300_000
    assert found.deviation == pytest.approx(noise.std(), rel=1e-12)
    assert found.mean == pytest.approx(8_000_000 + noise.mean(), rel=1e-15)


def test_a_tiny_noise_on_a_huge_offset_in_double_precision() -> None:
    noise = np.random.default_rng(1).integers(-1, 2, 100_000) * 2.0**-20
    series = Series("a", capacity=200_000, dtype="float64")
    series.append(2.0**30 + noise, time_ns=T0, interval_ns=100_000)
    found = series.statistics(T0, T0 + 60 * SECOND)
    assert found.deviation == pytest.approx(noise.std(), rel=1e-9)


def test_a_ramp_has_its_slope_and_its_area() -> None:
    series = Series("a", capacity=200_000, dtype="float64")
    series.append(np.arange(100_001) * 2e-3, time_ns=T0, interval_ns=1_000_000)
    found = series.statistics(T0, T0 + 100 * SECOND)
    assert found.slope == pytest.approx(2.0)
    assert found.integral == pytest.approx(100 * 200 / 2)
    assert found.peak_to_peak == pytest.approx(200.0)


def test_both_ends_belong_to_it() -> None:
    series = Series("a", dtype="float64")
    series.append([1.0, 2.0, 4.0, 8.0], time_ns=T0, interval_ns=SECOND)
    assert series.statistics(T0 + SECOND, T0 + 2 * SECOND).mean == 3.0
    assert series.statistics(T0 + SECOND, T0 + SECOND).count == 1
    assert series.statistics(T0 + SECOND + 1, T0 + 2 * SECOND - 1).count == 0


def test_nothing_gives_nothing() -> None:
    found = Series("a").statistics(T0, T0 + SECOND)
    assert (found.count, found.starts_late, found.ends_early) == (0, True, True)
    assert math.isnan(found.mean)
    assert math.isnan(found.peak_to_peak)


def test_it_says_where_it_reaches_beyond_what_is_kept() -> None:
    series = Series("a", capacity=4096, dtype="float64")
    series.append(np.zeros(10_000), time_ns=T0, interval_ns=1000)
    oldest = T0 + (10_000 - 4096) * 1000
    newest = T0 + 9999 * 1000
    for start_ns, stop_ns, late, early in (
        (oldest, newest, False, False),
        (oldest - 1, newest, True, False),
        (oldest, newest + 1, False, True),
    ):
        found = series.statistics(start_ns, stop_ns)
        assert (found.starts_late, found.ends_early) == (late, early)


def test_it_counts_the_gaps_that_reach_into_it() -> None:
    series = Series("a", dtype="float64")
    series.append(np.zeros(5), time_ns=T0, interval_ns=SECOND)
    series.mark_gap("overflow", 3)
    series.append(np.zeros(5), time_ns=T0 + 8 * SECOND, interval_ns=SECOND)
    series.mark_gap("link", None)

    def gaps(start_s: float, stop_s: float) -> tuple[int, int, bool]:
        found = series.statistics(T0 + round(start_s * SECOND), T0 + round(stop_s * SECOND))
        return found.gaps, found.lost, found.lost_is_least

    assert gaps(0, 12) == (1, 3, False)
    assert gaps(0, 13) == (2, 3, True)
    assert gaps(5, 7) == (1, 3, False)  # within the gap
    assert gaps(0, 4) == (0, 0, False)  # up to its edge
    assert gaps(8, 12) == (0, 0, False)
    assert gaps(4, 8) == (1, 3, False)


def test_the_integral_does_not_bridge_a_gap() -> None:
    series = Series("a", dtype="float64")
    series.append(np.ones(5), time_ns=T0, interval_ns=SECOND)
    series.mark_gap("overflow", 3)
    series.append(np.ones(5), time_ns=T0 + 8 * SECOND, interval_ns=SECOND)
    assert series.statistics(T0, T0 + 12 * SECOND).integral == 8.0


def test_the_cost_is_that_of_the_ends_whatever_lies_between() -> None:
    series = Series("a", capacity=3_000_000)
    for block in range(30):
        series.append(np.zeros(100_000), time_ns=T0 + block * 10 * SECOND, interval_ns=100_000)
    extract = series.table.probe(0).extract(T0 + 1, T0 + 299 * SECOND)
    assert sum(len(values) for values, _, _ in extract.raw) < 3 * 4096 + 10_000
    assert len(extract.sums) > 700


def test_memory_stays_little_more_than_that_of_the_samples() -> None:
    series = Series("a", capacity=1_000_000)
    series.append(np.zeros(100), time_ns=T0, interval_ns=1000)
    assert series.nbytes < 1.2 * 4 * 1_000_000


def test_it_says_where_pairs_stand_for_many_samples() -> None:
    series = Series("a", capacity=4096, dtype="float64")
    for block, reduced in enumerate((1, 100, 100, 10, 1)):
        series.append(
            np.zeros(10), time_ns=T0 + 10 * block * SECOND, interval_ns=SECOND, reduced=reduced
        )

    def reduced(start_s: int, stop_s: int) -> int:
        return series.statistics(T0 + start_s * SECOND, T0 + stop_s * SECOND).reduced

    assert [reduced(0, 9), reduced(0, 10), reduced(10, 29), reduced(30, 39)] == [1, 100, 100, 10]
    assert [reduced(40, 49), reduced(39, 45), reduced(60, 70)] == [1, 10, 1]
    series.append(np.zeros(4090), time_ns=T0 + 50 * SECOND, interval_ns=SECOND)
    assert reduced(0, 5000) == 1
