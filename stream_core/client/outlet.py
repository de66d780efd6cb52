"""What a writer holds on the client's side: its numbers, its open block, and the demand it follows.

Numbers count the items offered while somebody reads; one that is given up becomes a gap with its
reason. It waits for nothing; frames go to the function that it was given.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from time import perf_counter_ns
from typing import Any, NoReturn

from stream_core.client.callbacks import Callbacks
from stream_core.client.end_marks import EndMarks
from stream_core.client.sample_times import SampleTimes
from stream_core.clock import OffsetEstimate
from stream_core.errors import InvalidValue, LimitExceeded
from stream_core.per_item import Lane, LaneHolder
from stream_core.security import ChannelKey
from stream_core.values import ChannelInfo, Codec
from stream_core.wire.batches import (
    BLOCK_BYTES,
    LARGE_BLOCK_BYTES,
    OBJECT_BLOCK_BYTES,
    Batch,
    ItemBatch,
    ObjectBatch,
    Packed,
    SamplesBatch,
)
from stream_core.wire.blocks import Block
from stream_core.wire.compression import Compressor
from stream_core.wire.header import HEADER, CodecNumber, Flag, Kind, header
from stream_core.wire.items import Layout
from stream_core.wire.messages import DemandNotice, encode
from stream_core.wire.objects import PLAIN_TYPES

__all__ = ["Outlet"]

logger = logging.getLogger(__name__)
SPARE_BYTES = 16 * 1024  # of a frame, for what a block has beside its items
TURN_NS = 1_000_000
MANY_ITEMS = 16 * 1024
DATA = int(Kind.DATA)
OBJECT = int(CodecNumber.OBJECT)
PAUSED = int(Flag.GAP_PAUSED)
OUTBOX = int(Flag.GAP_OUTBOX)
LINK = int(Flag.GAP_LINK)
WITHHELD = int(Flag.GAP_WITHHELD)

Buffer = bytes | bytearray | memoryview
Send = Callable[..., None]


class Outlet(LaneHolder):
    """The client's half of one writer.

    Args:
        name: of the channel.
        wishes: the arguments of `create_channel`, to make it again; None on another's channel.
        send: sends the parts of a frame in order.
        clock: the server's.
        on_dirty: told when a block is open, which must be flushed at the end of the turn.
        key: to another's channel, if that is private.

    Attributes:
        number: of the channel on the wire; 0 while there is no link.
        origin: what this handle calls its stream.
        plain_kinds, plain_short: values of these types, and bytes that are shorter, need no look.
        offset_ns: of the server's clock, in this turn, of which turn_ns is the beginning.
        demand: the newest notice that is followed.
        room: whether the outbox has some.
        flowing: whether `offer` would take an item.
        tired: many items have been sent without one.
        closed: why nothing can be sent any more, or None.
        marks: the ends of its transfers.
        limit_bytes: of one frame's body; piece_bytes: how large an array leaves as a whole.
        on_change: told when any of these has changed.
        on_pause: told before a pause is acknowledged: what was accepted may still be offered.
    """

    def __init__(
        self,
        name: str,
        wishes: dict[str, Any] | None,
        send: Send,
        clock: OffsetEstimate,
        on_dirty: Callable[[Outlet], None],
        key: ChannelKey | None = None,
    ) -> None:
        self.name = name
        self.wishes = wishes
        self.key = key
        self.number = 0
        self.origin = secrets.randbits(48)
        self.demand = DemandNotice("idle")
        self.flowing = False
        self.overdue = False
        self.tired = False
        self.closed: str | None = None
        self.info = ChannelInfo(name=name)
        self.limit_bytes = self.piece_bytes = 0
        self.on_change = Callbacks()
        self.on_pause = Callbacks()
        self._send = send
        self.clock = clock
        self._on_dirty = on_dirty
        self._kept_number = 0
        self.room = True
        self._codec: CodecNumber | None = None
        self._compressor: Compressor | None = None
        self._times = SampleTimes(None)
        self._layout: Layout | None = None  # of samples
        self._pages = False  # may leave with as many samples as they have
        self._direct: Collection[type] | None = PLAIN_TYPES  # need no look at the codec; None: all
        self._batch: Batch = ObjectBatch()
        self._spare: Batch = ObjectBatch()
        self._next = 0  # the number after the last block, or after the last item that was passed
        self._first = -1  # the number of the open block's first item; -1: it is empty
        self._dirty = False
        self.lane: Lane | None = None
        self.plain_kinds: frozenset[type] = frozenset()
        self.plain_short = 0
        self.turn_ns = 0
        self._turn_first = 0
        self.offset_ns = 0
        self._every = 1
        self._newest_ns = 0
        self._selective = False
        self._newest_sent_ns = 0
        self._gap = 0
        self._announced = 0
        self.marks = EndMarks()

    # The channel

    def attach(
        self, number: int, info: ChannelInfo, demand: DemandNotice, *, told: int, base: int
    ) -> None:
        """The channel is there; the server expects the item numbered `base` next."""
        self.number = self._kept_number = number
        self.info = info
        self.piece_bytes = min(LARGE_BLOCK_BYTES, self.limit_bytes // 2)
        self._pages = self.limit_bytes >= 2 * LARGE_BLOCK_BYTES
        self._codec = None if info.codec is None else CodecNumber[Codec(info.codec).name]
        self._compressor = _compressor_of(info)
        self._times = SampleTimes(info.rate_hz)
        if self._codec is CodecNumber.SAMPLES:
            self._layout = Layout.described(info.dtype, info.shape)
        batch = self._new_batch(self._codec or CodecNumber.OBJECT)
        if isinstance(batch, Lane) and isinstance(batch.values, list):
            self.plain_kinds, self.plain_short = batch.kinds, batch.short
        self._use(batch)
        self._announced = base
        self.marks.arrived(self.marks.made)  # the server was told when it was asked
        self.follow(demand, told)

    def reattach(self, marks: int) -> None:
        """The link is back, and the server knows us still; a notice of demand follows.

        Args:
            marks: the number of the newest mark that the server has: later ones are sent again.
        """
        self.number = self._kept_number
        self._announced = -1
        self.marks.arrived(marks)
        for number, sequence in self.marks.missing():
            self._send_mark(number, sequence, LINK)

    def detach(self) -> None:
        """The link is down: what is in the open block is lost, its numbers become a gap."""
        self._discard_batch()
        self._gap |= LINK
        self._dirty = self.tired = False
        self.number = 0
        self._changed()

    def follow(self, demand: DemandNotice, told: int) -> None:
        """A notice of demand, and its number: follow it, and say so in band."""
        if demand.state == "paused":
            self.on_pause.tell()
        self._flush_batch()
        self._announce()  # what was withheld on the demand before
        self.demand = demand
        body = encode(demand)
        head = header(Kind.DEMAND, len(body), address=self.number, sequence=told)
        self._send(head, body)
        self._every = max(1, demand.every) if demand.binding else 1
        self._newest_ns = demand.newest_interval_ns if demand.binding else 0
        self._selective = self._every > 1 or self._newest_ns > 0
        self._changed()

    def mark_end(self) -> None:
        """A transfer ends here."""
        self.flush(final=True)
        self._send_mark(self.marks.add(self.next), self.next, 0)

    def _send_mark(self, number: int, sequence: int, flags: int) -> None:
        head = header(
            Kind.MARK, 0, flags=flags, address=self.number, count=number, sequence=sequence
        )
        self._send(head)

    def close(self, reason: str) -> None:
        """Nothing is sent any more."""
        if self.closed is None:
            self.closed = reason
        self._discard_batch()
        self.number = 0
        self._changed()

    def inherited(self, reason: str) -> None:
        """This is a fork of the writer's process: nothing can be sent here, and nobody is told."""
        self.closed = reason
        self.number = 0
        self.flowing = False

    def set_room(self, room: bool) -> None:
        """The outbox is full, or has room again."""
        if room is not self.room:
            self.room = room
            if room and self._gap and not self._dirty:
                self._begin_turn()
            self._changed()

    def _changed(self) -> None:
        self.lane = None
        self.flowing = self.number != 0 and self.room and self.demand.state == "active"
        self.on_change.tell()

    @property
    def idle(self) -> bool:
        """Whether nobody reads, so that items have no numbers."""
        return self.demand.state == "idle"

    # Items

    @property
    def turn_items(self) -> int:
        """How many came since a block was opened in this turn."""
        return self.next - self._turn_first

    @property
    def next(self) -> int:
        """The number of the next item."""
        if self._first < 0 or self._selective:
            return self._next
        return self._first + self._batch.count

    def offer(self, value: Any, time_ns: int | None) -> bool:
        """Take an item, or give it up; False: it was given up, or nobody reads.

        Raises:
            InvalidValue: it cannot be encoded; it gets no number.
            LimitExceeded: it is larger than a frame may be; it gets no number.
        """
        if not self.flowing:
            return self._refuse(value)
        now_ns = perf_counter_ns()
        if not self._dirty or self._selective:  # it holds for a turn
            self.offset_ns = self.clock.offset_ns(now_ns)
        if time_ns is None:
            time_ns = now_ns + self.offset_ns
        if self._selective:
            return self._offer_selected(value, time_ns, now_ns)
        if self._layout is not None:
            self._make_way()
        direct = self._direct
        if direct is None or type(value) in direct:
            full = self._batch.add(value, time_ns)
        else:
            full = self._add(value, time_ns)
        if self._first < 0:
            self._first = self._next
        if full and self._batch.size_bytes > self._most_bytes:
            self._part_last()
        if not self._dirty:
            self._mark_dirty(now_ns)
        elif now_ns - self.turn_ns > TURN_NS:
            self.overdue = True
        if full:
            self.filled()
        elif self._dirty and isinstance(self._batch, Lane):
            self.lane = lane = self._batch
            lane.offset_ns = self.offset_ns
            lane.late_ns = self.turn_ns + TURN_NS
        return True

    def filled(self) -> None:
        """The open block is full."""
        self._flush_batch()
        self.overdue = True
        if self.next - self._turn_first >= MANY_ITEMS and not self.tired:
            self.tired = True
            self.on_change.tell()

    @property
    def plain_room(self) -> int:
        """How many items `offer_plain` takes at once."""
        lane = self.lane
        return 1 if lane is None or not lane.kinds else lane.most - len(lane.values)

    def offer_plain(self, values: Sequence[Any], times_ns: Sequence[int]) -> None:
        """Take items that need no look, or give them up.

        Args:
            values: of `plain_kinds` or short bytes; not more than `plain_room`.
            times_ns: of each.
        """
        lane = self.lane
        if lane is None or not lane.kinds:
            for value, time_ns in zip(values, times_ns, strict=True):
                self.offer(value, time_ns)
            return
        lane.values.extend(values)
        lane.times.extend(times_ns)
        if len(lane.values) >= lane.most:
            self.filled()

    def _make_way(self) -> None:
        """Have rows leave whose times, each told by itself, would fill a block."""
        batch = self._batch
        if isinstance(batch, SamplesBatch) and batch.crowded:
            self._flush_batch()

    @property
    def _most_bytes(self) -> int:
        """Of a block's items, so that a frame has room for its tables, too."""
        return self.limit_bytes - min(SPARE_BYTES, self.limit_bytes // 4)

    def _part_last(self) -> None:
        """The block is too large: its last item leaves by itself, or is refused if it is, too."""
        first, packed = self._packed()
        if packed.count == 1:
            self._refuse_last(packed.size_bytes)
        body = b"".join(packed.parts)
        whole = Block(
            packed.codec, packed.flags, 0, packed.count, self._every, first, packed.time_ns, body
        )
        self._send_block(whole.cut(range(packed.count - 1)))
        last = whole.cut(range(packed.count - 1, packed.count))
        if last.size_bytes > self._most_bytes:
            self._refuse_last(last.size_bytes)
        self._send_block(last)

    def _refuse_last(self, size_bytes: int) -> NoReturn:
        if not self._selective:
            self._next -= 1
        raise self._too_large(size_bytes)

    def _send_block(self, block: Block) -> None:
        self._send_items(
            block.first, block.codec, block.flags, block.count, block.time_ns, [block.body]
        )

    def _too_large(self, size_bytes: int) -> LimitExceeded:
        return LimitExceeded(
            f"an item for channel '{self.name}' of about {size_bytes} bytes: the server's "
            f"limit is frame_bytes={self.limit_bytes}"
        )

    def _refuse(self, value: Any) -> bool:
        self._note_turn()
        if self.demand.state == "idle":
            return False
        self._probe(value)
        return self._give_up(1)

    def _note_turn(self) -> None:
        """Much may be done without an end of the turn: the loop should have its turns."""
        now_ns = perf_counter_ns()
        if now_ns - self.turn_ns > TURN_NS:
            self.turn_ns = now_ns
            self.overdue = True

    def times_of(
        self, rows: Any, time_ns: int | None, interval_ns: int | None, now_ns: int
    ) -> tuple[int, int]:
        """The time of the first of the next samples, and the distance to the one after it."""
        if not self._dirty:  # it holds for a turn
            self.offset_ns = self.clock.offset_ns(now_ns)
        times = self._times
        if interval_ns is None:
            interval_ns = times.usual_ns
        return times.start_ns(len(rows), time_ns, interval_ns, now_ns + self.offset_ns), interval_ns

    def offer_array(self, rows: Any, time_ns: int | None, interval_ns: int | None) -> bool:
        """Take samples that leave as a whole, as `offer_rows` does, at the times that follow."""
        now_ns = perf_counter_ns()
        start_ns, step_ns = self.times_of(rows, time_ns, interval_ns, now_ns)
        if not self.flowing:
            return self._refuse_rows(rows)
        self._add_rows(rows, start_ns, step_ns)
        if now_ns - self.turn_ns > TURN_NS:
            self._note_turn()
        return True

    def parts(
        self, rows: Any, time_ns: int | None, interval_ns: int | None
    ) -> Iterator[tuple[Any, int, int]]:
        """Samples in pieces for `offer_rows`, each with its time and interval."""
        start_ns, interval_ns = self.times_of(rows, time_ns, interval_ns, perf_counter_ns())
        if rows.nbytes <= self.piece_bytes:
            if len(rows):
                yield rows, start_ns, interval_ns
            return
        step = max(1, self.piece_bytes // max(1, rows[:1].nbytes))
        for index in range(0, len(rows), step):
            yield rows[index : index + step], start_ns + index * interval_ns, interval_ns

    def offer_rows(self, rows: Any, time_ns: int, interval_ns: int) -> bool:
        """Take a contiguous array of samples, or give them up; see `offer`."""
        if not self.flowing:
            return self._refuse_rows(rows)
        self._add_rows(rows, time_ns, interval_ns)
        self._note_turn()
        return True

    def _refuse_rows(self, rows: Any) -> bool:
        self._note_turn()
        return False if self.idle else self._give_up(len(rows))

    def _add_rows(self, rows: Any, time_ns: int, interval_ns: int) -> None:
        batch = self._batch
        if isinstance(batch, SamplesBatch) and not self._selective and self._pages:
            if batch.put_rows(rows, time_ns, interval_ns):  # into a block that has begun so
                if batch.full_of_rows:
                    self.filled()
                return
        self.lane = None
        first = self.next
        skipped, every = self._chosen(len(rows)) if self._selective else (0, 1)
        if skipped or every > 1:
            chosen, first = rows[skipped::every], first + skipped
        else:
            chosen = rows
        if len(chosen):
            time_ns += skipped * interval_ns
            self._prepare(first, withheld=skipped > 0 or every > 1)
            batch = self._batch
            assert isinstance(batch, SamplesBatch)
            together = batch.size_bytes + chosen.nbytes
            interval_ns *= every
            if together > self._most_bytes or not batch.follows(time_ns, interval_ns, len(chosen)):
                self._flush_batch()
            if self._first < 0:
                self._first = first
            chosen = chosen if chosen.flags.c_contiguous else chosen.copy()
            batch.add_rows(chosen, time_ns, interval_ns)
            if not self._dirty:
                self._begin_turn()
        else:
            self._gap |= WITHHELD
        if self._selective:
            self._next += len(rows)
        batch = self._batch
        if isinstance(batch, SamplesBatch) and batch.full_of_rows and not self._newest_ns:
            self.filled()

    def _chosen(self, count: int) -> tuple[int, int]:
        """The first of the next samples that is wanted, and the distance to the one after it."""
        if self._newest_ns:
            return count - 1, 1
        return -self.next % self._every, self._every

    def _offer_selected(self, value: Any, time_ns: int, now_ns: int) -> bool:
        """The readers want no more than each n-th item, or the newest now and then."""
        if self._newest_ns:
            self._replace(value, time_ns)
        elif self.next % self._every:
            self._probe(value)
            self._gap |= WITHHELD
        else:
            self._make_way()
            self._prepare(self.next, withheld=True)
            self._add(value, time_ns)
            if self._first < 0:
                self._first = self.next
            if self._batch.size_bytes > self._most_bytes:
                self._part_last()
        self._next += 1
        if not self._dirty and self._batch.count:
            self._mark_dirty(now_ns)
        self._note_turn()
        if self._batch.full and not self._newest_ns:
            self._flush_batch()
            self.overdue = True
        return True

    def _replace(self, value: Any, time_ns: int) -> None:
        """Hold this item in the place of an older one."""
        codec = self._codec_for(value)
        spare = self._spare if self._spare.codec == codec else self._new_batch(codec)
        spare.add(value, time_ns)
        size_bytes = spare.size_bytes
        if size_bytes > self._most_bytes:
            spare.pack()  # what is held stays
            raise self._too_large(size_bytes)
        self._prepare(self.next, withheld=False)
        self._spare = self._batch
        self._use(spare)
        self._first = self.next

    def _prepare(self, number: int, *, withheld: bool) -> None:
        """Make room for an item that replaces what is held, or follows with a jump."""
        batch = self._batch
        if batch.count and self._newest_ns:
            self._discard_batch()
            self._gap |= WITHHELD
        elif batch.count and number != self._first + batch.count * self._every:
            self._flush_batch()
        if not batch.count:
            if self._newest_ns and self._gap & ~WITHHELD:
                self._announce()  # what was lost is told apart from what is withheld
            if withheld:
                self._gap |= WITHHELD

    def _give_up(self, count: int) -> bool:
        if self.number == 0:
            reason = LINK
        elif self.demand.state == "paused":
            reason = PAUSED
        else:
            reason = OUTBOX
        self._flush_batch()
        if self._gap and self._gap != reason:
            self._announce()
        self._gap = reason
        self._next += count
        return False

    def _probe(self, value: Any) -> None:
        """Refuse what could not be encoded, although it is not sent."""
        if type(value) not in PLAIN_TYPES or self._codec is not None:
            self._new_batch(self._codec_for(value)).add(value, 0)

    # Blocks

    def flush(self, *, final: bool = False) -> float | None:
        """The turn ends: send the open block; seconds to wait if it is not due yet.

        Args:
            final: send it even so, and tell of the last numbers that were withheld.
        """
        self._dirty = False
        if self.tired:
            self.tired = False
            self.on_change.tell()
        if self.number == 0:
            return None
        if self._newest_ns and self._batch.count:
            now_ns = perf_counter_ns()
            due_ns = self._newest_sent_ns + self._newest_ns
            if now_ns < due_ns and not final:
                self._dirty = True
                return (due_ns - now_ns) / 1e9
            self._newest_sent_ns = now_ns
        self._flush_batch()
        if final or self._gap & ~WITHHELD:
            self._announce()
        return None

    def _flush_batch(self) -> None:
        self.lane = None
        if self._batch.count == 0:
            return
        first, packed = self._packed()
        self._send_items(
            first, packed.codec, packed.flags, packed.count, packed.time_ns, packed.parts
        )

    def _packed(self) -> tuple[int, Packed]:
        """The number of the open block's first item, and its body; it is empty afterwards."""
        packed, first = self._batch.pack(), self._first
        self._first = -1
        if not self._selective:
            self._next = first + packed.count
        return first, packed

    def _discard_batch(self) -> None:
        """What is in the open block is not sent."""
        self.lane = None
        if self._batch.count:
            self._packed()

    def _send_items(
        self,
        first: int,
        codec: int,
        flags: int,
        count: int,
        time_ns: int,
        parts: Sequence[Buffer],
    ) -> None:
        if self._compressor is not None:
            flag, parts = self._compressor.packed(parts)
            flags |= flag
        size_bytes = len(parts[0]) if len(parts) == 1 else sum(map(len, parts))
        stride = 1 if self._newest_ns else self._every
        flags |= self._gap
        # Spelled out: going through keywords would double the cost of a header.
        head = HEADER.pack(
            size_bytes, DATA, codec, flags, self.number, 0, count, stride, first, time_ns
        )
        self._announced = first + (count - 1) * self._every + 1
        self._gap = WITHHELD if self._every > 1 else 0
        self._send(head, *parts)

    def _announce(self) -> None:
        """Say that the numbers up to the next one do not come, and why."""
        if self.number == 0 or self._batch.count:
            return
        if self._announced != self.next:
            head = header(Kind.DATA, 0, flags=self._gap, address=self.number, sequence=self.next)
            self._send(head)
            self._announced = self.next
        self._gap = 0

    def _begin_turn(self) -> None:
        now_ns = perf_counter_ns()
        self.offset_ns = self.clock.offset_ns(now_ns)
        self._mark_dirty(now_ns)

    def _mark_dirty(self, now_ns: int) -> None:
        self._dirty = True
        self._turn_first = self._next
        self.turn_ns = now_ns
        self._on_dirty(self)

    # Codecs

    def _new_batch(self, codec: CodecNumber) -> Batch:
        most_bytes = self.limit_bytes // 4  # so that two fit, with their tables
        block_bytes = min(BLOCK_BYTES, most_bytes)
        if codec is CodecNumber.OBJECT:
            whole = self._compressor is not None  # cannot be cut on its way
            return ObjectBatch(block_bytes if whole else min(OBJECT_BLOCK_BYTES, most_bytes))
        if codec is not CodecNumber.SAMPLES:
            large_bytes = min(LARGE_BLOCK_BYTES, self.limit_bytes // 2)
            return ItemBatch(codec, block_bytes, large_bytes)
        assert self._layout is not None
        return SamplesBatch(self._layout.dtype, self._layout.shape, block_bytes)

    def _codec_for(self, value: Any) -> CodecNumber:
        if self._codec is not None:
            return self._codec
        return CodecNumber.ARRAY if type(value).__name__ == "ndarray" else CodecNumber.OBJECT

    def _add(self, value: Any, time_ns: int) -> bool:
        """Add to the open batch, or to a new one if the value needs another codec."""
        codec = self._codec_for(value)
        batch = self._batch if self._batch.codec == codec else self._new_batch(codec)
        full = batch.add(value, time_ns)  # a refused value leaves everything as it was
        if batch is not self._batch:
            self._flush_batch()
            self._use(batch)
        return full

    def _use(self, batch: Batch) -> None:
        """Have the next items go there."""
        self._batch = batch
        if self._codec is None:
            self._direct = PLAIN_TYPES if batch.codec == OBJECT else ()
        else:
            self._direct = None

    def rows(self, array: Any) -> Any:
        """The array as samples of this channel.

        Raises:
            InvalidValue: the channel takes no samples, or not these.
        """
        layout = self._layout
        if layout is None:
            raise InvalidValue(
                f"channel '{self.name}' takes no samples; create it with dtype=…, or use send"
            )
        rows = layout.rows(array)
        if rows.nbytes > self.piece_bytes:
            self._check_row(rows[:1].nbytes)
        return rows

    def _check_row(self, size_bytes: int) -> None:
        if size_bytes > self._most_bytes:
            raise LimitExceeded(
                f"a sample of channel '{self.name}' has {size_bytes} bytes: the server's "
                f"limit is frame_bytes={self.limit_bytes}"
            )


def _compressor_of(info: ChannelInfo) -> Compressor | None:
    """What makes a channel's blocks smaller; None also where that cannot be had here.

    Every channel takes plain bodies, too.
    """
    try:
        return None if info.compression is None else Compressor(info.compression)
    except InvalidValue as error:
        logger.warning("channel '%s': blocks are sent as they are: %s", info.name, error)
        return None
