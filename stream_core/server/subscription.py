"""One client's subscription to one channel: its buffer, and when that is served."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from stream_core.channels.channel import Channel
from stream_core.channels.parameters import Parameters, checked_parameters
from stream_core.channels.reader_buffer import Ended, Mark, ReaderBuffer
from stream_core.server.budget import Budget
from stream_core.values import Loss, ReaderStatistics
from stream_core.wire.blocks import Block

if TYPE_CHECKING:
    from stream_core.server.delivery import Delivery

__all__ = ["End", "Subscription"]


class End(msgspec.Struct, frozen=True):
    """A writer's transfer has ended: so many have not, and so many transfers are over."""

    remaining: int
    transfers: int


class Subscription:
    """A reader as the server keeps it.

    Args:
        client: the reading client's number; number: the reader's own on the wire.
        channel: what it reads.
        buffer: where its items wait.
        delivery: the client's send loop.
        budget: of all buffers.
        on_pausing: told when the reader begins or ceases to hold up the channel's writers.
        on_ended: told when it takes no more from the channel.

    Attributes:
        lasting: whether its reader reads the next channel of that name, too.
    """

    def __init__(
        self,
        client: int,
        number: int,
        channel: Channel,
        buffer: ReaderBuffer,
        delivery: Delivery,
        budget: Budget,
        on_pausing: Callable[[Subscription], None],
        on_ended: Callable[[Subscription], None],
    ) -> None:
        self.key = (client, number)
        self.number = number
        self.channel = channel
        self._buffer = buffer
        self._resting = False
        self.lasting = False
        self._delivery = delivery
        self._budget = budget
        self._on_pausing = on_pausing
        self._on_ended: Callable[[Subscription], None] | None = on_ended
        self._was_pausing = False
        self._buffered_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due_ns = 0
        self._progress_ns = 0
        self._begun = False

    def begin(self) -> None:
        """The client knows the reader's number by now: what waits may be sent."""
        self._begun = True
        self._changed(time.monotonic_ns())

    def begin_again(self) -> None:
        """The client asks for it again, since it has not heard that it has it: nothing has come."""
        if self._begun:
            self._begun = False
            self.buffer.resume(self.buffer.first_sequence - 1, marks=0)

    @property
    def buffer(self) -> ReaderBuffer:
        """Where its items wait; whoever looks finds all that was published."""
        if self._resting:
            self.catch_up()
        return self._buffer

    # What a channel asks of a reader (channels.channel.Subscriber)

    @property
    def parameters(self) -> Parameters:
        """What the reader chose."""
        return self._buffer.parameters

    @property
    def pausing(self) -> bool:
        """Whether it holds up the writers."""
        return self._buffer.pausing

    @property
    def stalled_since_ns(self) -> int | None:
        """Since when it holds up the writers and its client has consumed nothing; None: not so."""
        return self._progress_ns if self._buffer.pausing else None

    @property
    def transfers(self) -> int:
        """How many transfers had ended on the channel before what waits."""
        for end in self.buffer.marks:
            assert isinstance(end, End)
            return end.transfers - (end.remaining == 0)
        return self.channel.transfers

    @property
    def finished(self) -> bool:
        """Whether its end was sent, and all before it consumed."""
        counters = self.buffer.counters
        return (
            self.buffer.ended
            and not counters.buffered
            and not counters.in_flight
            and not self.buffer.has_more(time.monotonic_ns())
        )

    def offer(self, block: Block) -> None:
        """Take the next items: send them straight, or keep them by the reader's policy."""
        now_ns = time.monotonic_ns()
        buffer = self._buffer
        full = self._budget.full
        if buffer.full_override is not full:
            buffer.full_override = full
        delivery = self._delivery
        straight = buffer.offer(
            block,
            room=self._begun and delivery.room,
            now_ns=now_ns,
            most_bytes=delivery.whole_bytes,
        )
        if straight is not None:
            delivery.send_block(self, straight)
        else:
            self._changed(now_ns)

    def catch_up(self) -> None:
        """Take what was gathered while the reader rested."""
        if self._resting:
            self._resting = False
            self._buffer.catch_up(self.channel.wake(self), time.monotonic_ns())
            self._account()

    def gap(self, first: int, last: int, reason: str, *, withheld: bool) -> None:
        """These numbers never come."""
        self.buffer.gap(first, last, reason, withheld=withheld)
        self._changed(time.monotonic_ns())

    def mark(self, remaining: int, transfers: int) -> None:
        """A writer's transfer has ended here."""
        self.buffer.mark(End(remaining, transfers))
        self._changed(time.monotonic_ns())

    def end(self, reason: str, error: str | None = None) -> None:
        """Nothing more comes after what is buffered."""
        self.buffer.end(reason, error)
        self._changed(time.monotonic_ns())

    # What the client asks

    def credit(self, sequence: int) -> None:
        """The client has consumed all up to that number."""
        self._progress_ns = now_ns = time.monotonic_ns()
        self.buffer.credit(sequence, now_ns)
        self._changed(now_ns)

    def resume(self, received_up_to: int, marks: int | None) -> None:
        """The client is back and has received all up to that number, and so many marks.

        Raises:
            ProtocolError: that cannot be.
        """
        self.buffer.resume(received_up_to, marks=marks)
        self._changed(time.monotonic_ns())

    def configure(self, changes: dict[str, Any]) -> None:
        """Change parameters; raises `InvalidValue`."""
        now_ns = time.monotonic_ns()
        self.buffer.configure(checked_parameters(self.parameters, **changes), now_ns)
        self._changed(now_ns)

    def hurry(self) -> None:
        """Serve what waits at once: the server is about to stop."""
        self.buffer.hurry()
        self._changed(time.monotonic_ns())

    def clear(self) -> None:
        """Discard what waits."""
        self.buffer.clear()
        self._changed(time.monotonic_ns())

    def take(self, most_bytes: int) -> Block | Loss | Mark | Ended | None:
        """The next thing to send; a block of several items has so many bytes at most."""
        now_ns = time.monotonic_ns()
        thing = self.buffer.take(now_ns, most_bytes)
        self._account()
        if thing is None:
            self._wait(now_ns)
        return thing

    def close(self) -> None:
        """Forget all; nothing is sent any more."""
        self.catch_up()
        self._delivery.remove(self)
        self._budget.change(-self._buffered_bytes)
        self._buffered_bytes = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def statistics(self, client: str) -> ReaderStatistics:
        """The account of this reader."""
        counters, parameters = self.buffer.counters, self.parameters
        return ReaderStatistics(
            channel=self.channel.spec.name,
            client=client,
            number=self.number,
            published=counters.published,
            delivered=counters.delivered,
            in_flight=counters.in_flight,
            buffered=counters.buffered,
            dropped=counters.dropped,
            not_selected=counters.not_selected,
            reduced=counters.reduced,
            buffered_bytes=self.buffer.buffered_bytes,
            buffer_size=parameters.buffer_size,
            overflow=str(parameters.overflow),
            every=parameters.every,
            min_interval_s=parameters.min_interval_s,
            envelope=parameters.envelope,
        )

    def _changed(self, now_ns: int) -> None:
        self._account()
        if not self._begun:
            return
        if self._buffer.has_more(now_ns):
            self._delivery.wake(self)
        else:
            self._wait(now_ns)

    def _account(self) -> None:
        buffer = self._buffer
        difference = buffer.buffered_bytes - self._buffered_bytes
        if difference:
            self._buffered_bytes += difference
            self._budget.change(difference)
        if buffer.ended and self._on_ended is not None:
            on_ended, self._on_ended = self._on_ended, None
            on_ended(self)
        if buffer.pausing is not self._was_pausing:
            self._was_pausing = buffer.pausing
            self._progress_ns = time.monotonic_ns()
            self._on_pausing(self)

    def _wait(self, now_ns: int) -> None:
        """Nothing may go now: rest, if that makes no difference, until something may."""
        buffer = self._buffer
        if not buffer.parameters.min_interval_s:
            return
        if self.channel.gathers and not self._resting and not self._budget.full:
            patience = buffer.patience(now_ns)
            if patience is not None and self.channel.rest(self, patience):
                self._resting = True
                if patience.due_ns is not None:
                    self._set_timer(patience.due_ns, now_ns)
                return
        due_ns = buffer.due_ns
        if due_ns is not None:
            self._set_timer(due_ns, now_ns)

    def _set_timer(self, due_ns: int, now_ns: int) -> None:
        if self._timer is not None:
            if due_ns >= self._timer_due_ns:
                return
            self._timer.cancel()  # the interval has become shorter
        self._timer_due_ns = due_ns
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(0, due_ns - now_ns) / 1e9, self._due)

    def _due(self) -> None:
        self._timer = None
        self.catch_up()
        self._changed(time.monotonic_ns())
