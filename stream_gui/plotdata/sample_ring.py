"""A ring of the newest samples, found by their absolute numbers; never shifts them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

__all__ = ["SampleRing"]


class SampleRing:
    """The newest `capacity` values of an endless sequence.

    A value is found under its absolute number, counted from the first one ever written. Memory is
    taken from the system only as it is first written to.

    Args:
        capacity: how many values are kept.
        dtype: their numpy type.
    """

    def __init__(self, capacity: int, dtype: DTypeLike) -> None:
        if capacity < 1:
            raise ValueError(f"a ring keeps at least 1 value, not {capacity}")
        self.capacity = capacity
        self.end = 0
        self._oldest = 0
        self._values: NDArray[Any] = np.empty(capacity, dtype)

    @property
    def start(self) -> int:
        """The number of the oldest value kept; equal to `end` while there is none."""
        return max(self._oldest, self.end - self.capacity)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The numpy type of the values."""
        return self._values.dtype

    @property
    def nbytes(self) -> int:
        """The bytes taken once the ring is full."""
        return self._values.nbytes

    def write(self, values: NDArray[Any]) -> None:
        """Append values; the oldest give way."""
        kept = values[-self.capacity :]
        position = (self.end + len(values) - len(kept)) % self.capacity
        head = min(len(kept), self.capacity - position)
        self._values[position : position + head] = kept[:head]
        self._values[: len(kept) - head] = kept[head:]
        self.end += len(values)

    def skip_to(self, end: int) -> None:
        """Make `end` the next number while the ring is still empty."""
        if self.end:
            raise ValueError("only an empty ring can begin elsewhere")
        self.end = self._oldest = end

    def resized(self, capacity: int) -> SampleRing:
        """Another ring with room for so many values, which holds the newest of this one's."""
        ring = SampleRing(capacity, self.dtype)
        ring.skip_to(max(self.start, self.end - capacity))
        position = ring.end % self.capacity
        count = self.end - ring.end
        head = min(count, self.capacity - position)
        ring.write(self._values[position : position + head])
        ring.write(self._values[: count - head])
        return ring

    def widen(self, dtype: DTypeLike) -> None:
        """Keep the values as another type from now on, which must hold all of them exactly."""
        old, kept = self._values, min(self.end, self.capacity)
        self._values = np.empty(self.capacity, dtype)
        self._values[:kept] = old[:kept]  # what was never written to stays untouched

    def read(self, first: int, last: int) -> NDArray[Any]:
        """A copy of the values numbered first … last - 1, which must be kept."""
        values = np.empty(last - first, self._values.dtype)
        self.read_into(values, first)
        return values

    def read_into(self, values: NDArray[Any], first: int) -> None:
        """Copy the values from number `first` on, as many as there is room for."""
        position = first % self.capacity
        head = min(len(values), self.capacity - position)
        values[:head] = self._values[position : position + head]
        values[head:] = self._values[: len(values) - head]

    def gather(self, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """A copy of the values under these numbers, which must be kept."""
        values: NDArray[Any] = self._values[numbers % self.capacity]
        return values

    def lower_bound(self, value: int, first: int, last: int) -> int:
        """The first number in first … last whose value is at least `value`.

        The values between the two must not decrease.
        """
        position = first % self.capacity
        head = min(last - first, self.capacity - position)
        found = int(np.searchsorted(self._values[position : position + head], value))
        if found < head:
            return first + found
        tail = self._values[: last - first - head]
        return first + head + int(np.searchsorted(tail, value))
