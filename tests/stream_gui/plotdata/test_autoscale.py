from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stream_gui.plotdata.autoscale import AutoScale, nice_step

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def updated(scale: AutoScale, least: float, most: float, now_s: float) -> tuple[float, float]:
    found = scale.update(least, most, now_s)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("span", "most", "step"), [(10, 10, 1), (10, 8, 2), (3, 8, 0.5), (1e-6, 5, 2e-7), (7e9, 7, 1e9)]
)
def test_steps_are_one_two_or_five(span: float, most: int, step: float) -> None:
    assert nice_step(span, most) == pytest.approx(step)


def test_bounds_stand_on_steps_around_the_data() -> None:
    assert updated(AutoScale(), -0.97, 1.02, 0) == pytest.approx((-1.1, 1.1))


def test_noise_does_not_move_it() -> None:
    scale = AutoScale()
    first = updated(scale, -0.97, 0.97, 0)
    for step in range(500):
        wobble = 0.02 * math.sin(step)
        assert updated(scale, -0.97 + wobble, 0.97 + wobble, step * 0.016) == first


def test_it_widens_at_once_and_narrows_later() -> None:
    scale = AutoScale()
    small = updated(scale, -1, 1, 0)
    wide = updated(scale, -1, 40, 0.1)
    assert wide[1] >= 40
    assert updated(scale, -1, 1, 0.2) == wide
    assert updated(scale, -1, 1, 1.9) == wide
    assert updated(scale, -1, 1, 2.3) == small


def test_a_passing_need_starts_the_wait_anew() -> None:
    scale = AutoScale()
    wide = updated(scale, 0, 100, 0)
    updated(scale, 0, 1, 1)
    updated(scale, 0, 100, 2)
    updated(scale, 0, 1, 3)
    assert updated(scale, 0, 1, 4.5) == wide


def test_without_data_it_keeps_what_it_has() -> None:
    scale = AutoScale()
    assert scale.update(math.nan, math.nan, 0) is None
    found = updated(scale, 0, 1, 0)
    assert scale.update(math.nan, math.nan, 9) == found


def test_a_level_curve_stands_in_the_middle() -> None:
    low, high = updated(AutoScale(), 25.0, 25.0, 0)
    assert low < 25 < high
    assert high - low < 10
    assert updated(AutoScale(), 0.0, 0.0, 0) == pytest.approx((-1.5, 1.5), abs=1)


@given(FINITE, FINITE)
@example(0.0, 5e-324)
@example(-5e-324, 1e-300)
def test_any_numbers_give_a_range_that_can_be_drawn(one: float, other: float) -> None:
    low, high = updated(AutoScale(), min(one, other), max(one, other), 0)
    assert math.isfinite(high - low)
    assert high > low


def test_it_narrows_to_all_that_was_needed_while_it_waited() -> None:
    scale = AutoScale()
    updated(scale, 0, 100, 0)
    updated(scale, 0, 1, 1)
    updated(scale, 0, 30, 2)
    low, high = updated(scale, 0, 1, 3.1)
    assert low <= 0
    assert 30 <= high < 50
    assert updated(scale, 0, 30, 3.2) == (low, high)


@given(st.lists(st.tuples(FINITE, FINITE), min_size=1, max_size=30))
@example([(0.0, 5e-324)])
@example([(0.0, 1.0), (0.0, 5e-324), (0.0, 5e-324), (0.0, 5e-324), (0.0, 5e-324)])
def test_nothing_in_view_is_ever_outside(extremes: list[tuple[float, float]]) -> None:
    scale = AutoScale()
    for step, (one, other) in enumerate(extremes):
        least, most = (min(max(v, -1e299), 1e299) for v in (min(one, other), max(one, other)))
        low, high = updated(scale, least, most, step * 0.7)
        assert low <= least <= most <= high
