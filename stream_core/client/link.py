"""A client's link to its server: made, watched, and made again when it breaks.

It knows frames and the clock; what frames mean is told to its owner.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol

from stream_core.client.greeting import Identity
from stream_core.client.handshake import Handshake, goodbye_error
from stream_core.client.heartbeat import Heartbeat
from stream_core.client.receipts import Receipts
from stream_core.client.retries import retry_delays_s
from stream_core.clock import OffsetEstimate
from stream_core.errors import (
    ConnectionFailed,
    ConnectionLost,
    LimitExceeded,
    ProtocolError,
    StreamError,
)
from stream_core.transport import Address, Connection, Growing, Receiver
from stream_core.values import State
from stream_core.wire import messages
from stream_core.wire.conversation import CLIENT_RECEIVES, Conversation
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind, header

__all__ = ["CLIENT_CLOSED", "Link", "LinkOwner"]

logger = logging.getLogger(__name__)
CLIENT_CLOSED = "the client was closed; connect it again"
OUTBOX_BYTES = 4 * 1024 * 1024
SMALLEST_FRAME_BYTES = 1024
CLOCK_S = 0.05  # a new client waits for the first burst of pings, unless the server is far away

# Plain ints: on the hot path the members of an enum cost more than the comparison.
_PING, _PONG, _GOODBYE = int(Kind.PING), int(Kind.PONG), int(Kind.GOODBYE)


class LinkOwner(Protocol):
    """Who hears what happens on a link."""

    def link_up(self, *, resumed: bool) -> None:
        """Welcomed: the session goes on as it was, or a new one has begun."""

    def link_down(self, error: StreamError, *, final: bool) -> None:
        """The link broke, or a broken one cannot be made again; `final`: it stays so."""

    @property
    def handlers(self) -> Mapping[int, Callable[[Frame], None]]:
        """What is done with the frames that are not the link's own business, by their kind."""

    def room_again(self) -> None:
        """The outbox has room again."""


class Link:
    """The one connection of a client; used for one `connect` only.

    Args:
        address: of the server.
        identity: who we say that we are.
        tls: what the server must prove; None: it is spoken to in the clear.
        owner: hears what happens.
        reconnect: whether a broken link is made again.
        connect_timeout_s: for one attempt.
        on_state: told of each new state.

    Attributes:
        state: see `State`; welcome: what the server said; None before the first link.
        frame_bytes: the largest body of a frame that the server accepts; 0 before the first link.
        clock: the estimate of the server's clock.
        not_ours: why it is of no use in this process; "": it is.
        end_reason: why there is no link any more, and will be none; "" before the end.
    """

    def __init__(
        self,
        address: Address,
        identity: Identity,
        owner: LinkOwner,
        *,
        tls: ssl.SSLContext | None,
        reconnect: bool,
        connect_timeout_s: float | None,
        on_state: Callable[[State], None],
    ) -> None:
        self.address = address
        self.identity = identity
        self.clock = OffsetEstimate()
        self.state = State.CLOSED
        self.welcome: messages.Welcome | None = None
        self.frame_bytes = 0
        self.end_reason = ""
        self.not_ours = ""
        self._owner = owner
        self._handlers: dict[int, Callable[[Frame], None]] = {}  # by the kind of a frame
        self._tls = tls
        self._reconnect = reconnect
        self._connect_timeout_s = connect_timeout_s
        self._on_state = on_state
        self._closed = False
        self._connection: Connection | None = None
        self._conversation = Conversation(CLIENT_RECEIVES)
        self._heartbeat = Heartbeat(self.clock)
        self._receipts = Receipts(self.send_now)
        self._work: asyncio.Task[None] | None = None
        self._going: set[asyncio.Future[Any]] = set()

    @property
    def up(self) -> bool:
        """Whether frames can be sent."""
        return self._connection is not None

    @property
    def room(self) -> bool:
        """Whether the outbox takes more data."""
        connection = self._connection
        return connection is not None and (
            connection.room or connection.waiting_bytes < OUTBOX_BYTES
        )

    @property
    def keeps_up(self) -> bool:
        """Whether what is sent leaves at once; `room_again` follows when it does so again."""
        return self._connection is not None and self._connection.room

    # Making it

    async def connect(self) -> None:
        """Make the link for the first time.

        Raises:
            ConnectionFailed: no server answers, or the link was closed meanwhile.
            AuthenticationFailed, NameTaken, NotAllowed, LimitExceeded: it refuses us.
        """
        self._check_not_closed()
        self._set_state(State.CONNECTING)
        try:
            await self._start(self._attempt(), "connect")
            await self._heartbeat.settled(CLOCK_S)
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError):
                self._check_not_closed()
            self._set_state(State.CLOSED)
            raise
        self._check_not_closed()

    def _check_not_closed(self) -> None:
        if self._closed:
            raise ConnectionFailed("the client was closed while it was connecting") from None

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        loop = asyncio.get_running_loop()
        self._work = loop.create_task(work, name=f"{name} to {self.address}")
        return self._work

    async def _attempt(self) -> None:
        handshake = Handshake(self.address, self.identity, self._tls, self.welcome, self._welcomed)
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                await handshake.perform()
        except TimeoutError:
            if not handshake.welcomed:
                raise ConnectionFailed(
                    f"{self.address} did not answer within connect_timeout_s="
                    f"{self._connect_timeout_s:g}"
                ) from None

    def _welcomed(
        self,
        connection: Connection,
        conversation: Conversation,
        welcome: messages.Welcome,
        sent_ns: int,
    ) -> Receiver:
        former, self.welcome = self.welcome, welcome
        self.frame_bytes = welcome.frame_bytes
        self._connection = connection
        self._conversation = conversation
        self._handlers = {_PING: self._pinged, _PONG: self._heartbeat.pong, **self._owner.handlers}
        connection.limit(max(welcome.frame_bytes, SMALLEST_FRAME_BYTES))
        if former is None or former.epoch != welcome.epoch:
            self.clock.restart()
        self.clock.sample(sent_ns, welcome.now_ns, time.perf_counter_ns())
        self._heartbeat.begin(connection, welcome.heartbeat_s)
        self._receipts.begin(connection)
        self._owner.link_up(resumed=welcome.resumed)
        self._set_state(State.CONNECTED)  # whoever hears it may use what is up again
        return self

    # Using it

    async def ping(self) -> float:
        """The round trip to the server, in seconds.

        Raises:
            ConnectionLost: the link is down, or goes down meanwhile.
        """
        self.check_up()
        return await self._heartbeat.ping()

    def check_up(self) -> None:
        """Refuse to send what would be dropped.

        Raises:
            ConnectionLost: the link is down.
            RuntimeError: this is a fork of the client's process.
        """
        if self._connection is not None:
            return
        self.check_ours()
        if self.state is not State.CLOSED:
            raise ConnectionLost(f"there is no link to {self.address} now; it is made again")
        raise ConnectionLost(self.end_reason or f"there is no link to {self.address}")

    def check_ours(self) -> None:
        """Refuse to be used by a fork.

        Raises:
            RuntimeError: this is one.
        """
        if self.not_ours:
            raise RuntimeError(f"this client of {self.address} {self.not_ours}")

    def send(self, *parts: bytes | bytearray | memoryview) -> None:
        """Send a frame; it is dropped while the link is down."""
        if self._connection is not None:
            self._connection.send(*parts)

    def send_now(self, *parts: bytes | bytearray | memoryview) -> None:
        """Send a frame that is waited for and that nothing follows; else like `send`."""
        if self._connection is not None:
            self._connection.send_now(*parts)

    def send_growing(self, frame: Growing) -> None:
        """Send a frame that may become longer until something else is sent, or the turn ends."""
        connection = self._connection
        if connection is None:
            frame.seal()
        else:
            connection.send_growing(frame)

    def flush(self) -> None:
        """Hand over now what has been sent in this turn."""
        if self._connection is not None:
            self._connection.flush()

    # transport.Receiver

    def frames_received(self, connection: Connection, frames: list[Frame]) -> None:
        """Frames have come from the server."""
        steady, handlers = self._conversation.steady, self._handlers
        for frame in frames:
            if connection is not self._connection:
                return
            kind = frame.kind
            if kind not in steady:
                self._conversation.receive(kind)
                if kind == _GOODBYE:
                    self._dismissed(messages.decode(messages.Goodbye, frame.body))
            else:
                handlers[kind](frame)
        self._receipts.received(connection)

    def _pinged(self, frame: Frame) -> None:
        self.send(header(Kind.PONG, 0, sequence=frame.sequence))

    def writable(self, connection: Connection) -> None:
        """The outbox has room again."""
        self._owner.room_again()

    # Losing it

    def _dismissed(self, goodbye: messages.Goodbye) -> None:
        """The server says goodbye."""
        retry_s = goodbye.retry_after_s
        self._leave()
        self._link_lost(goodbye_error(goodbye), retry_s or 0.0, final=retry_s is None)

    def broken(self, connection: Connection, error: ProtocolError) -> None:
        """The server broke the protocol."""
        if connection is self._connection:
            logger.error("the server at %s broke the protocol: %s", self.address, error)
            self._leave(messages.Goodbye(str(error), "ProtocolError"))
            self._link_lost(error, 0.0, final=True)

    def lost(self, connection: Connection, error: Exception | None) -> None:
        """The connection is gone."""
        if connection is self._connection:
            self._connection = None
            reason = f"the link to {self.address} broke" + (f": {error}" if error else "")
            self._link_lost(ConnectionLost(reason), 0.0, final=False)

    def _leave(self, goodbye: messages.Goodbye | None = None) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if goodbye is not None:
            body = messages.encode(goodbye)
            connection.send(header(Kind.GOODBYE, len(body)), body)
        connection.close()
        if not connection.lost.done():
            self._going.add(connection.lost)
            connection.lost.add_done_callback(self._going.discard)

    def _link_lost(self, error: StreamError, retry_s: float, *, final: bool) -> None:
        final = final or not self._reconnect
        logger.info("%s", error)
        self._heartbeat.end(str(error))
        self._receipts.end()
        if final:
            self.end_reason = f"{error}; connect again"
        self._set_state(State.CLOSED if final else State.RECONNECTING)
        self._owner.link_down(error, final=final)
        if not final and not self._closed:
            self._start(self._retry(retry_s), "reconnect")

    async def _retry(self, after_s: float) -> None:
        """Try again until it succeeds."""
        for delay_s in retry_delays_s(after_s):
            await asyncio.sleep(delay_s)
            try:
                await self._attempt()
            except (ConnectionFailed, LimitExceeded) as error:
                logger.debug("no link yet: %s", error)
            except StreamError as error:
                logger.error("the server at %s refuses us: %s", self.address, error)
                self.end_reason = f"{error}; connect again"
                self._set_state(State.CLOSED)
                self._owner.link_down(error, final=True)
                return
            else:
                return

    # Ending it

    def close(self, reason: str = "the client closes") -> None:
        """Say goodbye, and make it never again; idempotent."""
        self._closed = True
        self.end_reason = CLIENT_CLOSED
        self._leave(messages.Goodbye(reason))
        self._heartbeat.end(reason)
        self._receipts.end()
        work, self._work = self._work, None
        if work is not None and not work.done():
            work.cancel()
            self._going.add(work)
            work.add_done_callback(self._going.discard)
        self._set_state(State.CLOSED)

    def inherited(self, reason: str) -> None:
        """This is a fork: the other process goes on with it, and nobody here is told."""
        self._closed = True
        self.not_ours = reason
        self._connection = None
        self.state = State.CLOSED

    async def closed(self) -> None:
        """Wait until nothing of it is left."""
        while self._going:
            await asyncio.wait(tuple(self._going))

    def _set_state(self, state: State) -> None:
        if state is not self.state:
            self.state = state
            self._on_state(state)
