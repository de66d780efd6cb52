"""What is new in a series, as one value: read at any time, it is never half of one state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["News"]


class News(NamedTuple):
    """How far a series is.

    Attributes:
        version: grows whenever there is something new to show.
        epoch: grows when samples come that are not later than all before.
        newest_ns: the time of the newest sample; None while there is none.
        latest_ns: no sample is later; later than the newest where a clock was set back.
    """

    version: int = 0
    epoch: int = 0
    newest_ns: int | None = None
    latest_ns: int | None = None

    @staticmethod
    def joined(parts: Sequence[News]) -> News:
        """Of several, to which the same times are always appended in this order."""
        return News(
            sum(part.version for part in parts),
            sum(part.epoch for part in parts),
            parts[-1].newest_ns,
            parts[0].latest_ns,
        )
