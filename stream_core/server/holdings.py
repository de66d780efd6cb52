"""What the server keeps for each client, all of it; who keeps too much for it is cut off.

Every buffer has its limit, but a client may have thousands of them. While this process has grown by
less than twice `Limits.buffer_bytes` nobody is looked at; beyond that what clients keep is counted,
and if that is the reason, the one that keeps most goes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from stream_core.channels.history import RUN_BYTES
from stream_core.errors import LimitExceeded
from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.wire.blocks import Block

__all__ = ["Holdings"]

logger = logging.getLogger(__name__)
TIMES_BUFFER_BYTES = 2
GROWTH = 1.1  # of the process, until it is looked at again


class Holdings:
    """Counts what is kept, and ends it.

    Args:
        services: of the server.
        resident_bytes: gives the memory that this process has.
    """

    def __init__(self, services: Services, resident_bytes: Callable[[], int]) -> None:
        self._services = services
        self._resident_bytes = resident_bytes
        self._limit_bytes = TIMES_BUFFER_BYTES * services.limits.buffer_bytes
        self._look_at_bytes = resident_bytes() + self._limit_bytes

    def check(self) -> None:
        """Cut off the client that keeps most, if all of them keep too much."""
        resident_bytes = self._resident_bytes()
        if resident_bytes <= self._look_at_bytes:
            return
        if self.held_bytes() <= self._limit_bytes:
            self._look_at_bytes = int(resident_bytes * GROWTH)
            return
        sessions = self._services.sessions
        greatest = max(sessions, key=self.held_bytes_of)
        size = self.held_bytes_of(greatest)
        limit = self._services.limits.buffer_bytes
        greatest.break_off(
            LimitExceeded(
                f"all clients together keep {TIMES_BUFFER_BYTES} times buffer_bytes={limit} and "
                f"client '{greatest.name}' the most of it, {size} bytes that it does not consume"
            )
        )

    def held_bytes(self) -> int:
        """What is kept for all clients; what several keep is counted once."""
        sessions = tuple(self._services.sessions)
        blocks = {id(block): block for session in sessions for block in _blocks(session)}
        return _size_bytes(blocks) + sum(map(_besides_bytes, sessions))

    def held_bytes_of(self, session: Session) -> int:
        """What is kept for one client."""
        return _size_bytes({id(block): block for block in _blocks(session)}) + _besides_bytes(
            session
        )


def _blocks(session: Session) -> Iterator[Block]:
    for subscription in session.subscriptions.values():
        yield from subscription.buffer.held()


def _size_bytes(blocks: dict[int, Block]) -> int:
    return sum(block.size_bytes + RUN_BYTES for block in blocks.values())


def _besides_bytes(session: Session) -> int:
    """What waits for its link, or has come by it in part, and what its channels remember."""
    link = session.connection.held_bytes if session.connection else 0
    remembered = sum(channel.history_bytes for channel in session.channels.values())
    return link + session.delivery.calls_bytes + remembered
