"""What was sent to one reader and is not yet consumed; kept so that it can be sent again."""

from __future__ import annotations

from collections import deque

import msgspec

from stream_core.channels.notices import Mark, Notice, folded, position
from stream_core.errors import ProtocolError
from stream_core.values import Loss
from stream_core.wire.blocks import Block

__all__ = ["InFlight"]

_NOTICES = 64


class InFlight:
    """Blocks and notices on their way, by their numbers; a block is shared, never copied.

    Attributes:
        blocks: those not wholly consumed, oldest first; notices: losses and marks likewise.
        items: not consumed; size_bytes: of the blocks that hold them.
        sent: the highest number sent; consumed: the highest one credited.
    """

    def __init__(self, first_sequence: int, window_bytes: int) -> None:
        self.window_bytes = window_bytes
        self.blocks: deque[Block] = deque()
        self._pieces: set[int] = set()  # the last numbers of those that have more behind them
        self.notices: deque[Notice] = deque()
        self.items = 0
        self.size_bytes = 0
        self.sent = first_sequence - 1
        self.consumed = first_sequence - 1
        self._marks_sent = 0
        self._consumed_of_oldest = 0

    def open(self, window_items: int) -> bool:
        """Whether the reader's credit lets another block go: two may be on their way always.

        Of a block that leaves in pieces they are one, up to twice the window.
        """
        blocks = len(self.blocks)
        if blocks < 2:
            return True
        if blocks - len(self._pieces) < 2 and self.size_bytes < 2 * self.window_bytes:
            return True
        return self.items < window_items and self.size_bytes < self.window_bytes

    def fitting(self, window_items: int) -> int | None:
        """How many items the next block may have; None: as many as it has."""
        left = window_items - self.items
        return None if len(self.blocks) < 2 or left < 1 else left

    def send(self, block: Block, *, piece: bool = False) -> None:
        """A block goes out; as a piece, if what comes next is the rest of the same one."""
        self.blocks.append(block)
        if piece:
            self._pieces.add(block.last)
        self.items += block.count
        self.size_bytes += block.size_bytes
        self.sent = block.last

    def note(self, notice: Notice) -> None:
        """A notice goes out."""
        if isinstance(notice, Mark):
            self._marks_sent += 1
        elif notice.last is not None:
            self.sent = notice.last
        self.notices.append(notice)
        if len(self.notices) > _NOTICES:
            self._fold()

    def _fold(self) -> None:
        """Fold what came after the last block: a reader that credits nothing costs no more."""
        last = self.blocks[-1].last if self.blocks else self.consumed
        tail: deque[Notice] = deque()
        while self.notices and position(self.notices[-1]) > last:
            tail.appendleft(self.notices.pop())
        self.notices.extend(folded(tail))

    def credit(self, sequence: int) -> int:
        """The reader has consumed all up to a number; returns how many items that were.

        Raises:
            ProtocolError: it takes a credit back, or credits what was never sent.
        """
        if not self.consumed <= sequence <= self.sent:
            raise ProtocolError(
                f"a credit for number {sequence} came, between {self.consumed} and {self.sent}"
                " was possible"
            )
        self.consumed = sequence
        delivered = self._credit_whole(sequence) + self._credit_part(sequence)
        self.items -= delivered
        while self.notices and position(self.notices[0]) <= sequence:
            self.notices.popleft()
        return delivered

    def _credit_whole(self, sequence: int) -> int:
        delivered = 0
        while self.blocks and self.blocks[0].last <= sequence:
            block = self.blocks.popleft()
            self._pieces.discard(block.last)
            self.size_bytes -= block.size_bytes
            delivered += block.count - self._consumed_of_oldest
            self._consumed_of_oldest = 0
        return delivered

    def _credit_part(self, sequence: int) -> int:
        if not self.blocks or self.blocks[0].first > sequence:
            return 0
        consumed = _items_up_to(self.blocks[0], sequence)
        delivered = consumed - self._consumed_of_oldest
        self._consumed_of_oldest = consumed
        return delivered

    # After a broken link

    def recall(self, received: int, marks: int | None) -> list[Block | Notice]:
        """Take back, in order, what the reader has not received.

        Args:
            received: the highest number that it has received.
            marks: how many marks it has received; None: unknown.

        Raises:
            ProtocolError: it has credited more than that, or it cannot have received so much.
        """
        if not self.consumed <= received <= self.sent:
            raise ProtocolError(
                f"the reader says it received up to {received}, between {self.consumed} and"
                f" {self.sent} was possible"
            )
        things: list[Block | Notice] = [
            *self._recall_notices(received, marks),
            *self._recall_blocks(received),
        ]
        self.sent = received
        return sorted(things, key=_before)  # stable: a notice stands before the block it precedes

    def _recall_blocks(self, received: int) -> list[Block]:
        recalled: list[Block] = []
        while self.blocks and self.blocks[-1].last > received:
            block = self.blocks.pop()
            self._pieces.discard(block.last)
            self.size_bytes -= block.size_bytes
            kept = _items_up_to(block, received) if block.first <= received else 0
            recalled.append(block.cut(range(kept, block.count)))
            self.items -= recalled[-1].count
            if kept:
                self._keep(block.cut(range(kept)))
        return recalled[::-1]

    def _keep(self, block: Block) -> None:
        if not self.blocks and self._consumed_of_oldest == block.count:
            self._consumed_of_oldest = 0
            return
        self.blocks.append(block)
        self.size_bytes += block.size_bytes

    def _recall_notices(self, received: int, marks: int | None) -> list[Notice]:
        kept: list[Notice] = []
        recalled: list[Notice] = []
        unseen = self._unseen_marks(marks)
        for notice in reversed(self.notices):
            again = position(notice) > received
            if isinstance(notice, Mark):
                if unseen is not None:
                    again, unseen = unseen > 0, unseen - 1
                self._marks_sent -= again
            (recalled if again else kept).append(
                _unseen_part(notice, received) if again and isinstance(notice, Loss) else notice
            )
        self.notices = deque(reversed(kept))
        return recalled[::-1]

    def _unseen_marks(self, marks: int | None) -> int | None:
        if marks is None:
            return None
        if not 0 <= marks <= self._marks_sent:
            raise ProtocolError(f"the reader says it received {marks} of {self._marks_sent} marks")
        return self._marks_sent - marks


def _before(thing: Block | Notice) -> int:
    """The lowest number that can come after it, or is its own first."""
    return thing.sequence + 1 if isinstance(thing, Mark) else thing.first


def _items_up_to(block: Block, sequence: int) -> int:
    return (sequence - block.first) // block.stride + 1


def _unseen_part(loss: Loss, received: int) -> Loss:
    """What of a loss lies beyond a number; a folded loss may have been seen in part."""
    if loss.last is None or loss.first > received:
        return loss
    count = min(loss.count, loss.last - received)
    return msgspec.structs.replace(loss, first=received + 1, count=count)
