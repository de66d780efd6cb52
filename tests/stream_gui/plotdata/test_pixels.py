"""Every value gets the colour that its place between the levels says, whatever its type."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stream_gui.plotdata.colour_maps import colour_table
from stream_gui.plotdata.levels import Levels
from stream_gui.plotdata.pixels import BLANK, SATURATED, Colouring, pooled

NAN, INF = float("nan"), float("inf")


def grey(value: int) -> int:
    return 0xFF000000 | value * 0x010101


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "i8", "f2", "f4", "f8"])
def test_values_are_spread_between_the_levels(dtype: str) -> None:
    pixels = np.array([[0, 10, 60, 109, 110, 120]], dtype)
    colours = Colouring("grey", Levels(10, 110)).colour(pixels)
    assert colours.tolist() == [[grey(v) for v in (0, 0, 128, 253, 255, 255)]]


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4"])
def test_negative_values_are_below_positive_ones(dtype: str) -> None:
    pixels = np.array([[-100, -1, 0, 100]], dtype)
    colours = Colouring("grey", Levels(-100, 100)).colour(pixels)
    assert colours.tolist() == [[grey(v) for v in (0, 126, 128, 255)]]


@given(
    hnp.arrays(np.int16, (3, 4)),
    st.integers(-40_000, 40_000),
    st.integers(1, 40_000),
    st.sampled_from(["viridis", "magma", "grey", "blue-orange"]),
)
def test_the_table_of_all_values_says_what_each_value_does(
    pixels: np.ndarray, low: int, span: int, name: str
) -> None:
    colours = Colouring(name, Levels(low, low + span)).colour(pixels)
    places = np.clip((pixels.astype(float) - low) * 256 / span, 0, 255).astype(int)
    parts = colour_table(name)[places].astype(int)
    expected = 0xFF000000 | parts[..., 0] << 16 | parts[..., 1] << 8 | parts[..., 2]
    assert colours.tolist() == expected.tolist()


def test_what_is_no_number_shows_what_is_behind_it() -> None:
    pixels = np.array([[NAN, 1.0, INF, -INF]], np.float32)
    colours = Colouring("grey", Levels(0, 1)).colour(pixels)
    assert colours.tolist() == [[BLANK, grey(255), grey(255), grey(0)]]


def test_saturated_pixels_are_marked_if_that_is_wanted() -> None:
    pixels = np.array([[0, 254, 255]], np.uint8)
    assert Colouring("grey", Levels(0, 255), True).colour(pixels)[0, 2] == SATURATED
    assert Colouring("grey", Levels(0, 255)).colour(pixels)[0, 2] == grey(255)
    wide = np.array([[2**31 - 1, 5]], np.int32)
    assert Colouring("grey", Levels(0, 9), True).colour(wide)[0, 0] == SATURATED


def test_truth_values_are_the_ends_of_the_map() -> None:
    colours = Colouring("grey", Levels(0, 1)).colour(np.array([[False, True]]))
    assert colours.tolist() == [[grey(0), grey(255)]]


def test_colours_are_taken_as_they_are() -> None:
    pixels = np.array([[[1, 2, 3], [255, 0, 128]]], np.uint8)
    assert Colouring("grey", Levels(5, 6)).colour(pixels).tolist() == [[0xFF010203, 0xFFFF0080]]
    with_alpha = np.dstack([pixels, np.zeros((1, 2, 1), np.uint8)])
    assert Colouring("grey", Levels(5, 6)).colour(with_alpha).tolist() == [[0xFF010203, 0xFFFF0080]]


def test_colours_of_other_types_are_levelled() -> None:
    pixels = np.array([[[0.0, 0.5, 1.0], [NAN, 0.0, 0.0]]])
    assert Colouring("grey", Levels(0, 1)).colour(pixels).tolist() == [[0xFF007FFF, BLANK]]


@given(
    hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=20)), st.integers(1, 7)
)
def test_the_largest_value_of_each_block_is_shown(pixels: np.ndarray, factor: int) -> None:
    found = pooled(pixels, factor)
    height, width = (-(-side // factor) for side in pixels.shape)
    assert found.shape == (height, width)
    for row in range(height):
        for column in range(width):
            block = pixels[row * factor :, column * factor :][:factor, :factor]
            assert found[row, column] == block.max()


def test_a_missing_value_is_not_lost_in_its_block() -> None:
    pixels = np.zeros((5, 5))
    pixels[1, 1] = pixels[4, 4] = NAN
    assert np.isnan(pooled(pixels, 2)).tolist() == [
        [True, False, False],
        [False] * 3,
        [False, False, True],
    ]


def test_of_colours_some_are_left_out() -> None:
    assert pooled(np.zeros((5, 5, 3), np.uint8), 2).shape == (3, 3, 3)
