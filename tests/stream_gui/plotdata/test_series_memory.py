"""Series whose memory grows and shrinks, against numpy on the raw samples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_gui.plotdata.series import Series

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND
STEPS = st.lists(
    st.one_of(
        st.integers(1, 30_000).map(lambda count: ("append", count)),
        st.integers(1, 60_000).map(lambda capacity: ("keep", capacity)),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=80)
@given(steps=STEPS, regular=st.booleans(), seed=st.integers(0, 2**32), data=st.data())
def test_whatever_memory_it_may_have_the_newest_samples_are_there(
    steps: list[tuple[str, int]], regular: bool, seed: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    series = Series("a", capacity=50_000, dtype="float64")
    raw = np.empty(0)
    times = np.empty(0, np.int64)
    kept, capacity = 0, 50_000
    for what, number in steps:
        if what == "keep":
            series.capacity = number
            capacity = max(number, 4096)
            kept = min(kept, capacity)
            continue
        block = rng.normal(size=number)
        spaces = np.full(number, 1000) if regular else rng.integers(1, 2000, number)
        newest = times[-1] if len(times) else T0
        block_times = newest + np.cumsum(spaces)
        series.append(block, block_times)
        raw, times = np.append(raw, block), np.append(times, block_times)
        kept = min(kept + number, capacity)
    assert (series.total, series.length) == (len(raw), kept)
    if not kept:
        return
    oldest = len(raw) - kept
    assert series.oldest_time_ns() == times[oldest]
    first = data.draw(st.integers(oldest, len(raw) - 1))
    assert series.count_since(int(times[first])) == len(raw) - first
    shown = series.envelope(int(times[first]), int(times[-1]), 10_000_000)
    assert np.array_equal(shown.low[-(len(raw) - first) :], raw[first:])
    coarse = series.envelope(int(times[first]), int(times[-1]), 50)
    assert np.max(coarse.high) >= np.max(raw[first:])
    assert np.max(coarse.high) <= np.max(raw[max(oldest, first - 70_000) :])


def test_memory_grows_with_what_is_kept_and_goes_back_at_once() -> None:
    series = Series("a", capacity=1_000_000, dtype="float64")
    series.append(np.zeros(10), time_ns=T0, interval_ns=1000)
    small = series.nbytes
    series.append(np.zeros(1_000_000), time_ns=T0 + 10_000, interval_ns=1000)
    assert series.length == 1_000_000
    assert 8 * 1_000_000 < series.nbytes < 1.2 * 8 * 1_000_000
    assert series.bytes_per_sample * 1_000_000 < 1.2 * 8 * 1_000_000
    series.capacity = 1
    assert series.nbytes == small
    assert series.length == series.capacity == 4096


def test_a_gap_goes_with_its_samples() -> None:
    series = Series("a", capacity=100_000)
    series.append(np.zeros(10_000), time_ns=T0, interval_ns=1000)
    series.mark_gap("lost", 1)
    series.append(np.zeros(10_000), time_ns=T0 + SECOND, interval_ns=1000)
    assert [gap.index for gap in series.gaps()] == [10_000]
    series.capacity = 5000
    assert series.gaps() == ()


def test_times_kept_one_by_one_count_as_memory() -> None:
    rng = np.random.default_rng(4)
    series = Series("a", dtype="float32")
    series.append(np.zeros(9000), T0 + np.cumsum(rng.integers(1, SECOND, 9000)))
    assert series.bytes_per_sample == pytest.approx(8 + 4 * (1 + 2 / 15))
