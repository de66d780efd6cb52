"""A channel: numbers what its writers publish, hands it to its readers, and knows the demand.

It never sees a link, a task or a clock; who must be told what is asked of it by the server.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from stream_core.channels.gathering import Gathered, Gathering, Lender
from stream_core.channels.history import Gap, History
from stream_core.channels.patience import Patience
from stream_core.channels.spec import ChannelSpec
from stream_core.channels.subscriber import Subscriber
from stream_core.channels.writer_slot import WriterSlot
from stream_core.errors import InvalidValue, ProtocolError
from stream_core.security import Verifier
from stream_core.wire.blocks import LARGEST_BODY, LARGEST_NUMBER, Block
from stream_core.wire.compression import COMPRESSION_FLAGS
from stream_core.wire.envelopes import Folder
from stream_core.wire.framing import Frame
from stream_core.wire.header import CODEC_NUMBERS, CodecNumber, Flag
from stream_core.wire.items import Layout
from stream_core.wire.messages import LARGEST_EVERY, DemandNotice

__all__ = ["LARGEST_JUMP", "LARGEST_MARK", "Channel"]

LARGEST_MARK = 2**32 - 1
LARGEST_JUMP = 2**40  # of one writer's numbers on a shared channel: they are everybody's numbers
LOST_ON_THE_WAY = "lost with the writer's link"

# Plain ints: on the hot path the operators of an enum cost microseconds.
_GAP_REASONS = {
    int(Flag.GAP_PAUSED): "the writer was paused",
    int(Flag.GAP_OUTBOX): "the writer's outbox was full",
    int(Flag.GAP_LINK): "the writer's link was down",
}
_GAP_MASK = sum(_GAP_REASONS)
_GAP_WITHHELD = int(Flag.GAP_WITHHELD)
_SAMPLES = int(CodecNumber.SAMPLES)
_COMPRESSED = sum(COMPRESSION_FLAGS.values())


class Channel:
    """One stream.

    Args:
        limit_bytes: of a body, when it is plain.
        history: keeps the last items, if the owner wishes it.
        lender: of what is kept for readers that rest; None: no reader may rest.

    Attributes:
        number: its number on the wire; spec: its owner's wishes; owner: the owner's number.
        origin: what its owner's handle calls this stream; the numbers go on under the same one.
        verifier: of the key that readers and further writers must prove; None: it is public.
        created_ns: in the server's clock.
        next_sequence: the number of the next item.
        transfers: ended by all writers so far; of a channel with one writer these numbers, too, go
            on under the same origin.
        items, bytes: published so far.
        gathers: whether readers may rest at all.
        draining: whether writers are to pause, since the server is about to stop.
        ended: why it is gone, or None.
    """

    def __init__(
        self,
        number: int,
        spec: ChannelSpec,
        *,
        owner: int,
        origin: int,
        created_ns: int = 0,
        limit_bytes: int = LARGEST_BODY,
        history: History | None = None,
        verifier: Verifier | None = None,
        lender: Lender | None = None,
    ) -> None:
        self.number = number
        self.spec = spec
        self.owner = owner
        self.origin = origin
        self.verifier = verifier
        self.created_ns = created_ns
        self.next_sequence = 0
        self.transfers = 0
        self._sample_bytes = 0
        self.items = 0
        self.bytes = 0
        self.draining = False
        self.ended: str | None = None
        self.writers: dict[int, WriterSlot] = {}
        self.readers: dict[tuple[int, int], Subscriber] = {}  # by client and reader
        self._codec = None if spec.codec is None else int(CODEC_NUMBERS[spec.codec])
        self._foreign = _COMPRESSED & ~COMPRESSION_FLAGS.get(spec.compression or "", 0)
        self._limit_bytes = limit_bytes
        self._history = history
        self._folder: Folder | None = None
        # Of what is compressed each body would wake them: resting costs more than it saves.
        plain_samples = self._codec == _SAMPLES and spec.compression is None
        self.gathers = lender is not None and plain_samples
        self._gathering = Gathering(lender)

    @property
    def history_bytes(self) -> int:
        """What its history keeps."""
        return 0 if self._history is None else self._history.size_bytes

    @property
    def private(self) -> bool:
        """Whether a key is needed, and whoever has not proven it learns nothing of the channel."""
        return self.verifier is not None

    @property
    def title(self) -> str:
        """What it is called where others than its readers and writers may hear of it."""
        return "a private channel" if self.private else f"channel '{self.spec.name}'"

    # Writers

    def add_writer(self, client: int, *, next_number: int = 0, marks: int = 0) -> WriterSlot:
        """A place for a writing client; on a one-writer channel its number is the sequence.

        Args:
            client: its number.
            next_number: of its next item.
            marks: how often it has ended a transfer.

        Raises:
            InvalidValue: no item can have that number.
        """
        if not 0 <= next_number <= LARGEST_NUMBER:
            raise InvalidValue(f"next_number={next_number} must be from 0 to {LARGEST_NUMBER}")
        slot = WriterSlot(client, next_number, marks)
        self.writers[client] = slot
        if not self.spec.shared:
            self.next_sequence = max(self.next_sequence, next_number)
            self.transfers = max(self.transfers, marks)
        return slot

    def remove_writer(self, client: int) -> None:
        """The client writes no more."""
        slot = self.writers.pop(client, None)
        if slot is not None and self.writers and self._unmarked == 0:
            self._mark(0)

    def publish(self, slot: WriterSlot, frame: Frame) -> int:
        """Number a DATA frame and hand it to every reader; returns how many items it had.

        Raises:
            ProtocolError: the writer's numbers run backwards or away, it writes although it has
                acknowledged a pause, or the frame contradicts itself; nobody has got any of it.
                Or a part of a body was wanted that cannot be made plain; that is a loss to those
                who wanted it.
        """
        missing = frame.sequence - slot.next_number
        if missing:
            self._check_jump(slot, missing)
        if frame.count == 0:
            self._skip(slot, missing, frame.flags)
            return 0
        if slot.pause_acknowledged:
            raise ProtocolError(f"{self.title}: an item came after the pause was acknowledged")
        block = Block.received(
            frame,
            source=slot.client,
            first=self.next_sequence + missing,
            limit_bytes=self._limit_bytes,
        )
        self._check_codec(block)
        if missing:
            self._skip(slot, missing, frame.flags)
        slot.next_number += block.last - block.first + 1
        self.deliver(block)
        if block.flags & _COMPRESSED and block.broken is not None:
            raise ProtocolError(f"{self.title}: an item {block.broken}")
        return block.count

    def _check_jump(self, slot: WriterSlot, missing: int) -> None:
        if missing < 0:
            raise ProtocolError(
                f"{self.title}: number {slot.next_number + missing} comes after "
                f"{slot.next_number - 1}"
            )
        limit = LARGEST_JUMP if self.spec.shared else LARGEST_NUMBER
        if missing > limit or self.next_sequence + missing > LARGEST_NUMBER:
            raise ProtocolError(f"{self.title}: a jump of {missing} numbers")

    def deliver(self, block: Block) -> None:
        """Hand a numbered block to every reader."""
        self.next_sequence = block.last + 1
        self.items += block.count
        self.bytes += block.size_bytes
        if self._history is not None:
            self._history.add(block)
        readers = self.readers.values()
        gathering = self._gathering
        awake = gathering.those_to_tell(readers, block) if gathering.resting else tuple(readers)
        for reader in awake:
            reader.offer(block)
        if block.flags & _COMPRESSED:
            block.release()

    def _check_codec(self, block: Block) -> None:
        fits = block.codec != _SAMPLES if self._codec is None else block.codec == self._codec
        if not fits:
            name = CodecNumber(block.codec).name.lower()
            raise ProtocolError(f"{self.title} does not take codec '{name}'")
        if block.flags & self._foreign:
            raise ProtocolError(
                f"{self.title} is compressed by {self.spec.compression or 'nothing'};"
                " a body came that is compressed otherwise"
            )
        if block.codec == _SAMPLES:
            self._check_sample_bytes(block.sample_bytes)

    def _check_sample_bytes(self, size_bytes: int) -> None:
        """Buffers count on it that all samples of a channel have one size."""
        if self._sample_bytes not in (0, size_bytes):
            raise ProtocolError(
                f"{self.title} has samples of {self._sample_bytes} bytes; one of {size_bytes} came"
            )
        self._sample_bytes = size_bytes

    def _skip(self, slot: WriterSlot, count: int, flags: int) -> None:
        """These many numbers of a writer do not come; the flags say why."""
        if count == 0:
            return
        slot.next_number += count
        first = self.next_sequence
        self.next_sequence += count
        reason = _GAP_REASONS.get(flags & _GAP_MASK, LOST_ON_THE_WAY)
        withheld = flags & (_GAP_MASK | _GAP_WITHHELD) == _GAP_WITHHELD
        gap = Gap(first, self.next_sequence - 1, reason, withheld)
        if self._history is not None:
            self._history.gap(gap)
        for reader in self._gathering.those_to_tell(self.readers.values(), gap):
            reader.gap(first, gap.last, reason, withheld=withheld)

    # Readers that rest

    def rest(self, reader: Subscriber, patience: Patience) -> bool:
        """Keep what comes for a reader until it wakes; False: it has to look, now or always.

        That is so while it has not been given all that was published, and where samples cannot
        be folded: that has to be said to its reader in its place.
        """
        if not self.gathers or patience.next != self.next_sequence or self.ended is not None:
            return False
        if reader.parameters.envelope is not None and not self.folder.fits(self._sample_bytes):
            return False
        self._gathering.rest(reader, patience)
        return True

    def wake(self, reader: Subscriber) -> list[Gathered]:
        """A reader rests no more; gives what it has not seen, to be taken in that order."""
        return self._gathering.wake(reader)

    # The end marks of a transfer

    @property
    def _unmarked(self) -> int:
        return sum(not slot.marked for slot in self.writers.values())

    def mark(self, slot: WriterSlot, frame: Frame) -> None:
        """A writer's transfer has ended; the readers hear how many still go on.

        A mark that comes again, since its writer's link broke, is heard once; the numbers before
        it that did not come are missing from now on.

        Raises:
            ProtocolError: it stands at a number that cannot be.
        """
        if frame.count and frame.count <= slot.marks:
            return
        missing = max(0, frame.sequence - slot.next_number)
        if missing:
            self._check_jump(slot, missing)
        slot.marks = max(slot.marks, frame.count)
        self._skip(slot, missing, frame.flags)
        slot.marked = True
        self._mark(self._unmarked)

    def _mark(self, remaining: int) -> None:
        if remaining == 0:
            self.transfers += 1
            for slot in self.writers.values():
                slot.marked = False
        for reader in tuple(self.readers.values()):
            reader.mark(remaining, self.transfers)

    # What a new reader needs

    @property
    def remembers(self) -> bool:
        """Whether past items are kept, so that it is in demand by itself."""
        return self._history is not None

    def newest(self, count: int) -> list[Block | Gap]:
        """The newest items that are kept, at most so many, with the gaps between them."""
        return [] if self._history is None or not count else list(self._history.newest(count))

    def after(self, sequence: int) -> list[Block | Gap]:
        """What is kept of all that was published after that number."""
        return [] if self._history is None else list(self._history.after(sequence))

    @property
    def folder(self) -> Folder:
        """What makes envelopes of its samples.

        Raises:
            InvalidValue: it has no samples, or none with an order.
        """
        if self._folder is None:
            if self._codec != _SAMPLES:
                raise InvalidValue(
                    f"channel '{self.spec.name}' carries no samples, so it has no envelope; "
                    "it must be created with dtype=…"
                )
            self._folder = Folder(Layout.described(self.spec.dtype, self.spec.shape))
        return self._folder

    # Demand

    def demand(self) -> DemandNotice:
        """What the writers should know of the readers now."""
        if not self.readers:
            return DemandNotice("active" if self.remembers else "idle")
        readers = self.readers.values()
        chosen = [reader.parameters for reader in readers]
        paused = self.draining or any(reader.pausing for reader in readers)
        newest = all(parameters.newest_only and not parameters.envelope for parameters in chosen)
        every = math.gcd(*(parameters.every for parameters in chosen))
        return DemandNotice(
            "paused" if paused else "active",
            every if every <= LARGEST_EVERY else 1,
            min(parameters.min_interval_ns for parameters in chosen) if newest else 0,
            binding=not self.spec.shared and not self.remembers,
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
        if self._history is not None:
            self._history.clear()
        for reader in tuple(self.readers.values()):
            reader.end(reason)
