"""The parts of a line that lie in a rectangle, for files whose readers may not clip; no Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["clipped"]

_Points = NDArray[np.float64]


def clipped(
    x: _Points, y: _Points, size: tuple[float, float], top: float = 0.0
) -> list[tuple[_Points, _Points]]:
    """The pieces of a line within 0 … width and top … top + height (Liang and Barsky, 1984).

    Args:
        x: places along, at least one.
        y: places across; not NaN, but far away is allowed.
        size: width and height.
        top: where the rectangle begins.
    """
    if len(x) == 1:
        inside = 0 <= x[0] <= size[0] and top <= y[0] <= top + size[1]
        return [(x, y)] if inside else []
    enters, leaves = np.zeros(len(x) - 1), np.ones(len(x) - 1)
    for places, low, high in ((x, 0.0, size[0]), (y, top, top + size[1])):
        start, step = places[:-1], np.diff(places)
        still = step == 0
        with np.errstate(divide="ignore", invalid="ignore"):
            one, other = (low - start) / step, (high - start) / step
        outside = still & ((start < low) | (start > high))
        enters = np.maximum(enters, np.where(still, 0.0, np.minimum(one, other)))
        leaves = np.minimum(leaves, np.where(still, 1.0, np.maximum(one, other)))
        leaves[outside] = -1.0
    kept = np.flatnonzero(enters <= leaves)
    if not len(kept):
        return []
    joined = (np.diff(kept) == 1) & (leaves[kept[:-1]] == 1.0) & (enters[kept[1:]] == 0.0)
    pieces = np.split(kept, np.flatnonzero(~joined) + 1)
    return [_piece(x, y, piece, enters, leaves) for piece in pieces]


def _piece(
    x: _Points, y: _Points, segments: NDArray[np.intp], enters: _Points, leaves: _Points
) -> tuple[_Points, _Points]:
    """The line through neighbouring segments, of which the first and the last may be cut."""
    first, last = segments[0], segments[-1]

    def cut(places: _Points) -> _Points:
        begin = places[first] + (places[first + 1] - places[first]) * enters[first]
        end = places[last] + (places[last + 1] - places[last]) * leaves[last]
        return np.concatenate(([begin], places[first + 1 : last + 1], [end]))

    return cut(x), cut(y)
