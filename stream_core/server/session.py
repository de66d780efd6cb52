"""One client at the server: who it is, what it holds, and where its frames go.

It outlives a broken link for `Limits.resume_s`. It decides nothing about channels or calls; it
asks `Streams` and `CallRouter`.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from stream_core.channels.channel import Channel
from stream_core.channels.writer_slot import WriterSlot
from stream_core.errors import LimitExceeded, ProtocolError, StreamError
from stream_core.rpc.parcels import Key
from stream_core.security import Challenges
from stream_core.server.delivery import Delivery
from stream_core.server.subscription import Subscription
from stream_core.transport import Connection
from stream_core.values import ClientInfo
from stream_core.wire import messages
from stream_core.wire.conversation import SERVER_RECEIVES, Conversation, Phase
from stream_core.wire.framing import Frame
from stream_core.wire.header import HEADER, Flag, Kind, header

if TYPE_CHECKING:
    from stream_core.server.services import Services

__all__ = ["Session"]

logger = logging.getLogger(__name__)
SMALL_BYTES = 4096  # what is smaller is cheaper to copy than to send in two parts
_DATA = int(Kind.DATA)  # plain ints: frames are many
_PIECE = int(Flag.PIECE)


class Session:
    """What the server knows of one client.

    Attributes:
        number, name, user, library: who it is; token: what it resumes with; claim: see `Hello`.
        connection: its link, or None while that is broken.
        channels: the channels that it owns, by number.
        slots: the channels that it writes to, with its place there, by the channel's number.
        subscriptions: what it reads, by the reader's number.
        items_in: published so far; round_trip_s: of the newest ping.
        serving, calling: its calls under way as target and as caller (`CallRouter`).
        introduced: the callers whose names it was told on this link.
        callers: those that have called it; known_to: the targets that it has called.
        ended: those of its readers that take no more, in that order.
        challenges: about keys of private channels.
        takes_blocks: whether it takes many calls, or results, in one frame.
    """

    def __init__(
        self,
        services: Services,
        number: int,
        name: str,
        *,
        user: str,
        library: str,
        claim: str = "",
    ) -> None:
        self._services = services
        self.number = number
        self.name = name
        self.user = user
        self.library = library
        self.claim = claim
        self.token = secrets.token_hex(16)
        self.connection: Connection | None = None
        self.address = ""
        self.since_ns = services.now_ns()
        self.channels: dict[int, Channel] = {}
        self.slots: dict[int, tuple[Channel, WriterSlot]] = {}
        self.subscriptions: dict[int, Subscription] = {}
        self.serving: set[tuple[int, int]] = set()
        self.calling: dict[int, int] = {}
        self.introduced: set[int] = set()
        self.callers: set[int] = set()
        self.known_to: set[int] = set()
        self.ended: deque[Subscription] = deque()
        self.challenges = Challenges()
        self.delivery = Delivery(self._left)
        self.items_in = 0
        self.round_trip_s: float | None = None
        self.expiry: asyncio.TimerHandle | None = None
        self._conversation = Conversation(SERVER_RECEIVES)
        self._former_bytes_in = 0
        self._former_bytes_out = 0
        self._ping_sent: tuple[int, float] = (0, 0.0)
        self._choked = False
        self.takes_blocks = False

    # The link

    @property
    def connected(self) -> bool:
        """Whether its link is up."""
        return self.connection is not None

    @property
    def bytes_in(self) -> int:
        """Received from the client on all its links."""
        return self._former_bytes_in + (self.connection.bytes_in if self.connection else 0)

    @property
    def bytes_out(self) -> int:
        """Sent to the client on all its links."""
        return self._former_bytes_out + (self.connection.bytes_out if self.connection else 0)

    def attach(self, connection: Connection) -> None:
        """Live on that link from now on; delivery begins by `deliver`."""
        self.detach()
        self._conversation = Conversation(SERVER_RECEIVES)
        self._conversation.phase = Phase.OPEN
        self.connection = connection
        self.address = str(connection.peer)
        self.introduced.clear()
        connection.hand_over(self)

    def deliver(self) -> None:
        """Begin to send what the readers are owed."""
        self.delivery.attach(self.connection)

    def detach(self) -> None:
        """The link is gone."""
        connection, self.connection = self.connection, None
        if connection is not None:
            self._former_bytes_in += connection.bytes_in
            self._former_bytes_out += connection.bytes_out
            connection.abort()
        self.delivery.attach(None)

    def send(
        self,
        kind: Kind,
        *,
        address: int,
        sequence: int = 0,
        flags: int = 0,
        count: int = 0,
        time_ns: int = 0,
        source: int = 0,
        codec: int = 0,
        body: bytes | memoryview = b"",
    ) -> None:
        """Send a frame, if the link is up."""
        connection = self.connection
        if connection is None:
            return
        head = header(
            kind,
            len(body),
            codec=codec,
            flags=flags,
            address=address,
            source=source,
            count=count,
            sequence=sequence,
            time_ns=time_ns,
        )
        if body:
            connection.send(head, body)
        else:
            connection.send(head)
        if not connection.room:
            self._check_backlog(connection)

    def forward(self, frame: Frame) -> None:
        """Send a frame of another's, addressed already, if the link is up."""
        connection = self.connection
        if connection is None:
            return
        body = frame.body
        head = HEADER.pack(
            len(body),
            frame.kind,
            frame.codec,
            frame.flags,
            frame.address,
            frame.source,
            frame.count,
            frame.stride,
            frame.sequence,
            frame.time_ns,
        )
        if len(body) < SMALL_BYTES:
            connection.send(head + body)
        else:
            connection.send(head, body)
        if not connection.room:
            self._check_backlog(connection)

    @property
    def choked(self) -> bool:
        """Whether so much waits for its link that nothing may be added on others' behalf."""
        connection = self.connection
        if connection is None or (connection.room and not self.delivery.calls):
            return False
        limit = self._services.limits.link_bytes
        if not connection.room and connection.waiting_bytes > limit:
            return True
        return self.delivery.exceeds(limit)

    def _left(self, key: Key) -> None:
        """Nothing large of one of its calls waits any more."""
        self._services.calls.left(self, key)

    def _check_backlog(self, connection: Connection) -> None:
        """Cut off a client that adds to its own backlog; calls were refused before (`choked`).

        One large result may exceed the limit by itself, so a frame of any size is allowed for.
        """
        limit = self._services.limits.link_bytes
        largest = self._services.limits.frame_bytes
        if connection.waiting_bytes <= limit + largest or self._choked:
            return
        self._choked = True
        reason = f"client '{self.name}' does not take what it is sent: link_bytes={limit}"
        asyncio.get_running_loop().call_soon(self.break_off, LimitExceeded(reason))

    def ping_if_due(self, now_s: float, interval_s: float) -> None:
        """Ask for a sign of life, unless that was done lately."""
        if now_s - self._ping_sent[1] > interval_s:
            self.ping()

    def ping(self) -> None:
        """Ask for a sign of life, and measure the round trip."""
        number = self._ping_sent[0] + 1
        self._ping_sent = (number, time.monotonic())
        self.send(Kind.PING, address=0, sequence=number)

    def info(self, sees: Callable[[Channel], bool]) -> ClientInfo:
        """The client as somebody sees it who may know of some channels."""
        read = [reader.channel for reader in self.subscriptions.values()]
        return ClientInfo(
            name=self.name,
            number=self.number,
            address=self.address,
            user=self.user,
            version=self.library,
            connected_since_ns=self.since_ns,
            channels=_names(filter(sees, self.channels.values())),
            readers=_names(filter(sees, read)),
        )

    # transport.Receiver

    def frames_received(self, connection: Connection, frames: list[Frame]) -> None:
        """Frames have come from the client."""
        if connection is not self.connection:
            return
        conversation = self._conversation
        steady = conversation.steady
        for frame in frames:
            kind = frame.kind
            if kind not in steady:
                conversation.receive(kind)
                steady = conversation.steady
            if kind == _DATA:
                entry = self.slots.get(frame.address)
                if entry is not None:  # else the channel has just gone: its END is on the way
                    channel, slot = entry
                    self.items_in += channel.publish(slot, frame)
            else:
                handle = self._HANDLERS.get(kind)
                if handle is not None:
                    handle(self, frame)
                if connection is not self.connection:
                    return

    def broken(self, connection: Connection, error: ProtocolError) -> None:
        """The client broke the protocol: its session ends, and nobody else's."""
        if connection is self.connection:
            self.break_off(error)

    def break_off(self, error: StreamError) -> None:
        """End the session because of what its client did."""
        logger.warning("client %s is cut off: %s", self.name, error)
        self._services.sessions.end(self, str(error), error=error)

    def writable(self, connection: Connection) -> None:
        """The link has room again."""
        self.delivery.serve()

    def lost(self, connection: Connection, error: Exception | None) -> None:
        """The link is gone."""
        if connection is self.connection:
            self._services.sessions.link_lost(self, str(error or "it ended without a goodbye"))

    # Frames by kind

    def _call(self, frame: Frame) -> None:
        self._services.calls.call(self, frame)

    def _reply(self, frame: Frame) -> None:
        self._services.calls.reply(self, frame)

    def _cancel(self, frame: Frame) -> None:
        self._services.calls.cancel(self, frame)

    def _ping(self, frame: Frame) -> None:
        now_ns = self._services.now_ns()
        self.send(Kind.PONG, address=0, sequence=frame.sequence, time_ns=now_ns)

    def _pong(self, frame: Frame) -> None:
        if frame.sequence == self._ping_sent[0]:
            self.round_trip_s = time.monotonic() - self._ping_sent[1]
            self.delivery.round_trip(self.round_trip_s)

    def _goodbye(self, frame: Frame) -> None:
        goodbye = messages.decode(messages.Goodbye, frame.body)
        self._services.sessions.end(self, goodbye.reason, clean=True)

    def _credit(self, frame: Frame) -> None:
        if frame.flags & _PIECE:
            self._services.calls.grant(self, frame)
        elif frame.address == 0 and frame.count == 0:
            self.delivery.acknowledged(frame.sequence)
        elif (subscription := self.subscriptions.get(frame.address)) is not None:
            subscription.credit(frame.sequence)
        elif frame.count:
            self._services.calls.credit(self, frame)

    def _demand(self, frame: Frame) -> None:
        entry = self.slots.get(frame.address)
        if entry is not None:
            self._services.demands.acknowledged(*entry, frame.sequence)

    def _mark(self, frame: Frame) -> None:
        entry = self.slots.get(frame.address)
        if entry is not None:
            entry[0].mark(entry[1], frame)

    def say_goodbye(self, reason: str, error: StreamError | None, *, retry_s: float | None) -> None:
        """Tell the client why, and close the link."""
        connection = self.connection
        if connection is None:
            return
        name = None if error is None else type(error).__name__
        body = messages.encode(messages.Goodbye(reason, name, retry_s))
        connection.send(header(Kind.GOODBYE, len(body)), body)
        self._former_bytes_in += connection.bytes_in
        self._former_bytes_out += connection.bytes_out
        self.connection = None
        self.delivery.attach(None)
        connection.close()

    # By plain ints: the members of an enum cost more than the frame.
    _HANDLERS: ClassVar[dict[int, Callable[[Session, Frame], None]]] = {
        int(Kind.CREDIT): _credit,
        int(Kind.CALL): _call,
        int(Kind.RESULT): _reply,
        int(Kind.FAILURE): _reply,
        int(Kind.PROGRESS): _reply,
        int(Kind.CANCEL): _cancel,
        int(Kind.DEMAND): _demand,
        int(Kind.MARK): _mark,
        int(Kind.PING): _ping,
        int(Kind.PONG): _pong,
        int(Kind.GOODBYE): _goodbye,
    }


def _names(channels: Iterable[Channel]) -> tuple[str, ...]:
    return tuple(sorted({channel.spec.name for channel in channels}))
