"""A short table of integers that grows at its end and shrinks at its front; knows no meaning."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["GrowingTable"]


class GrowingTable:
    """Rows of int64 in one array, so that whole columns can be searched by numpy.

    Args:
        width: how many columns there are.
    """

    def __init__(self, width: int) -> None:
        self._cells: NDArray[np.int64] = np.empty((width, 64), np.int64)
        self._start = 0
        self._end = 0

    def __len__(self) -> int:
        return self._end - self._start

    def append(self, *row: int) -> None:
        """Add a row at the end."""
        if self._end == self._cells.shape[1]:
            self._make_room()
        self._cells[:, self._end] = row
        self._end += 1

    def column(self, number: int) -> NDArray[np.int64]:
        """A column as a view: assigning to it changes the table."""
        return self._cells[number, self._start : self._end]

    def row(self, number: int) -> tuple[int, ...]:
        """A row's cells; negative numbers count from the end."""
        place = number + (self._start if number >= 0 else self._end)
        return tuple(self._cells[:, place].tolist())

    def drop(self, count: int) -> None:
        """Forget the first `count` rows; none if `count` is not positive."""
        self._start += max(0, min(count, len(self)))

    def _make_room(self) -> None:
        length = len(self)
        cells = np.empty((len(self._cells), max(64, 2 * length)), np.int64)
        cells[:, :length] = self._cells[:, self._start : self._end]
        self._cells, self._start, self._end = cells, 0, length
