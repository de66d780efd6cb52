"""The bounds of a number: read from what `Annotated` says, put into words, and checked.

Whatever has `ge`, `gt`, `le`, `lt` or `multiple_of` is understood, as msgspec's `Meta` and the
classes of annotated-types have them; the rest of what stands in `Annotated` is for others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from stream_core.rpc.annotations import AnnotationType, Bounded, Plain, UnionOf, text
from stream_core.rpc.mismatch import MismatchError

__all__ = ["bounded", "bounds_check"]

BOUNDS = ("ge", "gt", "le", "lt", "multiple_of")
NUMBERS = (Plain("int"), Plain("float"))
TOLERANCE = 1e-9


def bounded(annotation: AnnotationType, metadata: Iterable[Any]) -> AnnotationType:
    """The annotation, where it is a number, within the bounds that the metadata name."""
    bounds: dict[str, int | float] = {}
    for each in metadata:
        bounds |= _bounds_of(each)
    return _narrowed(annotation, bounds) if bounds else annotation


def bounds_check(annotation: Bounded, check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A check that takes what `check` of the number takes, if it is within the bounds."""
    expected = text(annotation)

    def check_bounded(value: Any) -> Any:
        try:
            number = check(value)
        except MismatchError as mismatch:
            raise MismatchError(expected, mismatch.value) from None
        if not _fits(annotation, number):
            raise MismatchError(expected, value)
        return number

    return check_bounded


def _bounds_of(metadata: Any) -> dict[str, int | float]:
    given: dict[str, Any] = {name: getattr(metadata, name, None) for name in BOUNDS}
    return {name: value for name, value in given.items() if _is_bound(name, value)}


def _is_bound(name: str, value: Any) -> bool:
    if type(value) not in (int, float) or not math.isfinite(value):
        return False
    return name != "multiple_of" or value > 0


def _narrowed(annotation: AnnotationType, bounds: dict[str, int | float]) -> AnnotationType:
    match annotation:
        case Plain() if annotation in NUMBERS:
            return Bounded(annotation, **bounds)
        case Bounded(number=number):
            known = {name: getattr(annotation, name) for name in BOUNDS}
            return Bounded(number, **(known | bounds))
        case UnionOf(members=members):
            return UnionOf(tuple(_narrowed(member, bounds) for member in members))
    return annotation


def _fits(bounds: Bounded, number: int | float) -> bool:
    """Whether the number is within all bounds; NaN is within none."""
    return (
        (bounds.ge is None or number >= bounds.ge)
        and (bounds.gt is None or number > bounds.gt)
        and (bounds.le is None or number <= bounds.le)
        and (bounds.lt is None or number < bounds.lt)
        and (bounds.multiple_of is None or _is_multiple(number, bounds.multiple_of))
    )


def _is_multiple(number: int | float, step: int | float) -> bool:
    """Whether it is a multiple; of a step such as 0.1 as nearly as a float can be."""
    if isinstance(number, int) and isinstance(step, int):
        return number % step == 0
    if not math.isfinite(number):
        return False
    return abs(math.remainder(number, step)) <= TOLERANCE * max(abs(number), step)
