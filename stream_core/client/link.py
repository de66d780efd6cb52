"""A client's link to its server: made, watched, and made again when it breaks.

It knows frames and the clock; what frames mean is told to its owner.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from typing import Protocol

from stream_core import errors
from stream_core.client.greeting import Greeting, Identity
from stream_core.clock import OffsetEstimate
from stream_core.errors import ConnectionFailed, ConnectionLost, ProtocolError, StreamError
from stream_core.transport import Address, Connection, dial
from stream_core.values import State
from stream_core.wire import messages
from stream_core.wire.conversation import CLIENT_RECEIVES, Conversation, Phase
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind, header

__all__ = ["Link", "LinkOwner"]

logger = logging.getLogger(__name__)
FRAME_BYTES = 256 * 1024 * 1024
OUTBOX_BYTES = 4 * 1024 * 1024
ACKNOWLEDGE_BYTES = 32 * 1024
FIRST_RETRY_S = 0.05
LONGEST_RETRY_S = 2.0
CLOCK_BURST = 4
CLOSE_S = 2.0


class LinkOwner(Protocol):
    """Who hears what happens on a link."""

    def link_up(self, *, resumed: bool) -> None:
        """Welcomed: the session goes on as it was, or a new one has begun."""

    def link_down(self, error: StreamError, *, final: bool) -> None:
        """The link broke; `final`: it will not come back."""

    def frame_received(self, frame: Frame) -> None:
        """A frame that is not the link's own business."""

    def room_again(self) -> None:
        """The outbox has room again."""


class Link:
    """The one connection of a client.

    Args:
        address: of the server.
        identity: who we say that we are.
        owner: hears what happens.
        reconnect: whether a broken link is made again.
        connect_timeout_s: for one attempt.
        on_state: told of each new state.

    Attributes:
        state: see `State`; welcome: what the server said; None before the first link.
        clock: the estimate of the server's clock.
    """

    def __init__(
        self,
        address: Address,
        identity: Identity,
        owner: LinkOwner,
        *,
        reconnect: bool,
        connect_timeout_s: float,
        on_state: Callable[[State], None],
    ) -> None:
        self.address = address
        self.identity = identity
        self.clock = OffsetEstimate()
        self.state = State.CLOSED
        self.welcome: messages.Welcome | None = None
        self._owner = owner
        self._reconnect = reconnect
        self._connect_timeout_s = connect_timeout_s
        self._on_state = on_state
        self._connection: Connection | None = None
        self._conversation = Conversation(CLIENT_RECEIVES)
        self._greeting: Greeting | None = None
        self._welcomed: asyncio.Future[None] | None = None
        self._retrying: asyncio.Task[None] | None = None
        self._acknowledged_bytes = 0
        self._beat: asyncio.TimerHandle | None = None
        self._ping_number = 0
        self._pings: dict[int, tuple[int, asyncio.Future[float] | None]] = {}
        self._was_full = False

    @property
    def up(self) -> bool:
        """Whether frames can be sent."""
        return self.state is State.CONNECTED

    @property
    def room(self) -> bool:
        """Whether the outbox takes more data."""
        connection = self._connection
        return connection is not None and (
            connection.room or connection.waiting_bytes < OUTBOX_BYTES
        )

    # Making it

    async def connect(self) -> None:
        """Make the link for the first time, or after `close`.

        Raises:
            ConnectionFailed: no server answers.
            AuthenticationFailed, NameTaken, NotAllowed, LimitExceeded: it refuses us.
        """
        self._set_state(State.CONNECTING)
        try:
            await self._establish()
        except BaseException:
            self._set_state(State.CLOSED)
            raise

    async def _establish(self) -> None:
        self._greeting = Greeting(self.identity, self.welcome)
        self._conversation = Conversation(CLIENT_RECEIVES)
        self._welcomed = asyncio.get_running_loop().create_future()
        connection: Connection | None = None
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                connection = await dial(self.address, self, frame_bytes=FRAME_BYTES)
                self._connection = connection
                self._say(Kind.HELLO, self._greeting.hello())
                await self._welcomed
        except TimeoutError:
            self._drop(connection)
            raise ConnectionFailed(
                f"{self.address} did not answer within connect_timeout_s="
                f"{self._connect_timeout_s:g}"
            ) from None
        except BaseException:
            self._drop(connection)
            raise
        finally:
            self._greeting = None
            self._welcomed = None

    def _drop(self, connection: Connection | None) -> None:
        self._connection = None
        if connection is not None:
            connection.abort()

    def _up(self, welcome: messages.Welcome) -> None:
        former, self.welcome = self.welcome, welcome
        assert self._connection is not None
        self._connection.limit(max(welcome.frame_bytes, 1024))
        self._acknowledged_bytes = 0
        self._was_full = False
        if former is None or former.epoch != welcome.epoch:
            self.clock.restart()
        assert self._greeting is not None
        now_ns = time.monotonic_ns()
        self.clock.sample(self._greeting.sent_ns, welcome.now_ns, now_ns)
        self._set_state(State.CONNECTED)
        self._owner.link_up(resumed=welcome.resumed)
        for _ in range(CLOCK_BURST):
            self._ping(None)
        self._set_beat()

    # Keeping it

    def _set_beat(self) -> None:
        assert self.welcome is not None
        loop = asyncio.get_running_loop()
        self._beat = loop.call_later(self.welcome.heartbeat_s, self._on_beat)

    def _on_beat(self) -> None:
        connection = self._connection
        if connection is None or self.welcome is None:
            return
        self._set_beat()
        if time.monotonic() - connection.last_in_s > 3 * self.welcome.heartbeat_s:
            logger.warning("%s is silent; the link is given up", self.address)
            connection.abort()
        else:
            self._ping(None)

    def _ping(self, future: asyncio.Future[float] | None) -> None:
        self._ping_number += 1
        self._pings[self._ping_number] = (time.monotonic_ns(), future)
        self.send(header(Kind.PING, 0, sequence=self._ping_number))

    def _pong(self, frame: Frame) -> None:
        sent_ns, future = self._pings.pop(frame.sequence, (None, None))
        if sent_ns is None:
            return
        now_ns = time.monotonic_ns()
        self.clock.sample(sent_ns, frame.time_ns, now_ns)
        if future is not None and not future.done():
            future.set_result((now_ns - sent_ns) / 1e9)

    async def ping(self) -> float:
        """The round trip to the server, in seconds.

        Raises:
            ConnectionLost: the link is down, or goes down meanwhile.
        """
        if not self.up:
            raise ConnectionLost(f"there is no link to {self.address}")
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._ping(future)
        return await future

    # Using it

    def send(self, *parts: bytes | bytearray | memoryview) -> None:
        """Send a frame; it is dropped while the link is down."""
        connection = self._connection
        if connection is None:
            return
        connection.send(*parts)
        if not connection.room:
            self._was_full = True

    def flush(self) -> None:
        """Hand over now what has been sent in this turn."""
        if self._connection is not None:
            self._connection.flush()

    def _say(self, kind: Kind, message: messages.Hello | messages.Proof | messages.Goodbye) -> None:
        body = messages.encode(message)
        self.send(header(kind, len(body)), body)

    # transport.Receiver

    def frames_received(self, connection: Connection, frames: list[Frame]) -> None:
        """Frames have come from the server."""
        if connection is not self._connection:
            return
        for frame in frames:
            self._conversation.receive(frame.kind)
            if self._conversation.phase is not Phase.OPEN or frame.kind == Kind.WELCOME:
                self._greet(frame)
            elif frame.kind == Kind.PING:
                self.send(header(Kind.PONG, 0, sequence=frame.sequence))
            elif frame.kind == Kind.PONG:
                self._pong(frame)
            else:
                self._owner.frame_received(frame)
            if connection is not self._connection:
                return
        self._acknowledge(connection)

    def _acknowledge(self, connection: Connection) -> None:
        if connection.bytes_in - self._acknowledged_bytes >= ACKNOWLEDGE_BYTES and self.up:
            self._acknowledged_bytes = connection.bytes_in
            self.send(header(Kind.CREDIT, 0, sequence=connection.bytes_in))

    def _greet(self, frame: Frame) -> None:
        try:
            self._greet_step(frame)
        except StreamError as error:
            self._refused(error, None)

    def _greet_step(self, frame: Frame) -> None:
        if frame.kind == Kind.GOODBYE:
            goodbye = messages.decode(messages.Goodbye, frame.body)
            self._refused(goodbye_error(goodbye), goodbye.retry_after_s)
            return
        assert self._greeting is not None
        if frame.kind == Kind.CHALLENGE:
            self._say(Kind.PROOF, self._greeting.prove(frame.body))
        elif frame.kind == Kind.WELCOME:
            welcome = self._greeting.welcomed(frame.body)
            if self._welcomed is not None and not self._welcomed.done():
                self._up(welcome)
                self._welcomed.set_result(None)

    def _refused(self, error: StreamError, retry_s: float | None) -> None:
        """The server says goodbye, in the handshake or later."""
        if self._welcomed is not None and not self._welcomed.done():
            self._welcomed.set_exception(error)
            return
        connection = self._connection
        self._link_lost(error, retry_s, final=retry_s is None)
        if connection is not None:
            connection.close()

    def broken(self, connection: Connection, error: ProtocolError) -> None:
        """The server broke the protocol."""
        if connection is not self._connection:
            return
        if self._welcomed is not None and not self._welcomed.done():
            reason = f"{self.address} is no stream server of this version: {error}"
            self._welcomed.set_exception(ConnectionFailed(reason))
            return
        logger.error("the server at %s broke the protocol: %s", self.address, error)
        self._say(Kind.GOODBYE, messages.Goodbye(str(error), "ProtocolError"))
        connection.close()
        self._link_lost(error, None, final=True)

    def writable(self, connection: Connection) -> None:
        """The outbox has room again."""
        if self._was_full:
            self._was_full = False
            self._owner.room_again()

    def lost(self, connection: Connection, error: Exception | None) -> None:
        """The connection is gone."""
        if connection is not self._connection:
            return
        if self._welcomed is not None:
            if not self._welcomed.done():
                self._welcomed.set_exception(
                    ConnectionFailed(f"{self.address} closed the connection without a word")
                )
            return
        reason = f"the link to {self.address} broke" + (f": {error}" if error else "")
        self._link_lost(ConnectionLost(reason), None, final=False)

    # Losing it

    def _link_lost(self, error: StreamError, retry_s: float | None, *, final: bool) -> None:
        if self._connection is None or self.state is not State.CONNECTED:
            return
        self._connection = None
        self._end_beat(error)
        final = final or not self._reconnect
        self._set_state(State.CLOSED if final else State.RECONNECTING)
        logger.info("%s", error)
        self._owner.link_down(error, final=final)
        if not final:
            self._retrying = asyncio.get_running_loop().create_task(
                self._retry(retry_s), name=f"reconnect to {self.address}"
            )

    def _end_beat(self, error: StreamError) -> None:
        if self._beat is not None:
            self._beat.cancel()
            self._beat = None
        for _, future in self._pings.values():
            if future is not None and not future.done():
                future.set_exception(ConnectionLost(str(error)))
        self._pings.clear()

    async def _retry(self, retry_s: float | None) -> None:
        delay_s = 0.0 if retry_s is None else retry_s
        longest_s = FIRST_RETRY_S
        while True:
            await asyncio.sleep(delay_s)
            try:
                await self._establish()
            except (ConnectionFailed, errors.LimitExceeded) as error:
                logger.debug("no link yet: %s", error)
            except StreamError as error:
                self._set_state(State.CLOSED)
                logger.error("the server at %s refuses us: %s", self.address, error)
                self._owner.link_down(error, final=True)
                return
            else:
                return
            delay_s = longest_s * random.uniform(0.5, 1.0)
            longest_s = min(longest_s * 2, LONGEST_RETRY_S)

    async def close(self, reason: str = "the client closes") -> None:
        """Say goodbye and end; idempotent."""
        retrying, self._retrying = self._retrying, None
        if retrying is not None and not retrying.done():
            retrying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await retrying
        connection, self._connection = self._connection, None
        self._end_beat(ConnectionLost(reason))
        self._set_state(State.CLOSED)
        if connection is None:
            return
        body = messages.encode(messages.Goodbye(reason))
        connection.send(header(Kind.GOODBYE, len(body)), body)
        connection.close()
        await connection.lost

    def _set_state(self, state: State) -> None:
        if state is not self.state:
            self.state = state
            self._on_state(state)


def goodbye_error(goodbye: messages.Goodbye) -> StreamError:
    """The error that a GOODBYE names."""
    kind = getattr(errors, goodbye.error, None) if goodbye.error else None
    if isinstance(kind, type) and issubclass(kind, StreamError) and kind is not errors.RemoteError:
        return kind(goodbye.reason)
    return ConnectionLost(goodbye.reason)
