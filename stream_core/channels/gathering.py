"""What a channel has published while some of its readers rest; it never decides who may.

A reader that takes only a part of the samples and is not served for a while need not look at each
block as it comes. What comes is kept once for all who rest, in parts: a part ends where one of them
wakes or another begins to rest. What becomes of a part is found once for all who want the same.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Hashable, Iterable, Sequence
from itertools import islice
from math import gcd
from typing import NamedTuple, Protocol, TypeVar

from stream_core.channels.history import RUN_BYTES, Gap
from stream_core.channels.patience import Patience
from stream_core.channels.selection import selected_numbers
from stream_core.wire.blocks import Block
from stream_core.wire.envelopes import OpenBin
from stream_core.wire.tables import ALIGNMENT

__all__ = ["MOST_BYTES", "MOST_MADE", "Gathered", "Gathering", "Lender", "Made", "Rester"]

MOST_BYTES = 1024 * 1024
MOST_MADE = 16  # of one part: it is kept as long as one reader rests, and nobody counts them
_TIME_BYTES = 8
_EXTREMES = 2


class Made(NamedTuple):
    """What a part became for readers that want the same: blocks, and counts of the rest."""

    blocks: Sequence[Block]
    next: int
    not_selected: int
    reduced: int
    opened: OpenBin | None


class Gathered:
    """A part: neighbouring blocks, and numbers between them that nobody here wants.

    Attributes:
        things: in their order; size_bytes: in memory.
        made: by what a reader wants of it.
        left: so many readers have not seen it.
    """

    __slots__ = ("left", "made", "size_bytes", "things")

    def __init__(self) -> None:
        self.things: list[Block | Gap] = []
        self.size_bytes = 0
        self.made: dict[Hashable, Made] = {}
        self.left = 0


class Rester(Protocol):
    """A reader as its gathering sees it."""

    def catch_up(self) -> None:
        """Take what was gathered, and rest no more."""


Reader = TypeVar("Reader", bound=Rester)


class Lender(Protocol):
    """Where the bytes of all buffers of a server are counted."""

    def lend(self, borrower: Gathering, size_bytes: int) -> bool:
        """So many bytes may be kept or become owed unseen; False: they would be too many."""
        ...

    def give_back(self, borrower: Gathering, size_bytes: int) -> None:
        """So many of what was lent are not needed any more."""


class _Rest(NamedTuple):
    part: int  # that it has not seen
    share_bytes: int  # there were by then


class Gathering:
    """Keeps what comes for the readers that rest.

    Of what it keeps, and of what can become of that in their buffers, it tells the lender, so that
    these are not full without anybody's knowing it.

    Attributes:
        resting: the readers that rest.
    """

    def __init__(self, lender: Lender | None) -> None:
        self._lender = lender
        self._parts: deque[Gathered] = deque()
        self._first_part = 0
        self.resting: dict[Rester, _Rest] = {}
        self._begin()

    def _begin(self) -> None:
        self._open = Gathered()
        self._size_bytes = 0
        self._share_bytes = 0  # that any one reader may get at most of all that ever came
        self._every = 0
        self._step = sys.maxsize
        self._until = sys.maxsize
        self._until_bytes = sys.maxsize

    def rest(self, reader: Rester, patience: Patience) -> None:
        """A reader looks at nothing from now on, until it wakes."""
        self._close()
        self._every = gcd(self._every, patience.every)
        self._step = min(self._step, patience.step)
        self._until = min(self._until, patience.until)
        self._until_bytes = min(self._until_bytes, self._share_bytes + patience.free_bytes)
        part = self._first_part + len(self._parts)
        self.resting[reader] = _Rest(part, self._share_bytes)

    def wake(self, reader: Rester) -> list[Gathered]:
        """The reader rests no more; gives what it has not seen."""
        rest = self.resting[reader]
        self._close()
        del self.resting[reader]
        unseen = list(islice(self._parts, rest.part - self._first_part, None))
        for part in unseen:
            part.left -= 1
        given_back_bytes = self._share_bytes - rest.share_bytes
        while self._parts and not self._parts[0].left:
            self._first_part += 1
            size_bytes = self._parts.popleft().size_bytes
            self._size_bytes -= size_bytes
            given_back_bytes += size_bytes
        if not self.resting:
            self._begin()
        if given_back_bytes and self._lender is not None:
            self._lender.give_back(self, given_back_bytes)
        return unseen

    def wake_all(self) -> None:
        """Something comes that each has to see, or to see in time."""
        for reader in tuple(self.resting):
            reader.catch_up()

    def those_to_tell(self, readers: Iterable[Reader], thing: Block | Gap) -> Sequence[Reader]:
        """Keep what comes next for those who rest, and give the other readers.

        Where it cannot be kept all are woken, and given.
        """
        resting = self.resting
        if resting:
            awake = [reader for reader in readers if reader not in resting]
            if self.skip(thing) if isinstance(thing, Gap) else self.add(thing):
                return awake
            self.wake_all()
        return tuple(readers)

    def add(self, block: Block) -> bool:
        """Keep the next block for those who rest; False: they have to look at it."""
        first, last = block.first, block.last
        stride = block.stride if block.count > 1 else 1
        if stride != 1 and (self._every % stride or first % stride):
            return False  # somebody may miss what is between its items
        if block.compressed or last >= self._until:
            return False
        items = (last - first + 1) // self._step + 1
        share_bytes = items * (_EXTREMES * block.sample_bytes + _TIME_BYTES) + ALIGNMENT
        return self._keep(block, block.size_bytes + RUN_BYTES, share_bytes)

    def skip(self, gap: Gap) -> bool:
        """The next numbers never come; False: some who rest want them."""
        wanted = selected_numbers(gap.first, gap.last, self._every)
        return not wanted and self._keep(gap, RUN_BYTES, 0)

    def _keep(self, thing: Block | Gap, size_bytes: int, share_bytes: int) -> bool:
        if self._size_bytes + size_bytes > MOST_BYTES:
            return False
        if self._share_bytes + share_bytes > self._until_bytes:
            return False
        if self._lender is None or not self._lender.lend(
            self, size_bytes + share_bytes * len(self.resting)
        ):
            return False
        self._size_bytes += size_bytes
        self._share_bytes += share_bytes
        self._open.things.append(thing)
        self._open.size_bytes += size_bytes
        return True

    def _close(self) -> None:
        if self._open.things:
            self._open.left = len(self.resting)
            self._parts.append(self._open)
            self._open = Gathered()
