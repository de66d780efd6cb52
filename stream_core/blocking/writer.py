"""A writer that waits: takes values into an outbox, which the client's thread empties.

It is the asyncio writer of the same channel. While items flow, `send` is an append and, once a
turn of the loop, a wake; else the asyncio writer decides, after all that was sent before.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from stream_core.blocking.taking import LATER, size_bytes, taking
from stream_core.client.writer import Writer as AsyncWriter
from stream_core.errors import ChannelClosed, StreamError
from stream_core.loop_thread import LoopThread, NotRunningError
from stream_core.values import ChannelInfo, Demand

__all__ = ["Writer"]

logger = logging.getLogger(__name__)
T = TypeVar("T")

OUTBOX_ITEMS = 2048
OUTBOX_BYTES = 1024 * 1024


class Writer:
    """Sends into one channel; made by `Client.create_channel` or `Client.open_writer`.

    Several threads may send; the items of each keep their order.
    """

    def __init__(self, writer: AsyncWriter, thread: LoopThread, now_ns: Callable[[], int]) -> None:
        self._writer = writer
        self._thread = thread
        self._now_ns = now_ns
        self._outlet = writer._outlet  # noqa: SLF001 - the two faces are one implementation
        self._take = taking(writer.info)
        self._lock = threading.Lock()
        self._outbox: deque[tuple[Any, int, int]] = deque()  # value, time_ns, size_bytes
        self._outbox_bytes = 0
        self._woken = False
        self._emptied: list[asyncio.Future[None]] = []
        self._outlet.on_change.append(self._empty)

    def __repr__(self) -> str:
        return repr(self._writer)

    def send_nowait(self, value: Any, *, time_ns: int | None = None) -> bool:
        """Send an item, if that is possible at once.

        Args:
            value: any object, array or sample; taken as it is now.
            time_ns: its time in the server's clock; None: now.

        Returns:
            False if nobody reads, or if the item was given up because the channel is paused, the
            link is down or the outbox is full; its readers hear of that.

        Raises:
            InvalidValue: it cannot be encoded.
            ChannelClosed: the channel has ended.
        """
        if self._outlet.flowing:
            taken = self._take(value)
            if taken is not LATER and self._room:
                return self._append(taken, time_ns)
        elif self._unread:
            return False
        return self._ask(self._send_nowait(value, time_ns))

    def send(self, value: Any, *, time_ns: int | None = None, wait_active: bool = False) -> bool:
        """Send an item; waits while the channel is paused or the outbox is full.

        Args:
            value: any object, array or sample; taken as it is now.
            time_ns: its time in the server's clock; None: now.
            wait_active: wait for a reader, if there is none.

        Returns:
            False if nobody reads, or the link is down.

        Raises:
            InvalidValue: it cannot be encoded.
            ChannelClosed: the channel has ended.
        """
        if self._outlet.flowing:
            taken = self._take(value)
            if taken is not LATER and self._room:
                return self._append(taken, time_ns)
        elif self._unread and not wait_active:
            return False
        return self._ask(self._send(value, time_ns, wait_active))

    def send_samples(
        self, array: Any, *, time_ns: int | None = None, interval_ns: int | None = None
    ) -> bool:
        """Send samples, which travel as one array; waits like `send`.

        Args:
            array: of shape `(n, *shape)`; copied.
            time_ns: time of the first sample in the server's clock; None: the last one is of now.
            interval_ns: from one sample to the next; None: 1 / `rate_hz` of the channel.

        Returns:
            False if nobody reads, or the link is down.

        Raises:
            InvalidValue: the channel takes no samples, or not these.
            ChannelClosed: the channel has ended.
        """
        if self._unread:
            self._outlet.rows(array)  # refuses what does not fit
            return False
        return self._ask(self._send_samples(array, time_ns, interval_ns))

    @property
    def _room(self) -> bool:
        return len(self._outbox) < OUTBOX_ITEMS and self._outbox_bytes < OUTBOX_BYTES

    @property
    def _unread(self) -> bool:
        outlet = self._outlet
        return outlet.idle and outlet.closed is None and not self._outbox

    def _append(self, taken: Any, time_ns: int | None) -> bool:
        size = size_bytes(taken)
        item = (taken, self._now_ns() if time_ns is None else time_ns, size)
        with self._lock:
            self._outbox.append(item)
            self._outbox_bytes += size
            asleep, self._woken = not self._woken, True
        if asleep:
            self._tell(self._empty)
        return True

    # In the loop

    def _empty(self) -> None:
        """Offer what is in the outbox, for one turn of the loop."""
        self._woken = False
        outlet, outbox, freed_bytes = self._outlet, self._outbox, 0
        while outbox and (outlet.flowing or not self._held_up):
            value, time_ns, size = outbox.popleft()
            freed_bytes += size
            try:
                outlet.offer(value, time_ns)
            except StreamError:  # it was checked when it was taken
                logger.exception("channel '%s': an item could not be sent", outlet.name)
            if outlet.overdue:
                outlet.overdue = False
                self._woken = True
                asyncio.get_running_loop().call_soon(self._empty)
                break
        with self._lock:
            self._outbox_bytes -= freed_bytes
        if not outbox:
            self._tell_emptied()

    @property
    def _held_up(self) -> bool:
        """Whether items may be offered later; else they are given up now, or nobody reads."""
        outlet = self._outlet
        return outlet.closed is None and outlet.number != 0 and not outlet.idle

    def _tell_emptied(self) -> None:
        emptied, self._emptied = self._emptied, []
        for future in emptied:
            if not future.done():
                future.set_result(None)

    async def _until_empty(self) -> None:
        while self._outbox:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._emptied.append(future)
            await future

    async def _send(self, value: Any, time_ns: int | None, wait_active: bool) -> bool:
        await self._until_empty()
        return await self._writer.send(value, time_ns=time_ns, wait_active=wait_active)

    async def _send_nowait(self, value: Any, time_ns: int | None) -> bool:
        self.settle()
        return self._writer.send_nowait(value, time_ns=time_ns)

    async def _send_samples(self, array: Any, time_ns: int | None, interval_ns: int | None) -> bool:
        await self._until_empty()
        return await self._writer.send_samples(array, time_ns=time_ns, interval_ns=interval_ns)

    async def _after_all(self, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        await self._until_empty()
        await act()

    def settle(self) -> None:
        """In the loop: send all that can be sent now."""
        while self._outbox and self._outlet.flowing:
            self._empty()

    # Demand

    @property
    def ready(self) -> bool:
        """Whether `send_nowait` would take an item."""
        return self._outlet.flowing and self._room

    @property
    def active(self) -> bool:
        """Whether somebody reads and nothing holds us up."""
        return self._writer.active

    @property
    def demand(self) -> Demand:
        """What the readers want."""
        return self._writer.demand

    def wait_active(self, timeout_s: float | None = None) -> None:
        """Wait until somebody reads.

        Raises:
            TimeoutError: nobody came in time.
            ChannelClosed: the channel has ended.
        """
        self._ask(self._writer.wait_active(timeout_s))

    def on_demand(self, callback: Callable[[Demand], object]) -> None:
        """Have `callback` called with each new demand, in the client's thread: it must not wait."""
        self._writer.on_demand(callback)

    # Ends

    def end(self) -> None:
        """Mark the end of a transfer; `Reader.transfer` stops when all writers have done so.

        Raises:
            ChannelClosed: the channel has ended.
        """
        self._ask(self._after_all(self._writer.end))

    def flush(self) -> None:
        """Wait until the server has all that was sent.

        Raises:
            ConnectionLost: the link is down.
        """
        self._ask(self._after_all(self._writer.flush))

    def close(self) -> None:
        """Leave the channel; the owner's handle deletes it. Idempotent."""
        with contextlib.suppress(NotRunningError):
            self._thread.run(self._after_all(self._writer.close))

    @property
    def info(self) -> ChannelInfo:
        """The channel."""
        return self._writer.info

    def _ask(self, coroutine: Coroutine[Any, Any, T]) -> T:
        try:
            return self._thread.run(coroutine)
        except NotRunningError:
            raise self._closed() from None

    def _tell(self, callback: Callable[[], None]) -> None:
        try:
            self._thread.call_soon(callback)
        except NotRunningError:
            raise self._closed() from None

    def _closed(self) -> ChannelClosed:
        reason = self._outlet.closed or "the client was closed"
        return ChannelClosed(f"channel '{self._outlet.name}': {reason}")
