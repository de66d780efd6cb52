"""Rates of many things over the last minutes, one column a measurement; it draws nothing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from heapq import heappop, heappush
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "RateRing"]

Floats = NDArray[np.float64]
Key = TypeVar("Key", bound=Hashable)
ROOM = 16


class RateRing(Generic[Key]):
    """A ring of measurements of things that come and go.

    Args:
        points: how many measurements are kept.
    """

    def __init__(self, points: int) -> None:
        self._points = points
        self._rates: Floats = np.full((ROOM, points), np.nan)
        self._rows: dict[Key, int] = {}
        self._seen: dict[Key, int] = {}
        self._free = list(range(ROOM))
        self.count = 0

    def add(self, values: Mapping[Key, float]) -> None:
        """Take one measurement; what is not in it was not there."""
        slot = self.count % self._points
        self._rates[:, slot] = np.nan
        for key in values:
            if key not in self._rows:
                self._rows[key] = self._room()
        rows = [self._rows[key] for key in values]
        self._rates[rows, slot] = list(values.values())
        self._seen.update(dict.fromkeys(values, self.count))
        self.count += 1
        self._forget_the_gone()

    def clear(self) -> None:
        """Forget everything."""
        self._free = list(range(len(self._rates)))
        self._rates[:] = np.nan
        self._rows.clear()
        self._seen.clear()
        self.count = 0

    @property
    def keys(self) -> list[Key]:
        """What was there in one of the measurements that are kept."""
        return list(self._rows)

    def place(self, key: Key) -> int:
        """A small number that a thing has alone as long as it is there; 0 if it never was."""
        return self._rows.get(key, 0)

    def rates(self, key: Key, last: int | None = None) -> Floats:
        """The rates of one thing in order, the latest last; NaN while it was not there.

        Args:
            key: the thing.
            last: only so many of the latest.
        """
        return self._ordered(self._rates[self._rows[key]], last)

    def together(self, last: int | None = None) -> tuple[list[Key], Floats]:
        """All things, and the rates of each in a row."""
        keys = list(self._rows)
        return keys, self.of(keys, last)

    def of(self, keys: Sequence[Key], last: int | None = None) -> Floats:
        """The rates of these things, each in a row; NaN for one that was never there."""
        rows = [self._rows.get(key, -1) for key in keys]
        ordered = self._ordered(self._rates[rows], last)
        ordered[[row < 0 for row in rows]] = np.nan
        return ordered

    def _ordered(self, ring: Floats, last: int | None) -> Floats:
        kept = min(self.count, self._points)
        wanted = kept if last is None else min(last, kept)
        slots = np.arange(self.count - wanted, self.count) % self._points
        ordered: Floats = ring[..., slots]
        return ordered

    def _room(self) -> int:
        if not self._free:
            rows = len(self._rates)
            self._rates = np.vstack([self._rates, np.full((rows, self._points), np.nan)])
            self._free = list(range(rows, 2 * rows))
        return heappop(self._free)

    def _forget_the_gone(self) -> None:
        """Give up the rows of what was in none of the measurements that are kept."""
        oldest = self.count - self._points
        if oldest <= 0 or not self._seen:
            return
        for key in [key for key, seen in self._seen.items() if seen < oldest]:
            del self._seen[key]
            row = self._rows.pop(key)
            self._rates[row] = np.nan
            heappush(self._free, row)
