"""The bytes that wait in the buffers of all readers together, held to the server's limit; pure."""

from __future__ import annotations

from stream_core.channels.gathering import Gathering

__all__ = ["Budget"]


class Budget:
    """A sum with a limit.

    Readers that rest have not seen yet what they are owed: that much is lent. As soon as it could
    matter to whether the limit is reached, all of them are woken, so that nothing is unknown.

    Attributes:
        used_bytes: waiting in all buffers; lent_bytes: that may turn out to be waiting, at most.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self.used_bytes = 0
        self.lent_bytes = 0
        self._borrowed: dict[Gathering, int] = {}

    @property
    def full(self) -> bool:
        """Whether every buffer should act as if it were full."""
        return self.used_bytes >= self._limit_bytes

    def change(self, difference_bytes: int) -> None:
        """A buffer has grown, or shrunk."""
        self.used_bytes += difference_bytes
        if self._borrowed and self.used_bytes + self.lent_bytes >= self._limit_bytes:
            for borrower in tuple(self._borrowed):
                borrower.wake_all()

    def lend(self, borrower: Gathering, size_bytes: int) -> bool:
        """So many bytes may be kept or become owed unseen; False: they could reach the limit."""
        if self.used_bytes + self.lent_bytes + size_bytes >= self._limit_bytes:
            return False
        self.lent_bytes += size_bytes
        self._borrowed[borrower] = self._borrowed.get(borrower, 0) + size_bytes
        return True

    def give_back(self, borrower: Gathering, size_bytes: int) -> None:
        """So many of what was lent are not needed any more."""
        self.lent_bytes -= size_bytes
        left_bytes = self._borrowed.pop(borrower) - size_bytes
        if left_bytes:
            self._borrowed[borrower] = left_bytes
