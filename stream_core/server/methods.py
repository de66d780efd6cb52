"""The server's own methods, as `remote("server")` offers them; each only asks the right part."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import msgspec

from stream_core.channels.channel import Channel
from stream_core.channels.parameters import checked_parameters
from stream_core.channels.spec import checked_spec
from stream_core.channels.writer_slot import WriterSlot
from stream_core.errors import (
    ChannelNotFound,
    InvalidValue,
    LimitExceeded,
    NotAllowed,
    ProtocolError,
    TargetNotFound,
)
from stream_core.rpc.current_call import current_call
from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.server.statistics import Meter
from stream_core.server.subscription import Subscription
from stream_core.server.waiting_list import Former
from stream_core.server.watches import channel_info
from stream_core.wire.blocks import LARGEST_NUMBER

__all__ = ["ServerMethods"]

PATTERN_CHARACTERS = 1024


class ServerMethods:
    """What every client may call at the target `server`."""

    def __init__(self, services: Services, meter: Meter) -> None:
        self._services = services
        self._meter = meter

    @property
    def _caller(self) -> Session:
        session = self._services.sessions.numbered(current_call().caller_number)
        if session is None:
            raise TargetNotFound("the caller has gone")
        return session

    # Channels and writers

    def rpc_create_channel(
        self, name: str, origin: int = 0, next_number: int = 0, **wishes: Any
    ) -> dict[str, Any]:
        """Create a channel; `wishes` are the parameters of `Client.create_channel`."""
        _check_number(next_number)
        spec = checked_spec(name, **wishes)
        channel, slot = self._services.streams.create(
            self._caller, spec, origin=origin, next_number=next_number
        )
        return self._writer_reply(channel, slot)

    def rpc_open_writer(
        self, name: str, key: str | None = None, next_number: int = 0
    ) -> dict[str, Any]:
        """Write to a shared channel."""
        if key is not None:
            raise ChannelNotFound(f"channel '{name}' does not exist under this key")
        _check_number(next_number)
        return self._writer_reply(
            *self._services.streams.open_writer(self._caller, name, next_number)
        )

    def _writer_reply(self, channel: Channel, slot: WriterSlot) -> dict[str, Any]:
        slot.tell(channel.demand())
        return {
            "number": channel.number,
            "info": msgspec.to_builtins(channel_info(self._services, channel)),
            "demand": msgspec.to_builtins(slot.told),
            "demand_number": slot.told_number,
        }

    def rpc_close_writer(self, number: int) -> None:
        """Write no more to a channel; the owner's deletes it."""
        self._services.streams.close_writer(self._caller, number)

    def rpc_delete_channel(self, name: str) -> None:
        """Delete a channel of one's own."""
        self._services.streams.delete(self._caller, name)

    # Readers

    def rpc_subscribe(
        self,
        name: str,
        key: str | None = None,
        wait: bool = False,
        former: tuple[int, int, int] | None = None,
        **wishes: Any,
    ) -> Awaitable[dict[str, Any]]:
        """Read a channel; `wishes` are the parameters of `Client.subscribe`.

        With `wait` the answer comes when the channel exists. `former` are the origin, the epoch,
        and the highest number received of a subscription that went with its link: where this is
        the same stream, and keeps a history, the reader goes on behind that number.
        """
        parameters = checked_parameters(wait=wait, **wishes)
        before = None if former is None else Former(*former)
        if key is not None:
            raise ChannelNotFound(f"channel '{name}' does not exist under this key")
        streams, caller = self._services.streams, self._caller
        if wait and name not in streams.directory:
            later = streams.subscribe_when_there(caller, name, parameters, before)
            return self._subscribed_later(caller, later)
        return self._subscribed(caller, streams.subscribe(caller, name, parameters, before))

    async def _subscribed_later(
        self, caller: Session, later: asyncio.Future[Subscription]
    ) -> dict[str, Any]:
        try:
            subscription = await later
        except asyncio.CancelledError:
            if later.done() and not later.cancelled() and later.exception() is None:
                self._services.streams.unsubscribe(caller, later.result().number)
            raise
        return await self._subscribed(caller, subscription)

    async def _subscribed(self, caller: Session, subscription: Subscription) -> dict[str, Any]:
        channel = subscription.channel
        reply = {
            "number": subscription.number,
            "info": msgspec.to_builtins(channel_info(self._services, channel)),
            "origin": channel.origin,
        }
        try:
            await self._services.demands.settle(channel)
        except asyncio.CancelledError:  # nobody hears of the reader any more
            self._services.streams.unsubscribe(caller, subscription.number)
            raise
        # The reply leaves in this turn of the loop, so that no item overtakes it.
        asyncio.get_running_loop().call_soon(subscription.begin)
        return reply | {"first": subscription.buffer.settle()}

    def rpc_unsubscribe(self, number: int) -> None:
        """Read no more by that reader."""
        self._services.streams.unsubscribe(self._caller, number)

    def rpc_configure_reader(self, client: str, reader: int, **changes: Any) -> Awaitable[None]:
        """Change a reader's parameters; the readers' numbers stand in `reader_statistics`."""
        streams = self._services.streams
        subscription = streams.reader(self._services.sessions.known(client), reader)
        streams.configure(subscription, changes)
        return self._services.demands.settle(subscription.channel)

    def rpc_clear_reader(self, number: int) -> None:
        """Discard what waits for a reader of one's own."""
        self._services.streams.reader(self._caller, number).clear()

    def rpc_reader_statistics(self, reader: int | None = None) -> Any:
        """The account of one's own reader, or of all readers of all clients."""
        if reader is not None:
            caller = self._caller
            subscription = self._services.streams.reader(caller, reader)
            return msgspec.to_builtins(subscription.statistics(caller.name))
        return [
            msgspec.to_builtins(subscription.statistics(session.name))
            for session in self._services.sessions
            for subscription in session.subscriptions.values()
        ]

    def rpc_resume(
        self, received: dict[int, int | tuple[int, int]], writers: list[int] | None = None
    ) -> None:
        """The client is back: go on where the link broke.

        Args:
            received: for each reader the highest number that it has received, or that and how
                many marks; marks that stand after the number come again if they are not counted.
            writers: the channels that it writes to, by number.
        """
        caller = self._caller
        try:
            counted = {
                reader: (given, None) if isinstance(given, int) else given
                for reader, given in received.items()
            }
            self._services.streams.resume(caller, counted, writers)
        except ProtocolError as error:
            caller.break_off(error)

    # What is there

    def rpc_channels(self, pattern: str = "**") -> list[dict[str, Any]]:
        """The public channels whose names match: `*` in one part, `**` any parts, `?` one."""
        _check_pattern(pattern)
        return [
            msgspec.to_builtins(channel_info(self._services, channel))
            for channel in self._services.streams.directory.matching(pattern)
        ]

    async def rpc_watch(self, pattern: str = "**") -> AsyncIterator[dict[str, Any]]:
        """The channels that match, then what becomes of them."""
        _check_pattern(pattern)
        async for change in self._services.watches.follow(pattern):
            yield change

    def rpc_clients(self) -> list[dict[str, Any]]:
        """The clients."""
        return [msgspec.to_builtins(session.info()) for session in self._services.sessions]

    def rpc_statistics(self) -> dict[str, Any]:
        """The load of the server, its clients and its channels."""
        statistics: dict[str, Any] = msgspec.to_builtins(self._meter.statistics())
        return statistics

    async def rpc_find_client(self, name: str, wait_s: float = 0.0) -> int:
        """The number of a client; waits for it up to `wait_s`."""
        sessions = self._services.sessions
        if wait_s > 0:
            try:
                async with asyncio.timeout(wait_s):
                    return (await sessions.arrival(name)).number
            except TimeoutError:
                raise TargetNotFound(
                    f"client '{name}' has not connected within wait_s={wait_s:g}"
                ) from None
        return sessions.named(name).number

    def rpc_kick(self, name: str, reason: str = "", ban_s: float = 0.0) -> None:
        """End a client's session; it may return after `ban_s`."""
        caller = self._caller
        session = self._services.sessions.known(name)
        if session is caller:
            raise NotAllowed("a client does not kick itself; use close()")
        text = f"kicked by '{caller.name}'" + (f": {reason}" if reason else "")
        self._services.sessions.kick(session, text, ban_s)


def _check_number(number: int) -> None:
    if not 0 <= number <= LARGEST_NUMBER:
        raise InvalidValue(f"next_number={number} must be from 0 to {LARGEST_NUMBER}")


def _check_pattern(pattern: str) -> None:
    if len(pattern) > PATTERN_CHARACTERS:
        raise LimitExceeded(f"a pattern has at most {PATTERN_CHARACTERS} characters")
