"""The last items of a channel, kept for readers that are yet to come; it never waits for one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Protocol

import msgspec

from stream_core.channels.backlog import Run
from stream_core.channels.notices import SEVERAL
from stream_core.errors import ProtocolError
from stream_core.wire.blocks import Block

__all__ = ["Gap", "History", "Store"]

RUN_BYTES = 512  # what a block costs beside its body: a million of single items are not for nothing

MOST_GAPS = 8  # in a row; what follows is told as one


class Gap(msgspec.Struct, frozen=True):
    """Numbers of a channel that never came; `withheld` says that nobody wanted them."""

    first: int
    last: int
    reason: str
    withheld: bool = False


class Store(Protocol):
    """Where the bytes of all buffers of a server are counted."""

    @property
    def full(self) -> bool:
        """Whether nothing should grow any more."""
        ...

    def change(self, difference_bytes: int) -> None:
        """So many bytes more, or fewer, are kept."""


class History:
    """Keeps as many of the newest items as was asked for, and as fit.

    Args:
        limit_items: how many items at most; limit_bytes: how many bytes, but one block always.
        store: where the bytes are counted; a full one lets the history grow no further.

    Attributes:
        items, size_bytes: kept now.
    """

    def __init__(self, limit_items: int, limit_bytes: int, store: Store) -> None:
        self._limit_items = limit_items
        self._limit_bytes = limit_bytes
        self._store = store
        self._kept: deque[Run | Gap] = deque()
        self._gaps = 0  # behind the newest items
        self.items = 0
        self.size_bytes = 0

    def add(self, block: Block) -> None:
        """Keep the items of a block, and let older ones go."""
        before = self.size_bytes
        self._kept.append(Run(block, 0, block.count, block.size_bytes))
        self.items += block.count
        self.size_bytes += block.size_bytes + RUN_BYTES
        limit_bytes = min(before, self._limit_bytes) if self._store.full else self._limit_bytes
        while self.items > self._limit_items or self.size_bytes > limit_bytes:
            if not self._drop_oldest():
                break
        self._store.change(self.size_bytes - before)

    def gap(self, gap: Gap) -> None:
        """The next numbers never come."""
        if not self._kept:
            return
        newest = self._kept[-1]
        if not isinstance(newest, Gap):
            self._gaps = 1
        elif (newest.reason, newest.withheld) == (gap.reason, gap.withheld):
            self._kept[-1] = msgspec.structs.replace(newest, last=gap.last)
            return
        elif self._gaps == MOST_GAPS:
            self._kept[-1] = Gap(newest.first, gap.last, SEVERAL)
            return
        else:
            self._gaps += 1
        self._kept.append(gap)

    def clear(self) -> None:
        """Keep nothing any more."""
        self._store.change(-self.size_bytes)
        self._kept.clear()
        self.items = self.size_bytes = 0

    def _drop_oldest(self) -> bool:
        """Drop what there are too many of in the oldest run; False: too large, but all there is."""
        run = self._kept[0]
        assert isinstance(run, Run)
        surplus = self.items - self._limit_items
        alone = len(self._kept) == 1
        if 0 < surplus < run.count:
            dropped = run.split(surplus)
            self._kept[0] = run.unpinned()
        elif alone:
            return False
        else:
            dropped = run
            self._kept.popleft()
            self.size_bytes -= RUN_BYTES
        self.items -= dropped.count
        self.size_bytes -= dropped.size_bytes
        while self._kept and isinstance(self._kept[0], Gap):
            self._kept.popleft()
        return True

    # For a new reader

    def newest(self, count: int) -> Iterator[Block | Gap]:
        """The newest items, at most so many, with the gaps between them."""
        skipped = max(0, self.items - count)
        begun = False
        for thing in self._kept:
            if isinstance(thing, Gap):
                if begun:
                    yield thing
            elif begun or skipped < thing.count:
                begun = True
                yield _part(thing, skipped)
                skipped = 0
            else:
                skipped -= thing.count

    def after(self, sequence: int) -> Iterator[Block | Gap]:
        """What is kept of all that came after that number."""
        for thing in self._kept:
            if isinstance(thing, Gap):
                if thing.last > sequence:
                    first = max(thing.first, sequence + 1)
                    yield msgspec.structs.replace(thing, first=first)
            else:
                passed = max(0, (sequence - thing.first) // thing.block.stride + 1)
                if passed < thing.count:
                    yield _part(thing, passed)


def _part(run: Run, passed: int) -> Block | Gap:
    """The run without its first items; a gap, if its block cannot be made plain for that."""
    block, indices = run.block, range(run.start + passed, run.stop)
    try:
        return block.cut(indices)
    except ProtocolError as error:
        numbers = block.sequences[indices.start : indices.stop]
        return Gap(numbers[0], numbers[-1], str(error))
