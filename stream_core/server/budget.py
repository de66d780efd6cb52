"""The bytes that wait in the buffers of all readers together, held to the server's limit; pure."""

from __future__ import annotations

__all__ = ["Budget"]


class Budget:
    """A sum with a limit.

    Attributes:
        used_bytes: waiting in all buffers.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self.used_bytes = 0

    @property
    def full(self) -> bool:
        """Whether every buffer should act as if it were full."""
        return self.used_bytes >= self._limit_bytes

    def change(self, difference_bytes: int) -> None:
        """A buffer has grown, or shrunk."""
        self.used_bytes += difference_bytes
