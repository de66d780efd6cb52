"""What waits at the server for one reader, in order; it holds and drops, and never decides."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator

from stream_core.channels.notices import OVERFLOW, Mark, Notice, add_notice, begin
from stream_core.errors import ProtocolError
from stream_core.values import Loss
from stream_core.wire.blocks import Block
from stream_core.wire.joining import follows, joined, largest_share

__all__ = ["UNBOUNDED", "Backlog", "Run"]

UNBOUNDED = sys.maxsize
_PINNED_BYTES = 128 * 1024  # an ordinary block, of which a part may keep all in memory uncounted


class Run:
    """Neighbouring items of one block, and the notices that come after them."""

    __slots__ = ("after", "block", "size_bytes", "start", "stop")

    def __init__(self, block: Block, start: int, stop: int, size_bytes: int) -> None:
        self.block = block
        self.start = start
        self.stop = stop
        self.size_bytes = size_bytes
        self.after: list[Notice] = []

    @property
    def count(self) -> int:
        """How many items it has."""
        return self.stop - self.start

    @property
    def first(self) -> int:
        """The number of its first item."""
        return self.block.first + self.start * self.block.stride

    def fitting(self, most_bytes: int) -> int:
        """How many items a piece has, where it may have so many bytes: all pieces are alike.

        Of what is compressed no pieces are made.
        """
        if self.size_bytes <= most_bytes or self.count == 1 or self.block.compressed:
            return self.count
        pieces = -(-self.size_bytes // most_bytes)
        return self.block.fitting(self.start, self.stop, -(-self.size_bytes // pieces))

    def split(self, count: int) -> Run:
        """Take the first `count` items off as a run of their own."""
        middle = self.start + count
        size = self.block.span_bytes(self.start, middle)
        taken = Run(self.block, self.start, middle, min(size, self.size_bytes))
        self.start = middle
        self.size_bytes -= taken.size_bytes
        return taken

    def singly(self) -> Iterator[Run]:
        """Each item as a run of its own; together never larger than the run, whatever it claims."""
        left = self.size_bytes
        for index in range(self.start, self.stop):
            size = left if self.count == 1 else min(left, self.block.item_bytes(index))
            left -= size
            yield Run(self.block, index, index + 1, size)

    def unpinned(self) -> Run:
        """The run, with a copy of its items if they are a small part of a large block.

        The rest of the block need not stay in memory for them. Of a compressed block a part may be
        larger than the whole; it stays as it is.
        """
        block = self.block
        if block.size_bytes <= _PINNED_BYTES or 2 * self.size_bytes >= block.size_bytes:
            return self
        if block.compressed:
            return self
        copy = Run(self.cut(), 0, self.count, self.size_bytes)
        copy.after = self.after
        return copy

    def loss(self, reason: str) -> Loss:
        """The run as a loss."""
        last = self.block.first + (self.stop - 1) * self.block.stride
        return Loss(self.first, last, self.count, reason)

    def cut(self) -> Block:
        """The run as a block."""
        return self.block.cut(range(self.start, self.stop))


class Backlog:
    """Runs of items with notices before and between them.

    Attributes:
        limit_items, limit_bytes: beyond these the buffer is full.
        full_override: it counts as full whatever it holds.
        newest_only: what is dropped was replaced by something newer; that is no loss.
        count, size_bytes: of the items that wait.
        dropped, replaced: items dropped so far.
        runs: the items; notices: what stands before the first of them.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_items = UNBOUNDED
        self.limit_bytes = limit_bytes
        self.full_override = False
        self.newest_only = False
        self.count = 0
        self.size_bytes = 0
        self.dropped = 0
        self.replaced = 0
        self.runs: deque[Run] = deque()
        self.notices: list[Notice] = []

    def __bool__(self) -> bool:
        return bool(self.runs or self.notices)

    @property
    def head(self) -> int:
        """The number of what comes next; there must be something."""
        if not self.notices:
            return self.runs[0].first
        return begin(self.notices[0])

    def marks(self) -> list[object]:
        """What the marks that wait carry, in order."""
        lines = [self.notices, *(run.after for run in self.runs)]
        return [notice.payload for line in lines for notice in line if isinstance(notice, Mark)]

    def room(self, run: Run) -> int:
        """How many items of the run may be added; an empty backlog takes one always."""
        if self.full_override or self.size_bytes + run.size_bytes > self.limit_bytes:
            room = 0
        else:
            room = max(0, self.limit_items - self.count)
        return min(run.count, room if self.count else max(1, room))

    # What comes in

    def append(self, run: Run) -> None:
        """Keep a run of items."""
        self.count += run.count
        self.size_bytes += run.size_bytes
        newest = self.runs[-1] if self.runs else None
        if newest and newest.block is run.block and newest.stop == run.start and not newest.after:
            newest.stop = run.stop
            newest.size_bytes += run.size_bytes
            return
        self.runs.append(run.unpinned())

    def lose(self, run: Run) -> None:
        """Drop items that came last."""
        self._drop(run, self.runs[-1].after if self.runs else self.notices, OVERFLOW)

    def note(self, notice: Notice) -> None:
        """Put a notice after all that waits; a loss among them counts as dropped."""
        if isinstance(notice, Loss):
            self.dropped += notice.count
        add_notice(self.runs[-1].after if self.runs else self.notices, notice)

    def put_back(self, things: list[Block | Notice]) -> None:
        """Put what had been taken before all that waits, in its order."""
        for thing in reversed(things):
            if isinstance(thing, Block):
                run = Run(thing, 0, thing.count, thing.size_bytes)
                run.after, self.notices = self.notices, []
                self.runs.appendleft(run)
                self.count += run.count
                self.size_bytes += run.size_bytes
            else:
                later, self.notices = self.notices, [thing]
                for notice in later:
                    add_notice(self.notices, notice)

    # What goes out

    def drop_oldest(self, count: int, reason: str = OVERFLOW) -> None:
        """Drop items from the front."""
        while count:
            run = self._take(count)
            count -= run.count
            self._drop(run, self.notices, reason)
            self._pass(run)

    def take_notice(self) -> Notice:
        """Take the first notice; nothing may stand before it."""
        return self.notices.pop(0)

    def take_block(
        self,
        most: int,
        together: int = 0,
        *,
        before: int = UNBOUNDED,
        limit_bytes: int = 0,
        most_bytes: int = UNBOUNDED,
    ) -> Block | Loss:
        """Take the first items, at most so many; no notice may stand before them.

        Where that is a part of a block that cannot be made plain, they are taken as a loss, with
        all that waits of the block.

        Args:
            most: of one block.
            together: small blocks of samples that follow each other become one, of so many items
                at most.
            before: of numbers below that one.
            limit_bytes: of their body, whatever has to be said of their times.
            most_bytes: of what one block gives, unless one item alone has more.
        """
        try:
            self._open(most)
        except ProtocolError as error:
            return self._lose_first(str(error))
        run = self._take(min(most, self.runs[0].fitting(most_bytes)))
        self._pass(run)
        block = run.cut()
        if block.count >= together:
            return block
        return joined(self._followers(block, together, before, limit_bytes))

    def _followers(self, block: Block, most: int, before: int, limit_bytes: int) -> list[Block]:
        """The block, and those behind it that are taken with it."""
        blocks, left_bytes = [block], limit_bytes - largest_share(block)
        most -= block.count
        while self.runs and not self.notices:
            run = self.runs[0]
            most -= run.count
            left_bytes -= largest_share(run.block)
            if most < 0 or left_bytes < 0 or run.count < run.block.count or run.first >= before:
                break
            if not follows(run.block, blocks):
                break
            self._pass(self._take(run.count))
            blocks.append(run.block)
        return blocks

    def _open(self, most: int) -> None:
        """Have the first run plain if a part of it is wanted; then it counts as large as it is."""
        run = self.runs[0]
        block = run.block
        if not block.compressed or block.count == run.count <= most:
            return
        run.block = block.plain()
        size_bytes = run.block.span_bytes(run.start, run.stop)
        self.size_bytes += size_bytes - run.size_bytes
        run.size_bytes = size_bytes

    def _lose_first(self, reason: str) -> Loss:
        run = self._take(UNBOUNDED)
        self._pass(run)
        self.dropped += run.count
        return run.loss(reason)

    def _take(self, most: int) -> Run:
        run = self.runs[0]
        if run.count <= most:
            self.runs.popleft()
        else:
            rest, run = run, run.split(most)
            self.runs[0] = rest.unpinned()
        self.count -= run.count
        self.size_bytes -= run.size_bytes
        return run

    def _pass(self, run: Run) -> None:
        for notice in run.after:
            add_notice(self.notices, notice)

    def _drop(self, run: Run, notices: list[Notice], reason: str) -> None:
        if self.newest_only and reason == OVERFLOW:
            self.replaced += run.count
        else:
            self.dropped += run.count
            add_notice(notices, run.loss(reason))
