"""What the parts of one server share: numbers, limits, clock, and each other. No behaviour."""

from __future__ import annotations

import itertools
import secrets
import time
from typing import TYPE_CHECKING

from stream_core.clock import ServerClock
from stream_core.values import Limits

if TYPE_CHECKING:
    from stream_core.server.calls import CallRouter
    from stream_core.server.demands import Demands
    from stream_core.server.events import Events
    from stream_core.server.permits import Permits
    from stream_core.server.proofs import Proofs
    from stream_core.server.sessions import Sessions
    from stream_core.server.streams import Streams
    from stream_core.server.watches import Watches

__all__ = ["Services"]


class Services:
    """One for each running server.

    Attributes:
        name: of the server; limits: what it allows.
        epoch: a random number; a restarted server has another.
        sessions, streams, demands, calls, watches, events, permits, proofs: the parts.
    """

    sessions: Sessions
    streams: Streams
    demands: Demands
    calls: CallRouter
    watches: Watches
    events: Events
    permits: Permits
    proofs: Proofs

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.limits = limits
        self.epoch = secrets.randbits(48)
        self._clock = ServerClock(time.time_ns(), time.perf_counter_ns())
        self._numbers = itertools.count(1)
        self.started_ns = self.now_ns()

    def now_ns(self) -> int:
        """The server's clock."""
        return self._clock.now_ns(time.perf_counter_ns())

    def next_number(self) -> int:
        """A number for a client, a channel or a reader; never given twice."""
        return next(self._numbers)
