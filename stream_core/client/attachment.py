"""One subscription of a reader at the server: how its items are laid out, and what was consumed."""

from __future__ import annotations

from stream_core.values import ChannelInfo
from stream_core.wire.blocks import Block
from stream_core.wire.items import Layout

__all__ = ["Attachment"]

WINDOW_BYTES = 1024 * 1024


class Attachment:
    """A reader's place on one channel; another channel of the same name gets another one.

    Args:
        info: the channel.
        first: the number of the first item that will come.

    Attributes:
        layout: of samples, else None.
        received: the highest number received, losses included; covered: the highest number that
            is in what was received, which for an envelope is the end of its bin.
        passed: the highest number consumed; credited: the highest one that the server knows of.
    """

    __slots__ = ("_items", "_size_bytes", "covered", "credited", "layout", "passed", "received")

    def __init__(self, info: ChannelInfo, first: int) -> None:
        self.layout = _layout(info)
        self.received = self.covered = self.passed = self.credited = first - 1
        self._items = 0
        self._size_bytes = 0

    def receive(self, block: Block, envelope: int | None) -> None:
        """A block has come; where it has bins, they are so many numbers wide."""
        self.received = self.covered = block.last
        if envelope is not None and block.enveloped:
            self.covered += envelope - 1 - block.last % envelope

    def miss(self, last: int) -> None:
        """The numbers up to that one will not come."""
        self.received = max(self.received, last)
        self.covered = max(self.covered, last)

    def pass_by(self, sequence: int, items: int, size_bytes: int) -> None:
        """All up to a number has been consumed."""
        if sequence > self.passed:
            self.passed = sequence
        self._items += items
        self._size_bytes += size_bytes

    def owes(self, buffer_size: int | None) -> bool:
        """Whether half of what may be unconsumed has been consumed since the last credit."""
        return self._size_bytes * 2 >= WINDOW_BYTES or (
            buffer_size is not None and self._items * 2 >= buffer_size
        )

    def credit(self, up_to: int) -> int | None:
        """The number to credit, if the server does not know it yet."""
        up_to = max(up_to, self.passed)
        if up_to <= self.credited:
            return None
        self.credited = up_to
        self._items = self._size_bytes = 0
        return up_to


def _layout(info: ChannelInfo) -> Layout | None:
    if info.dtype is None:
        return None
    return Layout.described(info.dtype, info.shape)
