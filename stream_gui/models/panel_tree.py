"""How panels divide a room among them: rows, columns and tabs as values; it knows no widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["Place", "Rect", "Side", "Split", "Tabs", "beside", "panels_of", "tree_of", "without"]

Side = Literal["left", "right", "up", "down"]
Rect = tuple[int, int, int, int]
"""Left, top, right and bottom."""


@dataclass(frozen=True, slots=True)
class Tabs:
    """One place, for one panel or for several of which one is seen.

    Attributes:
        panels: their numbers in the order of the tabs.
        front: the one that is seen; None is the first.
    """

    panels: tuple[int, ...]
    front: int | None = None

    @property
    def seen(self) -> int:
        """The one that is seen."""
        return self.front if self.front in self.panels else self.panels[0]


@dataclass(frozen=True, slots=True)
class Split:
    """A room divided into a row or a column.

    Attributes:
        across: whether the parts stand side by side; else below each other.
        parts: from left to right, or from top to bottom; at least two.
        sizes: how much each takes, in any unit.
    """

    across: bool
    parts: tuple[Place, ...]
    sizes: tuple[float, ...]

    @property
    def shares(self) -> list[tuple[Place, float]]:
        """Each part with its size."""
        return list(zip(self.parts, self.sizes, strict=True))


Place = Tabs | Split


def panels_of(place: Place) -> tuple[int, ...]:
    """The numbers of all panels."""
    if isinstance(place, Tabs):
        return place.panels
    return tuple(number for part in place.parts for number in panels_of(part))


def tree_of(rects: Mapping[Tabs, Rect]) -> Place | None:
    """The tree that puts these places where they are; None for none."""
    if not rects:
        return None
    if len(rects) == 1:
        return next(iter(rects))
    for across in (False, True):
        groups = _groups(rects, across)
        if len(groups) > 1:
            return _split(groups, across)
    return _split([{place: rect} for place, rect in rects.items()], across=False)


def without(place: Place, number: int) -> Place | None:
    """The tree without a panel, whose room goes to the others; None if it was the only one."""
    if isinstance(place, Tabs):
        left = tuple(each for each in place.panels if each != number)
        return Tabs(left, place.front) if left else None
    parts = [
        (without(part, number), size) for part, size in zip(place.parts, place.sizes, strict=True)
    ]
    return _joined(place.across, [(part, size) for part, size in parts if part is not None])


def beside(place: Place, number: int, other: int, side: Side) -> Place:
    """The tree with a new panel on one side of another, with half or an equal share of the room."""
    across, before = side in ("left", "right"), side in ("left", "up")
    if isinstance(place, Tabs):
        if other not in place.panels:
            return place
        parts: tuple[Place, ...] = (Tabs((number,)), place) if before else (place, Tabs((number,)))
        return Split(across, parts, (1.0, 1.0))
    index = next((i for i, part in enumerate(place.parts) if other in panels_of(part)), None)
    if index is None:
        return place
    part = place.parts[index]
    if place.across != across or not isinstance(part, Tabs):
        inner = beside(part, number, other, side)
        return replace(place, parts=(*place.parts[:index], inner, *place.parts[index + 1 :]))
    at = index if before else index + 1
    share = sum(place.sizes) / len(place.sizes)
    return Split(
        across,
        (*place.parts[:at], Tabs((number,)), *place.parts[at:]),
        (*place.sizes[:at], share, *place.sizes[at:]),
    )


def _joined(across: bool, parts: Sequence[tuple[Place, float]]) -> Place | None:
    """A row or column of these parts; what runs the same way becomes a part of it."""
    flat: list[tuple[Place, float]] = []
    for part, size in parts:
        if isinstance(part, Split) and part.across == across:
            scale = size / sum(part.sizes)
            flat.extend(
                (each, own * scale) for each, own in zip(part.parts, part.sizes, strict=True)
            )
        else:
            flat.append((part, size))
    if len(flat) < 2:
        return flat[0][0] if flat else None
    return Split(across, tuple(part for part, _ in flat), tuple(size for _, size in flat))


def _split(groups: Sequence[Mapping[Tabs, Rect]], across: bool) -> Place | None:
    parts = []
    for group in groups:
        part = tree_of(group)
        if part is not None:
            parts.append((part, float(_length(group, across))))
    return _joined(across, parts)


def _groups(rects: Mapping[Tabs, Rect], across: bool) -> list[dict[Tabs, Rect]]:
    """The places in groups between which a straight line can be drawn, in their order."""
    low, high = (0, 2) if across else (1, 3)
    groups: list[dict[Tabs, Rect]] = []
    reached: int | None = None
    for place, rect in sorted(rects.items(), key=lambda item: item[1][low]):
        if reached is None or rect[low] >= reached:
            groups.append({})
        groups[-1][place] = rect
        reached = max(rect[high], reached if reached is not None else rect[high])
    return groups


def _length(rects: Mapping[Tabs, Rect], across: bool) -> int:
    low, high = (0, 2) if across else (1, 3)
    return max(rect[high] for rect in rects.values()) - min(rect[low] for rect in rects.values())
