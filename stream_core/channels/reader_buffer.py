"""One reader's buffer at the server: what it is sent, when, and what it loses; it does no I/O.

It works on blocks and behaves as if their items came singly: `every` selects, an open credit and
an empty buffer let a block straight through, and everything else waits in the backlog, where the
overflow policy acts. At any instant each published number is accounted for exactly once.
"""

from __future__ import annotations

from stream_core.channels.backlog import UNBOUNDED, Backlog, Run
from stream_core.channels.counters import Counters
from stream_core.channels.in_flight import InFlight
from stream_core.channels.notices import CLEARED, Ended, Mark
from stream_core.channels.overflow import drop_excess, store
from stream_core.channels.parameters import Parameters
from stream_core.channels.selection import selected_block, selected_numbers
from stream_core.values import Loss, Overflow
from stream_core.wire.blocks import Block

__all__ = ["WINDOW_BYTES", "Ended", "Mark", "ReaderBuffer"]

WINDOW_BYTES = 1024 * 1024


class ReaderBuffer:
    """What waits for one reader, and what is on its way to it.

    Every `now_ns` is of one clock that never steps. After a method that brought something in,
    or credit, `take` may have something to give; it gives None where nothing may go.

    Args:
        parameters: what the reader chose.
        first_sequence: the first number that is for it.
        reader_bytes: full at this size, too, unless `buffer_size` is None.
        window_bytes: how much may be on its way unconsumed.
        settled: whether the writers know of the reader; see `settle`.
    """

    def __init__(
        self,
        parameters: Parameters,
        first_sequence: int,
        *,
        reader_bytes: int,
        window_bytes: int = WINDOW_BYTES,
        settled: bool = True,
    ) -> None:
        self._reader_bytes = reader_bytes
        self._window_bytes = window_bytes
        self._settled = settled
        self._begin_at(first_sequence)
        self._ended: Ended | None = None
        self._ended_sent = False
        self._pausing = False
        self._stalled_ns: int | None = None
        self._served_ns: int | None = None
        self._serving_until = first_sequence
        self._apply(parameters)

    def _begin_at(self, sequence: int) -> None:
        self._first = self._next = sequence
        self._backlog = Backlog(self._reader_bytes)
        self._flight = InFlight(sequence, self._window_bytes)
        self._delivered = 0
        self._not_selected = 0

    def settle(self) -> int:
        """The writers know of the reader, which has been sent nothing yet.

        Until now they may have withheld items that it selects, on the demand of others before it:
        it begins after the last of these, so that there is no hole in what it gets.

        Returns:
            The first number that is for it.
        """
        self._settled = True
        return self._first

    def _begin_anew(self, sequence: int) -> None:
        full = self._backlog.full_override
        self._begin_at(sequence)
        self._serving_until = sequence
        self._apply(self._parameters)
        self._backlog.full_override = full
        self._update_pausing(None)

    def _apply(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._every = parameters.every
        self._overflow = parameters.overflow
        self._interval_ns = parameters.min_interval_ns
        unbounded = parameters.buffer_size is None
        self._window_items = parameters.buffer_size or UNBOUNDED
        self._backlog.limit_items = self._window_items
        self._backlog.limit_bytes = UNBOUNDED if unbounded else self._reader_bytes
        self._backlog.newest_only = parameters.newest_only

    # Facts

    @property
    def parameters(self) -> Parameters:
        """What the reader chose."""
        return self._parameters

    @property
    def counters(self) -> Counters:
        """The account at this instant."""
        return Counters(
            published=self._next - self._first,
            delivered=self._delivered,
            in_flight=self._flight.items,
            buffered=self._backlog.count,
            dropped=self._backlog.dropped,
            not_selected=self._not_selected + self._backlog.replaced,
        )

    @property
    def next_sequence(self) -> int:
        """The number that comes next."""
        return self._next

    @property
    def buffered_bytes(self) -> int:
        """The size of what waits."""
        return self._backlog.size_bytes

    @property
    def in_flight_bytes(self) -> int:
        """The size of the blocks that are not wholly consumed."""
        return self._flight.size_bytes

    @property
    def pausing(self) -> bool:
        """Whether it asks the writers to pause (`wait` only)."""
        return self._pausing

    @property
    def overflowed(self) -> bool:
        """Whether its subscription ended because it was full (`raise` only)."""
        return self._ended is not None and self._ended.error == "BufferOverflow"

    @property
    def ended(self) -> bool:
        """Whether nothing more comes in."""
        return self._ended is not None

    @property
    def stalled_since_ns(self) -> int | None:
        """Since when it holds up the writers and the reader has consumed nothing; None: not so."""
        return self._stalled_ns if self._pausing and self._flight.items else None

    @property
    def full_override(self) -> bool:
        """Whether its policy acts as if it were full, since all buffers together are."""
        return self._backlog.full_override

    @full_override.setter
    def full_override(self, full: bool) -> None:
        self._backlog.full_override = full
        self._update_pausing(None)

    # What comes in

    def offer(self, block: Block, *, room: bool, now_ns: int) -> Block | None:
        """The next items; their numbers follow the last ones.

        Args:
            block: the items.
            room: whether the link to the reader takes a block now.
            now_ns: the time.

        Returns:
            The block that goes out at once, counted as in flight; None if nothing does.
        """
        if self._ended is not None:
            return None
        span = (block.count - 1) * block.stride + 1
        if span != block.count and not self._settled and self._every % block.stride:
            self._begin_anew(block.last + 1)
            return None
        self._next += span
        if self._every != 1:
            selected = selected_block(block, self._every)
            if selected is None:
                self._not_selected += span
                return None
            block = selected
        self._not_selected += span - block.count
        if room and not self._interval_ns and self._flight.open(self._window_items):
            backlog = self._backlog
            if not backlog.runs and not backlog.notices:
                self._flight.send(block)
                return block
        self._store(block, now_ns)
        return None

    def _store(self, block: Block, now_ns: int) -> None:
        run = Run(block, 0, block.count, block.size_bytes)
        last = store(self._backlog, run, self._overflow)
        if last is not None:
            self._overrun(block, last)
        self._update_pausing(now_ns)

    def _overrun(self, block: Block, last: int) -> None:
        """The subscription ends with that item of the block; the ones after it never were."""
        never = range(last + block.stride, block.last + 1, block.stride)
        self._not_selected -= self._next - 1 - last - len(never)
        self._next = last + 1
        self.end(
            f"its buffer of {self._parameters.buffer_size} items or {self._reader_bytes} bytes was"
            " full; read faster or choose a larger buffer_size or another overflow",
            "BufferOverflow",
        )

    def gap(self, first: int, last: int, reason: str, *, withheld: bool = False) -> None:
        """Numbers that never come: lost, or withheld because no reader selects them."""
        if self._ended is not None:
            return
        self._next = last + 1
        selected = selected_numbers(first, last, self._every)
        if withheld:
            if selected and not self._settled and not self._parameters.newest_only:
                self._begin_anew(last + 1)
                return
            selected = range(0)
        self._not_selected += last - first + 1 - len(selected)
        if selected:
            self._backlog.note(Loss(selected[0], selected[-1], len(selected), reason))

    def lose_all(self, reason: str) -> None:
        """Something before the next number was lost; nobody can know how much."""
        if self._ended is None:
            self._backlog.note(Loss(self._next, None, 0, reason))

    def mark(self, payload: object) -> None:
        """Put something in its place between the items."""
        if self._ended is None:
            self._backlog.note(Mark(self._next - 1, payload))

    def end(self, reason: str, error: str | None = None) -> None:
        """Nothing more comes; what waits is still served, then `Ended`. The first reason counts."""
        if self._ended is None:
            self._ended = Ended(reason, error)
            self._pausing = False

    # What goes out

    def take(self, now_ns: int) -> Block | Loss | Mark | Ended | None:
        """The next thing to send, or None if nothing may go now."""
        if not self.has_more(now_ns):
            return None
        if not self._backlog:
            self._ended_sent = True
            return self._ended
        if self._interval_ns:
            self._serve(now_ns)
        if self._backlog.notices:
            notice = self._backlog.take_notice()
            self._flight.note(notice)
            return notice
        return self._take_block(now_ns)

    def _take_block(self, now_ns: int) -> Block:
        flight = self._flight
        block = self._backlog.take_block(flight.fitting(self._window_items) or UNBOUNDED)
        if not flight.items:
            self._stalled_ns = now_ns
        flight.send(block)
        if self._pausing:
            self._update_pausing(now_ns)
        return block

    def has_more(self, now_ns: int) -> bool:
        """Whether `take` would give something."""
        if not self._backlog:
            return self._ended is not None and not self._ended_sent
        return self._may_go() and (not self._interval_ns or self._is_time(now_ns))

    def _may_go(self) -> bool:
        """Whether credit lets the next thing go; without items none is needed."""
        return not self._backlog.runs or self._flight.open(self._window_items)

    # Serving at intervals: what waits when a serving begins is served, what comes later waits

    @property
    def due_ns(self) -> int | None:
        """When `take` has something for which only `min_interval_s` waits; None: nothing does."""
        if not self._interval_ns or not self._backlog or not self._may_go():
            return None
        return None if self._backlog.head < self._serving_until else self._next_serving_ns

    @property
    def _next_serving_ns(self) -> int:
        return 0 if self._served_ns is None else self._served_ns + self._interval_ns

    def _is_time(self, now_ns: int) -> bool:
        return now_ns >= self._next_serving_ns or self._backlog.head < self._serving_until

    def _serve(self, now_ns: int) -> None:
        if now_ns >= self._next_serving_ns:
            self._served_ns = now_ns
            self._serving_until = self._next

    # What the reader says

    def credit(self, sequence: int, now_ns: int) -> None:
        """The reader has consumed everything up to a number.

        Raises:
            ProtocolError: it takes a credit back, or credits what was never sent.
        """
        self._delivered += self._flight.credit(sequence)
        self._stalled_ns = now_ns

    def resume(self, received_up_to: int, *, marks: int | None = None) -> None:
        """A link was broken: what the reader has not received waits again, before all else.

        Args:
            received_up_to: the highest number received; the one before the first if none was.
            marks: how many marks were received; None: those at or after that number go again.

        Raises:
            ProtocolError: that cannot be.
        """
        self._backlog.put_back(self._flight.recall(received_up_to, marks))
        self._ended_sent = False
        self._update_pausing(None)

    def configure(self, parameters: Parameters, now_ns: int) -> None:
        """Change the parameters; they hold from the next item on.

        A smaller buffer drops its oldest items at once if it is a ring or clears, else keeps them.
        """
        self._apply(parameters)
        if self._overflow in (Overflow.RING, Overflow.CLEAR):
            drop_excess(self._backlog)
        self._update_pausing(now_ns)

    def clear(self) -> None:
        """Drop what waits, on the reader's wish."""
        self._backlog.drop_oldest(self._backlog.count, CLEARED)
        self._update_pausing(None)

    def _update_pausing(self, now_ns: int | None) -> None:
        """Begin or cease to hold up; where the time is not known the next event's counts."""
        before = self._pausing
        self._pausing = (
            self._overflow is Overflow.WAIT and self._ended is None and self._holds_up(before)
        )
        if not before or self._stalled_ns is None:
            self._stalled_ns = now_ns

    def _holds_up(self, already: bool) -> bool:
        backlog = self._backlog
        count, size_bytes = backlog.count, backlog.size_bytes
        if backlog.full_override:
            return count > 0
        if already:
            return 2 * count > backlog.limit_items or 2 * size_bytes > backlog.limit_bytes
        return count >= backlog.limit_items or size_bytes >= backlog.limit_bytes
