"""The end marks of one writer: counted, and kept until the server is known to have them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

__all__ = ["EndMarks"]


class EndMarks:
    """How often a writer has ended a transfer, and where.

    Attributes:
        made: so far; the number of the newest mark.
    """

    def __init__(self) -> None:
        self.made = 0
        self._kept: deque[tuple[int, int]] = deque()

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, sequence: int) -> int:
        """A transfer ends before the item of that number; returns the mark's own number."""
        self.made += 1
        self._kept.append((self.made, sequence))
        return self.made

    def arrived(self, number: int) -> None:
        """The server has the mark of that number, and those before it."""
        while self._kept and self._kept[0][0] <= number:
            self._kept.popleft()

    def missing(self) -> Iterator[tuple[int, int]]:
        """The marks that the server may not have, oldest first, each with its place."""
        return iter(tuple(self._kept))
