"""One attempt to be welcomed by a server: dialled, proven, welcomed or refused."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from stream_core import errors
from stream_core.client.greeting import Greeting, Identity
from stream_core.errors import ConnectionFailed, ConnectionLost, ProtocolError, StreamError
from stream_core.transport import Address, Connection, Receiver, dial
from stream_core.wire import messages
from stream_core.wire.conversation import CLIENT_RECEIVES, Conversation
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind, header

__all__ = ["Handshake", "goodbye_error"]

FRAME_BYTES = 256 * 1024 * 1024  # until the server has told its own limit


class Handshake:
    """The receiver of a connection until the server has welcomed us.

    Args:
        address: of the server.
        identity: who we say that we are.
        tls: what the server must prove; None: it is spoken to in the clear.
        former: what the server said when it knew us; its session is asked for again.
        on_welcome: given the connection, the conversation so far, what the server said, and when
            our last message left; who goes on to receive from that connection.

    Attributes:
        welcomed: whether `on_welcome` was called.
    """

    def __init__(
        self,
        address: Address,
        identity: Identity,
        tls: ssl.SSLContext | None,
        former: messages.Welcome | None,
        on_welcome: Callable[[Connection, Conversation, messages.Welcome, int], Receiver],
    ) -> None:
        self._address = address
        self._tls = tls
        self._greeting = Greeting(identity, former)
        self._conversation = Conversation(CLIENT_RECEIVES)
        self._on_welcome = on_welcome
        self._outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.welcomed = False

    async def perform(self) -> None:
        """Connect, and wait to be welcomed.

        Raises:
            ConnectionFailed: no server answers.
            AuthenticationFailed, NameTaken, NotAllowed, LimitExceeded: it refuses us, or it has
                not proven who it is.
        """
        connection: Connection | None = None
        try:
            connection = await dial(self._address, self, frame_bytes=FRAME_BYTES, tls=self._tls)
            if not self._outcome.done():
                self._say(connection, Kind.HELLO, self._greeting.hello())
            await self._outcome
        finally:
            if not self._outcome.cancelled() and self._outcome.done():
                self._outcome.exception()  # heard of, even if dialling failed too
            self._outcome.cancel()
            if connection is not None and not self.welcomed:
                connection.abort()
                await asyncio.wait({connection.lost})

    def _say(
        self, connection: Connection, kind: Kind, message: messages.Hello | messages.Proof
    ) -> None:
        body = messages.encode(message)
        connection.send(header(kind, len(body)), body)

    def _fail(self, error: StreamError) -> None:
        if not self._outcome.done():
            self._outcome.set_exception(error)

    # transport.Receiver

    def frames_received(self, connection: Connection, frames: list[Frame]) -> None:
        """The server's steps."""
        for index, frame in enumerate(frames):
            if self._outcome.done():
                return
            self._conversation.receive(frame.kind)
            try:
                welcome = self._step(connection, frame)
            except StreamError as error:
                self._fail(error)
                return
            if welcome is not None:
                self._welcome(connection, welcome).frames_received(connection, frames[index + 1 :])
                return

    def _step(self, connection: Connection, frame: Frame) -> messages.Welcome | None:
        if frame.kind == Kind.GOODBYE:
            error = goodbye_error(messages.decode(messages.Goodbye, frame.body))
            raise ConnectionFailed(str(error)) if isinstance(error, ConnectionLost) else error
        if frame.kind == Kind.CHALLENGE:
            self._say(connection, Kind.PROOF, self._greeting.prove(frame.body))
        elif frame.kind == Kind.WELCOME:
            return self._greeting.welcomed(frame.body)
        return None

    def _welcome(self, connection: Connection, welcome: messages.Welcome) -> Receiver:
        self.welcomed = True
        self._outcome.set_result(None)
        receiver = self._on_welcome(connection, self._conversation, welcome, self._greeting.sent_ns)
        connection.hand_over(receiver)
        return receiver

    def broken(self, connection: Connection, error: ProtocolError) -> None:
        """It is no server of ours."""
        reason = f"{self._address} is no stream server of this version: {error}"
        self._fail(ConnectionFailed(reason))

    def writable(self, connection: Connection) -> None:
        """Nothing waits here."""

    def lost(self, connection: Connection, error: Exception | None) -> None:
        """The server has hung up."""
        if isinstance(error, StreamError):
            self._fail(error)
            return
        self._fail(ConnectionFailed(f"{self._address} closed the connection without a word"))


def goodbye_error(goodbye: messages.Goodbye) -> StreamError:
    """The error that a GOODBYE names."""
    kind = getattr(errors, goodbye.error, None) if goodbye.error else None
    if isinstance(kind, type) and issubclass(kind, StreamError) and kind is not errors.RemoteError:
        return kind(goodbye.reason)
    return ConnectionLost(goodbye.reason)
