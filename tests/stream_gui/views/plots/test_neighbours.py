from __future__ import annotations

import pytest
from PySide6.QtCore import QRect

from stream_gui.models.panel_tree import Side
from stream_gui.views.plots.neighbours import lies_above, neighbour

RECTS = {
    1: QRect(0, 0, 200, 100),  # 1 1
    2: QRect(0, 105, 98, 100),  # 2 3
    3: QRect(102, 105, 98, 100),
    4: QRect(0, 210, 98, 50),  # 4 3, 3 being longer
}
RECTS[3].setBottom(259)


@pytest.mark.parametrize(
    ("number", "side", "found"),
    [
        (1, "down", 2),
        (1, "up", None),
        (1, "left", None),
        (2, "up", 1),
        (2, "right", 3),
        (2, "down", 4),
        (3, "left", 2),
        (3, "down", None),
        (4, "right", 3),
        (4, "up", 2),
    ],
)
def test_the_nearest_on_a_side_is_the_neighbour(number: int, side: Side, found: int | None) -> None:
    assert neighbour(RECTS, number, side) == found


def test_only_one_of_the_same_width_lies_above() -> None:
    assert lies_above(RECTS[2], RECTS[4])
    assert not lies_above(RECTS[4], RECTS[2])
    assert not lies_above(RECTS[1], RECTS[2])
