"""The key of a private channel: what its owner leaves at the server, and how others prove it.

SCRAM-SHA-256 as for secrets, but one name may stand for several channels with different keys, and
for none: the salt follows from the name and the iterations are fixed, so that every challenge
looks the same, and a proof is held against as many verifiers as there are. Nothing here shows a
key or sends one.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode

import msgspec
from scramp import ScramException, ScramMechanism

from stream_core.errors import AuthenticationFailed, InvalidValue
from stream_core.security.scram import (
    ITERATIONS,
    MECHANISM,
    ClientProof,
    Verifier,
    make_verifier,
)

__all__ = ["ChannelKey", "KeyChallenge", "KeyClaim", "KeyProof", "key_verifier"]

PURPOSE = b"streamscope private channel\0"
DIGEST_BYTES = 32
LONGEST_FIRST = 512  # characters; ours has 72
NO_BINDING = "n,,"
NO_BINDING_AGAIN = "c=biws"  # the same in base64


def key_salt(name: str) -> bytes:
    """The salt for the keys of all channels of a name; anybody may compute it."""
    return hashlib.sha256(PURPOSE + name.encode()).digest()[:16]


def key_verifier(name: str, stored_key: bytes, server_key: bytes) -> Verifier:
    """The verifier that an owner left.

    Raises:
        InvalidValue: it is none.
    """
    if len(stored_key) != DIGEST_BYTES or len(server_key) != DIGEST_BYTES:
        raise InvalidValue(f"a verifier is two digests of {DIGEST_BYTES} bytes")
    return Verifier(key_salt(name), stored_key, server_key, ITERATIONS)


class ChannelKey:
    """A channel's name and its key, as who knows it keeps it in memory.

    Raises:
        InvalidValue: that cannot be a key.
    """

    def __init__(self, name: str, key: str) -> None:
        _check_key(key)
        self.name = name
        self._key = key
        self.claim()

    def __repr__(self) -> str:
        return f"<key of channel '{self.name}'>"

    def verifier(self) -> Verifier:
        """What the owner leaves at the server; takes milliseconds."""
        return make_verifier(self._key, key_salt(self.name))

    def claim(self) -> KeyClaim:
        """The beginning of a proof."""
        return KeyClaim(self.name, self._key)


def _check_key(key: object) -> None:
    if not isinstance(key, str) or not key:
        raise InvalidValue("a key is non-empty text; without one the channel is public")


class KeyClaim(ClientProof):
    """The client's side of one proof; `answer` takes milliseconds."""

    what = "key"

    def __init__(self, name: str, key: str) -> None:
        super().__init__(key)
        self._name = name

    def answer(self, challenge: str) -> str:
        """The proof that we know the key.

        Raises:
            AuthenticationFailed: the challenge is not SCRAM, or not for a channel of this name:
                it could be another's, passed on to have us prove that one's key.
        """
        salt = b64encode(key_salt(self._name)).decode()
        if challenge.partition(",")[2] != f"s={salt},i={ITERATIONS}":
            raise AuthenticationFailed("the server's challenge is not for a channel of this name")
        return super().answer(challenge)


class KeyChallenge:
    """The server's side of a proof that is not complete.

    Args:
        name: of the channel; there need be none.
        first: the client's first message.

    Attributes:
        text: what the client is answered; nonce: what its proof must refer to.

    Raises:
        AuthenticationFailed: the first message is not SCRAM.
    """

    def __init__(self, name: str, first: str) -> None:
        if len(first) > LONGEST_FIRST or not first.startswith(NO_BINDING):
            raise AuthenticationFailed("the first message is unusable")
        facts = key_salt(name), b"", b"", ITERATIONS
        scram = ScramMechanism(MECHANISM).make_server(lambda user: facts)
        try:
            scram.set_client_first(first)
            self.text = str(scram.get_server_first())
        except (ScramException, ValueError) as error:
            raise AuthenticationFailed(f"the first message is unusable: {error}") from None
        self.name = name
        self.nonce = self.text.partition(",")[0].removeprefix("r=")
        self._first = first.removeprefix(NO_BINDING)
        self._answer: str | None = None

    def proof(self, answer: str) -> KeyProof:
        """The client's final message completes it, now and when it comes again.

        Raises:
            AuthenticationFailed: it is not SCRAM, or another than before.
        """
        said, _, encoded = answer.rpartition(",p=")
        try:
            proof = b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            proof = b""
        unusable = said != f"{NO_BINDING_AGAIN},r={self.nonce}" or len(proof) != DIGEST_BYTES
        if unusable or self._answer not in (None, answer):
            raise AuthenticationFailed("the proof is unusable")
        self._answer = answer
        return KeyProof(self.name, f"{self._first},{self.text},{said}".encode(), proof)


class KeyProof(msgspec.Struct, frozen=True):
    """What a client has proven: that it knows the key of one verifier, or of none.

    The calculation is that of RFC 5802, section 3; scramp holds a proof against one verifier only.

    Attributes:
        name: of the channel; message, proof: what SCRAM calls AuthMessage and ClientProof.
    """

    name: str
    message: bytes
    proof: bytes

    def fits(self, verifier: Verifier) -> bool:
        """Whether the client knows the key of that verifier."""
        signature = hmac.digest(verifier.stored_key, self.message, "sha256")
        number = int.from_bytes(self.proof) ^ int.from_bytes(signature)
        client_key = number.to_bytes(DIGEST_BYTES)
        return hmac.compare_digest(hashlib.sha256(client_key).digest(), verifier.stored_key)

    def final(self, verifier: Verifier) -> str:
        """The server's own proof, that it has that verifier."""
        signature = hmac.digest(verifier.server_key, self.message, "sha256")
        return f"v={b64encode(signature).decode()}"
