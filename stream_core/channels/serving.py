"""When a reader is served that chose a shortest interval; arithmetic only, time is an argument.

What waits when a serving begins is served; what comes later waits for the next one.
"""

from __future__ import annotations

__all__ = ["Serving"]


class Serving:
    """The servings of one reader.

    Args:
        first_sequence: the first number that is for it.

    Attributes:
        interval_ns: from the beginning of one serving to that of the next; 0: all are one.
    """

    def __init__(self, first_sequence: int) -> None:
        self.interval_ns = 0
        self._begun_ns: int | None = None
        self._until = first_sequence

    @property
    def until(self) -> int | None:
        """The numbers below it may go in this serving; None: all may."""
        return self._until if self.interval_ns else None

    @property
    def next_ns(self) -> int:
        """When the next serving may begin."""
        return 0 if self._begun_ns is None else self._begun_ns + self.interval_ns

    def includes(self, sequence: int, now_ns: int) -> bool:
        """Whether that number may go now."""
        return not self.interval_ns or now_ns >= self.next_ns or sequence < self._until

    def due_ns(self, sequence: int) -> int | None:
        """When that number may go; None: at once."""
        return self.next_ns if self.interval_ns and sequence >= self._until else None

    def begin(self, next_sequence: int, now_ns: int) -> None:
        """Begin a serving of all numbers before `next_sequence`, if it is time for one."""
        if now_ns >= self.next_ns:
            self._begun_ns = now_ns
            self._until = next_sequence
