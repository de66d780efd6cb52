"""The account of one reader at one instant, in items; it only states facts and never counts."""

from __future__ import annotations

import msgspec

__all__ = ["Counters"]


class Counters(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each number published since a reader's first one.

    Attributes:
        published: numbers that passed, the writer's gaps included.
        delivered: credited by the reader.
        in_flight: sent, not yet credited.
        buffered: waiting at the server.
        dropped: lost, by the buffer or before it.
        not_selected: left out on the reader's wish.
        reduced: folded into an envelope.
    """

    published: int = 0
    delivered: int = 0
    in_flight: int = 0
    buffered: int = 0
    dropped: int = 0
    not_selected: int = 0
    reduced: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every published number is accounted for exactly once."""
        return self.published == (
            self.delivered
            + self.in_flight
            + self.buffered
            + self.dropped
            + self.not_selected
            + self.reduced
        )
