"""Which of some rectangles lies next to one of them on a side; it knows no widget."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect

from stream_gui.models.panel_tree import Side

__all__ = ["lies_above", "neighbour"]


def neighbour(rects: Mapping[int, QRect], number: int, side: Side) -> int | None:
    """The nearest of the others on that side that is level with it; None if there is none."""
    here = rects[number]
    found = {
        each: _gap(here, rect, side)
        for each, rect in rects.items()
        if each != number and _is_level(here, rect, side) and _gap(here, rect, side) >= 0
    }
    return min(found, key=lambda each: (found[each], _offset(here, rects[each])), default=None)


def lies_above(upper: QRect, lower: QRect) -> bool:
    """Whether one stands on the other, and both have the same width and place."""
    return (
        upper.left() == lower.left()
        and upper.right() == lower.right()
        and upper.bottom() < lower.top()
    )


def _gap(here: QRect, there: QRect, side: Side) -> int:
    """How far it is to the other on that side; negative if it lies elsewhere."""
    if side == "left":
        return here.left() - there.right()
    if side == "right":
        return there.left() - here.right()
    if side == "up":
        return here.top() - there.bottom()
    return there.top() - here.bottom()


def _is_level(here: QRect, there: QRect, side: Side) -> bool:
    if side in ("left", "right"):
        return here.top() < there.bottom() and there.top() < here.bottom()
    return here.left() < there.right() and there.left() < here.right()


def _offset(here: QRect, there: QRect) -> int:
    return (here.center() - there.center()).manhattanLength()
