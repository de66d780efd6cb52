"""Where values stand in the height of a plot, and back: the whole of it, or a band; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["ValueScale", "banded"]

_BAND_INSET = 0.05
"""So much of a band stays free at either end, to keep neighbours apart."""

_Values = TypeVar("_Values", float, NDArray[np.float64])


@dataclass(frozen=True, slots=True)
class ValueScale:
    """The scale of one axis.

    Attributes:
        low: the value at its lower end.
        high: the value at its upper end.
        top: where the upper end stands, as a share of the height from the top.
        bottom: where the lower end stands.
    """

    low: float
    high: float
    top: float = 0.0
    bottom: float = 1.0

    def place(self, value: _Values) -> _Values:
        """Where a value stands, as a share of the height from the top."""
        return self.bottom - (value - self.low) * ((self.bottom - self.top) / self.span)

    def value(self, place: float) -> float:
        """The value at a share of the height from the top."""
        return self.low + (self.bottom - place) / (self.bottom - self.top) * self.span

    @property
    def span(self) -> float:
        """How much lies between its ends."""
        return self.high - self.low


def banded(scales: Sequence[ValueScale]) -> tuple[ValueScale, ...]:
    """The scales in bands of the same height, one below the other."""
    height = 1 / max(1, len(scales))
    inset = _BAND_INSET * height
    return tuple(
        replace(scale, top=number * height + inset, bottom=(number + 1) * height - inset)
        for number, scale in enumerate(scales)
    )
