"""A ring of the newest samples, found by their absolute numbers; never shifts them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from stream_gui.plotdata.pages import uninitialised

__all__ = ["RingRows", "Rows", "SampleRing"]

Rows = int | slice | NDArray[np.intp]
"""One row of a ring, or some of them."""

_ALL = slice(None)


class SampleRing:
    """The newest `capacity` values of an endless sequence, or of several side by side.

    A value is found under its absolute number, counted from the first one ever written. Memory is
    taken from the system only as it is first written to, and given back at once.

    Args:
        capacity: how many values are kept.
        dtype: their numpy type.
        rows: how many sequences; None: a single one, whose arrays have one axis.
    """

    def __init__(self, capacity: int, dtype: DTypeLike, rows: int | None = None) -> None:
        if capacity < 1:
            raise ValueError(f"a ring keeps at least 1 value, not {capacity}")
        self.capacity = capacity
        self.rows = rows
        self.end = 0
        self._oldest = 0
        self._values: NDArray[Any] = uninitialised(self._shape, dtype)

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
        """Append values, along the last axis; the oldest give way."""
        count = values.shape[-1]
        kept = values[..., -self.capacity :]
        position = (self.end + count - kept.shape[-1]) % self.capacity
        head = min(kept.shape[-1], self.capacity - position)
        self._values[..., position : position + head] = kept[..., :head]
        if head < kept.shape[-1]:
            self._values[..., : kept.shape[-1] - head] = kept[..., head:]
        self.end += count

    def skip_to(self, end: int) -> None:
        """Make `end` the next number while the ring is still empty."""
        if self.end:
            raise ValueError("only an empty ring can begin elsewhere")
        self.end = self._oldest = end

    def resized(self, capacity: int) -> SampleRing:
        """Another ring with room for so many values, which holds the newest of this one's."""
        ring = SampleRing(capacity, self.dtype, self.rows)
        ring.skip_to(max(self.start, self.end - capacity))
        position = ring.end % self.capacity
        count = self.end - ring.end
        head = min(count, self.capacity - position)
        ring.write(self._values[..., position : position + head])
        ring.write(self._values[..., : count - head])
        return ring

    def widen(self, dtype: DTypeLike) -> None:
        """Keep the values as another type from now on, which must hold all of them exactly."""
        old, kept = self._values, min(self.end, self.capacity)
        self._values = uninitialised(self._shape, dtype)
        self._values[..., :kept] = old[..., :kept]  # what was never written to stays untouched

    def read(self, first: int, last: int, rows: Rows = _ALL) -> NDArray[Any]:
        """A copy of the values numbered first … last - 1, which must be kept; of some rows."""
        position, count = first % self.capacity, last - first
        head = self._part(rows, slice(position, min(position + count, self.capacity)))
        missing = count - head.shape[-1]
        if not missing:
            return head if head.base is None else head.copy()
        return np.concatenate((head, self._part(rows, slice(0, missing))), axis=-1)

    def gather(self, numbers: NDArray[np.int64], rows: Rows = _ALL) -> NDArray[Any]:
        """A copy of the values under these numbers, which must be kept; of some rows."""
        places = numbers % self.capacity
        if isinstance(rows, np.ndarray):
            rows = rows[(...,) + (None,) * places.ndim]
        return self._part(rows, places)

    def lower_bound(self, value: int, first: int, last: int) -> int:
        """The first number in first … last whose value is at least `value`.

        The values between the two must not decrease; of a ring of one sequence.
        """
        position = first % self.capacity
        head = min(last - first, self.capacity - position)
        found = int(np.searchsorted(self._values[position : position + head], value))
        if found < head:
            return first + found
        tail = self._values[: last - first - head]
        return first + head + int(np.searchsorted(tail, value))

    @property
    def _shape(self) -> tuple[int, ...]:
        return (self.capacity,) if self.rows is None else (self.rows, self.capacity)

    def _part(self, rows: Rows, places: slice | NDArray[np.int64]) -> NDArray[Any]:
        values: NDArray[Any]
        values = self._values[places] if self.rows is None else self._values[rows, places]
        return values


class RingRows:
    """Some rows of a ring, as one that is read only.

    Args:
        ring: all of them.
        rows: which; a single one gives arrays of one axis.
    """

    def __init__(self, ring: SampleRing, rows: Rows) -> None:
        self._ring = ring
        self._rows = rows

    @property
    def start(self) -> int:
        """The number of the oldest value kept."""
        return self._ring.start

    @property
    def end(self) -> int:
        """The number of the next value to come."""
        return self._ring.end

    def read(self, first: int, last: int) -> NDArray[Any]:
        """A copy of the values first … last - 1."""
        return self._ring.read(first, last, self._rows)

    def gather(self, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """A copy of the values under these numbers."""
        return self._ring.gather(numbers, self._rows)
