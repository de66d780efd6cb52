"""The client's side of the handshake: bytes in, messages out; it never touches a connection."""

from __future__ import annotations

import secrets
import time

import msgspec

from stream_core.errors import AuthenticationFailed, ProtocolError
from stream_core.rpc import call_blocks
from stream_core.security import ClientProof
from stream_core.values import __version__
from stream_core.wire import messages

__all__ = ["FEATURES", "Greeting", "Identity"]

FEATURES = ("resume", "watch", call_blocks.FEATURE)


class Identity(msgspec.Struct, frozen=True):
    """Who a client says that it is.

    Attributes:
        name: or None, then the server makes one of `program`.
        program: "program@host-pid".
        user: who authenticates; secret: what proves it.
        claim: known to nobody else; it gives the name back that a broken link still holds.
    """

    name: str | None
    program: str
    user: str
    secret: str | None
    claim: str = msgspec.field(default_factory=lambda: secrets.token_hex(16))

    def __repr__(self) -> str:
        return f"Identity(name={self.name!r}, user={self.user!r})"


class Greeting:
    """One handshake.

    Args:
        identity: who we are.
        former: what the server said when it knew us; its session is asked for again.

    Attributes:
        sent_ns: when the newest message left, by `time.perf_counter_ns`.
    """

    def __init__(self, identity: Identity, former: messages.Welcome | None) -> None:
        self._identity = identity
        self._former = former
        self._proof: ClientProof | None = None
        self.sent_ns = 0
        if identity.secret is not None:
            self._proof = ClientProof(identity.secret, identity.user)

    def hello(self) -> messages.Hello:
        """The first message."""
        self.sent_ns = time.perf_counter_ns()
        return messages.Hello(
            features=FEATURES,
            name=self._identity.name,
            program=self._identity.program,
            library=__version__,
            user=self._identity.user,
            scram=self._proof.first() if self._proof else None,
            session=self._former.session if self._former else None,
            claim=self._identity.claim,
        )

    def prove(self, body: bytes | memoryview) -> messages.Proof:
        """The answer to a challenge.

        Raises:
            AuthenticationFailed: we have no secret, or the challenge is unusable.
        """
        challenge = messages.decode(messages.Challenge, body)
        if self._proof is None:
            raise AuthenticationFailed("the server asks for a secret; give Client(secret=…)")
        proof = self._proof.answer(challenge.scram)
        self.sent_ns = time.perf_counter_ns()
        return messages.Proof(scram=proof)

    def welcomed(self, body: bytes | memoryview) -> messages.Welcome:
        """The last message of the server.

        Raises:
            AuthenticationFailed: it did not prove that it knows our secret.
            ProtocolError: it speaks another version of the protocol.
        """
        welcome = messages.decode(messages.Welcome, body)
        if welcome.version != messages.PROTOCOL_VERSION:
            raise ProtocolError(
                f"the server speaks version {welcome.version} of the protocol, this client "
                f"version {messages.PROTOCOL_VERSION}; install the same version of streamscope"
            )
        if self._proof is not None:
            if welcome.scram is None:
                raise AuthenticationFailed(
                    "this client has a secret, but the server asks for none and so proves "
                    "nothing; leave the secret out, or give it to the server too"
                )
            self._proof.check(welcome.scram)
        return welcome
