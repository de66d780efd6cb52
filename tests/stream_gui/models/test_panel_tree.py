from __future__ import annotations

import pytest

from stream_gui.models.panel_tree import (
    Place,
    Rect,
    Side,
    Split,
    Tabs,
    beside,
    panels_of,
    tree_of,
    without,
)


def one(number: int) -> Tabs:
    return Tabs((number,))


def text(place: Place | None) -> str:
    """A tree as text: rows in [], columns in (), tabs joined by +."""
    if place is None:
        return ""
    if isinstance(place, Tabs):
        return "+".join(map(str, place.panels))
    inside = " ".join(text(part) for part in place.parts)
    return f"[{inside}]" if place.across else f"({inside})"


STACK = Split(False, (one(1), one(2), one(3)), (100.0, 100.0, 100.0))
MIXED = Split(False, (one(1), Split(True, (Tabs((2, 4)), one(3)), (60.0, 40.0))), (50.0, 150.0))

DEEP = Split(False, (one(6), Split(True, (one(5), STACK), (1.0, 1.0))), (1.0, 1.0))


@pytest.mark.parametrize(
    ("rects", "tree"),
    [
        ({}, ""),
        ({(7,): (0, 0, 10, 10)}, "7"),
        ({(1,): (0, 0, 10, 10), (2,): (0, 12, 10, 20)}, "(1 2)"),
        ({(1,): (12, 0, 20, 10), (2, 3): (0, 0, 10, 10)}, "[2+3 1]"),
        (
            {(1,): (0, 0, 20, 10), (2,): (0, 12, 10, 20), (3,): (12, 12, 20, 15),
             (4,): (12, 16, 20, 20)},
            "(1 [2 (3 4)])",
        ),
        ({(1,): (0, 0, 10, 10), (2,): (5, 5, 12, 12)}, "(1 2)"),
    ],
)  # fmt: skip
def test_it_is_read_from_where_things_are(rects: dict[tuple[int, ...], Rect], tree: str) -> None:
    assert text(tree_of({Tabs(panels): rect for panels, rect in rects.items()})) == tree


def test_sizes_are_read_too() -> None:
    tree = tree_of({one(1): (0, 0, 10, 30), one(2): (0, 35, 10, 45)})
    assert isinstance(tree, Split)
    assert tree.sizes == (30, 10)


@pytest.mark.parametrize(
    ("tree", "number", "left"),
    [
        (STACK, 2, "(1 3)"),
        (MIXED, 1, "[2+4 3]"),
        (MIXED, 3, "(1 2+4)"),
        (MIXED, 2, "(1 [4 3])"),
        (one(1), 1, ""),
        (DEEP, 5, "(6 1 2 3)"),
    ],
)  # fmt: skip
def test_what_is_taken_out_leaves_its_room_to_the_rest(tree: Place, number: int, left: str) -> None:
    assert text(without(tree, number)) == left


@pytest.mark.parametrize(
    ("tree", "other", "side", "after"),
    [
        (STACK, 2, "up", "(1 9 2 3)"),
        (STACK, 2, "down", "(1 2 9 3)"),
        (STACK, 2, "left", "(1 [9 2] 3)"),
        (MIXED, 4, "right", "(1 [2+4 9 3])"),
        (MIXED, 4, "up", "(1 [(9 2+4) 3])"),
        (MIXED, 3, "right", "(1 [2+4 3 9])"),
        (one(1), 1, "left", "[9 1]"),
        (STACK, 8, "left", "(1 2 3)"),
    ],
)
def test_a_panel_comes_beside_another(tree: Place, other: int, side: Side, after: str) -> None:
    assert text(beside(tree, 9, other, side)) == after


def test_a_new_part_takes_an_equal_share() -> None:
    tree = beside(STACK, 9, 2, "up")
    assert isinstance(tree, Split)
    assert tree.sizes == (100, 100, 100, 100)
    assert panels_of(tree) == (1, 9, 2, 3)


@pytest.mark.parametrize(
    ("tabs", "number", "seen"),
    [
        (Tabs((1, 2, 3)), 9, 1),
        (Tabs((1, 2, 3), 2), 9, 2),
        (Tabs((1, 2, 3), 2), 3, 2),
        (Tabs((1, 2, 3), 2), 2, 1),
    ],
)
def test_what_is_seen_stays_in_sight_unless_it_goes(tabs: Tabs, number: int, seen: int) -> None:
    left = without(tabs, number)
    assert isinstance(left, Tabs)
    assert left.seen == seen
