"""Telling writers of the demand, waiting until they follow it, and for how long it may pause."""

from __future__ import annotations

import asyncio
import logging

from stream_core.channels.channel import Channel
from stream_core.channels.writer_slot import WriterSlot
from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.server.subscription import Subscription
from stream_core.wire import messages
from stream_core.wire.header import Kind

__all__ = ["Demands"]

logger = logging.getLogger(__name__)
SETTLING_S = 1.0


class Demands:
    """Sends DEMAND and hears its echo."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._waiting: dict[WriterSlot, list[tuple[int, asyncio.Future[None]]]] = {}
        self._pausing: set[Subscription] = set()

    def tell(self, channel: Channel) -> None:
        """Tell the channel's writers what has changed for them."""
        for slot in channel.changed_demand():
            self._send(channel, slot)

    def tell_again(self, session: Session) -> None:
        """A client is back on a new link: tell it all that holds."""
        for channel, slot in session.slots.values():
            slot.tell_again()
            self._send(channel, slot)

    def acknowledged(self, channel: Channel, slot: WriterSlot, number: int) -> None:
        """A writer follows a notice from here on."""
        slot.acknowledge(number)
        self._release(slot, slot.acknowledged)

    def link_lost(self, session: Session) -> None:
        """Who waits for that client's writers waits no more: it sends nothing now."""
        for _, slot in session.slots.values():
            self._release(slot)

    def pausing_changed(self, subscription: Subscription) -> None:
        """A reader begins, or ceases, to hold up the writers of its channel."""
        if subscription.pausing:
            self._pausing.add(subscription)
        else:
            self._pausing.discard(subscription)
        self.tell(subscription.channel)

    def reader_gone(self, subscription: Subscription) -> None:
        """A reader takes nothing more."""
        self._pausing.discard(subscription)

    def check_stalls(self, now_ns: int) -> None:
        """End the readers that hold up a channel for too long."""
        stall_s = self._services.limits.stall_s
        for subscription in tuple(self._pausing):
            since_ns = subscription.stalled_since_ns
            if since_ns is not None and now_ns - since_ns > stall_s * 1e9:
                reason = f"the reader held up the writers for stall_s={stall_s:g}"
                subscription.end(reason, "BufferOverflow")

    def gone(self, slot: WriterSlot) -> None:
        """A writer has left."""
        self._release(slot)

    async def settle(self, channel: Channel) -> None:
        """Wait until the writers have acknowledged what they are told by now, or for one second."""
        waiting = {
            slot: self._expect(slot) for slot in channel.writers.values() if self._owes(slot)
        }
        if not waiting:
            return
        try:
            await asyncio.wait(waiting.values(), timeout=SETTLING_S)
            self._name_silent(channel, waiting)
        finally:
            for slot, future in waiting.items():
                self._forget(slot, future)

    def _name_silent(
        self, channel: Channel, waiting: dict[WriterSlot, asyncio.Future[None]]
    ) -> None:
        for slot, future in waiting.items():
            if future.done():
                continue
            name = self._services.sessions.name_of(slot.client)
            logger.warning(
                "client %s has not acknowledged the demand on %s within %g s",
                name,
                channel.title,
                SETTLING_S,
            )
            self._services.events.silent(channel, name)

    def _owes(self, slot: WriterSlot) -> bool:
        session = self._services.sessions.numbered(slot.client)
        return not slot.settled and session is not None and session.connected

    def _expect(self, slot: WriterSlot) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(slot, []).append((slot.told_number, future))
        return future

    def _release(self, slot: WriterSlot, number: int | None = None) -> None:
        """Who waits for that notice, or for an earlier one, waits no more; None: for any."""
        for wanted, future in self._waiting.get(slot, ()):
            if not future.done() and (number is None or wanted <= number):
                future.set_result(None)

    def _forget(self, slot: WriterSlot, future: asyncio.Future[None]) -> None:
        future.cancel()
        left = [entry for entry in self._waiting.pop(slot, ()) if entry[1] is not future]
        if left:
            self._waiting[slot] = left

    def _send(self, channel: Channel, slot: WriterSlot) -> None:
        session = self._services.sessions.numbered(slot.client)
        if session is not None:
            session.send(
                Kind.DEMAND,
                address=channel.number,
                count=slot.marks,
                sequence=slot.told_number,
                body=messages.encode(slot.told),
            )
