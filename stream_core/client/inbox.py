"""What a reader holds on the client's side: blocks in their order, losses in their place.

It decodes when somebody takes, counts what was consumed, and says when the server should hear of
it. It waits for nothing and never touches the link.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence
from enum import Enum, auto
from typing import Any

import msgspec

from stream_core.channels.parameters import Parameters
from stream_core.errors import (
    BufferOverflow,
    ChannelClosed,
    ConnectionLost,
    InvalidValue,
    ProtocolError,
    StreamError,
)
from stream_core.values import ChannelInfo, Codec, Loss
from stream_core.wire.blocks import Block
from stream_core.wire.items import Layout, decode_block

__all__ = ["Inbox", "Step"]

logger = logging.getLogger(__name__)
WINDOW_BYTES = 1024 * 1024


class Step(Enum):
    """What came next in an inbox."""

    VALUES = auto()
    MARK = auto()
    EMPTY = auto()
    ENDED = auto()


class _Mark(msgspec.Struct, frozen=True):
    remaining: int


class _Rest(msgspec.Struct, frozen=True):
    """A block that was begun, then put back: its items from `start` on are untaken."""

    block: Block
    start: int


class Inbox:
    """The client's half of one subscription.

    Args:
        name: of the channel; parameters: as subscribed; trusted: codecs that are allowed.
        on_consumed: told when the server should hear of it: True at once, False soon.

    Attributes:
        number: of the reader on the wire; 0 while there is no subscription.
        values: decoded and not yet taken; may be popped from the left by the reader itself, who
            then calls `exhausted` when it has become empty.
        info: the channel; None until it exists.
        received_up_to: the highest number received, losses included.
        lost: selected items lost; error: why nothing more comes, once all is taken.
    """

    def __init__(
        self,
        name: str,
        parameters: Parameters,
        trusted: Collection[Codec],
        on_consumed: Callable[[Inbox, bool], None],
    ) -> None:
        self.name = name
        self.parameters = parameters
        self.number = 0
        self.values: deque[Any] = deque()
        self.info: ChannelInfo | None = None
        self.received_up_to = -1
        self.lost = 0
        self.error: StreamError | None = None
        self.on_lost: list[Callable[[Loss], object]] = []
        self.on_arrival: list[Callable[[], object]] = []
        self.block: Block | None = None
        self._trusted = trusted
        self._on_consumed = on_consumed
        self._layout: Layout | None = None
        self._origin: int | None = None
        self._epoch = 0
        self._array: Any = None
        self._times: Sequence[int] | None = None
        self._things: deque[tuple[int, Block | Loss | _Mark | _Rest]] = deque()
        self._attachment = 0
        self._block_attachment = 0
        self._held = 0
        self._passed = -1
        self._credited = -1
        self._uncredited_items = 0
        self._uncredited_bytes = 0
        self._end: StreamError | None = None
        self._losses: list[Loss] = []

    # What the link brings

    def attach(
        self, number: int, info: ChannelInfo, *, origin: int, first: int, epoch: int
    ) -> None:
        """There is a subscription, its first item will be number `first`."""
        former_origin, former_next = self._origin, self.received_up_to + 1
        former_epoch, self._epoch = self._epoch, epoch
        self._attachment += 1
        self.number, self.info, self._origin = number, info, origin
        self._set_layout(info)
        self.received_up_to = first - 1
        self._credited = self._passed = first - 1
        self._uncredited_items = self._uncredited_bytes = 0
        self._end = None
        if former_origin is None:
            return
        same = former_origin == origin and (not info.shared or former_epoch == epoch)
        if not same:
            self._lose(Loss(former_next, None, 0, "the channel began anew"))
        elif first > former_next:
            count = _selected(former_next, first - 1, self.parameters.every)
            self._lose(Loss(former_next, first - 1, count, "the subscription was interrupted"))

    def detach(self) -> None:
        """The subscription is gone, but may come back."""
        self.number = 0

    def receive_block(self, block: Block) -> None:
        """Items have come."""
        self.received_up_to = block.last
        self._held += block.count
        self._things.append((self._attachment, block))
        self._arrived()

    def receive_loss(self, loss: Loss) -> None:
        """These numbers do not come."""
        if loss.last is not None:
            self.received_up_to = max(self.received_up_to, loss.last)
        self._lose(loss)

    def receive_mark(self, remaining: int) -> None:
        """A writer's transfer has ended."""
        self._things.append((self._attachment, _Mark(remaining)))
        self._arrived()

    def finish(self, error: StreamError) -> None:
        """Nothing more comes; what is held can still be taken."""
        if self._end is None:
            self._end = error
        self._arrived()

    def _lose(self, loss: Loss) -> None:
        self.lost += loss.count
        self._things.append((self._attachment, loss))
        for callback in self.on_lost:
            callback(loss)
        self._arrived()

    def _arrived(self) -> None:
        for callback in tuple(self.on_arrival):
            callback()

    def _set_layout(self, info: ChannelInfo) -> None:
        if info.dtype is None:
            self._layout = None
            return
        from stream_core.wire.arrays import sample_dtype  # numpy is loaded when first needed

        self._layout = Layout(sample_dtype(info.dtype), tuple(info.shape))

    # What the reader takes

    @property
    def held(self) -> int:
        """How many items are here."""
        return self._held + len(self.values)

    @property
    def ending(self) -> StreamError | None:
        """Why nothing more will come, even if items are held still."""
        return self._end

    def advance(self) -> Step:
        """Make `values` hold the next items, if there are any; `values` must be empty."""
        while self._things:
            attachment, thing = self._things.popleft()
            if isinstance(thing, Block):
                self._held -= thing.count
                if self._open(thing, attachment):
                    return Step.VALUES
            elif isinstance(thing, _Rest):
                self._held -= thing.block.count - thing.start
                self._open(thing.block, attachment)
                for _ in range(thing.start):
                    self.values.popleft()
                return Step.VALUES
            elif isinstance(thing, Loss):
                self._losses.append(thing)
                if thing.last is not None and attachment == self._attachment:
                    self._pass(thing.last, 0, 0)
            elif thing.remaining == 0:
                return Step.MARK
        if self._end is not None:
            self.error = self._end
            return Step.ENDED
        return Step.EMPTY

    def _open(self, block: Block, attachment: int) -> bool:
        try:
            decoded = decode_block(block, self._layout, self._trusted)
        except (ProtocolError, InvalidValue) as error:
            self._undecodable(block, attachment, str(error))
            return False
        self.block, self._block_attachment = block, attachment
        self._array, self._times = None, None
        if isinstance(decoded, list):
            self.values.extend(decoded)
        else:
            self._array = decoded
            self.values.extend(decoded.tolist() if decoded.ndim == 1 else decoded)
        return True

    def _undecodable(self, block: Block, attachment: int, reason: str) -> None:
        logger.error("channel '%s': items %s: %s", self.name, block.sequences, reason)
        loss = Loss(block.first, block.last, block.count, f"cannot be decoded: {reason}")
        self.lost += loss.count
        self._losses.append(loss)
        for callback in self.on_lost:
            callback(loss)
        if attachment == self._attachment:
            self._pass(block.last, block.count, block.size_bytes)

    def exhausted(self) -> None:
        """The last of `values` was taken."""
        block = self.block
        if block is None:
            return
        self.block = None
        if self._block_attachment == self._attachment:
            self._pass(block.last, block.count, block.size_bytes)

    def position(self) -> int:
        """The index in `block` of the next value."""
        assert self.block is not None
        return self.block.count - len(self.values)

    def time_ns(self, index: int) -> int:
        """The time of an item of `block`."""
        assert self.block is not None
        if self._times is None:
            self._times = self.block.times_ns()
        return self._times[index]

    def take_rest(self) -> tuple[Any, Sequence[int], range, int]:
        """All that is left of the open block: values, times, sequences, source."""
        block, start = self.block, self.position()
        assert block is not None
        if self._times is None:
            self._times = block.times_ns()
        times = self._times[start:]
        if self._array is not None:
            values: Any = self._array[start:]
            self.values.clear()
        else:
            values = list(self.values)
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
        """Untake what was taken by `take_samples`: blocks, and where in each it began."""
        if begun and begun[-1][0] is self.block:
            self.values.clear()
            self.block = None
        for block, start in reversed(begun):
            self._held += block.count - start
            self._things.appendleft((-1, _Rest(block, start)))

    def take_losses(self) -> tuple[Loss, ...]:
        """The losses passed since the last call."""
        losses, self._losses = tuple(self._losses), []
        return losses

    def clear(self) -> None:
        """Discard what is held."""
        self.values.clear()
        self.exhausted()
        while self._things:
            attachment, thing = self._things.popleft()
            if isinstance(thing, Block):
                self._held -= thing.count
                if attachment == self._attachment:
                    self._pass(thing.last, thing.count, thing.size_bytes)
            elif isinstance(thing, _Rest):
                self._held -= thing.block.count - thing.start
            elif isinstance(thing, Loss):
                self._losses.append(thing)

    # What the server should hear

    def _pass(self, sequence: int, items: int, size_bytes: int) -> None:
        self._passed = max(self._passed, sequence)
        self._uncredited_items += items
        self._uncredited_bytes += size_bytes
        size = self.parameters.buffer_size
        half = self._uncredited_bytes * 2 >= WINDOW_BYTES or (
            size is not None and self._uncredited_items * 2 >= size
        )
        self._on_consumed(self, half)

    def consumed(self) -> int | None:
        """The number up to which all is consumed, if the server does not know it yet."""
        passed = self._passed
        if self.block is not None and self._block_attachment == self._attachment:
            taken = self.position()
            if taken:
                passed = max(passed, self.block.sequences[taken - 1])
        if passed <= self._credited:
            return None
        self._credited = passed
        self._uncredited_items = self._uncredited_bytes = 0
        return passed


def _selected(first: int, last: int, every: int) -> int:
    """How many numbers from `first` to `last` are multiples of `every`."""
    return last // every - (first - 1) // every


def end_error(reason: str, error: str | None) -> StreamError:
    """What an END means to who takes from a reader."""
    if error == "BufferOverflow":
        return BufferOverflow(reason)
    if error == "ConnectionLost":
        return ConnectionLost(reason)
    return ChannelClosed(reason)
