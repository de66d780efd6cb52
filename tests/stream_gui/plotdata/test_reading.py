"""A readout's numbers are those of all samples, however seldom somebody looks."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stream_gui.plotdata.reading import Reading
from stream_gui.plotdata.series import Series

SECOND = 1_000_000_000


def series_of(*values: float) -> Series:
    series = Series("a", dtype="float64", capacity=4096)
    if values:
        series.append(np.array(values), time_ns=0, interval_ns=SECOND)
    return series


def test_it_begins_with_the_newest_value() -> None:
    reading = Reading()
    reading.follow(series_of(100.0, -100.0, 3.0), 0.0)
    assert (reading.value, reading.least, reading.most) == (3.0, 3.0, 3.0)


def test_nothing_is_no_value() -> None:
    reading = Reading()
    reading.follow(None, 0.0)
    assert not reading.has_value
    reading.follow(series_of(), 1.0)
    assert not reading.has_value
    assert math.isnan(reading.least)


@given(st.lists(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50), min_size=1, max_size=8))
def test_a_peak_between_two_looks_is_remembered(blocks: list[list[float]]) -> None:
    series, reading = series_of(0.0), Reading()
    reading.follow(series, 0.0)
    for number, block in enumerate(blocks):
        series.append(np.array(block), time_ns=(number + 1) * 1000 * SECOND, interval_ns=SECOND)
        reading.follow(series, float(number))
    everything = [0.0, *(value for block in blocks for value in block)]
    assert (reading.least, reading.most) == (min(everything), max(everything))


def test_a_reset_forgets_what_was_before() -> None:
    series, reading = series_of(0.0), Reading()
    reading.follow(series, 0.0)
    series.append(np.array([50.0, 2.0]), time_ns=10 * SECOND, interval_ns=SECOND)
    reading.follow(series, 1.0)
    reading.reset()
    assert (reading.least, reading.most) == (2.0, 2.0)
    series.append(3.0, time_ns=20 * SECOND)
    reading.follow(series, 2.0)
    assert (reading.least, reading.most) == (2.0, 3.0)


def test_it_ages_while_nothing_comes() -> None:
    series, reading = series_of(0.0), Reading()
    reading.follow(series, 10.0)
    reading.follow(series, 14.0)
    assert reading.age_s == 4.0
    series.append(1.0, time_ns=100 * SECOND)
    reading.follow(series, 15.0)
    assert reading.age_s == 0.0


def test_what_is_no_number_is_no_extreme() -> None:
    series, reading = series_of(1.0), Reading()
    reading.follow(series, 0.0)
    series.append(np.array([5.0, math.nan]), time_ns=10 * SECOND, interval_ns=SECOND)
    reading.follow(series, 1.0)
    assert math.isnan(reading.value)
    assert reading.has_value
    assert (reading.least, reading.most) == (1.0, 5.0)


def test_another_series_begins_anew() -> None:
    reading = Reading()
    reading.follow(series_of(9.0), 0.0)
    reading.follow(series_of(1.0), 5.0)
    assert (reading.value, reading.least, reading.most, reading.age_s) == (1.0, 1.0, 1.0, 0.0)


def test_a_series_that_was_cleared_goes_on() -> None:
    series, reading = series_of(1.0, 2.0, 3.0), Reading()
    reading.follow(series, 0.0)
    series.clear()
    reading.follow(series, 1.0)
    series.append(7.0, time_ns=0)
    reading.follow(series, 2.0)
    assert (reading.value, reading.most) == (7.0, 7.0)


def test_the_trace_has_every_peak_in_its_place() -> None:
    series = series_of(*[0.0] * 100)
    spike = 9.0
    series.append(spike, time_ns=100 * SECOND)
    series.append(np.zeros(49), time_ns=101 * SECOND, interval_ns=SECOND)
    reading = Reading()
    reading.follow(series, 0.0)
    low, high = reading.trace(100.0, 10)
    assert (np.nanmax(high), np.nanmin(low)) == (spike, 0.0)
    assert int(np.nanargmax(high)) == 5
    assert np.isnan(Reading().trace(10.0, 4)[0]).all()
