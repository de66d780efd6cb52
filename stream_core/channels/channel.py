"""A channel: numbers what its writers publish, hands it to its readers, and knows the demand.

It never sees a link, a task or a clock; who must be told what is asked of it by the server.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Protocol

from stream_core.channels.parameters import Parameters
from stream_core.channels.spec import ChannelSpec
from stream_core.channels.writer_slot import WriterSlot
from stream_core.errors import ProtocolError
from stream_core.values import Codec
from stream_core.wire.blocks import Block
from stream_core.wire.framing import Frame
from stream_core.wire.header import CodecNumber, Flag
from stream_core.wire.messages import DemandNotice

__all__ = ["Channel", "Subscriber"]

_GAP_REASONS = {
    Flag.GAP_PAUSED: "the writer was paused",
    Flag.GAP_OUTBOX: "the writer's outbox was full",
    Flag.GAP_LINK: "the writer's link was down",
}
_GAP_MASK = Flag.GAP_PAUSED | Flag.GAP_OUTBOX | Flag.GAP_LINK
LOST_ON_THE_WAY = "lost with the writer's link"


class Subscriber(Protocol):
    """A reader as a channel sees it."""

    @property
    def parameters(self) -> Parameters:
        """What it chose."""
        ...

    @property
    def pausing(self) -> bool:
        """Whether it holds up the writers."""
        ...

    def offer(self, block: Block) -> None:
        """Take the next items."""

    def gap(self, first: int, last: int, reason: str, *, withheld: bool) -> None:
        """These numbers never come."""

    def mark(self, remaining: int) -> None:
        """A writer's transfer has ended here; so many writers have not ended theirs."""

    def end(self, reason: str) -> None:
        """Nothing more comes."""


class Channel:
    """One stream.

    Attributes:
        number: its number on the wire; spec: its owner's wishes; owner: the owner's number.
        origin: what its owner's handle calls this stream; the numbers go on under the same one.
        created_ns: in the server's clock.
        next_sequence: the number of the next item.
        items, bytes: published so far.
        ended: why it is gone, or None.
    """

    def __init__(
        self, number: int, spec: ChannelSpec, *, owner: int, origin: int, created_ns: int = 0
    ) -> None:
        self.number = number
        self.spec = spec
        self.owner = owner
        self.origin = origin
        self.created_ns = created_ns
        self.next_sequence = 0
        self.items = 0
        self.bytes = 0
        self.ended: str | None = None
        self.writers: dict[int, WriterSlot] = {}
        self.readers: dict[tuple[int, int], Subscriber] = {}  # by client and reader

    # Writers

    def add_writer(self, client: int, *, next_number: int = 0) -> WriterSlot:
        """A place for a writing client; on a one-writer channel its number is the sequence."""
        slot = WriterSlot(client, next_number)
        self.writers[client] = slot
        if not self.spec.shared:
            self.next_sequence = max(self.next_sequence, next_number)
        return slot

    def remove_writer(self, client: int) -> None:
        """The client writes no more."""
        slot = self.writers.pop(client, None)
        if slot is None or slot.marked or not self.writers:
            return
        if self._unmarked == 0:
            self._mark(0)

    def publish(self, slot: WriterSlot, frame: Frame) -> int:
        """Number a DATA frame and hand it to every reader; returns how many items it had.

        Raises:
            ProtocolError: the writer's numbers run backwards, it writes although it has
                acknowledged a pause, or the frame contradicts itself.
        """
        missing = frame.sequence - slot.next_number
        if missing < 0:
            raise ProtocolError(
                f"channel '{self.spec.name}': number {frame.sequence} comes after "
                f"{slot.next_number - 1}"
            )
        if frame.count and slot.pause_acknowledged:
            raise ProtocolError(
                f"channel '{self.spec.name}': an item came after the pause was acknowledged"
            )
        if missing:
            self._gap(missing, frame.flags)
            slot.next_number = frame.sequence
        if frame.count == 0:
            return 0
        block = Block.received(frame, source=slot.client, first=self.next_sequence)
        self._check_codec(block)
        slot.next_number += block.last - block.first + 1
        self.deliver(block)
        return block.count

    def deliver(self, block: Block) -> None:
        """Hand a numbered block to every reader."""
        self.next_sequence = block.last + 1
        self.items += block.count
        self.bytes += block.size_bytes
        for reader in tuple(self.readers.values()):
            reader.offer(block)

    def _check_codec(self, block: Block) -> None:
        if (block.codec == CodecNumber.SAMPLES) != (self.spec.codec is Codec.SAMPLES):
            name = CodecNumber(block.codec).name.lower()
            raise ProtocolError(f"channel '{self.spec.name}' does not take codec '{name}'")

    def _gap(self, count: int, flags: int) -> None:
        first = self.next_sequence
        self.next_sequence += count
        reason = _GAP_REASONS.get(Flag(flags & _GAP_MASK), LOST_ON_THE_WAY)
        withheld = bool(flags & Flag.GAP_WITHHELD) and not flags & _GAP_MASK
        for reader in tuple(self.readers.values()):
            reader.gap(first, self.next_sequence - 1, reason, withheld=withheld)

    # The end marks of a transfer

    @property
    def _unmarked(self) -> int:
        return sum(not slot.marked for slot in self.writers.values())

    def mark(self, slot: WriterSlot) -> None:
        """A writer's transfer has ended; the readers hear how many still go on."""
        slot.marked = True
        self._mark(self._unmarked)

    def _mark(self, remaining: int) -> None:
        for reader in tuple(self.readers.values()):
            reader.mark(remaining)
        if remaining == 0:
            for slot in self.writers.values():
                slot.marked = False

    # Demand

    def demand(self) -> DemandNotice:
        """What the writers should know of the readers now."""
        if not self.readers:
            return DemandNotice("idle")
        readers = self.readers.values()
        chosen = [reader.parameters for reader in readers]
        paused = any(reader.pausing for reader in readers)
        newest = all(parameters.newest_only for parameters in chosen)
        return DemandNotice(
            "paused" if paused else "active",
            math.gcd(*(parameters.every for parameters in chosen)),
            min(parameters.min_interval_ns for parameters in chosen) if newest else 0,
            binding=not self.spec.shared,
        )

    def changed_demand(self) -> Iterator[WriterSlot]:
        """The writers who must be told; each slot's `told` is the notice to send."""
        demand = self.demand()
        for slot in self.writers.values():
            if slot.tell(demand):
                yield slot

    # The end

    def end(self, reason: str) -> None:
        """Every reader gets what is buffered, then the reason."""
        self.ended = reason
        for reader in tuple(self.readers.values()):
            reader.end(reason)
