"""Items on their way from any thread to the loop that sends them; it loses none that may yet go."""

from __future__ import annotations

import asyncio
import logging
import threading
from time import perf_counter_ns
from typing import Any

from stream_core.blocking.taking import size_bytes
from stream_core.client.outlet import Outlet
from stream_core.errors import StreamError
from stream_core.loop_thread import LoopThread
from stream_core.per_item import Box
from stream_core.transport.forks import keep_from_forks

__all__ = ["Outbox"]

logger = logging.getLogger(__name__)

ITEMS = 2048
BYTES = 1024 * 1024
HOLDS_NS = 100_000  # what is found of clock and room holds so long: an offset changes by 1 % of it
NO_KINDS: frozenset[type] = frozenset()


class _Counted:
    """A value that needs a look, or is large enough to count."""

    __slots__ = ("size_bytes", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self.size_bytes = size_bytes(value)


class Outbox(Box):
    """What was sent by a blocking writer and not yet offered to its outlet.

    The first item wakes the loop, which takes what has come until it gets there. While the link's
    outbox is full, items stay; each is offered in its turn. While the channel is paused, none is
    put: all that were leave before the pause is acknowledged.

    Args:
        outlet: of the asyncio writer.
        thread: the client's.
    """

    def __init__(self, outlet: Outlet, thread: LoopThread) -> None:
        self.outlet = outlet
        self._thread = thread
        self._lock = threading.Lock()
        # A value and its time, and so on. All may add two, only the loop takes, from the front and
        # by a slice: so neither needs a lock.
        self._items: list[Any] = []
        self._counted = 0  # how many of these are counted; more rather than less
        self._offset_ns = 0  # to the server's clock
        self._holds_until_ns = 0
        self._bytes = 0
        self._freed = self._freed_bytes = 0  # of those counted, since that was last put right
        self._offered = 0
        self._attentive = True  # who puts must look whether the loop is awake, or we are paused
        self._offering = False
        self._paused = False
        self._waiting: list[asyncio.Future[None]] = []
        self._plain_kinds = NO_KINDS  # of the outlet, while items flow
        self._plain_short = 0
        outlet.on_change.append(self._changed)
        outlet.on_pause.append(self._pause)
        self._admit()
        keep_from_forks(self, Outbox._inherited)

    def __len__(self) -> int:
        return len(self._items) // 2

    @property
    def room(self) -> bool:
        """Whether another item should be put."""
        return len(self._items) < 2 * ITEMS and self._bytes < BYTES

    def now_ns(self) -> int:
        """The server's clock."""
        now_ns = perf_counter_ns()
        if now_ns >= self._holds_until_ns:
            self._look_at_clock(now_ns)
        return now_ns + self._offset_ns

    def put_plain(self, value: Any) -> bool:
        """Put an item that needs no look, with the time of now; from any thread.

        Returns:
            False if it needs one, nothing flows, or there is no room.

        Raises:
            NotRunningError: the client was closed.
        """
        kind = type(value)
        if len(value) >= self._plain_short if kind is bytes else kind not in self._plain_kinds:
            return False
        now_ns = perf_counter_ns()
        if now_ns >= self._holds_until_ns and not self._look(now_ns):
            return False
        now_ns += self._offset_ns
        self._items.extend((value, now_ns))
        if self._attentive:
            return self._attend(now_ns)
        return True

    def _look(self, now_ns: int) -> bool:
        """Whether there is room, and what the clock's offset is: both hold for a while."""
        if not self.room:
            return False
        self._look_at_clock(now_ns)
        return True

    def _look_at_clock(self, now_ns: int) -> None:
        self._offset_ns = self.outlet.clock.offset_ns(now_ns)
        self._holds_until_ns = now_ns + HOLDS_NS

    def _attend(self, time_ns: int) -> bool:
        """An item was put: wake the loop; False: the item came too late to leave before a pause."""
        with self._lock:
            if not self._paused:
                self._attentive = False  # the loop changes that before it looks at what is here
            paused = self._paused
        if paused:
            return self._thread.run(self._left(time_ns))
        self._thread.call_soon(self._offer)
        return True

    def put(self, taken: Any, time_ns: int) -> bool:
        """Put an item that does not change any more; from any thread.

        Returns:
            False if the channel was just paused.

        Raises:
            NotRunningError: the client was closed.
        """
        item = _Counted(taken)
        with self._lock:
            if self._paused:
                return False
            self._counted += 1  # first: the loop looks at it last
            self._bytes += item.size_bytes
            self._items.extend((item, time_ns))
            asleep, self._attentive = self._attentive, False
        if asleep:
            self._thread.call_soon(self._offer)
        return True

    def _inherited(self) -> None:
        """This is a fork: nothing can be sent here."""
        self._lock = threading.Lock()
        self._plain_kinds, self._plain_short = NO_KINDS, 0

    # In the loop

    def _offer(self) -> None:
        """Offer what is here, for one turn of the loop."""
        if self._offering:  # the outlet tells of a change while it is offered something
            return
        self._offering = True
        try:
            self._offer_for_a_turn()
        finally:
            self._offering = False
        if self._freed:
            with self._lock:  # once a turn: who sends all the time holds it most of the time
                self._bytes -= self._freed_bytes
                self._counted -= self._freed
            self._freed_bytes = self._freed = 0
        if self._waiting:
            self._tell_offered()

    def _offer_for_a_turn(self) -> None:
        self._attentive = True
        outlet, items = self.outlet, self._items
        enough = self._offered + ITEMS
        while items and (outlet.flowing or not self._held_up):
            if type(items[0]) is _Counted:
                self._offer_counted()
            else:
                self._offer_plain()
                if items and self._offered < enough:
                    continue  # a write of its own would take as long as to make the block
            if outlet.overdue:
                outlet.overdue = False
                self._attentive = self._paused
                asyncio.get_running_loop().call_soon(self._offer)
                return

    def _offer_plain(self) -> None:
        """Offer items that need no look, as many as the open block takes."""
        run = self._items[: 2 * self.outlet.plain_room]
        if self._counted:
            del run[_until_counted(run) :]
        del self._items[: len(run)]
        self._offered += len(run) // 2
        self.outlet.offer_plain(run[::2], run[1::2])

    def _offer_counted(self) -> None:
        item, time_ns = self._items[:2]
        del self._items[:2]
        self._offered += 1
        self._freed_bytes += item.size_bytes
        self._freed += 1
        try:
            self.outlet.offer(item.value, time_ns)
        except StreamError:  # it was checked when it was taken
            logger.exception("channel '%s': an item could not be sent", self.outlet.name)

    def _pause(self) -> None:
        """Offer all that was put, and have nothing put any more."""
        with self._lock:
            self._paused = self._attentive = True
            self._plain_kinds, self._plain_short = NO_KINDS, 0
        while self._items and self.outlet.flowing:
            self._offer()

    async def _left(self, time_ns: int) -> bool:
        """Whether an item has left, or will; one that came too late is taken out again.

        While the channel is paused nothing is here but such items, one of a thread, and no thread
        goes on before it is told.

        Args:
            time_ns: its time, the object itself.
        """
        if not self._paused:
            return True
        for index, late_ns in enumerate(self._items):
            if late_ns is time_ns:
                del self._items[index - 1 : index + 1]
                return False
        return True

    def _changed(self) -> None:
        self._admit()
        self._offer()

    def _admit(self) -> None:
        """Let in what needs no look, if items flow."""
        outlet = self.outlet
        if outlet.flowing:
            self._paused = False
            self._plain_kinds, self._plain_short = outlet.plain_kinds, outlet.plain_short
        else:
            self._plain_kinds, self._plain_short = NO_KINDS, 0

    @property
    def _held_up(self) -> bool:
        """Whether items may flow later; else they are given up now, or nobody reads."""
        outlet = self.outlet
        return outlet.closed is None and outlet.number != 0 and not outlet.idle

    def _tell_offered(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until_offered(self) -> None:
        """Wait until all that was put before has been offered, whatever is put meanwhile."""
        last = self._offered + len(self)
        if self._items:
            self._offer()  # also if Ctrl-C came before who put them had woken the loop
        while self._items and self._offered < last:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            await future

    def settle(self) -> None:
        """Offer now what is here and flows, without giving the loop a turn."""
        last = self._offered + len(self)  # other threads may put more all the time
        while self._items and self._offered < last and self.outlet.flowing:
            self._offer()


def _until_counted(run: list[Any]) -> int:
    """How much of it lies before the first item that is counted."""
    for index in range(0, len(run), 2):
        if type(run[index]) is _Counted:
            return index
    return len(run)
