"""Following channels by a pattern, across the links of one client; it keeps no subscription."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

from stream_core.client.reader import Reader
from stream_core.client.replies import checked
from stream_core.client.session import Session
from stream_core.errors import ChannelNotFound, ConnectionLost
from stream_core.values import ChannelChange, ChannelInfo

__all__ = ["read_all", "watch"]


async def watch(session: Session, pattern: str) -> AsyncGenerator[ChannelChange, None]:
    """The channels that match, then what becomes of them.

    After a broken link it goes on with the differences to what it has told.
    """
    known: dict[str, ChannelInfo] = {}
    while True:
        call = session.call(0, "watch", [pattern], {}, timeout_s=None, streams=True)
        try:
            for name in await _gone(session, pattern, known):
                yield ChannelChange("removed", known.pop(name))
            async for plain in call:
                change = _news(known, checked(plain, ChannelChange))
                if change is not None:
                    yield change
        except ConnectionLost:
            await session.until_up()
        finally:
            call.cancel()


async def _gone(session: Session, pattern: str, known: dict[str, ChannelInfo]) -> list[str]:
    """Which of the known channels are not there any more."""
    if not known:
        return []
    there = {
        info.name for info in checked(await session.ask("channels", pattern), list[ChannelInfo])
    }
    return [name for name in known if name not in there]


def _news(known: dict[str, ChannelInfo], change: ChannelChange) -> ChannelChange | None:
    """What a change is to somebody who knows of those channels; None: nothing new."""
    name = change.info.name
    former = known.pop(name, None)
    if change.kind == "removed":
        return change if former is not None else None
    known[name] = change.info
    if former is None:
        return ChannelChange("added", change.info)
    return None if former == change.info else ChannelChange("changed", change.info)


async def read_all(
    session: Session, pattern: str, subscribe: Callable[[str], Awaitable[Reader]]
) -> AsyncGenerator[Reader, None]:
    """Readers of the channels that match, each as its channel appears."""
    readers: dict[str, Reader] = {}
    async with contextlib.aclosing(watch(session, pattern)) as changes:
        async for change in changes:
            name = change.info.name
            present = readers.get(name)
            if change.kind != "added" or (present is not None and present.end_reason is None):
                continue
            reader = await _read(session, name, subscribe)
            if reader is not None:
                readers[name] = reader
                yield reader


async def _read(
    session: Session, name: str, subscribe: Callable[[str], Awaitable[Reader]]
) -> Reader | None:
    while True:
        try:
            return await subscribe(name)
        except ChannelNotFound:
            return None  # it has gone already
        except ConnectionLost:
            await session.until_up()
