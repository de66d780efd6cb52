"""A verifier as text, in the way of PostgreSQL: `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode

from stream_core.errors import InvalidValue
from stream_core.security.scram import ITERATIONS, MECHANISM, MOST_ITERATIONS, Verifier

__all__ = ["verifier_from_text", "verifier_to_text"]

DIGEST_BYTES = 32
SHORTEST_SALT = 8
_FORM = re.compile(
    re.escape(MECHANISM) + r"\$(\d{1,9}):([\w+/=]+)\$([\w+/=]+):([\w+/=]+)", re.ASCII
)


def verifier_to_text(verifier: Verifier) -> str:
    """The text of a verifier."""
    salt, stored, server = (
        b64encode(part).decode()
        for part in (verifier.salt, verifier.stored_key, verifier.server_key)
    )
    return f"{MECHANISM}${verifier.iterations}:{salt}${stored}:{server}"


def verifier_from_text(text: str) -> Verifier:
    """The verifier in a text.

    Raises:
        InvalidValue: there is none; the text itself is not repeated.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise InvalidValue(
            f"this is no verifier ('{MECHANISM}$…'); 'streamscope user add' makes one of a secret"
        )
    iterations = int(found[1])
    try:
        salt, stored, server = (b64decode(found[part], validate=True) for part in (2, 3, 4))
    except (binascii.Error, ValueError):
        raise InvalidValue("the verifier is damaged: it is not base64") from None
    if not ITERATIONS <= iterations <= MOST_ITERATIONS:
        raise InvalidValue(f"a verifier has {ITERATIONS} to {MOST_ITERATIONS} iterations")
    if len(salt) < SHORTEST_SALT or {len(stored), len(server)} != {DIGEST_BYTES}:
        raise InvalidValue("the verifier is damaged: a part of it is too short or too long")
    return Verifier(salt, stored, server, iterations)
