"""SCRAM-SHA-256 (RFC 5802, RFC 7677) between a client and a server that hold one secret.

Both sides prove that they know it, and it never travels. The steps are scramp's; this module
gives them our errors and never touches a link.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from scramp import ScramClient, ScramException, ScramMechanism

from stream_core.errors import AuthenticationFailed

__all__ = ["ClientProof", "ServerProof", "Verifier", "make_verifier"]

MECHANISM = "SCRAM-SHA-256"
ITERATIONS = 4096
SHARED_USER = "shared"  # the name that stands for "whoever knows the shared secret"


class Verifier(msgspec.Struct, frozen=True):
    """What a server keeps instead of a secret; the secret cannot be computed from it."""

    salt: bytes
    stored_key: bytes
    server_key: bytes
    iterations: int


def make_verifier(secret: str) -> Verifier:
    """The verifier of a secret, with a fresh salt."""
    salt, stored_key, server_key, iterations = ScramMechanism(MECHANISM).make_auth_info(
        secret, iteration_count=ITERATIONS
    )
    return Verifier(salt, stored_key, server_key, iterations)


class ClientProof:
    """The client's three messages: `first`, `answer(challenge)`, `check(final)`."""

    def __init__(self, secret: str, user: str = "") -> None:
        self._scram = ScramClient([MECHANISM], user or SHARED_USER, secret)

    def first(self) -> str:
        """The message that opens the exchange."""
        return str(self._scram.get_client_first())

    def answer(self, challenge: str) -> str:
        """The proof that we know the secret.

        Raises:
            AuthenticationFailed: the challenge is not SCRAM, or not for us.
        """
        try:
            self._scram.set_server_first(challenge)
            return str(self._scram.get_client_final())
        except ScramException as error:
            raise AuthenticationFailed(f"the server's challenge is unusable: {error}") from None

    def check(self, final: str) -> None:
        """Hold the server to its own proof.

        Raises:
            AuthenticationFailed: the server does not know the secret.
        """
        try:
            self._scram.set_server_final(final)
        except ScramException:
            raise AuthenticationFailed(
                "the server did not prove that it knows the secret; is the address right?"
            ) from None


class ServerProof:
    """The server's side: `challenge(first)`, then `final(proof)`.

    Args:
        verifier_of: the verifier of a user; None for an unknown one.
    """

    def __init__(self, verifier_of: Callable[[str], Verifier | None]) -> None:
        self._verifier_of = verifier_of
        self._scram = ScramMechanism(MECHANISM).make_server(self._auth_info)
        self.user = ""

    def _auth_info(self, user: str) -> tuple[bytes, bytes, bytes, int]:
        verifier = self._verifier_of("" if user == SHARED_USER else user)
        if verifier is None:
            raise AuthenticationFailed("wrong secret or unknown user")
        self.user = "" if user == SHARED_USER else user
        return verifier.salt, verifier.stored_key, verifier.server_key, verifier.iterations

    def challenge(self, first: str) -> str:
        """The answer to a client's first message.

        Raises:
            AuthenticationFailed: the message is not SCRAM, or the user is unknown.
        """
        try:
            self._scram.set_client_first(first)
            return str(self._scram.get_server_first())
        except (ScramException, ValueError) as error:
            raise AuthenticationFailed(f"the first message is unusable: {error}") from None

    def final(self, proof: str) -> str:
        """The server's own proof, once the client's has been found right.

        Raises:
            AuthenticationFailed: the client does not know the secret.
        """
        try:
            self._scram.set_client_final(proof)
            return str(self._scram.get_server_final())
        except (ScramException, ValueError):
            raise AuthenticationFailed("wrong secret or unknown user") from None
