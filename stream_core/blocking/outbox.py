"""Items on their way from any thread to the loop that sends them; it loses none that may yet go."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from typing import Any

from stream_core.blocking.taking import size_bytes
from stream_core.client.outlet import Outlet
from stream_core.errors import StreamError
from stream_core.loop_thread import LoopThread

__all__ = ["Outbox"]

logger = logging.getLogger(__name__)

ITEMS = 2048
BYTES = 1024 * 1024


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
        self._items: deque[tuple[Any, int, int]] = deque()  # value, time_ns, size_bytes
        self._bytes = 0
        self._offered = 0
        self._woken = False
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
        self._woken = False
        outlet, items, freed_bytes = self.outlet, self._items, 0
        while items and (outlet.flowing or not self._held_up):
            value, time_ns, size = items.popleft()
            self._offered += 1
            freed_bytes += size
            try:
                outlet.offer(value, time_ns)
            except StreamError:  # it was checked when it was taken
                logger.exception("channel '%s': an item could not be sent", outlet.name)
            if outlet.overdue:
                outlet.overdue = False
                self._woken = True
                asyncio.get_running_loop().call_soon(self._offer)
                break
        with self._lock:
            self._bytes -= freed_bytes
        if self._waiting:
            self._tell_offered()

    def _pause(self) -> None:
        """Offer all that was put, and have nothing put any more."""
        with self._lock:
            self._paused = True
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
