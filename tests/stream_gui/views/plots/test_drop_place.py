from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QSize

from stream_gui.views.plots.drop_place import DropPlace, drop_place


@pytest.mark.parametrize(
    ("x", "y", "place"),
    [
        (300, 100, DropPlace.INTO),
        (5, 100, DropPlace.LEFT),
        (595, 100, DropPlace.RIGHT),
        (300, 5, DropPlace.ABOVE),
        (300, 195, DropPlace.BELOW),
        (70, 100, DropPlace.LEFT),
        (90, 100, DropPlace.INTO),
        (300, 45, DropPlace.INTO),
    ],
)
def test_near_an_edge_is_beside(x: int, y: int, place: DropPlace) -> None:
    assert drop_place(QPoint(x, y), QSize(600, 200)) is place


def test_a_place_is_shown_where_the_new_panel_will_be() -> None:
    size = QSize(601, 201)
    assert DropPlace.INTO.rect(size).size() == size
    for place, inside in (
        (DropPlace.LEFT, QPoint(5, 100)),
        (DropPlace.RIGHT, QPoint(596, 100)),
        (DropPlace.ABOVE, QPoint(300, 5)),
        (DropPlace.BELOW, QPoint(300, 196)),
    ):
        assert place.rect(size).contains(inside)
        assert not place.rect(size).contains(QPoint(601, 201) - inside)
