"""The readers of all channels of a server: attached, waiting, changed, ended, left."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

from stream_core.channels.channel import Channel
from stream_core.channels.directory import Directory
from stream_core.channels.names import check_channel_name
from stream_core.channels.parameters import Parameters, changes
from stream_core.channels.reader_buffer import JOINED_BYTES, ReaderBuffer
from stream_core.errors import (
    ChannelNotFound,
    InvalidValue,
    LimitExceeded,
    NotAllowed,
    StreamError,
)
from stream_core.security import KeyProof
from stream_core.server.budget import Budget
from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.server.subscription import Subscription
from stream_core.server.successors import Expected, Successors
from stream_core.server.waiting_list import Former, WaitingList
from stream_core.values import Overflow

__all__ = ["Readers"]

KEPT_ENDED = 64  # readers of one client that have ended; their accounts can still be asked for


class Readers:
    """Everything about readers that is not one reader's own business.

    Args:
        services: of the server.
        directory: all channels.
        budget: the bytes in all buffers.

    Attributes:
        waiting: those whose channels are not there yet.
        successors: those whose channels have ended, and who read the next ones.
    """

    def __init__(self, services: Services, directory: Directory, budget: Budget) -> None:
        self._services = services
        self._directory = directory
        self._budget = budget
        self.waiting = WaitingList()
        self.successors = Successors()

    def subscribe(
        self,
        session: Session,
        name: str,
        parameters: Parameters,
        former: Former | None = None,
        proof: KeyProof | None = None,
        after: int | None = None,
    ) -> Subscription | asyncio.Future[Subscription]:
        """A new reader, or one that was here before.

        With `wait`, where there is no such channel, it is one as soon as there is, and counts as
        waiting from now on.

        Args:
            session: of its client.
            name: of the channel.
            parameters: that it chooses.
            former: what it read before its subscription went with its link.
            proof: of the key of a private channel.
            after: the number that it had on a channel of that name which has ended, or another
                one below 0 by which it will ask again; it will read the channels of that name that
                come after this one, too. 0: only that; None: not even that.

        Raises:
            ChannelNotFound: there is no such channel, or not with that key.
            NotAllowed: the channel must not be paused.
            InvalidValue: no channel can have that name, or this one has no envelope.
            LimitExceeded: the name is too long, or the client has too many readers.
        """
        if after and (successor := self._claim(session, after, parameters)) is not None:
            return successor
        channel = self._directory.find(name, proof)
        if channel is None:
            check_channel_name(name, limit_bytes=self._services.limits.name_bytes, own=True)
            if not parameters.wait:
                raise self._directory.missing(name, self._services.permits.sight(session))
            if after:
                self._expect(after, Expected(session, parameters, name, proof=proof))
            return self.waiting.add(session, name, parameters, former, proof, after)
        self._check_reader(session, channel, parameters)
        reader = self._attach(session, channel, parameters, former, lasting=after is not None)
        if after:
            self._expect(after, Expected(session, parameters, name))
            self.successors.fulfil(session, after, reader)
        return reader

    def _expect(self, number: int, expected: Expected) -> None:
        limit = self._services.limits.readers
        if len(self.successors.of(expected.session)) >= limit:
            client = expected.session.name
            raise LimitExceeded(f"client '{client}' waits for readers={limit} channels already")
        self.successors.expect(number, expected)

    def _claim(self, session: Session, number: int, wanted: Parameters) -> Subscription | None:
        """The reader asks for what follows, or asks again; None: there is no such channel yet."""
        successor = self.successors.claim(session, number)
        self.unsubscribe(session, number)
        if successor is None:
            return None
        if successor.number not in session.subscriptions:
            self.successors.forget(session, number)
            return None
        successor.begin_again()
        changed = changes(successor.parameters, wanted)
        if changed and not successor.buffer.ended:
            try:
                self.configure(successor, changed)
            except StreamError:
                self.leave(session, number)
                raise
            successor.buffer.settle_change()  # the reply is not sent before the writers know
        return successor

    def attach_waiting(self, channel: Channel) -> None:
        """A channel is there: those who have waited for it read it from its beginning."""
        for waiting in self.waiting.take(channel.spec.name, channel.verifier):
            session, parameters, after = waiting.session, waiting.parameters, waiting.after
            lasting = after is not None
            try:
                self._check_reader(session, channel, parameters)
            except (NotAllowed, InvalidValue, LimitExceeded) as error:
                self.leave(session, after or 0)
                waiting.future.set_exception(error)
            else:
                reader = self._attach(session, channel, parameters, waiting.former, lasting=lasting)
                self.successors.fulfil(session, after or 0, reader)
                waiting.future.set_result(reader)
        for number, expected in self.successors.take(channel):
            session, parameters = expected.session, expected.parameters
            with contextlib.suppress(NotAllowed, InvalidValue, LimitExceeded):  # told when it asks
                self._check_reader(session, channel, parameters)
                reader = self._attach(session, channel, parameters, None, lasting=True)
                self.successors.fulfil(session, number, reader)

    def _check_reader(self, session: Session, channel: Channel, parameters: Parameters) -> None:
        if parameters.overflow is Overflow.WAIT and not channel.spec.may_pause:
            raise NotAllowed(
                f"channel '{channel.spec.name}' was created with may_pause=False, "
                "so it takes no reader with overflow='wait'"
            )
        if parameters.envelope is not None:
            _ = channel.folder
        limit = self._services.limits.readers
        if len(session.subscriptions) - min(len(session.ended), KEPT_ENDED) >= limit:
            raise LimitExceeded(f"client '{session.name}' has readers={limit} already")

    def _attach(
        self,
        session: Session,
        channel: Channel,
        parameters: Parameters,
        former: Former | None,
        *,
        lasting: bool,
    ) -> Subscription:
        taken = channel.number in session.subscriptions
        number = self._services.next_number() if taken else channel.number
        buffer = self._buffer(channel, parameters, former)
        subscription = Subscription(
            session.number,
            number,
            channel,
            buffer,
            session.delivery,
            self._budget,
            self._services.demands.pausing_changed,
            self._subscription_ended,
        )
        subscription.lasting = lasting
        session.subscriptions[number] = subscription
        channel.readers[subscription.key] = subscription
        self._readers_changed(channel)
        self._services.events.reader("reader_subscribed", subscription)
        return subscription

    def _buffer(
        self, channel: Channel, parameters: Parameters, former: Former | None
    ) -> ReaderBuffer:
        """A buffer that begins with what is kept: what the reader has missed, or asked for."""
        if former is not None and former.read(channel, self._services.epoch):
            past = channel.after(former.received)
        else:
            past = channel.newest(parameters.history)
        limits = self._services.limits
        buffer = ReaderBuffer(
            parameters,
            past[0].first if past else channel.next_sequence,
            reader_bytes=limits.reader_bytes,
            all_bytes=limits.buffer_bytes,
            joined_bytes=min(JOINED_BYTES, limits.frame_bytes),
            settled=channel.remembers,  # nothing is withheld from such a channel
            folder=None if parameters.envelope is None else channel.folder,
        )
        buffer.begin_with(past, time.monotonic_ns())
        return buffer

    def unheard(self, session: Session, number: int) -> None:
        """The answer with that reader goes to nobody: it is left, unless it is asked for again."""
        if not self.successors.may_be_claimed(session, number):
            self.leave(session, number)

    def leave(self, session: Session, number: int) -> None:
        """The client reads no more by that reader, nor by what follows it."""
        self.successors.confirm(session, number)
        self.unsubscribe(session, number)
        while (successor := self.successors.forget(session, number)) is not None:
            number = successor.number
            self.unsubscribe(session, number)

    def unsubscribe(self, session: Session, number: int) -> None:
        """A reader is forgotten."""
        subscription = session.subscriptions.pop(number, None)
        if subscription is not None:
            if subscription in session.ended:
                session.ended.remove(subscription)
            subscription.close()
            if self._detach(subscription):
                self._services.events.reader("reader_left", subscription)

    def reader(self, session: Session, number: int, caller: Session) -> Subscription:
        """A client's reader by its number; to others only if they may know of its channel.

        Raises:
            ChannelNotFound: it has none of that number.
        """
        subscription = session.subscriptions.get(number)
        sees = self._services.permits.sight(caller)
        if subscription is None or not (session is caller or sees(subscription.channel)):
            raise ChannelNotFound(f"client '{session.name}' has no reader {number}")
        return subscription

    def configure(self, subscription: Subscription, changes: dict[str, Any]) -> None:
        """Change a reader's parameters.

        Raises:
            InvalidValue: a parameter is wrong.
            NotAllowed: the channel must not be paused.
        """
        if changes.get("overflow") == Overflow.WAIT and not subscription.channel.spec.may_pause:
            raise NotAllowed(
                f"channel '{subscription.channel.spec.name}' was created with may_pause=False"
            )
        if "history" in changes:
            raise InvalidValue("history is chosen at subscribe time only")
        if changes.get("envelope") is not None:
            subscription.buffer.folder = subscription.channel.folder
        subscription.configure(changes)
        self._services.demands.tell(subscription.channel)

    def _subscription_ended(self, subscription: Subscription) -> None:
        ending = subscription.buffer.ending
        if self._detach(subscription) and ending is not None:
            self._services.events.reader("reader_ended", subscription, reason=ending.reason)
        session = self._services.sessions.numbered(subscription.key[0])
        if session is None:
            return
        if subscription.lasting and ending is not None and ending.error is None:
            channel, parameters = subscription.channel, subscription.parameters
            name, verifier = channel.spec.name, channel.verifier
            expected = Expected(session, parameters, name, verifier)
            self.successors.expect(subscription.number, expected)
        session.ended.append(subscription)
        if len(session.ended) > KEPT_ENDED:
            oldest = session.ended[0]
            number = oldest.number
            if oldest.finished and not self.successors.may_be_claimed(session, number):
                self.unsubscribe(session, number)
            else:
                session.ended.rotate(-1)

    def _detach(self, subscription: Subscription) -> bool:
        """Take a reader off its channel; False: it was off already, or the channel has ended."""
        channel = subscription.channel
        self._services.demands.reader_gone(subscription)
        there = channel.readers.pop(subscription.key, None) is not None and channel.ended is None
        if there:
            self._readers_changed(channel)
        return there

    def _readers_changed(self, channel: Channel) -> None:
        self._services.demands.tell(channel)
        self._services.watches.changed("changed", channel)

    def session_gone(self, session: Session) -> None:
        """A client has gone for good."""
        self.waiting.leave(session)
        self.successors.leave(session)
        session.ended.clear()
        for number in tuple(session.subscriptions):
            self.unsubscribe(session, number)
