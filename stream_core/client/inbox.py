"""What a reader holds on the client's side: blocks in their order, losses in their place.

It decodes when somebody takes, counts what was consumed, and says when the server should hear of
it. It waits for nothing and never touches the link.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence
from enum import Enum, auto
from typing import Any, Protocol

import msgspec

from stream_core.channels.parameters import Parameters
from stream_core.client.attachment import Attachment
from stream_core.client.callbacks import Callbacks
from stream_core.errors import InvalidValue, ProtocolError, StreamError
from stream_core.security import ChannelKey
from stream_core.values import ChannelInfo, Codec, Loss
from stream_core.wire.blocks import Block
from stream_core.wire.header import CodecNumber
from stream_core.wire.items import decode_block

__all__ = ["Inbox", "InboxHome", "Step"]

logger = logging.getLogger(__name__)
EARLY_LOSSES = 1000
NUMBERS = 2**32  # of transfers; then they begin again
MOST_ENDS = 10_000  # that no mark came of; a writer may claim billions


class Step(Enum):
    """What came next in an inbox."""

    VALUES = auto()
    MARK = auto()
    EMPTY = auto()
    ENDED = auto()


class InboxHome(Protocol):
    """Who keeps an inbox and speaks with the server for it."""

    def consumed(self, inbox: Inbox, *, at_once: bool) -> None:
        """The server should hear what was consumed, at once or soon."""

    def exhausted(self, inbox: Inbox) -> None:
        """All was taken, and nothing more comes."""


class _Ends(msgspec.Struct, frozen=True):
    """So many transfers have ended here."""

    count: int


class _Rest(msgspec.Struct, frozen=True):
    """A block that was begun, then put back: its items from `start` on are untaken."""

    block: Block
    start: int
    passed: bool


_Thing = Block | Loss | _Ends | _Rest

Taken = tuple[Attachment | None, int, int, int]
"""A block that was taken: where it was read, its last number, its items, its bytes."""


class Inbox:
    """The client's half of one subscription.

    Args:
        name: of the channel; parameters: as subscribed; trusted: codecs that are allowed.
        home: speaks with the server.
        key: of a private channel.

    Attributes:
        number: of the reader on the wire; 0 while there is no subscription.
        after: what the server knows it by while it waits for a channel: the number that it had on
            one that has ended, or one below 0; else 0.
        values: decoded and not yet taken; may be popped from the left by the reader itself, who
            then calls `exhausted` when it has become empty.
        block: the one that `values` are of, or None.
        info: the channel; None until it exists.
        lost: selected items lost; error: why nothing more comes, once all is taken.
        clearing: how many calls to clear it the server has not answered.
    """

    def __init__(
        self,
        name: str,
        parameters: Parameters,
        trusted: Collection[Codec],
        home: InboxHome,
        key: ChannelKey | None = None,
    ) -> None:
        self.name = name
        self.key = key
        self.parameters = parameters
        self.number = 0
        self.after = 0
        self.values: deque[Any] = deque()
        self.block: Block | None = None
        self.info: ChannelInfo | None = None
        self.lost = 0
        self.error: StreamError | None = None
        self.clearing = 0
        self._on_lost = Callbacks()
        self._early: list[Loss] | None = []  # what nobody could hear of; None: nothing more
        self.on_arrival = Callbacks()
        self._trusted = trusted
        self._home = home
        self._attachment: Attachment | None = None
        self._stream: tuple[int, int] | None = None  # origin and epoch
        self._origin: tuple[int, int] | None = None  # what numbers go on under
        self._block_attachment: Attachment | None = None
        self._block_passed = False  # it was put back after all of it had been taken
        self._array: Any = None
        self._unfilled: int | None = None  # from where on the array is to be given, if as it is
        self._times: Sequence[int] | None = None
        self._things: deque[tuple[Attachment | None, _Thing]] = deque()
        self._come = 0  # items that came, or were put back; only the loop counts
        self._opened = 0  # of these; only who takes counts, in whatever thread
        self._end: StreamError | None = None
        self._losses: list[Loss] = []
        self._marks = 0
        self._transfers = 0

    # What the link brings

    def attach(
        self,
        number: int,
        info: ChannelInfo,
        *,
        origin: int,
        first: int,
        epoch: int,
        transfers: int = 0,
    ) -> None:
        """There is a subscription.

        Args:
            number: of the reader.
            info: of the channel.
            origin: of the channel's stream.
            epoch: of the server.
            first: the number of the first item that will come.
            transfers: how many had ended on the channel before that.
        """
        former, former_origin = self._attachment, self._origin
        self._attachment = Attachment(info, first)
        self._stream = (origin, epoch)
        self._origin = (origin, epoch if info.shared else 0)
        self.number, self.info = number, info
        self._marks = self.clearing = 0
        if former is None or former_origin != self._origin:
            self._transfers = transfers
        if former is None:
            return
        following = former.covered + 1
        if former_origin != self._origin:
            self._lose(Loss(following, None, 0, "the channel began anew"))
        elif first > following:
            count = _selected(following, first - 1, self.parameters.every)
            self._lose(Loss(following, first - 1, count, "the subscription was interrupted"))
        self._end_transfers(transfers)

    def detach(self) -> None:
        """The subscription is gone, but may come back."""
        self.number = 0

    @property
    def former(self) -> tuple[int, int, int] | None:
        """What the server should know to go on: origin, epoch, highest number; None: nothing."""
        if self._attachment is None or self._stream is None:
            return None
        return (*self._stream, self._attachment.covered)

    def resume(self) -> tuple[int, int]:
        """The link is back, the subscription goes on.

        Returns:
            The highest number that was received, and how many end marks were.
        """
        attachment = self._attachment
        assert attachment is not None
        attachment.credited = -1  # the last credit may have been lost with the link
        return attachment.received, self._marks

    def receive_block(self, block: Block) -> None:
        """Items have come."""
        attachment = self._attachment
        assert attachment is not None
        attachment.receive(block, self.parameters.envelope)
        if self.clearing:
            self._pass(attachment, block.last, block.count, block.size_bytes)
            return
        self._come += block.count
        self._things.append((attachment, block))
        self.on_arrival.tell()

    def receive_loss(self, loss: Loss) -> None:
        """These numbers do not come."""
        attachment = self._attachment
        assert attachment is not None
        if loss.last is not None:
            attachment.miss(loss.last)
        self._lose(loss)

    def receive_mark(self, transfers: int) -> None:
        """A writer's transfer has ended; by now so many have been ended by all writers."""
        self._marks += 1
        self._end_transfers(transfers)

    def _end_transfers(self, transfers: int) -> None:
        """By now so many have ended; those whose marks did not come end here, too.

        More than `MOST_ENDS` are no outage's: who loops over transfers gets one end for them.
        """
        ends = (transfers - self._transfers) % NUMBERS
        self._transfers = transfers
        if MOST_ENDS < ends < NUMBERS // 2:
            logger.warning("channel '%s': %d ends of transfers count as one", self.name, ends)
            ends = 1
        if 0 < ends < NUMBERS // 2:  # else its writer counts anew
            self._things.append((None, _Ends(ends)))
            self.on_arrival.tell()

    def finish(self, error: StreamError) -> None:
        """Nothing more comes; what is held can still be taken."""
        if self._end is None:
            self._end = error
        self.on_arrival.tell()

    def inherited(self, error: StreamError) -> None:
        """This is a fork of the reader's process: what is held is read there, and not here."""
        self.values.clear()
        self._things.clear()
        self.number = self._come = self._opened = 0
        self._end = self.error = error

    def _lose(self, loss: Loss) -> None:
        self.lost += loss.count
        self._things.append((self._attachment, loss))
        if self._early is not None and len(self._early) < EARLY_LOSSES:
            self._early.append(loss)
        self._on_lost.tell(loss)
        self.on_arrival.tell()

    def hear_of_losses(self, callback: Callable[[Loss], object]) -> None:
        """Have a callback told of each loss; also of those that came before anything was taken."""
        told = Callbacks()
        told.append(callback)
        early, self._early = self._early or (), None
        for loss in early:
            told.tell(loss)
        self._on_lost.append(callback)

    # What the reader takes

    @property
    def held(self) -> int:
        """How many items are here."""
        return self._come - self._opened + len(self.values)

    @property
    def ending(self) -> StreamError | None:
        """Why nothing more will come, even if items are held still."""
        return self._end

    def advance(self, *, whole: bool = False, past_marks: bool = False) -> Step:
        """Make `values` hold the next items, if there are any; `values` must be empty.

        Args:
            whole: leave an array as it is; `take_rest` or `fill` must follow at once.
            past_marks: pass all end marks, of which a writer may claim billions, at once.
        """
        self._early = None
        while self._things:
            attachment, thing = self._things.popleft()
            if isinstance(thing, Block):
                self._opened += thing.count
                if self._open(thing, attachment, 0, passed=False):
                    if self._unfilled is not None and not whole:
                        self.fill()
                    return Step.VALUES
            elif isinstance(thing, _Rest):
                self._opened += thing.block.count - thing.start
                if self._open(thing.block, attachment, thing.start, passed=thing.passed):
                    if self._unfilled is not None and not whole:
                        self.fill()
                    return Step.VALUES
            elif isinstance(thing, Loss):
                self._losses.append(thing)
                if thing.last is not None:
                    self._pass(attachment, thing.last, 0, 0)
            elif not past_marks:
                if thing.count > 1:
                    self._things.appendleft((None, _Ends(thing.count - 1)))
                return Step.MARK
        if self._end is None:
            return Step.EMPTY
        if self.error is None:
            self.error = self._end
            self._home.exhausted(self)
        return Step.ENDED

    def _open(
        self, block: Block, attachment: Attachment | None, start: int, *, passed: bool
    ) -> bool:
        layout = attachment.layout if attachment is not None else None
        try:
            decoded = decode_block(block, layout, self._trusted)
        except (ProtocolError, InvalidValue) as error:
            reason = block.broken or f"cannot be decoded: {error}"
            self._undecodable(block, attachment, reason)
            return False
        self.block = block
        self._block_attachment = attachment
        self._block_passed = passed
        self._array, self._times = None, None
        if isinstance(decoded, list):
            self.values.extend(decoded[start:] if start else decoded)
        else:
            self._array, self._unfilled = decoded, start
        if block.count > 1 and attachment is self._attachment:
            self._home.consumed(self, at_once=False)  # a slow taker credits parts of it
        return True

    def fill(self) -> None:
        """Make `values` hold the items of an array that was left as it is."""
        start, self._unfilled = self._unfilled, None
        if start is not None:
            rest = self._array[start:] if start else self._array
            self.values.extend(rest.tolist() if rest.ndim == 1 else rest)

    def _undecodable(self, block: Block, attachment: Attachment | None, reason: str) -> None:
        logger.error("channel '%s': items %s: %s", self.name, block.sequences, reason)
        loss = Loss(block.first, block.last, block.count, reason)
        self.lost += loss.count
        self._losses.append(loss)
        self._on_lost.tell(loss)
        self._pass(attachment, block.last, block.count, block.size_bytes)

    def exhausted(self) -> None:
        """The last of `values` was taken."""
        block, self.block = self.block, None
        if block is not None and not self._block_passed:
            self._pass(self._block_attachment, block.last, block.count, block.size_bytes)

    def close_block(self) -> Taken | None:
        """The last of `values` was taken: what the loop has to be told of, by `go_on`."""
        block, self.block = self.block, None
        if block is None or self._block_passed:
            return None
        return self._block_attachment, block.last, block.count, block.size_bytes

    def decode_here(self) -> list[Any] | None:
        """The next block's items, where these only need to be decoded; nothing changes by that.

        Unlike `advance` it may be called in any thread, by the one who takes. All else is left to
        `advance`, the first block too.
        """
        if not self._things:
            return None
        _, thing = self._things[0]
        if type(thing) is not Block or thing.codec != CodecNumber.OBJECT:
            return None
        try:
            values: list[Any] = decode_block(thing, None, ())
        except (ProtocolError, InvalidValue):  # the loop finds the same, and tells of it
            return None
        return values

    def open_here(self, values: list[Any]) -> None:
        """Make `values` hold what `decode_here` gave.

        It may be called in any thread, too; `go_on` must follow in the loop. `values` must be
        empty, and no block open.
        """
        attachment, thing = self._things.popleft()
        assert isinstance(thing, Block)
        self._opened += thing.count
        self._array = self._times = None
        self._block_attachment, self._block_passed = attachment, False
        self.values.extend(values)
        self.block = thing  # last: the loop credits what it has and `values` have not

    def go_on(self, taken: Taken | None) -> None:
        """A block was wholly taken in another thread, and perhaps the next one opened."""
        if taken is not None:
            self._pass(*taken)
        if self.begun:
            self._home.consumed(self, at_once=False)

    def position(self) -> int:
        """The index in `block` of the next value."""
        assert self.block is not None
        return self.block.count - len(self.values)

    def time_ns(self, index: int) -> int:
        """The time of an item of `block`."""
        return self._block_times()[index]

    def _block_times(self) -> Sequence[int]:
        assert self.block is not None
        if self._times is None:
            self._times = self.block.times_ns()
        return self._times

    def take_rest(self) -> tuple[Any, Sequence[int] | int, range, int]:
        """All that is left of the open block: values, times or that of all, sequences, source."""
        block, start = self.block, self._unfilled
        assert block is not None
        if start is None:
            start = self.position()
        self._unfilled = None
        times = self._block_times()[start:] if block.times_differ else block.time_ns
        values = list(self.values) if self._array is None else self._array[start:]
        self.values.clear()
        self.exhausted()
        return values, times, block.sequences[start:], block.source

    def take_samples(self, limit: int) -> tuple[Block, int, Any]:
        """Up to `limit` samples of the open block, the block, and where in it they begin."""
        block, start, array = self.block, self.position(), self._array
        assert block is not None
        samples = array[start : start + limit]
        if len(samples) == len(self.values):
            self.values.clear()
            self.exhausted()
        else:
            for _ in range(len(samples)):
                self.values.popleft()
        return block, start, samples

    def put_back(self, begun: list[tuple[Block, int]]) -> None:
        """Untake what was taken last: blocks, and where in each it began."""
        for block, start in reversed(begun):
            passed = block is not self.block or self._block_passed
            if block is self.block:
                self.values.clear()
                self.block = None
            self._opened -= block.count - start
            self._things.appendleft((self._block_attachment, _Rest(block, start, passed)))

    def take_losses(self) -> tuple[Loss, ...]:
        """The losses passed since the last call."""
        losses, self._losses = tuple(self._losses), []
        return losses

    def clear(self) -> None:
        """Discard what is held, but for end marks."""
        self.values.clear()
        self.exhausted()
        marks = [pair for pair in self._things if isinstance(pair[1], _Ends)]
        things, self._things = self._things, deque(marks)
        self._opened = self._come
        for attachment, thing in things:
            if isinstance(thing, Block):
                self._pass(attachment, thing.last, thing.count, thing.size_bytes)
            elif isinstance(thing, _Rest) and not thing.passed:
                block = thing.block
                self._pass(attachment, block.last, block.count, block.size_bytes)
            elif isinstance(thing, Loss):
                self._losses.append(thing)
                if thing.last is not None:
                    self._pass(attachment, thing.last, 0, 0)

    # What the server should hear

    def _pass(
        self, attachment: Attachment | None, sequence: int, items: int, size_bytes: int
    ) -> None:
        if attachment is not None and attachment is self._attachment:
            attachment.pass_by(sequence, items, size_bytes)
            self._home.consumed(self, at_once=attachment.owes(self.parameters.buffer_size))

    @property
    def begun(self) -> bool:
        """Whether a block is open, of which the server should hear from time to time."""
        return self.block is not None and self._block_attachment is self._attachment

    def consumed(self) -> int | None:
        """The number up to which all is consumed, if the server does not know it yet."""
        attachment, block = self._attachment, self.block
        if attachment is None:
            return None
        up_to = -1
        if block is not None and self._block_attachment is attachment:
            taken = block.count - len(self.values)
            if taken > 0:
                up_to = block.sequences[taken - 1]
        return attachment.credit(up_to)


def _selected(first: int, last: int, every: int) -> int:
    """How many numbers from `first` to `last` are multiples of `every`."""
    return last // every - (first - 1) // every
