from __future__ import annotations

import math

import pytest

from stream_core.demo.measurements import Measurement, _Rates, measurements


@pytest.fixture(scope="module")
def found() -> dict[str, Measurement]:
    return {measurement.channel: measurement for measurement in measurements()}


def test_every_computer_has_load_and_memory(found: dict[str, Measurement]) -> None:
    assert {"computer/cpu/load", "computer/memory/used"} <= found.keys()


def test_readings_have_one_value_a_column(found: dict[str, Measurement]) -> None:
    for measurement in found.values():
        measurement.read(0.0)
        values = measurement.read(0.1)
        assert len(values) == len(measurement.columns or ("only",))
        assert all(math.isnan(value) or value >= -100 for value in values)


def test_load_is_in_percent_of_each_core(found: dict[str, Measurement]) -> None:
    load = found["computer/cpu/load"]
    assert load.columns is not None
    assert load.columns[0] == "core0"
    assert all(0 <= value <= 100 for value in load.read(0.0))


def test_rates_are_differences_over_time() -> None:
    totals = iter([(10.0, 0.0), (14.0, 1.0), (15.0, 1.0)])
    rates = _Rates(lambda: next(totals))
    assert rates(1.0) == (0.0, 0.0)
    assert rates(3.0) == (2.0, 0.5)
    assert rates(4.0) == (1.0, 0.0)


def test_a_counter_that_was_reset_is_no_negative_rate() -> None:
    totals = iter([(10.0,), (1.0,)])
    rates = _Rates(lambda: next(totals))
    rates(1.0)
    assert rates(2.0) == (0.0,)
