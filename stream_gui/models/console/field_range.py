"""The range of a number in a form: its ends, and the places of a slider between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

__all__ = ["FieldRange"]

DECADES = 1000.0
DIGITS = 4


@dataclass(frozen=True)
class FieldRange:
    """From the least to the greatest value, as far as there are such.

    Attributes:
        low, high: the ends; None: open.
        step: between neighbouring values, or None.
        whole: whether only integers are meant.
    """

    low: float | None = None
    high: float | None = None
    step: float | None = None
    whole: bool = False

    @staticmethod
    def of(bounds: Any) -> FieldRange:
        """The range of a number's described bounds."""
        low = bounds.gt if bounds.ge is None else bounds.ge
        high = bounds.lt if bounds.le is None else bounds.le
        return FieldRange(low, high, bounds.multiple_of, bounds.number.name == "int")

    @property
    def closed(self) -> bool:
        """Whether it has both ends, so that a slider can show it."""
        return self.low is not None and self.high is not None and self.low < self.high

    def value_at(self, share: float) -> float:
        """The value at that share of the way, rounded to what a hand can choose."""
        if self.low is None or self.high is None:
            raise ValueError("a range without ends has no shares")
        if self._by_decades:
            value = self.low * (self.high / self.low) ** share
        else:
            value = self.low + share * (self.high - self.low)
        return self._rounded(value)

    def share_of(self, value: float) -> float:
        """Where on the way the value stands, from 0 to 1."""
        if self.low is None or self.high is None:
            raise ValueError("a range without ends has no shares")
        value = min(max(value, self.low), self.high)
        if self._by_decades:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    @property
    def _by_decades(self) -> bool:
        """A range over decades is shown in decades."""
        return (
            self.low is not None
            and self.high is not None
            and self.low > 0
            and self.high / self.low >= DECADES
        )

    def _rounded(self, value: float) -> float:
        assert self.low is not None
        assert self.high is not None
        if self.step or self.whole:
            step = self.step or 1
            value = round(value / step) * step
        elif value:
            span = abs(value) if self._by_decades else self.high - self.low
            value = round(value, DIGITS - 1 - math.floor(math.log10(span)))
        value = min(max(value, self.low), self.high)
        return int(value) if self.whole and float(value).is_integer() else value
