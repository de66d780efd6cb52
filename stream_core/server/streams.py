"""The channels of a server with their writers: made, joined, left, ended."""

from __future__ import annotations

from stream_core.channels.channel import Channel
from stream_core.channels.directory import Directory
from stream_core.channels.history import History
from stream_core.channels.names import check_channel_name
from stream_core.channels.spec import ChannelSpec
from stream_core.channels.writer_slot import WriterSlot
from stream_core.errors import (
    ChannelExists,
    InvalidValue,
    LimitExceeded,
    NotAllowed,
)
from stream_core.security import KeyProof, Verifier
from stream_core.server.budget import Budget
from stream_core.server.lifetimes import Lifetimes
from stream_core.server.readers import Readers
from stream_core.server.resumption import tell_writer_of_end
from stream_core.server.services import Services
from stream_core.server.session import Session

__all__ = ["Streams"]

OWN_CHANNELS = 2  # server/statistics and server/events


class Streams:
    """Everything about channels that involves more than one client.

    Attributes:
        directory: all channels; readers: of them; budget: the bytes in all buffers.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self.directory = Directory(services.limits.channels + OWN_CHANNELS)
        self.budget = Budget(services.limits.buffer_bytes)
        self.readers = Readers(services, self.directory, self.budget)
        self._lifetimes = Lifetimes(self.end)

    # Channels

    def create(
        self,
        session: Session,
        spec: ChannelSpec,
        *,
        origin: int,
        next_number: int,
        marks: int = 0,
        verifier: Verifier | None = None,
        left_s: float | None = None,
    ) -> tuple[Channel, WriterSlot]:
        """A channel of that session, and its place as its writer.

        A client that did not hear of it, since its link broke, creates it again and gets it.

        Args:
            session: of the owner.
            spec: the owner's wishes.
            origin: what the owner's handle calls this stream.
            next_number: of the writer's next item.
            marks: how often the writer has ended a transfer.
            verifier: of its key; None: it is public.
            left_s: of the channel's lifetime; None: all of it.

        Raises:
            InvalidValue, LimitExceeded: the name cannot be had, or too much is said of it.
            ChannelExists: it is in use.
        """
        check_channel_name(spec.name, limit_bytes=self._services.limits.name_bytes)
        self._check_metadata(spec)
        existing = self.directory.same(spec.name, verifier)
        if existing is not None and existing.owner == session.number:
            slot = existing.writers.get(session.number)
            if slot and origin and (existing.origin, existing.spec) == (origin, spec):
                return existing, slot
            raise ChannelExists(f"this client has created channel '{spec.name}' already")
        limit = self._services.limits.channels
        if existing is None and len(self.directory) >= limit + OWN_CHANNELS:
            raise LimitExceeded(f"the server has channels={limit} already")
        channel = self._enter(spec, session.number, origin, self.budget, verifier)
        session.channels[channel.number] = channel
        self._lifetimes.begin(channel, left_s)
        self._services.events.channel("channel_created", channel)
        slot = self._add_writer(session, channel, next_number, marks)
        self.readers.attach_waiting(channel)
        return channel, slot

    def _check_metadata(self, spec: ChannelSpec) -> None:
        limit = self._services.limits.metadata_bytes
        if (size := spec.metadata_bytes) > limit:
            raise LimitExceeded(
                f"what is said of channel '{spec.name}' has {size} bytes, metadata_bytes={limit}"
            )

    def create_own(self, spec: ChannelSpec) -> Channel:
        """A channel that the server itself writes; what it remembers is in nobody's buffer."""
        budget = Budget(self._services.limits.history_bytes)
        return self._enter(spec, 0, self._services.epoch, budget)

    def _enter(
        self,
        spec: ChannelSpec,
        owner: int,
        origin: int,
        budget: Budget,
        verifier: Verifier | None = None,
    ) -> Channel:
        history_bytes = self._services.limits.history_bytes
        channel = Channel(
            self._services.next_number(),
            spec,
            owner=owner,
            origin=origin,
            created_ns=self._services.now_ns(),
            limit_bytes=self._services.limits.frame_bytes,
            history=History(spec.history, history_bytes, budget) if spec.history else None,
            verifier=verifier,
            lender=self.budget,
        )
        self.directory.add(channel)
        self._services.watches.changed("added", channel)
        return channel

    def delete(self, session: Session, name: str) -> None:
        """Delete a channel on a client's wish: the public one, else a private one of its own.

        Raises:
            ChannelNotFound: there is none of that name.
            InvalidValue: there are several private ones.
            NotAllowed: it is another's, and the client may not delete that.
        """
        channel = self.directory.find(name)
        if channel is None or channel.owner != session.number:
            channel = self._own_private(session, name) or channel
        permits = self._services.permits
        if channel is not None and channel.owner == session.number:
            self.end(channel, f"deleted by its owner '{session.name}'")
            return
        permits.check_deletion(session, name, channel)
        if channel is None:
            raise self.directory.missing(name, permits.sight(session))
        if channel.owner == 0:
            raise NotAllowed(f"channel '{name}' is the server's own")
        self.end(channel, f"deleted by '{session.name}'")

    def _own_private(self, session: Session, name: str) -> Channel | None:
        owned = self.directory.private.owned(name, session.number)
        if len(owned) > 1:
            raise InvalidValue(
                f"client '{session.name}' has {len(owned)} private channels '{name}'; "
                "close the writer of the one that is meant"
            )
        return owned[0] if owned else None

    def end(self, channel: Channel, reason: str, *, quiet: int = 0) -> None:
        """End a channel; its writers hear it, but for the client numbered `quiet`."""
        self.directory.remove(channel)
        self._lifetimes.cease(channel)
        self._services.events.channel("channel_ended", channel, reason=reason)
        self._services.watches.changed("removed", channel)
        for slot in tuple(channel.writers.values()):
            self._services.demands.gone(slot)
            session = self._services.sessions.numbered(slot.client)
            if session is None:
                continue
            session.slots.pop(channel.number, None)
            session.channels.pop(channel.number, None)
            if slot.client != quiet:
                tell_writer_of_end(session, channel.number, reason)
        channel.writers.clear()
        channel.end(reason)

    # Writers

    def open_writer(
        self,
        session: Session,
        name: str,
        next_number: int = 0,
        marks: int = 0,
        proof: KeyProof | None = None,
    ) -> tuple[Channel, WriterSlot]:
        """A place on a shared channel.

        Raises:
            ChannelNotFound: there is none of that name, or key.
            NotAllowed: it is for its owner only.
            ChannelExists: this client writes to it already.
        """
        channel = self.directory.get(name, proof, self._services.permits.sight(session))
        if not channel.spec.shared:
            raise NotAllowed(
                f"channel '{name}' has one writer, its owner; it must be created with shared=True"
            )
        if session.number in channel.writers:
            raise ChannelExists(f"this client writes to channel '{name}' already")
        slot = self._add_writer(session, channel, next_number, marks)
        self._services.watches.changed("changed", channel)
        return channel, slot

    def _add_writer(
        self, session: Session, channel: Channel, next_number: int, marks: int
    ) -> WriterSlot:
        slot = channel.add_writer(session.number, next_number=next_number, marks=marks)
        session.slots[channel.number] = (channel, slot)
        return slot

    def close_writer(self, session: Session, number: int) -> None:
        """The client writes no more; if it is the owner, the channel ends."""
        entry = session.slots.pop(number, None)
        if entry is None:
            return
        channel, slot = entry
        if channel.owner == session.number:
            reason = f"closed by its owner '{session.name}'"
            self.end(channel, reason, quiet=session.number)
            return
        channel.remove_writer(session.number)
        self._services.demands.gone(slot)
        self._services.watches.changed("changed", channel)

    # The end of a client

    def session_gone(self, session: Session) -> None:
        """A client has gone for good: its channels end, its places become free."""
        self.readers.session_gone(session)
        for number, (channel, _) in tuple(session.slots.items()):
            if channel.owner != session.number:
                self.close_writer(session, number)
        for channel in tuple(session.channels.values()):
            self.end(channel, f"its owner '{session.name}' has gone")
        session.channels.clear()
        session.slots.clear()
