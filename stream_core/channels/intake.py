"""What one reader takes of what is published, and a count of the rest; it keeps no closed item."""

from __future__ import annotations

from collections.abc import Sequence

from stream_core.channels.gathering import MOST_MADE, Gathered, Made
from stream_core.channels.history import Gap
from stream_core.channels.selection import selected_block, selected_numbers
from stream_core.wire.blocks import Block
from stream_core.wire.envelopes import Folder, OpenBin
from stream_core.wire.joining import joined_where_they_follow

__all__ = ["Intake"]


class Intake:
    """Takes everything, each n-th item, or an envelope.

    Args:
        first: the first number that is for the reader.

    Attributes:
        first, next: the numbers from `first` to the one before `next` were published.
        not_selected: so many of them were left out; reduced: so many were folded away.
    """

    def __init__(self, first: int) -> None:
        self.first = self.next = first
        self.not_selected = 0
        self.reduced = 0
        self._every = 1
        self._width: int | None = None
        self._folder: Folder | None = None
        self._opened: OpenBin | None = None

    def select(self, every: int, width: int | None, folder: Folder | None) -> Block | None:
        """Take each n-th item, or envelopes of that width made by the channel's folder.

        Returns:
            what `close` gives, if the bins change.
        """
        closed = self.close() if width != self._width else None
        self._every, self._width, self._folder = every, width, folder
        return closed

    @property
    def settled(self) -> int:
        """All numbers before it have become what they become; those from it on may be in a bin."""
        return self.next if self._opened is None else self._opened.first

    def misses(self, block: Block) -> bool:
        """Whether the writer has withheld items that are wanted here."""
        if block.stride == 1:
            return False
        selected = selected_block(block, self._every)
        wanted = selected_numbers(block.first, block.last, self._every)
        return len(wanted) > (0 if selected is None else selected.count)

    def take(self, block: Block) -> Sequence[Block]:
        """What the next items become.

        Raises:
            ProtocolError: their bytes are not what they should be; they do not count as published.
        """
        span = (block.count - 1) * block.stride + 1
        if self._width is not None:
            taken: Sequence[Block] = self._fold(block, self._width)
            self.not_selected += span - block.count
        elif self._every == 1:
            taken = (block,)
            self.not_selected += span - block.count
        else:
            selected = selected_block(block, self._every)
            taken = () if selected is None else (selected,)
            self.not_selected += span - (0 if selected is None else selected.count)
        self.next += span
        return taken

    def _fold(self, block: Block, width: int) -> tuple[Block, ...]:
        assert self._folder is not None
        fold = self._folder.fold(block, width, self._opened)
        self._opened = fold.opened
        self.reduced += block.count - sum(closed.count for closed in fold.closed)
        return fold.closed

    def take_gathered(self, part: Gathered, joined_bytes: int) -> Sequence[Block]:
        """What the next items become, of which no byte can be wrong.

        It is made once for all readers that want the same, unless many want different things, in
        blocks of at most that size where they had to be joined.
        """
        # Bins that were begun by the same sample hold the same, whoever has folded them.
        key = self._every, self._width, -1 if self._opened is None else self._opened.first
        made = part.made.get(key)
        if made is None:
            made = self._make(part, joined_bytes)
            if len(part.made) < MOST_MADE:
                part.made[key] = made
        self.next = made.next
        self.not_selected += made.not_selected
        self.reduced += made.reduced
        self._opened = made.opened
        return made.blocks

    def _make(self, part: Gathered, joined_bytes: int) -> Made:
        alike = Intake(self.next)
        alike.select(self._every, self._width, self._folder)
        alike._opened = self._opened
        taken: list[Block] = []
        for thing in part.things:
            if isinstance(thing, Gap):
                alike.skip(thing.last, withheld=True)
            else:
                taken += alike.take(thing)
        blocks = joined_where_they_follow(taken, joined_bytes)
        return Made(blocks, alike.next, alike.not_selected, alike.reduced, alike._opened)

    def close(self) -> Block | None:
        """Close the open bin, since what follows does not belong to it; gives its block."""
        opened, self._opened = self._opened, None
        if opened is None:
            return None
        assert self._folder is not None
        self.reduced -= 1
        return self._folder.close(opened)

    def wants(self, first: int, last: int) -> bool:
        """Whether it takes any of the numbers from `first` to `last`."""
        return bool(selected_numbers(first, last, self._every))

    def skip(self, last: int, *, withheld: bool) -> range:
        """The numbers up to `last` never come; gives those of them that were wanted."""
        first, self.next = self.next, last + 1
        wanted = range(0) if withheld else selected_numbers(first, last, self._every)
        self.not_selected += self.next - first - len(wanted)
        return wanted

    def never(self, block: Block, last: int) -> None:
        """Of a block that was taken nothing after the item `last` comes to the reader."""
        left = range(last + block.stride, block.last + 1, block.stride)
        self._opened = None
        if self._width is not None:
            self.reduced += len(left)
            return
        self.not_selected -= self.next - 1 - last - len(left)
        self.next = last + 1
