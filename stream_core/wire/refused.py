"""A value that cannot be sent: which part of it, where that stands, and why; it encodes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

__all__ = ["RefusedError", "refusal_of"]


class RefusedError(Exception):
    """A part of a value would not come back equal.

    Args:
        culprit: the part; reason: why it is refused.
    """

    def __init__(self, culprit: Any, reason: str = "") -> None:
        self.culprit = culprit
        self.reason = reason or (
            "it would come out as another type; codec 'pickle' carries it, if the receiver "
            "allows it"
        )


def refusal_of(value: Any, refusal: RefusedError) -> str:
    """What was refused, where it stands in the value, and why, in words."""
    kind = type(refusal.culprit)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    place = _place(value, refusal.culprit)
    return f"a value of type {name} cannot be sent{place}: {refusal.reason}"


def _place(value: Any, culprit: Any) -> str:
    """Where the culprit stands in the value, in words; walks it again, as failures may."""
    path = _path(value, culprit)
    return f", at {path} of the value" if path else ""


def _path(value: Any, culprit: Any) -> str | None:
    if value is culprit:
        return ""
    for step, member in _members(value):
        below = _path(member, culprit)
        if below is not None:
            return step + below
    return None


def _members(value: Any) -> Iterable[tuple[str, Any]]:
    kind = type(value)
    if kind is dict:
        yield from ((f"[{key!r:.40}]", member) for key, member in value.items())
        yield from ((f" key {key!r:.40}", key) for key in value)
    elif kind in (list, tuple):
        yield from ((f"[{index}]", member) for index, member in enumerate(value))
    elif kind is set:
        yield from ((f" member {member!r:.40}", member) for member in value)
    elif kind is datetime:
        yield " tzinfo", value.tzinfo
