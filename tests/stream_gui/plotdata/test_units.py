from __future__ import annotations

import pytest

from stream_gui.plotdata.units import TIMES, axis_scale, parsed_value, unit_scale


@pytest.mark.parametrize(
    ("largest", "unit", "expected"),
    [
        (0.02, "V", (1e-3, "mV")),
        (5.0, "V", (1.0, "V")),
        (12_000.0, "Hz", (1e3, "kHz")),
        (0.02, "°C", (1.0, "°C")),
        (95.0, "%", (1.0, "%")),
        (0.0, "V", (1.0, "V")),
        (1e-20, "A", (1e-12, "pA")),
    ],
)
def test_units_take_prefixes_where_these_are_usual(
    largest: float, unit: str, expected: tuple[float, str]
) -> None:
    factor, text = unit_scale(-largest, largest / 2, unit)
    assert (factor, text) == (pytest.approx(expected[0]), expected[1])


@pytest.mark.parametrize(
    ("largest", "unit", "expected"),
    [
        (5000.0, "mA", (1.0, "mA")),
        (50_000.0, "mA", (1e3, "A")),
        (0.02, "mA", (1e-3, "µA")),
        (1013.0, "mbar", (1.0, "mbar")),
        (2e-7, "V/√Hz", (1e-9, "nV/√Hz")),
        (7.2, "pH", (1.0, "pH")),
        (12.0, "kg", (1.0, "kg")),
        (12.0, "min", (1.0, "min")),
        (5e6, "", (1e6, f"{TIMES}10⁶")),
        (2e-5, "", (1e-6, f"{TIMES}10⁻⁶")),
        (5e6, "rpm", (1e6, f"{TIMES}10⁶ rpm")),
        (float("inf"), "V", (1.0, "V")),
    ],
)
def test_numbers_are_kept_short_whatever_the_unit(
    largest: float, unit: str, expected: tuple[float, str]
) -> None:
    factor, text = axis_scale(0.0, largest, unit)
    assert (factor, text) == (pytest.approx(expected[0]), expected[1])


@pytest.mark.parametrize(
    ("text", "unit", "divisor", "value"),
    [
        ("5", "V", 1.0, 5.0),
        ("5", "V", 1e-3, 5e-3),
        (" -20 mV ", "V", 1.0, -0.02),
        ("\N{MINUS SIGN}1.5k", "V", 1.0, -1500.0),
        ("1,5", "V", 1.0, 1.5),
        ("2e3", "", 1.0, 2000.0),
        ("20 µA", "mA", 1.0, 0.02),
        ("50 %", "%", 1.0, 50.0),
        ("3 K", "K", 1.0, 3.0),
        (".5M", "Hz", 1.0, 5e5),
    ],
)
def test_numbers_are_understood_as_operators_type_them(
    text: str, unit: str, divisor: float, value: float
) -> None:
    assert parsed_value(text, unit, divisor) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "abc", "5 A", "1e999", "nan", "1 2"])
def test_what_is_no_number_of_the_axis_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"“|no"):
        parsed_value(text, "V")
