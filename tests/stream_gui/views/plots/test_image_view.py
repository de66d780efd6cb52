"""Zooming and moving a picture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_gui.views.plots.image_view import Part

sizes = st.integers(1, 4000)


@given(sizes, sizes, sizes, sizes)
def test_the_whole_picture_is_in_sight_with_square_pixels(
    height: int, width: int, across: int, down: int
) -> None:
    part = Part.whole((height, width), (across, down), is_locked=True)
    assert part.left <= 1e-6
    assert part.top <= 1e-6
    assert part.left + part.width >= width - 1e-6
    assert part.top + part.height >= height - 1e-6
    assert across / part.width == pytest.approx(down / part.height)


def test_it_fills_the_screen_if_it_may() -> None:
    assert Part.whole((10, 20), (300, 300), is_locked=False) == Part(0, 0, 20, 10)


@given(st.floats(0.3, 3), st.floats(0, 1), st.floats(0, 1))
def test_zooming_leaves_the_place_where_it_was(factor: float, across: float, down: float) -> None:
    part = Part(0, 0, 100, 50)
    zoomed = part.zoomed(factor, across, down, (50, 100))
    assert zoomed.left + across * zoomed.width == pytest.approx(100 * across)
    assert zoomed.top + down * zoomed.height == pytest.approx(50 * down)
    assert zoomed.width / zoomed.height == pytest.approx(2)


def test_zooming_ends_at_few_pixels_and_at_a_small_picture() -> None:
    part = Part(0, 0, 100, 50)
    for _ in range(200):
        part = part.zoomed(0.8, 0.5, 0.5, (50, 100))
    assert part.height == pytest.approx(2)
    for _ in range(200):
        part = part.zoomed(1.25, 0.5, 0.5, (50, 100))
    assert part.width == pytest.approx(400)


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_some_of_the_picture_stays_in_sight(across: float, down: float) -> None:
    part = Part(0, 0, 100, 50).moved(across, down, (50, 100))
    assert part.left < 100
    assert part.left + part.width > 0
    assert part.top < 50
    assert part.top + part.height > 0
