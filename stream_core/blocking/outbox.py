"""Items on their way from any thread to the loop that sends them; it loses none that may yet go."""

from __future__ import annotations

import asyncio
import logging
import threading
from itertools import takewhile
from time import perf_counter_ns
from typing import Any

from stream_core.blocking.taking import size_bytes
from stream_core.client.outlet import Outlet
from stream_core.errors import StreamError
from stream_core.loop_thread import LoopThread

__all__ = ["Outbox"]

logger = logging.getLogger(__name__)

ITEMS = 2048
BYTES = 1024 * 1024
OFFSET_NS = 100_000  # so long the offset to the server's clock holds: it changes by 1 % of that

# in the place of a size: what needs no look; it is not counted, since it is small
PLAIN_ITEM = -1


class Outbox:
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
        # value, time_ns, size_bytes. All may append, only the loop takes, from the front and by a
        # slice: so neither needs a lock.
        self._items: list[tuple[Any, int, int]] = []
        self._offset_ns = 0
        self._offset_until_ns = 0
        self._bytes = 0
        self._freed_bytes = 0
        self._offered = 0
        self._woken = False
        self._offering = False
        self._paused = False
        self._waiting: list[asyncio.Future[None]] = []
        outlet.on_change.append(self._changed)
        outlet.on_pause.append(self._pause)

    def __len__(self) -> int:
        return len(self._items)

    @property
    def room(self) -> bool:
        """Whether another item should be put."""
        return len(self._items) < ITEMS and self._bytes < BYTES

    def now_ns(self) -> int:
        """The server's clock."""
        now_ns = perf_counter_ns()
        if now_ns >= self._offset_until_ns:
            self._offset_ns = self.outlet.clock.offset_ns(now_ns)
            self._offset_until_ns = now_ns + OFFSET_NS
        return now_ns + self._offset_ns

    def put_plain(self, value: Any) -> bool:
        """Put an item that needs no look, with the time of now; from any thread.

        Args:
            value: short bytes, or of one of the lane's kinds.

        Returns:
            False if there is no room, or the channel was just paused.

        Raises:
            NotRunningError: the client was closed.
        """
        items = self._items
        if self._paused or len(items) >= ITEMS:
            return False
        now_ns = perf_counter_ns()
        if now_ns >= self._offset_until_ns:
            now_ns = self.now_ns()
        else:
            now_ns += self._offset_ns
        entry = (value, now_ns, PLAIN_ITEM)
        items.append(entry)
        if self._paused:  # just now: it may have come too late to leave before
            return self._thread.run(self._left(entry))
        if not self._woken:  # set to False before the loop looks at what is here
            self._woken = True
            self._thread.call_soon(self._offer)
        return True

    def put(self, taken: Any, time_ns: int) -> bool:
        """Put an item that does not change any more; from any thread.

        Returns:
            False if the channel was just paused.

        Raises:
            NotRunningError: the client was closed.
        """
        size = size_bytes(taken)
        with self._lock:
            if self._paused:
                return False
            self._items.append((taken, time_ns, size))
            self._bytes += size
            asleep, self._woken = not self._woken, True
        if asleep:
            self._thread.call_soon(self._offer)
        return True

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
        if self._freed_bytes:
            with self._lock:  # once a turn: who sends all the time holds it most of the time
                self._bytes -= self._freed_bytes
            self._freed_bytes = 0
        if self._waiting:
            self._tell_offered()

    def _offer_for_a_turn(self) -> None:
        self._woken = False
        outlet, items = self.outlet, self._items
        while items and (outlet.flowing or not self._held_up):
            if items[0][2] == PLAIN_ITEM:
                self._offer_plain()
            else:
                self._offer_one(*items.pop(0))
            if outlet.overdue:
                outlet.overdue = False
                self._woken = True
                asyncio.get_running_loop().call_soon(self._offer)
                return

    def _offer_one(self, value: Any, time_ns: int, size: int) -> None:
        self._offered += 1
        self._freed_bytes += size
        try:
            self.outlet.offer(value, time_ns)
        except StreamError:  # it was checked when it was taken
            logger.exception("channel '%s': an item could not be sent", self.outlet.name)

    def _offer_plain(self) -> None:
        """Offer items that need no look, as many as the open block takes."""
        plain = self._items[: self.outlet.plain_room]
        sizes = [size for _, _, size in plain]
        if sizes.count(PLAIN_ITEM) < len(sizes):
            plain = list(takewhile(lambda item: item[2] == PLAIN_ITEM, plain))
        del self._items[: len(plain)]
        self._offered += len(plain)
        self.outlet.offer_plain(
            [value for value, _, _ in plain], [time_ns for _, time_ns, _ in plain]
        )

    def _pause(self) -> None:
        """Offer all that was put, and have nothing put any more."""
        with self._lock:
            self._paused = True
        while self._items and self.outlet.flowing:
            self._offer()

    async def _left(self, entry: tuple[Any, int, int]) -> bool:
        """Whether an item has left, or will; one that came too late is taken out again.

        While the channel is paused nothing is here but such items, one of a thread, and no thread
        goes on before it is told.
        """
        if not self._paused:
            return True
        for index, late in enumerate(self._items):
            if late is entry:
                del self._items[index]
                return False
        return True

    def _changed(self) -> None:
        if self.outlet.flowing:
            self._paused = False
        self._offer()

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
        last = self._offered + len(self._items)
        while self._items and self._offered < last:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            await future

    def settle(self) -> None:
        """Offer now what is here and flows, without giving the loop a turn."""
        last = self._offered + len(self._items)  # other threads may put more all the time
        while self._items and self._offered < last and self.outlet.flowing:
            self._offer()
