"""The legal conversations of a connection as one table: state → kind → state.

A missing key is the protocol error. The table judges what a side receives; it never waits.
"""

from __future__ import annotations

from enum import Enum, auto

from stream_core.errors import ProtocolError
from stream_core.wire.header import FIRST_OPTIONAL_KIND, Kind

__all__ = ["CLIENT_RECEIVES", "SERVER_RECEIVES", "Conversation", "Phase"]


class Phase(Enum):
    """How far a connection has come."""

    GREETING = auto()
    PROVING = auto()
    OPEN = auto()
    CLOSED = auto()


Table = dict[Phase, dict[int, Phase]]


def _open(*kinds: Kind) -> dict[int, Phase]:
    return {int(kind): Phase.OPEN for kind in kinds} | {int(Kind.GOODBYE): Phase.CLOSED}


_CALLS = (Kind.CALL, Kind.RESULT, Kind.FAILURE, Kind.PROGRESS, Kind.CANCEL, Kind.CREDIT)
_BOTH = (*_CALLS, Kind.DATA, Kind.DEMAND, Kind.MARK, Kind.PING, Kind.PONG)

SERVER_RECEIVES: Table = {
    Phase.GREETING: {Kind.HELLO: Phase.PROVING, Kind.GOODBYE: Phase.CLOSED},
    Phase.PROVING: {Kind.PROOF: Phase.PROVING, Kind.GOODBYE: Phase.CLOSED},
    Phase.OPEN: _open(*_BOTH),
    Phase.CLOSED: {},
}
CLIENT_RECEIVES: Table = {
    Phase.GREETING: {
        Kind.CHALLENGE: Phase.PROVING,
        Kind.WELCOME: Phase.OPEN,
        Kind.GOODBYE: Phase.CLOSED,
    },
    Phase.PROVING: {Kind.WELCOME: Phase.OPEN, Kind.GOODBYE: Phase.CLOSED},
    Phase.OPEN: _open(*_BOTH, Kind.LOST, Kind.END, Kind.NAME, Kind.GONE),
    Phase.CLOSED: {},
}

_NAMES = {int(kind): kind.name for kind in Kind}


class Conversation:
    """Holds one side's received frames to its table.

    Attributes:
        steady: the kinds that may be received now and change nothing; for the others, `receive`.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self.phase = Phase.GREETING

    @property
    def phase(self) -> Phase:
        """Where the conversation stands; the server opens it when it sends WELCOME."""
        return self._phase

    @phase.setter
    def phase(self, phase: Phase) -> None:
        self._phase = phase
        following = self._table[phase].items()
        self.steady = frozenset(int(kind) for kind, after in following if after is phase)

    def receive(self, kind: int) -> None:
        """Follow a received frame.

        Raises:
            ProtocolError: that kind is not allowed now.
        """
        if kind in self.steady:
            return
        phase = self._table[self.phase].get(kind)
        if phase is None and kind >= FIRST_OPTIONAL_KIND:
            return
        if phase is None:
            name = _NAMES.get(kind, f"frame kind {kind}")
            raise ProtocolError(f"{name} is not allowed while {self.phase.name.lower()}")
        self.phase = phase
