"""A writer: the client's handle for sending into one channel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from stream_core.client.callbacks import Callbacks
from stream_core.client.outlet import Outlet
from stream_core.errors import ChannelClosed
from stream_core.per_item import LaneSender
from stream_core.values import ChannelInfo, Demand

__all__ = ["Writer", "WriterHome"]


class WriterHome(Protocol):
    """What a writer asks of its client."""

    async def close(self, outlet: Outlet) -> None:
        """Leave the channel; the owner's handle deletes it."""

    async def settle(self, outlet: Outlet) -> None:
        """Wait until the server has all that was sent."""

    def mark_end(self, outlet: Outlet) -> None:
        """Mark the end of a transfer, in its place in the order."""


class Writer(LaneSender):
    """Sends into one channel; made by `Client.create_channel` or `Client.open_writer`."""

    __slots__ = ("__weakref__", "_callbacks", "_home", "_told", "_waiting")
    _outlet: Outlet

    def __init__(self, outlet: Outlet, home: WriterHome) -> None:
        self.ready = outlet.flowing
        self._outlet = outlet
        self._home = home
        self._waiting: list[asyncio.Future[None]] = []
        self._callbacks = Callbacks()
        self._told = self.demand
        outlet.on_change.append(self._changed)

    def __repr__(self) -> str:
        return f"<Writer of '{self._outlet.name}', {self.demand.state}>"

    def _send_nowait(self, value: Any, *, time_ns: int | None = None) -> bool:
        if not self._outlet.flowing:
            self._check_open()
        return self._outlet.offer(value, time_ns)

    async def send(
        self, value: Any, *, time_ns: int | None = None, wait_active: bool = False
    ) -> bool:
        """Send an item; waits while the channel is paused or the outbox is full.

        Args:
            value: any object, array or sample; taken as it is now.
            time_ns: its time in the server's clock; None: now.
            wait_active: wait for a reader, if there is none, and for the link, if that is down.

        Returns:
            False if nobody reads, or the link is down.

        Raises:
            InvalidValue: it cannot be encoded.
            ChannelClosed: the channel has ended.
        """
        outlet = self._outlet
        if time_ns is None and outlet.lane is not None:
            sent = self.send_nowait(value)
        else:
            if not outlet.flowing:
                await self._until_flowing(wait_active)
            sent = outlet.offer(value, time_ns)
        if outlet.overdue:
            outlet.overdue = False
            await asyncio.sleep(0)
        return sent

    async def send_samples(
        self, array: Any, *, time_ns: int | None = None, interval_ns: int | None = None
    ) -> bool:
        """Send samples, which travel as one array; waits like `send`.

        Args:
            array: of shape `(n, *shape)`; copied. A large one leaves in pieces, between which it
                must not be changed.
            time_ns: time of the first sample in the server's clock; None: the last one is of now.
            interval_ns: from one sample to the next; None: 1 / `rate_hz` of the channel.

        Returns:
            False if nobody reads, or the link is down.

        Raises:
            InvalidValue: the channel takes no samples, or not these.
            ChannelClosed: the channel has ended.
        """
        outlet = self._outlet
        if not outlet.flowing:
            await self._until_flowing(wait_active=False)
        rows = outlet.rows(array)
        if 0 < rows.nbytes <= outlet.piece_bytes:
            sent = outlet.offer_array(rows, time_ns, interval_ns)
            if outlet.overdue:
                outlet.overdue = False
                await asyncio.sleep(0)
            return sent
        sent = outlet.flowing
        for part, part_ns, step_ns in outlet.parts(rows, time_ns, interval_ns):
            if not outlet.flowing:
                await self._until_flowing(wait_active=False)
            sent = outlet.offer_rows(part, part_ns, step_ns) and sent
            if outlet.overdue:
                outlet.overdue = False
                await asyncio.sleep(0)
        return sent

    async def _until_flowing(self, wait_active: bool) -> None:
        """Wait while an item would be given up; for a link and for a reader only if asked."""
        outlet = self._outlet
        while True:
            self._check_open()
            if outlet.flowing:
                return
            if not wait_active and (outlet.idle or outlet.number == 0):
                return
            await self._change()

    def _check_open(self) -> None:
        if self._outlet.closed is not None:
            raise ChannelClosed(f"channel '{self._outlet.name}': {self._outlet.closed}")

    # Demand

    @property
    def active(self) -> bool:
        """Whether somebody reads and nothing holds us up."""
        return self._outlet.number != 0 and self._outlet.demand.state == "active"

    @property
    def demand(self) -> Demand:
        """What the readers want."""
        notice = self._outlet.demand
        return Demand(notice.state, notice.every, notice.newest_interval_ns / 1e9)

    async def wait_active(self, timeout_s: float | None = None) -> None:
        """Wait until somebody reads.

        Raises:
            TimeoutError: nobody came in time.
            ChannelClosed: the channel has ended.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not self.active:
                    self._check_open()
                    await self._change()
        except TimeoutError:
            raise TimeoutError(
                f"channel '{self._outlet.name}': no reader within timeout_s={timeout_s}"
            ) from None

    def on_demand(self, callback: Callable[[Demand], object]) -> None:
        """Have `callback` called with each new demand."""
        self._callbacks.append(callback)

    def _changed(self) -> None:
        self.ready = self._outlet.flowing and not self._outlet.tired
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
        demand = self.demand
        if demand != self._told:
            self._told = demand
            self._callbacks.tell(demand)

    async def _change(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            await future
        finally:
            if future in self._waiting:
                self._waiting.remove(future)

    # Ends

    async def end(self) -> None:
        """Mark the end of a transfer; `Reader.transfer` stops when all writers have done so.

        Waits for the link, if that is down, and for room in the outbox. The mark outlives the link
        and, if the channel has one writer, the server.

        Raises:
            ChannelClosed: the channel has ended.
        """
        self._check_open()
        while self._outlet.number == 0 or not self._outlet.room:
            await self._change()
            self._check_open()
        self._home.mark_end(self._outlet)

    async def flush(self) -> None:
        """Wait until the server has all that was sent.

        Raises:
            ConnectionLost: the link is down.
            ChannelClosed: the channel has ended.
        """
        self._check_open()
        await self._home.settle(self._outlet)

    async def close(self) -> None:
        """Leave the channel; the owner's handle deletes it. Idempotent."""
        if self._outlet.closed is None:
            await self._home.close(self._outlet)

    @property
    def info(self) -> ChannelInfo:
        """The channel."""
        return self._outlet.info
