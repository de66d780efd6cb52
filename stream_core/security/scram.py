"""SCRAM-SHA-256 (RFC 5802, RFC 7677) between a client and a server that hold one secret.

Both sides prove that they know it, and it never travels. The steps are scramp's; this module
gives them our errors and never touches a link.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable

import msgspec
from scramp import ScramClient, ScramException, ScramMechanism

from stream_core.errors import AuthenticationFailed, InvalidValue

__all__ = [
    "FILE_ITERATIONS",
    "SHARED_USER",
    "WRONG",
    "ClientProof",
    "ServerProof",
    "Strangers",
    "Verifier",
    "make_verifier",
]

MECHANISM = "SCRAM-SHA-256"
ITERATIONS = 4096
FILE_ITERATIONS = 16_384  # of a verifier that is kept in a file, where it may be found
MOST_ITERATIONS = 1_000_000  # a server may not keep a client computing for longer
WRONG = "wrong secret or unknown user"
SHARED_USER = "*"  # stands for "whoever knows the shared secret"; no user is called so


class Verifier(msgspec.Struct, frozen=True):
    """What a server keeps instead of a secret; the secret cannot be computed from it."""

    salt: bytes
    stored_key: bytes
    server_key: bytes
    iterations: int


def make_verifier(secret: str, salt: bytes | None = None, iterations: int = ITERATIONS) -> Verifier:
    """The verifier of a secret; takes milliseconds.

    Args:
        secret: it.
        salt: None: a fresh one.
        iterations: how often the secret is digested, by each client that proves it and by whoever
            has the verifier and tries one.

    Raises:
        InvalidValue: it cannot be a secret.
    """
    _check_secret(secret)
    try:
        facts = ScramMechanism(MECHANISM).make_auth_info(
            secret, iteration_count=iterations, salt=salt
        )
    except ScramException as error:
        raise _unusable(error) from None
    return Verifier(*facts)


def _check_secret(secret: object) -> None:
    if not isinstance(secret, str) or not secret:
        raise InvalidValue("a secret is non-empty text; None is none at all")


def _unusable(error: ScramException, what: str = "secret or user") -> InvalidValue:
    reason = str(error).partition(":")[0]  # without scramp's code
    return InvalidValue(f"this {what} cannot be used: {reason}")


class Strangers:
    """What unknown users are held to: it looks like any other's verifier, and nothing fits it.

    An unknown user is asked with the same salt each time, as a known one would be.

    Args:
        key: of the salts; a server that has the same one after a restart tells nobody by new salts
            whom it does not know.
        iterations: what the users' verifiers have.
    """

    def __init__(self, key: bytes = b"", iterations: int = ITERATIONS) -> None:
        self._key = key or secrets.token_bytes(32)
        self._iterations = iterations

    @classmethod
    def of(cls, key: str | None, iterations: int | None) -> Strangers:
        """As a users file has it, if it does."""
        return cls((key or "").encode(), iterations or ITERATIONS)

    def verifier(self, user: str) -> Verifier:
        """That of a user nobody knows; it takes the same steps for each."""
        salt = hmac.digest(self._key, user.encode(), "sha256")  # as long as others
        return Verifier(salt, secrets.token_bytes(32), secrets.token_bytes(32), self._iterations)


_STRANGERS = Strangers()


class ClientProof:
    """The client's three messages: `first`, `answer(challenge)`, `check(final)`.

    Raises:
        InvalidValue: that cannot be a secret or a user.
    """

    what = "secret or user"

    def __init__(self, secret: str, user: str = "") -> None:
        _check_secret(secret)
        try:
            self._scram = ScramClient([MECHANISM], user or SHARED_USER, secret)
        except ScramException as error:
            raise _unusable(error, self.what) from None

    def first(self) -> str:
        """The message that opens the exchange."""
        return str(self._scram.get_client_first())

    def answer(self, challenge: str) -> str:
        """The proof that we know the secret.

        Raises:
            AuthenticationFailed: the challenge is not SCRAM, not for us, or asks for too much.
        """
        asked = re.search(r",i=(\d+)", challenge)
        if asked is not None and (len(asked[1]) > 9 or int(asked[1]) > MOST_ITERATIONS):
            raise AuthenticationFailed(
                f"the server asks for more than {MOST_ITERATIONS} iterations; is the address right?"
            )
        try:
            self._scram.set_server_first(challenge)
            return str(self._scram.get_client_final())
        except (ScramException, ValueError) as error:
            raise AuthenticationFailed(f"the server's challenge is unusable: {error}") from None

    def check(self, final: str) -> None:
        """Hold the server to its own proof.

        Raises:
            AuthenticationFailed: the server does not know the secret.
        """
        try:
            self._scram.set_server_final(final)
        except (ScramException, ValueError):
            raise AuthenticationFailed(
                "the server did not prove that it knows the secret; is the address right?"
            ) from None


class ServerProof:
    """The server's side: `challenge(first)`, then `final(proof)`.

    Args:
        verifier_of: the verifier of a user, "" for the shared secret; None for an unknown one, who
            learns no sooner than anybody else that nothing fits.
        strangers: what unknown users are held to.

    Attributes:
        user: who it claims to be; who it is, once `final` has given the proof.
    """

    def __init__(
        self,
        verifier_of: Callable[[str], Verifier | None],
        strangers: Strangers | None = None,
    ) -> None:
        self._verifier_of = verifier_of
        self._strangers = strangers or _STRANGERS
        self._scram = ScramMechanism(MECHANISM).make_server(self._auth_info)
        self.user = ""

    def _auth_info(self, user: str) -> tuple[bytes, bytes, bytes, int]:
        self.user = "" if user == SHARED_USER else user
        stranger = self._strangers.verifier(user)  # the same is done for those who are known
        verifier = self._verifier_of(self.user) or stranger
        return verifier.salt, verifier.stored_key, verifier.server_key, verifier.iterations

    def challenge(self, first: str) -> str:
        """The answer to a client's first message.

        Raises:
            AuthenticationFailed: the message is not SCRAM.
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
            raise AuthenticationFailed(WRONG) from None
