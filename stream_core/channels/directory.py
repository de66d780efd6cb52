"""All channels of a server, by name and by number; pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from itertools import islice

from stream_core.channels.channel import Channel
from stream_core.channels.private_channels import PrivateChannels
from stream_core.errors import ChannelExists, ChannelNotFound, LimitExceeded
from stream_core.security import KeyProof, Verifier, matches

__all__ = ["Directory"]

COMPARED = 200  # names that a misspelt one is compared with, since that takes long


class Directory:
    """Finds channels; what lists them lists the public ones.

    Args:
        limit: how many channels there may be, public and private ones together.

    Attributes:
        private: the channels that need a key.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._by_name: dict[str, Channel] = {}
        self._by_number: dict[int, Channel] = {}
        self.private = PrivateChannels()

    def __len__(self) -> int:
        return len(self._by_number)

    def __iter__(self) -> Iterator[Channel]:
        return iter(tuple(self._by_name.values()))

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def add(self, channel: Channel) -> None:
        """Enter a channel.

        Raises:
            ChannelExists: its name is in use, or that of a private one with its key.
            LimitExceeded: there are too many channels.
        """
        name = channel.spec.name
        if self.same(name, channel.verifier) is not None:
            raise ChannelExists(
                f"channel '{name}' exists and has another owner; choose another name"
            )
        if len(self) >= self._limit:
            raise LimitExceeded(f"the server has channels={self._limit} already")
        if channel.private:
            self.private.add(channel)
        else:
            self._by_name[name] = channel
        self._by_number[channel.number] = channel

    def remove(self, channel: Channel) -> None:
        """Take a channel out."""
        if channel.private:
            self.private.remove(channel)
        else:
            self._by_name.pop(channel.spec.name, None)
        self._by_number.pop(channel.number, None)

    def same(self, name: str, verifier: Verifier | None) -> Channel | None:
        """The channel that another of that name and key would be the same as."""
        if verifier is None:
            return self._by_name.get(name)
        return self.private.same(name, verifier)

    def find(self, name: str, proof: KeyProof | None = None) -> Channel | None:
        """The public channel of that name, or the private one whose key was proven."""
        return self._by_name.get(name) if proof is None else self.private.proven(proof)

    def numbered(self, number: int) -> Channel | None:
        """The channel of that number."""
        return self._by_number.get(number)

    def get(
        self,
        name: str,
        proof: KeyProof | None = None,
        sees: Callable[[Channel], bool] = lambda channel: True,
    ) -> Channel:
        """The public channel of that name, or the private one whose key was proven.

        Raises:
            ChannelNotFound: there is none; the message helps to find which public one was meant.
        """
        channel = self.find(name, proof)
        if channel is None:
            raise self.missing(name, sees)
        return channel

    def missing(
        self, name: str, sees: Callable[[Channel], bool] = lambda channel: True
    ) -> ChannelNotFound:
        """What somebody is told who may not have a channel, whether or not it is there.

        Args:
            name: of the channel.
            sees: which other channels may be hinted at.
        """
        return ChannelNotFound(f"channel '{name}' does not exist; {self._hint(name, sees)}")

    def matching(self, pattern: str) -> list[Channel]:
        """The channels whose names match a pattern, in the order of their names."""
        found = [name for name in self._by_name if matches(pattern, name)]
        return [self._by_name[name] for name in sorted(found)]

    def _hint(self, name: str, sees: Callable[[Channel], bool]) -> str:
        folder = name.rpartition("/")[0]
        pattern = f"{folder}/*" if folder else "*"
        count = sum(
            other.rpartition("/")[0] == folder and sees(channel)
            for other, channel in self._by_name.items()
        )
        if count:
            noun = "channel matches" if count == 1 else "channels match"
            return f"{count} {noun} '{pattern}'"
        compared = islice(self._by_name.items(), COMPARED)
        seen = [other for other, channel in compared if sees(channel)]
        close = difflib.get_close_matches(name, seen, n=1)
        if close:
            return f"did you mean '{close[0]}'?"
        return f"nothing matches '{pattern}'; wait=True waits for it"
