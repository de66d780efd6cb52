"""Limits of a value, and what they say of it; knows no channel and no widget."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any

__all__ = ["Limits", "Verdict"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What limits say of a value.

    Attributes:
        level: "none" (no limits), "good", "warning", "alarm", or "invalid" (no number).
        side: "low" or "high" if it is beyond a limit, else "".
    """

    level: str = "none"
    side: str = ""

    @property
    def text(self) -> str:
        """In words, so that nobody depends on colours."""
        if self.level == "invalid":
            return "not a number"
        return f"{self.level} {self.side}" if self.side else {"good": "OK"}.get(self.level, "")

    @property
    def severity(self) -> int:
        """How bad it is: the worst of several verdicts has the largest."""
        return ("none", "good", "warning", "invalid", "alarm").index(self.level)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a value; a value on a bound is within it. None: there is no such bound.

    Attributes:
        alarm_low: below it something is wrong.
        warning_low: below it somebody should look.
        warning_high: above it somebody should look.
        alarm_high: above it something is wrong.
    """

    alarm_low: float | None = None
    warning_low: float | None = None
    warning_high: float | None = None
    alarm_high: float | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) is not None for each in fields(self))

    @property
    def problem(self) -> str:
        """What contradicts itself; "" if nothing does."""
        given = [(each.name, getattr(self, each.name)) for each in fields(self)]
        known = [(name, bound) for name, bound in given if bound is not None]
        for (name, bound), (other_name, other) in pairwise(known):
            if bound > other:
                return f"{_words(name)} {bound:g} is above {_words(other_name)} {other:g}"
        return ""

    def judge(self, value: float) -> Verdict:
        """What they say of a value."""
        if math.isnan(value):
            return Verdict("invalid")
        if not self:
            return Verdict()
        for level in ("alarm", "warning"):
            low, high = getattr(self, f"{level}_low"), getattr(self, f"{level}_high")
            if low is not None and value < low:
                return Verdict(level, "low")
            if high is not None and value > high:
                return Verdict(level, "high")
        return Verdict("good")

    def to_dict(self) -> dict[str, float]:
        """Those that are there, as plain values."""
        return {name: bound for name, bound in asdict(self).items() if bound is not None}

    @staticmethod
    def from_dict(state: Any) -> Limits:
        """What `to_dict` described; what is no number is left out."""
        if not isinstance(state, Mapping):
            return Limits()
        names = [each.name for each in fields(Limits)]
        kinds = (int, float)
        return Limits(**{n: float(state[n]) for n in names if isinstance(state.get(n), kinds)})


def _words(name: str) -> str:
    return name.replace("_", " ")
