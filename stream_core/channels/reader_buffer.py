"""One reader's buffer at the server: what it is sent, when, and what it loses; it does no I/O.

It works on blocks and behaves as if their items came singly: its intake selects or folds, an open
credit and an empty buffer let a block straight through, and everything else waits in the backlog,
where the overflow policy acts. What was published before the reader came waits before all else, and
no policy acts on it. At any instant each published number is accounted for exactly once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stream_core.channels.backlog import UNBOUNDED, Backlog, Run
from stream_core.channels.counters import Counters
from stream_core.channels.gathering import Gathered
from stream_core.channels.history import Gap
from stream_core.channels.in_flight import InFlight
from stream_core.channels.intake import Intake
from stream_core.channels.notices import CLEARED, Ended, Mark
from stream_core.channels.overflow import drop_excess, store
from stream_core.channels.parameters import Parameters
from stream_core.channels.patience import Patience, patience
from stream_core.channels.serving import Serving
from stream_core.errors import ProtocolError
from stream_core.values import Loss, Overflow
from stream_core.wire.blocks import Block
from stream_core.wire.envelopes import Folder

__all__ = ["EARLIER_DEMAND", "JOINED_BYTES", "WINDOW_BYTES", "Ended", "Mark", "ReaderBuffer"]

WINDOW_BYTES = 1024 * 1024
JOINED_BYTES = 64 * 1024  # as writers gather small items
EARLIER_DEMAND = "withheld by the writer on an earlier demand"


class ReaderBuffer:
    """What waits for one reader, and what is on its way to it.

    Every `now_ns` is of one clock that never steps. After a method that brought something in,
    or credit, `take` may have something to give; it gives None where nothing may go.

    Args:
        parameters: what the reader chose.
        first_sequence: the first number that is for it.
        reader_bytes: full at this size, too, unless `buffer_size` is None.
        all_bytes: at which all buffers together are full, for what it says.
        window_bytes: how much may be on its way unconsumed.
        joined_bytes: the largest body that small blocks are joined to.
        settled: whether the writers know of the reader; see `settle`.
        folder: of the channel, which makes envelopes; None where none is asked for.

    Attributes:
        folder: the same; to be set before an envelope is asked for.
        ended: whether nothing more comes in.
        pausing: whether it asks the writers to pause (`wait` only).
    """

    def __init__(
        self,
        parameters: Parameters,
        first_sequence: int,
        *,
        reader_bytes: int,
        all_bytes: int = 0,
        window_bytes: int = WINDOW_BYTES,
        joined_bytes: int = JOINED_BYTES,
        settled: bool = True,
        folder: Folder | None = None,
    ) -> None:
        self._reader_bytes = reader_bytes
        self._all_bytes = all_bytes
        self._window_bytes = window_bytes
        self._joined_bytes = joined_bytes
        self._settled = settled
        self._changes = 0  # that the writers may not know of
        self.folder = folder
        self._past: Backlog | None = None  # what is left of what was before, or passes in pieces
        self._past_dropped = 0
        self._ended: Ended | None = None
        self._ended_sent = False
        self.ended = False
        self.pausing = False
        self._stalled_ns: int | None = None
        self._begin_at(first_sequence)
        self._apply(parameters)

    def _begin_at(self, sequence: int) -> None:
        self._intake = Intake(sequence)
        self._backlog = Backlog(self._reader_bytes)
        self._flight = InFlight(sequence, self._window_bytes)
        self._serving = Serving(sequence)
        self._delivered = 0

    def begin_with(self, past: Iterable[Block | Gap], now_ns: int) -> None:
        """What was published before the reader came, from its first number on without a hole."""
        backlog, self._backlog = self._backlog, Backlog(UNBOUNDED)
        for thing in past:
            if isinstance(thing, Gap):
                self.gap(thing.first, thing.last, thing.reason, withheld=thing.withheld)
            else:
                self.offer(thing, room=False, now_ns=now_ns)
        self._past, self._backlog = self._backlog or None, backlog

    def settle(self) -> int:
        """The writers know of the reader, which has been sent nothing yet.

        Until now they may have withheld items that it selects, on the demand of others before it:
        it begins after the last of these, so that there is no hole in what it gets. What a writer
        withholds on an earlier demand from now on is lost.

        Returns:
            The first number that is for it.
        """
        self._settled = True
        return self._intake.first

    def _begin_anew(self, sequence: int) -> None:
        full = self._backlog.full_override
        self._begin_at(sequence)
        self._apply(self._parameters)
        self._backlog.full_override = full
        self._update_pausing(None)

    def _apply(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._overflow = parameters.overflow
        self._serving.interval_ns = parameters.min_interval_ns
        unbounded = parameters.buffer_size is None
        self._window_items = parameters.buffer_size or UNBOUNDED
        self._backlog.limit_items = self._window_items
        self._backlog.limit_bytes = UNBOUNDED if unbounded else self._reader_bytes
        self._backlog.newest_only = parameters.newest_only
        self._keep(self._intake.select(parameters.every, parameters.envelope, self.folder))

    # Facts

    @property
    def parameters(self) -> Parameters:
        """What the reader chose."""
        return self._parameters

    @property
    def counters(self) -> Counters:
        """The account at this instant."""
        intake = self._intake
        return Counters(
            published=intake.next - intake.first,
            delivered=self._delivered,
            in_flight=self._flight.items,
            buffered=sum(line.count for line in self._lines),
            dropped=sum(line.dropped for line in self._lines) + self._past_dropped,
            not_selected=intake.not_selected + self._backlog.replaced,
            reduced=intake.reduced,
        )

    @property
    def first_sequence(self) -> int:
        """The first number that is for it."""
        return self._intake.first

    @property
    def next_sequence(self) -> int:
        """The number that comes next."""
        return self._intake.next

    @property
    def buffered_bytes(self) -> int:
        """The size of what waits."""
        backlog_bytes = self._backlog.size_bytes
        return backlog_bytes if self._past is None else backlog_bytes + self._past.size_bytes

    def held(self) -> Iterator[Block]:
        """The blocks that wait, and those on their way: some may be kept by others, too."""
        yield from self._flight.blocks
        for line in self._lines:
            for run in line.runs:
                yield run.block

    @property
    def in_flight_bytes(self) -> int:
        """The size of the blocks that are not wholly consumed."""
        return self._flight.size_bytes

    @property
    def overflowed(self) -> bool:
        """Whether its subscription ended because it was full (`raise` only)."""
        return self._ended is not None and self._ended.error == "BufferOverflow"

    @property
    def ending(self) -> Ended | None:
        """Why nothing more comes in, once it is so."""
        return self._ended

    @property
    def stalled_since_ns(self) -> int | None:
        """Since when it holds up the writers and the reader has consumed nothing; None: not so."""
        return self._stalled_ns if self.pausing and self._flight.items else None

    @property
    def full_override(self) -> bool:
        """Whether its policy acts as if it were full, since all buffers together are."""
        return self._backlog.full_override

    @full_override.setter
    def full_override(self, full: bool) -> None:
        self._backlog.full_override = full
        self._update_pausing(None)

    # What comes in

    def offer(
        self, block: Block, *, room: bool, now_ns: int, most_bytes: int = UNBOUNDED
    ) -> Block | None:
        """The next items; their numbers follow the last ones.

        Args:
            block: the items.
            room: whether the link to the reader takes a block now.
            now_ns: the time.
            most_bytes: of a block that the link takes as a whole; of others `take` gives pieces.

        Returns:
            The block that goes out at once, counted as in flight; None if nothing does.
        """
        if self._ended is not None:
            return None
        intake = self._intake
        if block.stride != 1 and intake.misses(block) and not self._changes:
            self._miss(block)
            return None
        try:
            taken = intake.take(block)
        except ProtocolError as error:
            self.gap(block.first, block.last, str(error))
            return None
        if room and len(taken) == 1 and self._passes():
            return self._let_through(taken[0], most_bytes)
        for each in taken:
            self._store(each, now_ns)
        return None

    def patience(self, now_ns: int) -> Patience | None:
        """What may come before the reader has to look at it, where `take` gives nothing now.

        Until then nothing can go out but on a credit. None: it has to look at each block.
        """
        due_ns = self._serving.next_ns if self._flight.open(self._window_items) else None
        if self.ended or self.pausing or self._past is not None:
            return None
        if due_ns is not None and now_ns >= due_ns:
            return None
        return patience(
            self._parameters, self._backlog, self._serving, self._intake.next, due_ns=due_ns
        )

    def catch_up(self, parts: Iterable[Gathered], now_ns: int) -> None:
        """The next items, which were gathered while the reader rested."""
        for part in parts:
            for block in self._intake.take_gathered(part, self._joined_bytes):
                self._store(block, now_ns)

    def _miss(self, block: Block) -> None:
        """A block was made on an earlier demand, without items that are wanted here."""
        if self._settled:
            self.gap(block.first, block.last, EARLIER_DEMAND)
        else:
            self._begin_anew(block.last + 1)

    def _passes(self) -> bool:
        """Whether the next block need not wait for anything before it."""
        backlog = self._backlog
        return (
            not self._serving.interval_ns
            and self._flight.open(self._window_items)
            and not backlog.runs
            and not backlog.notices
            and (self._past is None or self._front() is backlog)
        )

    def _let_through(self, block: Block, most_bytes: int) -> Block | None:
        """Send a block, at once or in pieces; no policy acts on it."""
        run = Run(block, 0, block.count, block.size_bytes)
        if run.fitting(most_bytes) < block.count:
            self._past = Backlog(UNBOUNDED)
            self._past.append(run)
            return None
        self._flight.send(block)
        return block

    def _store(self, block: Block, now_ns: int) -> None:
        if self._ended is not None:  # by an overrun of what was taken together with this
            self._intake.never(block, block.first - block.stride)
            return
        run = Run(block, 0, block.count, block.size_bytes)
        last = store(self._backlog, run, self._overflow)
        if last is not None:
            self._overrun(block, last)
        self._update_pausing(now_ns)

    def _overrun(self, block: Block, last: int) -> None:
        """The subscription ends with that item of the block; the ones after it never were."""
        self._intake.never(block, last)
        if self._backlog.full_override:
            full = f"all buffers together were full at buffer_bytes={self._all_bytes}"
        else:
            size = self._parameters.buffer_size
            full = f"its buffer was full at buffer_size={size} or reader_bytes={self._reader_bytes}"
        remedy = "read faster or choose a larger buffer_size or another overflow"
        self.end(f"{full}; {remedy}", "BufferOverflow")

    def _keep(self, block: Block | None) -> None:
        """Let a block wait that is owed whatever the policy says: the rest of an envelope."""
        if block is not None:
            self._backlog.append(Run(block, 0, block.count, block.size_bytes))
            self._update_pausing(None)

    def gap(self, first: int, last: int, reason: str, *, withheld: bool = False) -> None:
        """Numbers that never come: lost, or withheld because no reader selects them."""
        if self._ended is not None:
            return
        if withheld and self._owed(first, last):
            if not self._settled:
                self._begin_anew(last + 1)
                return
            withheld, reason = False, EARLIER_DEMAND
        if not withheld:
            self._keep(self._intake.close())
        lost = self._intake.skip(last, withheld=withheld)
        if lost:
            self._backlog.note(Loss(lost[0], lost[-1], len(lost), reason))

    def _owed(self, first: int, last: int) -> bool:
        """Whether the reader wants any of the numbers that a writer has withheld."""
        newest_only = self._parameters.newest_only and self._parameters.envelope is None
        return not newest_only and not self._changes and self._intake.wants(first, last)

    def mark(self, payload: object) -> None:
        """Put something in its place between the items."""
        if self._ended is None:
            self._keep(self._intake.close())
            self._backlog.note(Mark(self._intake.next - 1, payload))

    @property
    def marks(self) -> list[object]:
        """What stands between the items that wait, in order."""
        return [payload for line in self._lines for payload in line.marks()]

    def end(self, reason: str, error: str | None = None) -> None:
        """Nothing more comes; what waits is still served, then `Ended`. The first reason counts."""
        if self._ended is None:
            self._keep(self._intake.close())
            self._ended = Ended(reason, error)
            self.ended = True
            self.pausing = False

    # What goes out

    @property
    def _lines(self) -> tuple[Backlog, ...]:
        return (self._backlog,) if self._past is None else (self._past, self._backlog)

    def _front(self) -> Backlog:
        """Where the next thing to send waits; the past is left behind when it is over."""
        past = self._past
        if past is None:
            return self._backlog
        if past:
            return past
        self._past_dropped += past.dropped
        self._past = None
        return self._backlog

    def take(self, now_ns: int, most_bytes: int = UNBOUNDED) -> Block | Loss | Mark | Ended | None:
        """The next thing to send, or None if nothing may go now.

        Args:
            now_ns: the time.
            most_bytes: of a block, unless one item has more; larger ones are cut.
        """
        if not self.has_more(now_ns):
            return None
        front = self._front()
        if not front:
            self._ended_sent = True
            return self._ended
        if self._serving.interval_ns:
            self._serving.begin(self._intake.settled, now_ns)
        if front.notices:
            notice = front.take_notice()
            self._flight.note(notice)
            return notice
        return self._take_block(front, now_ns, most_bytes)

    def _take_block(self, front: Backlog, now_ns: int, most_bytes: int) -> Block | Loss:
        flight = self._flight
        window_items = self._window_items
        until = self._serving.until
        whole = front.runs[0].fitting(most_bytes) == front.runs[0].count
        taken = front.take_block(
            flight.fitting(window_items) or UNBOUNDED,
            window_items - flight.items,
            before=UNBOUNDED if until is None else until,
            limit_bytes=self._joined_bytes,
            most_bytes=most_bytes,
        )
        if not flight.items:
            self._stalled_ns = now_ns
        if isinstance(taken, Block):
            flight.send(taken, piece=not whole)
        else:
            flight.note(taken)
        if self.pausing:
            self._update_pausing(now_ns)
        return taken

    def has_more(self, now_ns: int) -> bool:
        """Whether `take` would give something."""
        front = self._backlog if self._past is None else self._front()
        if not front.runs:
            if not front.notices:
                return self.ended and not self._ended_sent
        elif not self._flight.open(self._window_items):
            return False
        serving = self._serving
        return not serving.interval_ns or serving.includes(front.head, now_ns)

    @property
    def due_ns(self) -> int | None:
        """When `take` has something for which only `min_interval_s` waits; None: nothing does."""
        if not self._serving.interval_ns:
            return None
        front = self._front()
        if not front or (front.runs and not self._flight.open(self._window_items)):
            return None
        return self._serving.due_ns(front.head)

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
        self._front().put_back(self._flight.recall(received_up_to, marks))
        self._ended_sent = False
        self._update_pausing(None)

    def configure(self, parameters: Parameters, now_ns: int) -> None:
        """Change the parameters; they hold from the next item on.

        A smaller buffer drops its oldest items at once if it is a ring or clears, else keeps them.
        What writers withhold on the demand before is not selected until `settle_change`, then lost.
        """
        self._changes += 1
        self._apply(parameters)
        if self._overflow in (Overflow.RING, Overflow.CLEAR):
            drop_excess(self._backlog)
        self._update_pausing(now_ns)

    def settle_change(self) -> None:
        """The writers know of a change, or should."""
        self._changes -= 1

    def hurry(self) -> None:
        """What waits may go at once, whatever interval the reader chose."""
        self._serving.interval_ns = 0

    def clear(self) -> None:
        """Drop what waits, on the reader's wish."""
        self._keep(self._intake.close())
        for line in self._lines:
            line.drop_oldest(line.count, CLEARED)
        self._update_pausing(None)

    def _update_pausing(self, now_ns: int | None) -> None:
        """Begin or cease to hold up; where the time is not known the next event's counts."""
        before = self.pausing
        self.pausing = (
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
