"""The server's own methods, as `remote("server")` offers them; each only asks the right part."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, TypeVar

import msgspec

from stream_core.channels.channel import LARGEST_MARK, Channel
from stream_core.channels.names import check_channel_name
from stream_core.channels.parameters import checked_parameters
from stream_core.channels.spec import checked_spec
from stream_core.channels.writer_slot import WriterSlot
from stream_core.errors import (
    InvalidValue,
    LimitExceeded,
    NotAllowed,
    ProtocolError,
    TargetNotFound,
)
from stream_core.rpc.current_call import current_call
from stream_core.security import Action, KeyProof, key_verifier
from stream_core.server.lifetimes import check_left
from stream_core.server.resumption import resume
from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.server.statistics import Meter
from stream_core.server.subscription import Subscription
from stream_core.server.waiting_list import Former
from stream_core.server.watches import channel_info
from stream_core.wire import objects
from stream_core.wire.blocks import LARGEST_NUMBER

__all__ = ["ServerMethods"]

PATTERN_CHARACTERS = 1024
TOLD_IN_A_TURN = 50
Thing = TypeVar("Thing")


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

    def _allowed(self, action: Action, name: str, doing: str = "") -> Session:
        """The caller, if it may do that."""
        caller = self._caller
        self._services.permits.check(caller, action, name, doing)
        return caller

    # Channels and writers

    def rpc_create_channel(
        self,
        name: str,
        origin: int = 0,
        next_number: int = 0,
        marks: int = 0,
        verifier: tuple[bytes, bytes] | None = None,
        left_s: float | None = None,
        **wishes: Any,
    ) -> dict[str, Any]:
        """Create a channel.

        Args:
            name: of the channel.
            origin: what its owner calls this stream.
            next_number: of the first item.
            marks: how many end marks this stream has had.
            verifier: of its key, which makes it private: StoredKey and ServerKey of SCRAM.
            left_s: of its lifetime, if it is made again.
            wishes: the parameters of `Client.create_channel`; a key itself is never sent.
        """
        _check_numbers(next_number, marks)
        check_left(left_s)
        if "key" in wishes:
            raise InvalidValue("a key is never sent; leave its verifier")
        caller = self._allowed(Action.WRITE, name)
        channel, slot = self._services.streams.create(
            caller,
            checked_spec(name, **wishes),
            origin=origin,
            next_number=next_number,
            marks=marks,
            verifier=None if verifier is None else key_verifier(name, *verifier),
            left_s=left_s,
        )
        return self._writer_reply(channel, slot, None)

    def rpc_challenge(self, name: str, scram: str) -> str:
        """Begin to prove the key of a private channel, whether or not there is one.

        Args:
            name: of the channel.
            scram: the first message of SCRAM-SHA-256.

        The answer is SCRAM's challenge; its final message goes as `proof` to `subscribe` or
        `open_writer`.
        """
        check_channel_name(name, limit_bytes=self._services.limits.name_bytes, own=True)
        return self._caller.challenges.begin(name, scram, time.monotonic())

    def _proof(self, name: str, given: str | None) -> KeyProof | None:
        if given is None:
            return None
        return self._caller.challenges.proof(name, given, time.monotonic())

    def rpc_open_writer(
        self, name: str, proof: str | None = None, next_number: int = 0, marks: int = 0
    ) -> dict[str, Any]:
        """Write to a shared channel; `proof` is that of a private one's key (see `challenge`)."""
        _check_numbers(next_number, marks)
        caller, proven = self._allowed(Action.WRITE, name), self._proof(name, proof)
        streams = self._services.streams
        channel, slot = streams.open_writer(caller, name, next_number, marks, proven)
        return self._writer_reply(channel, slot, proven)

    def _writer_reply(
        self, channel: Channel, slot: WriterSlot, proven: KeyProof | None
    ) -> dict[str, Any]:
        slot.tell(channel.demand())
        return _own_proof(channel, proven) | {
            "number": channel.number,
            "info": msgspec.to_builtins(channel_info(self._services, channel)),
            "demand": msgspec.to_builtins(slot.told),
            "demand_number": slot.told_number,
        }

    def rpc_close_writer(self, number: int) -> None:
        """Write no more to a channel; the owner's deletes it."""
        self._services.streams.close_writer(self._caller, number)

    def rpc_delete_channel(self, name: str) -> None:
        """Delete a channel of one's own, or with the grant of administration another's."""
        self._services.streams.delete(self._caller, name)

    # Readers

    def rpc_subscribe(
        self,
        name: str,
        proof: str | None = None,
        wait: bool = False,
        former: tuple[int, int, int] | None = None,
        after: int | None = None,
        **wishes: Any,
    ) -> Awaitable[dict[str, Any]]:
        """Read a channel.

        Args:
            name: of the channel.
            proof: of a private one's key (see `challenge`).
            wait: answer when the channel exists.
            former: the origin, the epoch, and the highest number received of a subscription that
                went with its link: where this is the same stream, and keeps a history, the reader
                goes on behind that number.
            after: 0: this reader goes on with the next channel of the name, from its first item on,
                if it asks for that when it has heard of the end, giving its number here; one that
                waits without having had a number gives another, below 0, each time that it asks.
            wishes: the parameters of `Client.subscribe`.
        """
        parameters = checked_parameters(wait=wait, **wishes)
        before = None if former is None else Former(*former)
        caller, proven = self._allowed(Action.READ, name), self._proof(name, proof)
        readers = self._services.streams.readers
        subscribed = readers.subscribe(caller, name, parameters, before, proven, after)
        if isinstance(subscribed, Subscription):
            return self._subscribed(caller, subscribed, proven)
        return self._subscribed_later(caller, subscribed, proven)

    async def _subscribed_later(
        self, caller: Session, later: asyncio.Future[Subscription], proven: KeyProof | None
    ) -> dict[str, Any]:
        try:
            subscription = await later
        except asyncio.CancelledError:
            if later.done() and not later.cancelled() and later.exception() is None:
                self._services.streams.readers.unheard(caller, later.result().number)
            raise
        return await self._subscribed(caller, subscription, proven)

    async def _subscribed(
        self, caller: Session, subscription: Subscription, proven: KeyProof | None
    ) -> dict[str, Any]:
        channel = subscription.channel
        reply = _own_proof(channel, proven) | {
            "number": subscription.number,
            "info": msgspec.to_builtins(channel_info(self._services, channel)),
            "origin": channel.origin,
        }
        try:
            await self._services.demands.settle(channel)
            if current_call().cancelled:
                raise asyncio.CancelledError  # in the turn in which it was called
        except asyncio.CancelledError:  # nobody hears of the reader any more
            self._services.streams.readers.unheard(caller, subscription.number)
            raise
        # The reply leaves in this turn of the loop, so that no item overtakes it.
        asyncio.get_running_loop().call_soon(subscription.begin)
        first = subscription.buffer.settle()
        return reply | {"first": first, "transfers": subscription.transfers}

    def rpc_unsubscribe(self, number: int) -> None:
        """Read no more by that reader."""
        self._services.streams.readers.leave(self._caller, number)

    def rpc_configure_reader(self, client: str, reader: int, **changes: Any) -> Awaitable[None]:
        """Change a reader's parameters; the readers' numbers stand in `reader_statistics`."""
        readers, caller = self._services.streams.readers, self._caller
        subscription = readers.reader(self._services.sessions.known(client), reader, caller)
        if subscription.key[0] != caller.number:
            name = subscription.channel.spec.name
            self._allowed(Action.ADMIN, name, "change readers of")
        readers.configure(subscription, changes)
        return self._configured(subscription)

    async def _configured(self, subscription: Subscription) -> None:
        try:
            await self._services.demands.settle(subscription.channel)
        finally:
            subscription.buffer.settle_change()

    def rpc_clear_reader(self, number: int) -> None:
        """Discard what waits for a reader of one's own."""
        caller = self._caller
        self._services.streams.readers.reader(caller, number, caller).clear()

    def rpc_reader_statistics(self, reader: int | None = None) -> Any:
        """The account of one's own reader, or of all readers of all clients.

        Readers of channels that the caller may not read, or that are private, are shown to their
        own client only.
        """
        caller = self._caller
        if reader is not None:
            subscription = self._services.streams.readers.reader(caller, reader, caller)
            return msgspec.to_builtins(subscription.statistics(caller.name))
        sees = self._services.permits.sight(caller)
        shown = [
            (subscription, session.name)
            for session in self._services.sessions
            for subscription in session.subscriptions.values()
            if session is caller or sees(subscription.channel)
        ]
        return _told(shown, lambda found: found[0].statistics(found[1]))

    def rpc_resume(
        self,
        received: dict[int, int | tuple[int, int]],
        writers: list[int] | None = None,
        origins: list[int] | None = None,
        awaited: list[int] | None = None,
    ) -> None:
        """The client is back: go on where the link broke.

        Args:
            received: for each reader the highest number that it has received, or that and how
                many marks; marks that stand after the number come again if they are not counted.
            writers: the channels that it writes to, by number.
            origins: of those channels that it will create again, as it does not know whether it
                has; others that it does not name in `writers` end.
            awaited: what it gave as `after` for the readers that it will ask for again.
        """
        caller = self._caller
        try:
            counted = {
                reader: (given, None) if isinstance(given, int) else given
                for reader, given in received.items()
            }
            resume(self._services, caller, counted, writers, origins or (), awaited or ())
        except ProtocolError as error:
            caller.break_off(error)

    # What is there

    async def rpc_channels(self, pattern: str = "**") -> list[dict[str, Any]]:
        """The public channels whose names match: `*` in one part, `**` any parts, `?` one."""
        _check_pattern(pattern)
        matching = self._services.streams.directory.matching(pattern)
        seen = filter(self._services.permits.sight(self._caller), matching)
        told: list[dict[str, Any]] = await _told(
            seen, lambda channel: channel_info(self._services, channel)
        )
        return told

    async def rpc_watch(self, pattern: str = "**") -> AsyncIterator[dict[str, Any]]:
        """The channels that match, then what becomes of them."""
        _check_pattern(pattern)
        async for change in self._services.watches.follow(self._caller, pattern):
            yield change

    async def rpc_clients(self) -> list[dict[str, Any]]:
        """The clients."""
        sight = self._services.permits.sight(self._caller)
        told: list[dict[str, Any]] = await _told(
            self._services.sessions, lambda session: session.info(sight)
        )
        return told

    def rpc_statistics(self) -> dict[str, Any]:
        """The load of the server, its clients and its channels."""
        sight = self._services.permits.sight(self._caller)
        statistics: dict[str, Any] = msgspec.to_builtins(self._meter.statistics(sight))
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
        caller = self._allowed(Action.ADMIN, name, "kick")
        if not 0 <= ban_s < math.inf:
            raise InvalidValue(f"ban_s={ban_s} must be a number of seconds, 0 or more")
        session = self._services.sessions.known(name)
        if session is caller:
            raise NotAllowed("a client does not kick itself; use close()")
        self._services.events.client(
            "client_kicked", session, by=caller.name, reason=reason, ban_s=ban_s
        )
        text = f"kicked by '{caller.name}'" + (f": {reason}" if reason else "")
        self._services.sessions.kick(session, text, ban_s)


def _own_proof(channel: Channel, proven: KeyProof | None) -> dict[str, Any]:
    """The server's answer to a proof of a key: its own, that it holds the key's verifier."""
    if proven is None or channel.verifier is None:
        return {}
    return {"scram": proven.final(channel.verifier)}


async def _told(things: Iterable[Thing], describe: Callable[[Thing], Any]) -> Any:
    """Describe many things, a few in each turn of the loop: others must not wait for them."""
    told = []
    for count, thing in enumerate(things, 1):
        told.append(objects.Taken(msgspec.to_builtins(describe(thing))))
        if count % TOLD_IN_A_TURN == 0:
            await asyncio.sleep(0)
    return told


def _check_numbers(next_number: int, marks: int) -> None:
    if not 0 <= next_number <= LARGEST_NUMBER:
        raise InvalidValue(f"next_number={next_number} must be from 0 to {LARGEST_NUMBER}")
    if not 0 <= marks <= LARGEST_MARK:
        raise InvalidValue(f"marks={marks} must be from 0 to {LARGEST_MARK}")


def _check_pattern(pattern: str) -> None:
    if len(pattern) > PATTERN_CHARACTERS:
        raise LimitExceeded(f"a pattern has at most {PATTERN_CHARACTERS} characters")
