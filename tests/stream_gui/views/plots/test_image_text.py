"""What is said of a picture."""

import numpy as np
import pytest

from stream_gui.plotdata.frames import Rates
from stream_gui.views.plots.image_text import TIMES, pixel_text, rate_text, shape_text


@pytest.mark.parametrize(
    ("pixels", "text"),
    [
        (np.array([[0, 7]], np.uint16), "x 1, y 0: 7 counts"),
        (np.array([[0, -1.5]], np.float32), "x 1, y 0: \N{MINUS SIGN}1.5 counts"),
        (np.array([[0, np.nan]]), "x 1, y 0: NaN counts"),
        (np.array([[[0, 0, 0], [1, 2, 3]]], np.uint8), "x 1, y 0: 1, 2, 3 counts"),
        (np.array([[False, True]]), "x 1, y 0: True counts"),
    ],
)
def test_a_pixel_has_a_place_and_a_value(pixels: np.ndarray, text: str) -> None:
    assert pixel_text(pixels, (0, 1), "counts") == text


@pytest.mark.parametrize(
    ("rates", "text"),
    [
        (Rates(), ""),
        (Rates(8.0, 8.0), "8/s"),
        (Rates(29.9, 199.8), "newest only, 30/s of 200/s"),
        (Rates(0.25, 0.25), "0.25/s"),
    ],
)
def test_rates_say_what_is_left_out(rates: Rates, text: str) -> None:
    assert rate_text(rates) == text


def test_shapes_are_width_by_height() -> None:
    assert shape_text(np.zeros((48, 64), np.uint16)) == f"64{TIMES}48 uint16"
    assert shape_text(np.zeros((4, 6, 3), np.uint8)) == f"6{TIMES}4 RGB uint8"
