"""A connection that has not proven itself yet: its handshake, within limits of bytes and time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import msgspec

from stream_core.errors import AuthenticationFailed, LimitExceeded, ProtocolError, StreamError
from stream_core.rpc import call_blocks
from stream_core.security import WRONG, ServerProof, Verifier
from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.transport import Connection, no_tls_from_client
from stream_core.wire import messages
from stream_core.wire.conversation import SERVER_RECEIVES, Conversation
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind, header

__all__ = ["FEATURES", "Visitor", "no_tls_goodbye"]

logger = logging.getLogger(__name__)
FEATURES = ("resume", "watch", call_blocks.FEATURE)


class Visitor:
    """Leads one connection to its session, or turns it away with a reason.

    Args:
        services: of the server.
        verifier: of the shared secret, or None if none is asked.
        version: of the library.
        on_gone: told when it is a visitor no more.
    """

    def __init__(
        self,
        services: Services,
        verifier: Verifier | None,
        version: str,
        on_gone: Callable[[Visitor], None],
    ) -> None:
        self._services = services
        self._verifier = verifier
        self._version = version
        self._on_gone = on_gone
        self._conversation = Conversation(SERVER_RECEIVES)
        self._hello: messages.Hello | None = None
        self._proof: ServerProof | None = None
        self._answer: messages.Proof | None = None  # to the challenge
        self._held: list[Frame] | None = None  # what came behind it, while that must wait
        self._handed_over = False
        limit_s = services.limits.handshake_s
        self._timer = asyncio.get_running_loop().call_later(limit_s, self._too_slow)
        self.connection = Connection(self, frame_bytes=services.limits.handshake_bytes)

    # proofs.Prover

    @property
    def host(self) -> str:
        """Where it comes from."""
        return self.connection.peer.host

    @property
    def user(self) -> str:
        """Who it says it is; "" if it knows the shared secret."""
        return "" if self._proof is None else self._proof.user

    # transport.Receiver

    def frames_received(self, connection: Connection, frames: list[Frame]) -> None:
        """The next steps of the handshake."""
        for index, frame in enumerate(frames):
            if self._held is not None:
                self._held += frames[index:]
                break
            try:
                self._conversation.receive(frame.kind)
                session = self._step(frame)
            except StreamError as error:
                self.turn_away(error)
                return
            if session is not None:
                session.frames_received(connection, frames[index + 1 :])
                return
        if connection.bytes_in > self._services.limits.handshake_bytes:
            limit = self._services.limits.handshake_bytes
            self.turn_away(LimitExceeded(f"more than handshake_bytes={limit} before the proof"))

    def broken(self, connection: Connection, error: ProtocolError) -> None:
        """The peer does not speak our protocol, or sends too much before its proof."""
        limit = self._services.limits.handshake_bytes
        reason = f"{error}; before the proof a client may send handshake_bytes={limit}"
        self.turn_away(ProtocolError(reason))

    def writable(self, connection: Connection) -> None:
        """Nothing waits here."""

    def lost(self, connection: Connection, error: Exception | None) -> None:
        """The connection is gone."""
        if isinstance(error, StreamError):  # TLS has failed
            self._note(error)
        self._gone()

    # Steps

    def _step(self, frame: Frame) -> Session | None:
        match frame.kind:
            case Kind.HELLO:
                return self._greeted(messages.decode(messages.Hello, frame.body))
            case Kind.PROOF:
                return self._proving(messages.decode(messages.Proof, frame.body))
            case Kind.GOODBYE:
                self.connection.close()
            case _:
                pass  # an optional kind
        return None

    def _greeted(self, hello: messages.Hello) -> Session | None:
        if hello.version != messages.PROTOCOL_VERSION:
            raise ProtocolError(
                f"the client speaks version {hello.version} of the protocol, this server "
                f"version {messages.PROTOCOL_VERSION}; install the same version of streamscope"
            )
        self._hello = hello
        self._services.permits.refresh()
        users = self._services.permits.users
        if self._verifier is None and users is None:
            return self._admit(None, user="")
        asked_for = _asked_for(self._verifier is not None, users is not None)
        if hello.scram is None:
            raise AuthenticationFailed(asked_for)
        proof = self._proof = ServerProof(self._verifier_of, users.strangers if users else None)
        challenge = proof.challenge(hello.scram)
        if not proof.user and self._verifier is None:
            raise AuthenticationFailed(asked_for)
        if proof.user and users is None:
            raise AuthenticationFailed("this server knows no users, only one secret for all")
        self._send(Kind.CHALLENGE, messages.Challenge(scram=challenge))
        return None

    def _verifier_of(self, user: str) -> Verifier | None:
        users = self._services.permits.users
        if user and users is not None:
            return users.verifier(user)
        return None if user else self._verifier

    def _proving(self, answer: messages.Proof) -> Session | None:
        if self._proof is None:
            raise ProtocolError("PROOF came without a challenge")
        self._answer = answer
        if self._services.proofs.may_be_answered(self):
            return self._proven()
        self._held = []
        return None

    def answer(self) -> None:
        """The proof has waited long enough; what came behind it follows."""
        held, self._held = self._held or [], None
        try:
            session = self._proven()
        except StreamError as error:
            self.turn_away(error)
            return
        try:
            session.frames_received(self.connection, held)
        except ProtocolError as error:
            session.broken(self.connection, error)

    def _proven(self) -> Session:
        assert self._proof is not None
        assert self._answer is not None
        try:
            final = self._proof.final(self._answer.scram)
            if self.user and self._verifier_of(self.user) is None:  # removed since it was asked
                raise AuthenticationFailed(WRONG)
        except AuthenticationFailed:
            self._services.proofs.failed(self)
            raise
        self._services.proofs.proven(self)
        return self._admit(final, user=self.user)

    def _admit(self, scram: str | None, *, user: str) -> Session:
        assert self._hello is not None
        sessions, limits = self._services.sessions, self._services.limits
        session, resumed = sessions.admit(self._hello, self.connection, user=user)
        self._handed_over = True
        self._gone()
        self.connection.limit(limits.frame_bytes)
        self._send(
            Kind.WELCOME,
            messages.Welcome(
                features=FEATURES,
                server=self._services.name,
                library=self._version,
                name=session.name,
                number=session.number,
                session=session.token,
                epoch=self._services.epoch,
                now_ns=self._services.now_ns(),
                resumed=resumed,
                scram=scram,
                frame_bytes=limits.frame_bytes,
                heartbeat_s=limits.heartbeat_s,
                resume_s=limits.resume_s,
            ),
        )
        if not resumed:
            session.deliver()
        sessions.settled(session)
        return session

    # Ends

    def _too_slow(self) -> None:
        limits = self._services.limits
        if self._held is None:
            reason = f"no proof within handshake_s={limits.handshake_s:g}"
        else:
            reason = (
                f"too many wrong secrets come from {self.host}: no answer within "
                f"handshake_s={limits.handshake_s:g}, since each comes up to "
                f"guess_delay_s={limits.guess_delay_s:g} after the last"
            )
        self.turn_away(LimitExceeded(reason))

    def turn_away(self, error: StreamError) -> None:
        """Say why, and close."""
        if self._handed_over:
            return
        self._note(error)
        self._send(Kind.GOODBYE, messages.Goodbye(str(error), type(error).__name__))
        self.connection.close()
        self._gone()

    def _note(self, error: StreamError) -> None:
        logger.info("turned away %s: %s", self.connection.peer, error)
        name = (self._hello.name if self._hello else None) or ""
        self._services.events.refused(name, str(self.connection.peer), error)

    def _send(self, kind: Kind, message: msgspec.Struct) -> None:
        self.connection.send(*_frame(kind, message))

    def _gone(self) -> None:
        self._timer.cancel()
        self._services.proofs.gone(self)
        self._on_gone(self)


def _asked_for(secret: bool, users: bool) -> str:
    if not users:
        return "this server asks for a secret; give it as Client(secret=…)"
    if not secret:
        return "this server asks for a user and its secret; give Client(user=…, secret=…)"
    return "this server asks for a secret, of a user or of all; give Client(user=…, secret=…)"


def no_tls_goodbye() -> bytes:
    """What a client without TLS is told, in the clear, by a server that speaks TLS only."""
    error = no_tls_from_client()
    return b"".join(_frame(Kind.GOODBYE, messages.Goodbye(str(error), type(error).__name__)))


def _frame(kind: Kind, message: msgspec.Struct) -> tuple[bytes, bytes]:
    body = messages.encode(message)
    return header(kind, len(body)), body
