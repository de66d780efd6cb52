"""Items on their way from any thread to the loop that sends them; it loses none that may yet go."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from time import perf_counter_ns
from typing import Any

from stream_core.blocking.taking import size_bytes
from stream_core.client.outlet import Outlet
from stream_core.errors import StreamError
from stream_core.loop_thread import LoopThread

__all__ = ["Outbox"]

logger = logging.getLogger(__name__)

ITEMS = 4096
BYTES = 1024 * 1024
PAGE_ITEMS = 1024


class _Page:
    """Plain items, sent one after the other: they go into a block together.

    Attributes:
        values, times_ns: of each; mixed: not all are bytes.
        offset_ns: of the server's clock; start: those before it have been offered.
    """

    __slots__ = ("mixed", "offset_ns", "start", "times_ns", "values")

    def __init__(self, offset_ns: int) -> None:
        self.values: list[Any] = []
        self.times_ns: list[int] = []
        self.mixed = False
        self.offset_ns = offset_ns
        self.start = 0


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
        self._items: deque[tuple[Any, int, int] | _Page] = deque()  # value, time_ns, size_bytes
        self._page: _Page | None = None  # the last of them, and open
        self._count = 0
        self._bytes = 0
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
        return self._count < ITEMS and self._bytes < BYTES

    def put_plain(self, value: Any, *, mixed: bool) -> bool:
        """Put an item that the short way into a block takes, with the time of now.

        Args:
            value: of one of the lane's kinds, or short bytes.
            mixed: it is no bytes.

        Returns:
            False if there is no room, or the channel was just paused.

        Raises:
            NotRunningError: the client was closed.
        """
        with self._lock:
            page = self._page
            if page is not None and len(page.values) < PAGE_ITEMS:
                page.values.append(value)
                page.times_ns.append(perf_counter_ns() + page.offset_ns)
                if mixed:
                    page.mixed = True
                return True
            if self._paused or not self.room:
                return False
            now_ns = perf_counter_ns()
            self._page = page = _Page(self.outlet.clock.offset_ns(now_ns))
            page.values.append(value)
            page.times_ns.append(now_ns + page.offset_ns)
            page.mixed = mixed
            self._items.append(page)
            self._count += PAGE_ITEMS
            asleep, self._woken = not self._woken, True
        if asleep:
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
            self._page = None
            self._count += 1
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
        self._woken = False
        outlet, items = self.outlet, self._items
        while items and (outlet.flowing or not self._held_up):
            entry = items[0]
            if isinstance(entry, _Page):
                self._offer_page(entry)
            else:
                self._offer_one(*entry)
            if outlet.overdue:
                outlet.overdue = False
                self._woken = True
                asyncio.get_running_loop().call_soon(self._offer)
                break
        self._offering = False
        if self._waiting:
            self._tell_offered()

    def _offer_one(self, value: Any, time_ns: int, size: int) -> None:
        self._taken(1, size)
        try:
            self.outlet.offer(value, time_ns)
        except StreamError:  # it was checked when it was taken
            logger.exception("channel '%s': an item could not be sent", self.outlet.name)

    def _offer_page(self, page: _Page) -> None:
        """Offer what is on the page, as far as one block takes it."""
        with self._lock:
            if self._page is page:
                self._page = None  # nobody adds to it any more
        page.start += self.outlet.offer_plain(
            page.values, page.times_ns, page.start, mixed=page.mixed
        )
        if page.start == len(page.values):
            self._taken(PAGE_ITEMS, 0)

    def _taken(self, count: int, size_bytes: int) -> None:
        with self._lock:
            self._items.popleft()
            self._offered += 1
            self._count -= count
            self._bytes -= size_bytes

    def _pause(self) -> None:
        """Offer all that was put, and have nothing put any more."""
        with self._lock:
            self._paused = True
            self._page = None
        while self._items and self.outlet.flowing:
            self._offer()

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
