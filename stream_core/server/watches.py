"""Who follows the channels: a snapshot, then what changes, each channel's newest state once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec

from stream_core.channels.channel import Channel
from stream_core.channels.names import SERVER
from stream_core.errors import LimitExceeded
from stream_core.security import matches
from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.values import ChannelChange, ChannelInfo

__all__ = ["Watches", "channel_info"]

COALESCE_S = 0.05  # changes of one channel within this time are told as one


def channel_info(services: Services, channel: Channel) -> ChannelInfo:
    """The channel as others may see it."""
    spec, sessions = channel.spec, services.sessions
    return ChannelInfo(
        name=spec.name,
        owner=sessions.name_of(channel.owner) if channel.owner else SERVER,
        writers=tuple(sessions.name_of(number) for number in channel.writers),
        readers=len(channel.readers),
        shared=spec.shared,
        private=channel.private,
        lifetime_s=spec.lifetime_s,
        history=spec.history,
        codec=spec.codec,
        compression=spec.compression,
        dtype=spec.dtype,
        shape=spec.shape,
        columns=spec.columns,
        unit=spec.unit,
        rate_hz=spec.rate_hz,
        description=spec.description,
        labels=spec.labels,
    )


class _Watch:
    """One follower: the newest change of each channel that it has not been told."""

    def __init__(self, client: int, pattern: str, sees: Callable[[Channel], bool]) -> None:
        self.client = client
        self.pattern = pattern
        self.sees = sees
        self.pending: dict[str, ChannelChange] = {}
        self.arrived = asyncio.Event()
        self.behind = False

    def begin(self, info: ChannelInfo) -> None:
        """A channel that is there already; these are as many as there are, whatever the limit."""
        self.pending[info.name] = ChannelChange("added", info)
        self.arrived.set()

    def change(self, kind: str, info: ChannelInfo, limit: int) -> None:
        earlier = self.pending.pop(info.name, None)
        if earlier is not None and earlier.kind == "added":
            if kind == "removed":
                return
            kind = "added"
        elif earlier is not None and earlier.kind == "removed" and kind == "added":
            # Gone and back: the follower must hear of both.
            self.pending[info.name + "\n"] = earlier
        if len(self.pending) < limit:
            self.pending[info.name] = ChannelChange(kind, info)
        else:
            self.behind = True
        self.arrived.set()


class Watches:
    """All followers."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._watches: set[_Watch] = set()

    def changed(self, kind: str, channel: Channel) -> None:
        """Tell the followers of that channel: "added", "changed" or "removed"."""
        name = channel.spec.name
        watches = [
            watch for watch in self._watches if matches(watch.pattern, name) and watch.sees(channel)
        ]
        if not watches:
            return
        info = channel_info(self._services, channel)
        for watch in watches:
            watch.change(kind, info, self._services.limits.watch_backlog)

    async def follow(self, client: Session, pattern: str) -> AsyncIterator[dict[str, object]]:
        """The channels that match, then what becomes of them.

        Raises:
            LimitExceeded: the client follows too much, or is too slow for the changes.
        """
        self._check_watches(client)
        limit = self._services.limits.watch_backlog
        sees = self._services.permits.sight(client)
        watch = _Watch(client.number, pattern, sees)
        for channel in filter(sees, self._services.streams.directory.matching(pattern)):
            watch.begin(channel_info(self._services, channel))
        self._watches.add(watch)
        try:
            while True:
                await watch.arrived.wait()
                changes, watch.pending = watch.pending, {}
                watch.arrived.clear()
                for change in changes.values():
                    yield msgspec.to_builtins(change)
                if watch.behind:
                    raise LimitExceeded(f"a watch is behind by watch_backlog={limit} changes")
                await asyncio.sleep(COALESCE_S)
        finally:
            self._watches.discard(watch)

    def _check_watches(self, client: Session) -> None:
        limit = self._services.limits.watches
        if sum(watch.client == client.number for watch in self._watches) >= limit:
            raise LimitExceeded(f"client '{client.name}' has watches={limit} already")
