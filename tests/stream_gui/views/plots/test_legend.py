from __future__ import annotations

import math

import pytest

from stream_gui.views.plots.legend import value_text


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (None, 0.5, ""),
        (0.0, 0.5, "0.000"),
        (-0.123456, 0.5, "\N{MINUS SIGN}0.123"),
        (24.387, 0.05, "24.3870"),
        (35.26, 20.0, "35.26"),
        (101_304.640625, 0.0005, "101305"),
        (1.5e9, 0.5, "1.500e+09"),
        (math.nan, 0.5, "nan"),
        (-math.inf, 0.5, "\N{MINUS SIGN}\N{INFINITY}"),
        (0.5, 0.0, "0.50"),
    ],
)
def test_values_have_the_decimals_that_matter_beside_the_axis(
    value: float | None, step: float, text: str
) -> None:
    assert value_text(value, step) == text
