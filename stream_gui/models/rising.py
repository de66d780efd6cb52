"""Counts that go up, as a condition that stands until they have stood still for a while."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Rising"]

Key = TypeVar("Key", bound=Hashable)


@dataclass
class _Count:
    last: int
    since: int = 0
    rose_s: float = float("-inf")


class Rising(Generic[Key]):
    """Watches counts by their keys; their first values are where they begin.

    Args:
        least: a rise by so many between two looks counts as one.
        calm_s: for so long a count must stand still before nothing is said of it any more.
    """

    def __init__(self, *, least: int = 1, calm_s: float = 10.0) -> None:
        self._least = least
        self._calm_s = calm_s
        self._counts: dict[Key, _Count] = {}

    def look(self, counts: Mapping[Key, int], now_s: float) -> dict[Key, int]:
        """Take the counts as they are now; gives those that rise, with by how much so far.

        Args:
            counts: all there are; what is not among them is forgotten.
            now_s: of a clock that never goes back.
        """
        for key in [each for each in self._counts if each not in counts]:
            del self._counts[key]
        for key, value in counts.items():
            count = self._counts.setdefault(key, _Count(value))
            if value < count.last:  # it began anew
                count.since = 0
            elif value - count.last >= self._least:
                if now_s - count.rose_s > self._calm_s:
                    count.since = 0
                count.since += value - count.last
                count.rose_s = now_s
            count.last = value
        return {
            key: count.since
            for key, count in self._counts.items()
            if count.since and now_s - count.rose_s <= self._calm_s
        }
