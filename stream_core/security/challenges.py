"""The challenges that one client has not answered yet: few, and for a short time; no clock."""

from __future__ import annotations

from stream_core.errors import AuthenticationFailed
from stream_core.security.channel_key import KeyChallenge, KeyProof

__all__ = ["Challenges"]

MOST = 64
EXPIRES_S = 10.0


class Challenges:
    """The challenges about keys of channels; beyond `MOST` the oldest gives way.

    One that was answered stays until it expires, since who has found no channel by its proof may
    wait for one by the same proof; but it gives way before any that was not.
    """

    def __init__(self) -> None:
        # by nonce; the one that has longest been open, or was answered first, comes first
        self._open: dict[str, tuple[float, KeyChallenge]] = {}
        self._answered: dict[str, tuple[float, KeyChallenge]] = {}

    def begin(self, name: str, first: str, now_s: float) -> str:
        """The challenge to a client's first message.

        Raises:
            AuthenticationFailed: the message is not SCRAM.
        """
        challenge = KeyChallenge(name, first)
        for held in (self._answered, self._open):
            for nonce, (begun_s, _) in tuple(held.items()):
                if len(self) < MOST and now_s - begun_s < EXPIRES_S:
                    break
                del held[nonce]
        self._open[challenge.nonce] = now_s, challenge
        return challenge.text

    def __len__(self) -> int:
        return len(self._open) + len(self._answered)

    def proof(self, name: str, answer: str, now_s: float) -> KeyProof:
        """What a client's final message proves.

        Raises:
            AuthenticationFailed: it answers no challenge about that name.
        """
        nonce = answer.partition(",r=")[2].partition(",")[0]
        held = self._open if nonce in self._open else self._answered
        begun_s, challenge = held.get(nonce, (0.0, None))
        if challenge is None or challenge.name != name or now_s - begun_s >= EXPIRES_S:
            raise AuthenticationFailed(
                f"the proof answers no challenge of the last {EXPIRES_S:g} s about channel '{name}'"
            )
        self._answered[nonce] = held.pop(nonce)
        return challenge.proof(answer)
