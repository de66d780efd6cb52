from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_gui.plotdata.series import Series

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND


def at(series: Series, time_s: float) -> float | None:
    found = series.sample_at(T0 + round(time_s * SECOND))
    return found.value if found is not None else None


def test_the_nearest_sample_is_found_where_there_is_a_curve() -> None:
    series = Series("a", dtype="float64")
    series.append([10.0, 11.0, 12.0], time_ns=T0, interval_ns=SECOND)
    assert [at(series, t) for t in (0, 0.4, 0.6, 1, 2)] == [10.0, 10.0, 11.0, 11.0, 12.0]
    assert at(series, -0.1) is None
    assert at(series, 2.1) is None
    assert Series("b").sample_at(T0) is None


def test_in_a_gap_there_is_no_value() -> None:
    series = Series("a", dtype="float64")
    series.append([10.0, 11.0], time_ns=T0, interval_ns=SECOND)
    series.mark_gap("overflow", 3)
    series.append([20.0, 21.0], time_ns=T0 + 5 * SECOND, interval_ns=SECOND)
    assert [at(series, t) for t in (1, 1.1, 4.9, 5)] == [11.0, None, None, 20.0]


def test_after_the_clock_was_set_back_the_newer_sample_counts() -> None:
    series = Series("a", dtype="float64")
    series.append([10.0, 11.0, 12.0, 13.0], time_ns=T0, interval_ns=2 * SECOND)
    series.append([20.0, 21.0], time_ns=T0, interval_ns=SECOND)
    assert [at(series, t) for t in (0, 1, 4, 6)] == [20.0, 21.0, 12.0, 13.0]


def test_neighbours_are_reached_by_steps() -> None:
    series = Series("a", dtype="float64")
    series.append(np.arange(5.0), time_ns=T0, interval_ns=SECOND)

    def step(time_s: float, steps: int) -> float | None:
        found = series.neighbour(T0 + round(time_s * SECOND), steps)
        return None if found is None else (found - T0) / SECOND

    assert [step(2, 1), step(2, -1), step(1.5, 1), step(1.5, -1)] == [3, 1, 2, 1]
    assert [step(2, 2), step(2, 3), step(9, -1), step(-9, 1)] == [4, None, 4, 0]
    assert step(4, 1) is None
    assert Series("b").neighbour(T0, 1) is None


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 3 * SECOND), min_size=1, max_size=60), st.integers(-3, 200))
def test_any_walk_by_neighbours_meets_every_time(steps: list[int], place: int) -> None:
    times = T0 + np.cumsum(steps)
    series = Series("a", dtype="float64")
    series.append(np.zeros(len(times)), times)
    met, time_ns = [], series.neighbour(T0 - 1, 1)
    while time_ns is not None:
        met.append(time_ns)
        time_ns = series.neighbour(time_ns, 1)
    assert met == sorted(set(times.tolist()))


def test_what_is_no_longer_kept_is_left_out_of_a_reading() -> None:
    series = Series("a", capacity=4096, dtype="float64")
    series.append(np.arange(5000.0), time_ns=T0, interval_ns=1000)
    piece = series.read(0, 1000)
    assert (piece.first, piece.values[0], len(piece)) == (904, 904.0, 96)
    assert piece.times_ns[0] == T0 + 904_000
    assert len(series.read(0, 500)) == 0
    assert series.spans(T0, T0 + SECOND) == [(904, 5000)]
