"""The last seconds of a server that is to stop: writers pause, readers get what waits for them."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from stream_core.server.services import Services
from stream_core.server.session import Session

__all__ = ["drain"]

logger = logging.getLogger(__name__)
LOOK_S = 0.02
STILL_S = 0.5  # without anything being consumed: nobody takes any more


async def drain(services: Services, timeout_s: float, hurry: asyncio.Event) -> None:
    """Wait until all readers have consumed all that there is, or nobody goes on.

    What a writer has sent before it heard of the pause arrives. Of channels that are not to be
    paused nothing more is taken.

    Args:
        services: of the server.
        timeout_s: how long at most.
        hurry: ends it at once.
    """
    _hold_writers(services)
    for session in services.sessions:
        for subscription in tuple(session.subscriptions.values()):
            subscription.hurry()
    loop = asyncio.get_running_loop()
    give_up_s = loop.time() + timeout_s
    still_s = loop.time() + STILL_S
    owed, before = _owed(services), (-1, -1)
    if any(owed):
        logger.info("%d items wait for readers; they are served for up to %g s", owed[1], timeout_s)
    while any(owed) and loop.time() < min(give_up_s, still_s) and not hurry.is_set():
        if owed != before:
            still_s = loop.time() + STILL_S
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await hurry.wait()
        owed, before = _owed(services), owed
    if any(owed):
        logger.warning("%d items have not been taken by their readers", owed[1])


def _hold_writers(services: Services) -> None:
    for channel in services.streams.directory:
        if channel.spec.may_pause:
            channel.draining = True
            services.demands.tell(channel)
            continue
        for number in tuple(channel.writers):
            session = services.sessions.numbered(number)
            if session is not None:
                session.slots.pop(channel.number, None)


def _owed(services: Services) -> tuple[int, int]:
    """How many writers may not have heard yet, and how many items readers have not consumed."""
    there = [session for session in services.sessions if session.connected]
    return sum(map(_unheard, there)), sum(map(_unconsumed, there))


def _unheard(session: Session) -> int:
    return sum(not slot.settled for _, slot in session.slots.values())


def _unconsumed(session: Session) -> int:
    accounts = [subscription.buffer.counters for subscription in session.subscriptions.values()]
    return sum(account.buffered + account.in_flight for account in accounts)
