"""A value that does not fit its type: what was expected, where, and what came; never a policy."""

from __future__ import annotations

from typing import Any

__all__ = ["MismatchError", "brief"]

BRIEF_CHARACTERS = 60


class MismatchError(Exception):
    """Raised by a check; the binder turns it into the caller's `InvalidValue`.

    Attributes:
        expected: what would have fitted, in words.
        value: what came.
        where: the place inside the argument, such as `["points"][3]`; "" is the argument itself.
        detail: said instead of "must be … , not …" if that would not tell.
    """

    def __init__(self, expected: str, value: Any, *, where: str = "", detail: str = "") -> None:
        super().__init__(expected)
        self.expected = expected
        self.value = value
        self.where = where
        self.detail = detail

    def inside(self, place: str) -> MismatchError:
        """The same mismatch seen from one container further out."""
        return MismatchError(
            self.expected, self.value, where=place + self.where, detail=self.detail
        )

    def sentence(self, argument: str) -> str:
        """The whole of it, for an argument of that name."""
        place = f"argument {argument!r}" + (f" at {self.where}" if self.where else "")
        if self.detail:
            return f"{place} {self.detail}"
        return f"{place} must be {self.expected}, not {brief(self.value)}"


def brief(value: Any) -> str:
    """The value and its type, short enough for a message."""
    if value is None:
        return "None"
    kind = type(value).__name__
    try:
        shown = repr(value)
    except Exception:  # a broken repr must not hide the mismatch
        return f"a value of type {kind}"
    if len(shown) > BRIEF_CHARACTERS or "\n" in shown:
        return f"a value of type {kind}"
    return f"{shown} ({kind})"
