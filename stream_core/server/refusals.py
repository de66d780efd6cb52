"""What clients were refused for want of a grant: told once a minute for each, and counted."""

from __future__ import annotations

import logging

import msgspec

from stream_core.errors import NotAllowed
from stream_core.server.services import Services
from stream_core.server.session import Session

__all__ = ["Refusals"]

logger = logging.getLogger(__name__)

MINUTE_S = 60.0
MOST = 1000  # clients told apart within a minute; all others count as one
OTHERS = ""


class _Refused(msgspec.Struct):
    """A client within its minute: what is not told yet."""

    until_s: float
    session: Session
    error: NotAllowed
    untold: int = 0


class Refusals:
    """Tells the log and `server/events`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._by_client: dict[str, _Refused] = {}

    def refused(self, session: Session, error: NotAllowed, now_s: float) -> None:
        """A client wanted what it may not."""
        name = session.name
        if name not in self._by_client and len(self._by_client) >= MOST:
            name = OTHERS
        refused = self._by_client.get(name)
        if refused is None:
            self._by_client[name] = _Refused(now_s + MINUTE_S, session, error)
            self._tell(session, error, 1)
        else:
            refused.session, refused.error = session, error
            refused.untold += 1

    def tick(self, now_s: float) -> None:
        """Time has passed: tell how often it was since, or forget the client."""
        for name, refused in tuple(self._by_client.items()):
            if refused.until_s > now_s:
                continue
            if refused.untold:
                self._tell(refused.session, refused.error, refused.untold)
                refused.until_s, refused.untold = now_s + MINUTE_S, 0
            else:
                del self._by_client[name]

    def _tell(self, session: Session, error: NotAllowed, count: int) -> None:
        times = "" if count == 1 else f" ({count} times in a minute, the last of them)"
        logger.warning("client %s was refused%s: %s", session.name, times, error)
        self._services.events.client(
            "action_refused", session, user=session.user, reason=str(error), count=count
        )
