"""Figures stand still while a value changes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_gui.models.steady_figures import FORGET_S, SteadyFigures


def figures(*values: float, unit: str = "V", digits: int = 5) -> SteadyFigures:
    result = SteadyFigures(unit, digits)
    for value in values:
        result.follow(value, 0.0)
    return result


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.23456, "V", "1.2346 V"),
        (-0.0123456, "V", "-12.346 mV"),
        (123456.0, "Hz", "123.46 kHz"),
        (0.0, "V", "0.0000 V"),
        (-0.0, "V", "0.0000 V"),
        (21.5, "°C", "21.500 °C"),
        (0.00012, "°C", "1.2000e-4 °C"),
        (123456.0, "", "123456"),
        (1.5e9, "", "1.5000e9"),
        (math.nan, "V", "NaN V"),
        (-math.inf, "V", "-∞ V"),
    ],
)
def test_a_value_has_five_digits_and_the_prefix_that_fits(
    value: float, unit: str, text: str
) -> None:
    found = figures(value, unit=unit)
    assert f"{found.text(value)} {found.unit}".replace("\N{MINUS SIGN}", "-").strip() == text


def test_whole_numbers_have_no_point_until_one_is_not_whole() -> None:
    found = figures(3, 1234, unit="counts")
    assert [found.text(3), found.text(1234)] == ["3", "1234"]
    found.follow(0.5, 1.0)
    assert found.text(3) == "3.0"
    assert figures(3, unit="V").text(3) == "3.0000"


def test_a_smaller_value_keeps_point_and_prefix() -> None:
    found = figures(2.5, 0.003)
    assert (found.text(0.003), found.unit) == ("0.0030", "V")


def test_a_larger_value_changes_them_at_once() -> None:
    found = figures(0.5, 12.0)
    assert (found.text(12.0), found.unit) == ("12.000", "V")


def test_a_value_that_stays_small_gets_its_digits_back() -> None:
    found = figures(2.5)
    for step in range(12):
        found.follow(0.003, step * FORGET_S / 10)
    assert (found.text(0.003), found.unit) == ("3.0000", "mV")


def test_a_value_that_is_large_now_and_then_keeps_them() -> None:
    found = figures(2.5)
    for step in range(100):
        found.follow(2.5 if step % 5 == 0 else 0.003, step * FORGET_S / 10)
    assert found.text(0.003) == "0.0030"


def test_zero_tells_nothing_of_the_digits() -> None:
    found = figures(2.5)
    for step in range(40):
        found.follow(0.0, step * FORGET_S / 10)
    assert found.text(0.0) == "0.0000"


@given(
    st.floats(-1e12, 1e12), st.lists(st.floats(-1, 1), max_size=20), st.sampled_from(["V", "", "%"])
)
def test_no_smaller_value_is_wider(value: float, shares: list[float], unit: str) -> None:
    found = figures(value, *(value * share for share in shares), unit=unit)
    widest = len(found.widest)
    assert len(found.text(value)) <= widest
    assert all(len(found.text(value * share)) <= widest for share in shares)
