"""What is new in a table of samples, as one value: never half of one state, whenever read."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["News"]


class News(NamedTuple):
    """How far a table is.

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
