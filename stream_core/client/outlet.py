"""What a writer holds on the client's side: its numbers, its open block, and the demand it follows.

Numbers count the items offered while somebody reads; one that is given up becomes a gap with its
reason. It waits for nothing; frames go to the function that it was given.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

from stream_core.errors import InvalidValue
from stream_core.values import ChannelInfo, Codec
from stream_core.wire.batches import Batch, ItemBatch, ObjectBatch, SamplesBatch
from stream_core.wire.header import CodecNumber, Flag, Kind, header
from stream_core.wire.messages import DemandNotice, encode

__all__ = ["Outlet"]

ROWS_BYTES = 1024 * 1024
TURN_NS = 1_000_000
SMOOTHING_NS = 20_000_000

Send = Callable[..., None]


class Outlet:
    """The client's half of one writer.

    Args:
        name: of the channel.
        wishes: the arguments of `create_channel`, to make it again; None on another's channel.
        send: sends the parts of a frame in order.
        now_ns: the server's clock.
        on_dirty: told when a block is open, which must be flushed at the end of the turn.

    Attributes:
        number: of the channel on the wire; 0 while there is no link.
        origin: what this handle calls its stream.
        next: the number of the next item.
        demand: the newest notice that is followed.
        room: whether the outbox takes more; set by the streams of the client.
        overdue: a block has left or a millisecond has passed: the loop should have a turn.
        closed: why nothing can be sent any more, or None.
    """

    def __init__(
        self,
        name: str,
        wishes: dict[str, Any] | None,
        send: Send,
        now_ns: Callable[[], int],
        on_dirty: Callable[[Outlet], None],
    ) -> None:
        self.name = name
        self.wishes = wishes
        self.number = 0
        self.origin = secrets.randbits(48)
        self.next = 0
        self.demand = DemandNotice("idle")
        self.room = True
        self.overdue = False
        self.closed: str | None = None
        self.info = ChannelInfo(name=name)
        self.on_change: list[Callable[[], object]] = []
        self._send = send
        self._now_ns = now_ns
        self._on_dirty = on_dirty
        self._kept_number = 0
        self._fixed: Codec | None = None
        self._dirty = False
        self._turn_ns = 0
        self._flowing = False
        self._every = 1
        self._newest_ns = 0
        self._selective = False
        self._newest_sent_ns = 0
        self._batch: Batch = ObjectBatch()
        self._first = 0
        self._gap = Flag.NONE
        self._announced = 0
        self._rows_end: tuple[int, int] | None = None

    # The channel

    def attach(
        self, number: int, info: ChannelInfo, demand: DemandNotice, *, told: int, base: int
    ) -> None:
        """The channel is there; the server expects the item numbered `base` next."""
        self.number = self._kept_number = number
        self.info = info
        self._choose_codec(info)
        self._announced = base
        self.follow(demand, told)

    def reattach(self, demand: DemandNotice, told: int) -> None:
        """The link is back, and the server knows us still."""
        self.number = self._kept_number
        self._announced = -1
        self.follow(demand, told)

    def detach(self) -> None:
        """The link is down: what is in the open block is lost, its numbers become a gap."""
        self._discard()
        self._gap |= Flag.GAP_LINK
        self.number = 0
        self._set_flowing()
        self._changed()

    def follow(self, demand: DemandNotice, number: int) -> None:
        """A notice of demand: follow it, and say so in band."""
        self._flush_batch()
        self.demand = demand
        body = encode(demand)
        head = header(Kind.DEMAND, len(body), address=self.number, sequence=number)
        self._send(head, body)
        self._every = max(1, demand.every) if demand.binding else 1
        self._newest_ns = demand.newest_interval_ns if demand.binding else 0
        self._selective = self._every > 1 or self._newest_ns > 0
        self._set_flowing()
        self._announce()
        self._changed()

    def close(self, reason: str) -> None:
        """Nothing is sent any more."""
        self.closed = reason
        self._discard()
        self.number = 0
        self._set_flowing()
        self._changed()

    def set_room(self, room: bool) -> None:
        """The outbox is full, or has room again."""
        if room is not self.room:
            self.room = room
            self._set_flowing()
            if room:
                self._changed()

    def _changed(self) -> None:
        for callback in tuple(self.on_change):
            callback()

    def _set_flowing(self) -> None:
        self._flowing = self.number != 0 and self.room and self.demand.state == "active"

    @property
    def flowing(self) -> bool:
        """Whether `offer` would take an item."""
        return self._flowing

    @property
    def idle(self) -> bool:
        """Whether nobody reads, so that items have no numbers."""
        return self.demand.state == "idle"

    # Items

    def offer(self, value: Any, time_ns: int | None) -> bool:
        """Take an item, or give it up; False: it was given up, or nobody reads.

        Raises:
            InvalidValue: it cannot be encoded; it gets no number.
        """
        if not self._flowing:
            if self.idle:
                return False
            self._probe(value)
            return self._give_up(1)
        batch = self._batch if self._fixed is not None else self._batch_for(value)
        now_ns = self._now_ns()
        number = self.next
        if self._selective:
            return self._offer_selected(value, now_ns if time_ns is None else time_ns)
        if batch.count == 0:
            self._first = number
        batch.add(value, now_ns if time_ns is None else time_ns)
        self.next = number + 1
        if not self._dirty:
            self._mark_dirty(now_ns)
        elif now_ns - self._turn_ns > TURN_NS:
            self.overdue = True
        if batch.full:
            self._flush_batch()
            self.overdue = True
        return True

    def offer_rows(self, rows: Any, time_ns: int | None, interval_ns: int | None) -> bool:
        """Take a contiguous array of samples, or give them up; see `offer`."""
        count = len(rows)
        if not self._flowing:
            return self._give_up(count)
        interval_ns = self._interval_ns(interval_ns)
        start_ns = self._rows_time_ns(count, time_ns, interval_ns)
        step = max(1, ROWS_BYTES // max(1, rows[:1].nbytes))
        for index in range(0, count, step):
            part_ns = start_ns + index * interval_ns
            self._add_rows(rows[index : index + step], part_ns, interval_ns)
        self.overdue = True
        return True

    def _add_rows(self, rows: Any, time_ns: int, interval_ns: int) -> None:
        batch, count = self._batch, len(rows)
        assert isinstance(batch, SamplesBatch)
        first = self.next
        skipped = 0
        if self._newest_ns:
            skipped = count - 1
        elif self._every > 1:
            skipped = -first % self._every
        every = 1 if self._newest_ns else self._every
        chosen = rows[skipped::every]
        self.next = first + count
        if len(chosen) == 0:
            self._withhold()
            return
        self._prepare(first + skipped)
        if not batch.follows(time_ns + skipped * interval_ns, interval_ns * every):
            self._flush_batch()
        if batch.count == 0:
            self._first = first + skipped
            if skipped or every > 1:
                self._withhold()
        rows = chosen if chosen.flags.c_contiguous else chosen.copy()
        batch.add_rows(rows, time_ns + skipped * interval_ns, interval_ns * every)
        self._mark_dirty(self._now_ns())
        if batch.full and not self._newest_ns:
            self._flush_batch()

    def _offer_selected(self, value: Any, time_ns: int) -> bool:
        """The readers want no more than each n-th item, or the newest now and then."""
        number = self.next
        if self._newest_ns:
            self._prepare(number)
        elif number % self._every:
            self._probe(value)
            self.next = number + 1
            self._withhold()
            return True
        batch = self._batch_for(value)
        if batch.count == 0:
            self._first = number
            if self._every > 1:
                self._withhold()
        batch.add(value, time_ns)
        self.next = number + 1
        self._mark_dirty(self._now_ns())
        if batch.full and not self._newest_ns:
            self._flush_batch()
            self.overdue = True
        return True

    def _prepare(self, number: int) -> None:
        """Make room for an item that replaces what is held, or follows with a jump."""
        batch = self._batch
        if batch.count == 0:
            return
        if self._newest_ns:
            batch.pack()
            self._withhold()
        elif number != self._first + batch.count * self._every:
            self._flush_batch()

    def _withhold(self) -> None:
        self._gap |= Flag.GAP_WITHHELD

    def _give_up(self, count: int) -> bool:
        if self.idle:
            return False
        if self.number == 0:
            reason = Flag.GAP_LINK
        elif self.demand.state == "paused":
            reason = Flag.GAP_PAUSED
        else:
            reason = Flag.GAP_OUTBOX
        self._flush_batch()
        if self._gap and self._gap != reason:
            self._announce()
        self._gap = reason
        self.next += count
        return False

    def _probe(self, value: Any) -> None:
        """Refuse what could not be encoded, although it is not sent."""
        self._new_batch(self._codec_for(value)).add(value, 0)

    # Times of sample blocks

    def _interval_ns(self, interval_ns: int | None) -> int:
        if interval_ns is not None:
            return interval_ns
        rate_hz = self.info.rate_hz
        return round(1e9 / rate_hz) if rate_hz else 0

    def _rows_time_ns(self, count: int, time_ns: int | None, interval_ns: int) -> int:
        """The first sample's time; without one, the last sample is of now, without jitter."""
        if time_ns is None:
            time_ns = self._now_ns() - (count - 1) * interval_ns
            if self._rows_end is not None and self._rows_end[1] == interval_ns:
                tolerance_ns = SMOOTHING_NS + count * interval_ns
                if abs(self._rows_end[0] - time_ns) <= tolerance_ns:
                    time_ns = self._rows_end[0]
        self._rows_end = (time_ns + count * interval_ns, interval_ns) if interval_ns else None
        return time_ns

    # Blocks

    def flush(self) -> float | None:
        """The turn ends: send the open block; seconds to wait if it is not due yet."""
        self._dirty = False
        if self.number == 0:
            return None
        if self._newest_ns and self._batch.count:
            now_ns = time.monotonic_ns()
            due_ns = self._newest_sent_ns + self._newest_ns
            if now_ns < due_ns:
                self._dirty = True
                return (due_ns - now_ns) / 1e9
            self._newest_sent_ns = now_ns
        self._flush_batch()
        if self._gap & ~Flag.GAP_WITHHELD:
            self._announce()
        return None

    def _flush_batch(self) -> None:
        batch = self._batch
        if batch.count == 0:
            return
        packed = batch.pack()
        head = header(
            Kind.DATA,
            packed.size_bytes,
            codec=packed.codec,
            flags=packed.flags | self._gap,
            address=self.number,
            count=packed.count,
            stride=self._every if not self._newest_ns else 1,
            sequence=self._first,
            time_ns=packed.time_ns,
        )
        self._gap = Flag.NONE
        self._announced = self.next
        self._send(head, *packed.parts)

    def _announce(self) -> None:
        """Say that the numbers up to the next one do not come, and why."""
        if self.number == 0 or self._batch.count:
            return
        if self._announced != self.next or self._gap:
            head = header(
                Kind.DATA, 0, flags=int(self._gap), address=self.number, sequence=self.next
            )
            self._send(head)
            self._announced = self.next
        self._gap = Flag.NONE

    def _discard(self) -> None:
        if self._batch.count:
            self._batch.pack()

    def _mark_dirty(self, now_ns: int) -> None:
        if not self._dirty:
            self._dirty = True
            self._turn_ns = now_ns
            self._on_dirty(self)

    # Codecs

    def _choose_codec(self, info: ChannelInfo) -> None:
        self._fixed = None if info.codec is None else Codec(info.codec)
        number = CodecNumber.OBJECT if self._fixed is None else CodecNumber[self._fixed.name]
        self._batch = self._new_batch(number)

    def _new_batch(self, codec: CodecNumber) -> Batch:
        if codec is CodecNumber.OBJECT:
            return ObjectBatch()
        if codec is not CodecNumber.SAMPLES:
            return ItemBatch(codec)
        from stream_core.wire.arrays import sample_dtype  # numpy is loaded when first needed

        return SamplesBatch(sample_dtype(self.info.dtype), tuple(self.info.shape))

    def _codec_for(self, value: Any) -> CodecNumber:
        if self._fixed is not None:
            return CodecNumber[self._fixed.name]
        return CodecNumber.ARRAY if type(value).__name__ == "ndarray" else CodecNumber.OBJECT

    def _batch_for(self, value: Any) -> Batch:
        codec = self._codec_for(value)
        if self._batch.codec != codec:
            self._flush_batch()
            self._batch = self._new_batch(codec)
        return self._batch

    def rows(self, array: Any) -> Any:
        """The array as samples of this channel.

        Raises:
            InvalidValue: the channel takes no samples, or not these.
        """
        if self._fixed is not Codec.SAMPLES:
            raise InvalidValue(
                f"channel '{self.name}' takes no samples; create it with dtype=…, or use send"
            )
        from stream_core.wire.arrays import as_samples, sample_dtype

        return as_samples(array, sample_dtype(self.info.dtype), tuple(self.info.shape))
