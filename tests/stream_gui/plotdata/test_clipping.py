from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stream_gui.plotdata.clipping import clipped

place = st.one_of(st.integers(-20, 30).map(float), st.floats(-20, 30, width=16))


def length_inside(x: np.ndarray, y: np.ndarray) -> float:
    """By many points on the line, those inside counted."""
    total, shares = 0.0, (np.arange(2000) + 0.5) / 2000
    for n in range(len(x) - 1):
        px = x[n] + (x[n + 1] - x[n]) * shares
        py = y[n] + (y[n + 1] - y[n]) * shares
        inside = (px >= 0) & (px <= 10) & (py >= 2) & (py <= 7)
        total += np.hypot(x[n + 1] - x[n], y[n + 1] - y[n]) * inside.mean()
    return total


@given(st.lists(st.tuples(place, place), min_size=2, max_size=8))
def test_what_is_inside_is_kept_and_nothing_else(points: list[tuple[float, float]]) -> None:
    x, y = np.array(points).T
    pieces = clipped(x, y, (10, 5), top=2)
    for px, py in pieces:
        assert (px >= -1e-9).all()
        assert (px <= 10 + 1e-9).all()
        assert (py >= 2 - 1e-9).all()
        assert (py <= 7 + 1e-9).all()
    found = sum(np.hypot(np.diff(px), np.diff(py)).sum() for px, py in pieces)
    assert abs(found - length_inside(x, y)) < 0.15 * len(points)


def test_a_line_inside_stays_whole() -> None:
    x, y = np.array([1.0, 2, 3, 3, 4]), np.array([3.0, 4, 5, 3, 3])
    ((px, py),) = clipped(x, y, (10, 5), top=2)
    assert (px.tolist(), py.tolist()) == (x.tolist(), y.tolist())


def test_a_line_that_leaves_and_comes_back_becomes_two() -> None:
    x, y = np.array([0.0, 2, 4]), np.array([0.0, 20, 0])
    first, second = clipped(x, y, (4, 10))
    assert (first[0].tolist(), first[1].tolist()) == ([0, 1], [0, 10])
    assert (second[0].tolist(), second[1].tolist()) == ([3, 4], [10, 0])


def test_single_points_and_what_is_far_away() -> None:
    assert clipped(np.array([1.0]), np.array([1.0]), (4, 4))
    assert not clipped(np.array([1.0]), np.array([9.0]), (4, 4))
    assert not clipped(np.array([1.0, 2]), np.array([1e5, 1e5]), (4, 4))
