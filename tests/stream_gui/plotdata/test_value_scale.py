from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_gui.plotdata.value_scale import ValueScale, banded

SMALL = st.floats(-1e6, 1e6)


@given(SMALL, st.floats(1e-3, 1e6), st.floats(0, 1), st.integers(1, 9), st.integers(0, 8))
def test_a_place_and_its_value_are_each_others_inverse(
    low: float, span: float, place: float, count: int, number: int
) -> None:
    scale = banded([ValueScale(low, low + span)] * count)[min(number, count - 1)]
    assert scale.place(scale.value(place)) == pytest.approx(place, abs=1e-6)


def test_the_upper_end_is_at_the_top() -> None:
    scale = ValueScale(-1.0, 3.0)
    assert (scale.place(3.0), scale.place(-1.0), scale.place(1.0)) == (0.0, 1.0, 0.5)
    assert scale.place(np.array([3.0, -1.0])).tolist() == [0.0, 1.0]


def test_bands_lie_below_each_other_and_do_not_touch() -> None:
    scales = banded([ValueScale(0, 1), ValueScale(5, 6), ValueScale(-1, 1)])
    ends = [end for scale in scales for end in (scale.top, scale.bottom)]
    assert ends == sorted(ends)
    assert len(set(ends)) == 6
    assert (scales[0].top > 0, scales[-1].bottom < 1) == (True, True)
    assert [(scale.low, scale.high) for scale in scales] == [(0, 1), (5, 6), (-1, 1)]
