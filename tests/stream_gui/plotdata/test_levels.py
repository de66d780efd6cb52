"""Levels and histograms say what is in a frame."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stream_gui.plotdata.levels import (
    Levels,
    SteadyLevels,
    full_scale,
    histogram_of,
    levels_of,
)

NAN, INF = float("nan"), float("inf")


def test_all_values_are_between_smallest_and_largest() -> None:
    assert levels_of(np.array([[3, 9], [-2, 4]])) == Levels(-2, 9)


def test_percentiles_leave_hot_and_dead_pixels_out() -> None:
    pixels = np.arange(10_000, dtype=np.float32).reshape(100, 100)
    pixels[0, 0], pixels[50, 50] = -1e9, 1e9
    levels = levels_of(pixels, 0.01)
    assert levels.low == pytest.approx(100, abs=2)
    assert levels.high == pytest.approx(9899, abs=2)


def test_a_spot_on_an_even_background_is_still_seen() -> None:
    pixels = np.full((100, 100), 7, np.uint16)
    pixels[3, 3] = 900
    assert levels_of(pixels, 0.01) == Levels(7, 900)


@pytest.mark.parametrize("share", [0.0, 0.01])
@pytest.mark.parametrize(
    ("values", "levels"),
    [
        ([NAN, NAN], (0, 1)),
        ([NAN, 2.0], (2, 2)),
        ([-INF, 1.0, 3.0, INF], (1, 3)),
        ([5.0, 5.0], (5, 5)),
    ],
)
def test_what_is_no_number_has_no_say(
    values: list[float], levels: tuple[float, float], share: float
) -> None:
    assert levels_of(np.array([values]), share) == Levels(*levels)


def test_levels_that_are_equal_still_have_a_span() -> None:
    assert Levels(5, 5).span == 1


@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=30)))
def test_extremes_are_those_of_all_finite_pixels(pixels: np.ndarray) -> None:
    finite = pixels[np.isfinite(pixels)]
    levels = levels_of(pixels)
    if finite.size:
        assert (levels.low, levels.high) == (finite.min(), finite.max())
    else:
        assert levels == Levels(0, 1)


@given(hnp.arrays(np.uint16, (7, 9), elements=st.integers(0, 65_535)))
def test_a_histogram_counts_each_pixel(pixels: np.ndarray) -> None:
    histogram = histogram_of(pixels, bins=16)
    counts, _ = np.histogram(pixels, len(histogram.counts), (histogram.low, histogram.high))
    assert histogram.counts == pytest.approx(counts / counts.max())
    assert (histogram.least, histogram.most) == (pixels.min(), pixels.max())
    assert histogram.saturated == np.count_nonzero(pixels == 65_535)


def test_whole_numbers_have_a_bin_each_while_they_are_few() -> None:
    histogram = histogram_of(np.array([[0, 1, 1, 3]], np.uint8))
    assert histogram.counts == pytest.approx([0.5, 1, 0, 0.5])
    assert (histogram.low, histogram.high) == (-0.5, 3.5)


def test_blank_and_saturated_pixels_are_counted() -> None:
    assert histogram_of(np.array([[1.0, NAN, NAN]])).blanks == 2
    assert histogram_of(np.array([[255, 255, 3]], np.uint8)).saturated == 2
    assert histogram_of(np.array([[INF, 3.0]])).saturated == 0
    assert histogram_of(np.full((3, 3), NAN)).counts.max() == 0


@pytest.mark.parametrize(
    ("dtype", "limit"), [("u1", 255), ("u2", 65_535), ("i2", 32_767), ("f4", None), ("b1", None)]
)
def test_only_whole_numbers_saturate(dtype: str, limit: float | None) -> None:
    assert full_scale(np.dtype(dtype)) == limit


def test_levels_stand_still_while_frames_hardly_differ() -> None:
    steady = SteadyLevels()
    first = steady.follow(np.array([[0.0, 100.0]]), 0.0)
    assert steady.follow(np.array([[1.0, 103.0]]), 0.0) == first
    assert steady.follow(np.array([[0.0, 150.0]]), 0.0) == Levels(0, 150)


def test_another_way_to_find_them_holds_at_once() -> None:
    steady = SteadyLevels()
    pixels = np.arange(1000.0).reshape(10, 100)
    assert steady.follow(pixels, 0.0) == Levels(0, 999)
    assert steady.follow(pixels, 0.01).low > 0
