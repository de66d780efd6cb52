"""All channels of a server, by name and by number; pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import islice

from stream_core.channels.channel import Channel
from stream_core.channels.names import matches
from stream_core.errors import ChannelExists, ChannelNotFound, LimitExceeded

__all__ = ["Directory"]

COMPARED = 200  # names that a misspelt one is compared with, since that takes long


class Directory:
    """Finds channels.

    Args:
        limit: how many channels there may be.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._by_name: dict[str, Channel] = {}
        self._by_number: dict[int, Channel] = {}

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[Channel]:
        return iter(tuple(self._by_name.values()))

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def add(self, channel: Channel) -> None:
        """Enter a channel.

        Raises:
            ChannelExists: its name is in use.
            LimitExceeded: there are too many channels.
        """
        name = channel.spec.name
        if name in self._by_name:
            raise ChannelExists(
                f"channel '{name}' exists and has another owner; choose another name"
            )
        if len(self._by_name) >= self._limit:
            raise LimitExceeded(f"the server has channels={self._limit} already")
        self._by_name[name] = channel
        self._by_number[channel.number] = channel

    def remove(self, channel: Channel) -> None:
        """Take a channel out."""
        self._by_name.pop(channel.spec.name, None)
        self._by_number.pop(channel.number, None)

    def find(self, name: str) -> Channel | None:
        """The channel of that name."""
        return self._by_name.get(name)

    def numbered(self, number: int) -> Channel | None:
        """The channel of that number."""
        return self._by_number.get(number)

    def get(self, name: str) -> Channel:
        """The channel of that name.

        Raises:
            ChannelNotFound: there is none; the message helps to find what was meant.
        """
        channel = self._by_name.get(name)
        if channel is None:
            raise ChannelNotFound(f"channel '{name}' does not exist; {self._hint(name)}")
        return channel

    def matching(self, pattern: str) -> list[Channel]:
        """The channels whose names match a pattern, in the order of their names."""
        found = [name for name in self._by_name if matches(pattern, name)]
        return [self._by_name[name] for name in sorted(found)]

    def _hint(self, name: str) -> str:
        folder = name.rpartition("/")[0]
        pattern = f"{folder}/*" if folder else "*"
        count = sum(other.rpartition("/")[0] == folder for other in self._by_name)
        if count:
            noun = "channel matches" if count == 1 else "channels match"
            return f"{count} {noun} '{pattern}'"
        close = difflib.get_close_matches(name, islice(self._by_name, COMPARED), n=1)
        if close:
            return f"did you mean '{close[0]}'?"
        return f"nothing matches '{pattern}'; wait=True waits for it"
