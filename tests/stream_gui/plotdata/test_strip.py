"""Curves drawn at once, against the same drawn one after another."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_gui.plotdata.raster import Raster
from stream_gui.plotdata.strip import draw_strip

HALF = 0.75


@settings(deadline=None, max_examples=100)
@given(
    curves=st.integers(0, 8),
    width=st.integers(1, 12),
    height=st.integers(1, 80),
    seed=st.integers(0, 2**32),
)
def test_it_is_the_picture_that_drawing_curve_by_curve_gives(
    curves: int, width: int, height: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    top = rng.uniform(-20, height + 20, (curves, width))
    bottom = top + rng.uniform(0, height, (curves, width))
    top[rng.random((curves, width)) < 0.2] = np.nan
    top[rng.random((curves, width)) < 0.05] = -np.inf
    colours = rng.integers(0, 1 << 24, curves)
    one_by_one = Raster(width, height)
    one_by_one.fill(0x102030)
    for number in range(curves):
        one_by_one.draw_runs(top[number], bottom[number], int(colours[number]), 2 * HALF)
    at_once = Raster(width, height)
    at_once.fill(0x102030)
    draw_strip(at_once.pixels, top - HALF, bottom + HALF, colours)
    assert np.array_equal(one_by_one.pixels, at_once.pixels)
