"""A writer that waits; it never talks to the loop for an item that flows but to wake it.

It is the asyncio writer of the same channel. While items flow, `send` takes the value and puts it
into the outbox; else the asyncio writer decides, after all that was sent before.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from stream_core.blocking.outbox import Outbox
from stream_core.blocking.taking import LATER, taking
from stream_core.client.link import CLIENT_CLOSED
from stream_core.client.writer import Writer as AsyncWriter
from stream_core.errors import ChannelClosed
from stream_core.loop_thread import LoopThread, NotRunningError
from stream_core.per_item import BoxSender
from stream_core.values import ChannelInfo, Demand

__all__ = ["Writer"]

T = TypeVar("T")


class Writer(BoxSender):
    """Sends into one channel; made by `Client.create_channel` or `Client.open_writer`.

    Several threads may send; the items of each keep their order.
    """

    _outbox: Outbox

    def __init__(
        self,
        writer: AsyncWriter,
        outbox: Outbox,
        thread: LoopThread,
    ) -> None:
        self._writer = writer
        self._outbox = outbox
        self._outlet = outbox.outlet
        self._thread = thread
        self._take = taking(writer.info)

    def __repr__(self) -> str:
        return repr(self._writer)

    def _send_nowait(self, value: Any, *, time_ns: int | None = None) -> bool:
        if self._put_plain(value, time_ns):
            return True
        if self._outlet.flowing:
            taken = self._take(value)
            if taken is not LATER and self._outbox.room and self._put(taken, time_ns):
                return True
        elif self._unread:
            return False
        return self._ask(self._send_nowait_later(value, time_ns))

    def _send(self, value: Any, *, time_ns: int | None = None, wait_active: bool = False) -> bool:
        if self._put_plain(value, time_ns):
            return True
        if self._outlet.flowing:
            taken = self._take(value)
            if taken is not LATER and self._outbox.room and self._put(taken, time_ns):
                return True
        elif self._unread and not wait_active:
            return False
        return self._ask(self._send_later(value, time_ns, wait_active))

    def _put_plain(self, value: Any, time_ns: int | None) -> bool:
        try:
            return time_ns is None and self._outbox.put_plain(value)
        except NotRunningError:
            raise self._closed() from None

    def send_samples(
        self, array: Any, *, time_ns: int | None = None, interval_ns: int | None = None
    ) -> bool:
        """Send samples, which travel as one array; waits like `send`.

        Args:
            array: of shape `(n, *shape)`; copied. A large one leaves in pieces, between which
                it must not be changed.
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
    def _unread(self) -> bool:
        outlet = self._outlet
        return outlet.idle and outlet.closed is None and not self._outbox

    def _put(self, taken: Any, time_ns: int | None) -> bool:
        try:
            return self._outbox.put(taken, self._outbox.now_ns() if time_ns is None else time_ns)
        except NotRunningError:
            raise self._closed() from None

    # In the loop, after what was sent before

    async def _send_later(self, value: Any, time_ns: int | None, wait_active: bool) -> bool:
        await self._outbox.until_offered()
        return await self._writer.send(value, time_ns=time_ns, wait_active=wait_active)

    async def _send_nowait_later(self, value: Any, time_ns: int | None) -> bool:
        self._outbox.settle()
        return self._writer.send_nowait(value, time_ns=time_ns)

    async def _send_samples(self, array: Any, time_ns: int | None, interval_ns: int | None) -> bool:
        await self._outbox.until_offered()
        return await self._writer.send_samples(array, time_ns=time_ns, interval_ns=interval_ns)

    async def _after_all(self, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        await self._outbox.until_offered()
        await act()

    # Demand

    @property
    def ready(self) -> bool:
        """Whether `send_nowait` would take an item, and the loop has had its turns."""
        return self._outlet.flowing and self._outbox.room

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

        Waits for the link, if that is down.

        Raises:
            ChannelClosed: the channel has ended.
        """
        self._ask(self._after_all(self._writer.end))

    def flush(self) -> None:
        """Wait until the server has all that was sent.

        Raises:
            ConnectionLost: the link is down.
            ChannelClosed: the channel has ended.
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

    def _closed(self) -> ChannelClosed:
        reason = self._outlet.closed or CLIENT_CLOSED
        return ChannelClosed(f"channel '{self._outlet.name}': {reason}")
