"""The channels that need a key: a namespace of their own, never listed, hinted at or counted.

Several may have one name, if their keys differ; a name alone tells nobody whether there is one.
"""

from __future__ import annotations

import secrets

from stream_core.channels.channel import Channel
from stream_core.errors import LimitExceeded
from stream_core.security import KeyProof, Verifier

__all__ = ["PrivateChannels"]

COMPARED = 4  # a proof is held against so many verifiers at least, so that all answers take as long
OF_ONE_NAME = 16  # channels of one owner, since a proof is held against all of a name
_NOBODYS = Verifier(b"", secrets.token_bytes(32), secrets.token_bytes(32), 0)


class PrivateChannels:
    """Finds channels by name and key."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Channel]] = {}

    def add(self, channel: Channel) -> None:
        """Enter a channel, which must not be there.

        Raises:
            LimitExceeded: its owner has many of that name.
        """
        name = channel.spec.name
        if len(self.owned(name, channel.owner)) >= OF_ONE_NAME:
            raise LimitExceeded(f"one client has at most {OF_ONE_NAME} private channels '{name}'")
        self._by_name.setdefault(name, []).append(channel)

    def remove(self, channel: Channel) -> None:
        """Take a channel out."""
        name = channel.spec.name
        left = [other for other in self._by_name.pop(name, ()) if other is not channel]
        if left:
            self._by_name[name] = left

    def same(self, name: str, verifier: Verifier) -> Channel | None:
        """The channel of that name and key."""
        for channel in self._by_name.get(name, ()):
            if channel.verifier == verifier:
                return channel
        return None

    def owned(self, name: str, owner: int) -> list[Channel]:
        """The channels of that name that a client owns."""
        return [channel for channel in self._by_name.get(name, ()) if channel.owner == owner]

    def proven(self, proof: KeyProof) -> Channel | None:
        """The channel whose key somebody has proven to know."""
        channels = self._by_name.get(proof.name, ())
        found = None
        for channel in channels:
            if channel.verifier is not None and proof.fits(channel.verifier):
                found = channel
        for _ in range(COMPARED - len(channels)):
            proof.fits(_NOBODYS)
        return found
