"""What stands between the items of a reader: losses, marks and the end; it never holds an item.

Runs of notices stay bounded: neighbouring losses of one reason merge, and a run that grows long
nevertheless is folded into one loss and the newest mark.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from stream_core.values import Loss

__all__ = [
    "CLEARED",
    "OVERFLOW",
    "SEVERAL",
    "Ended",
    "Mark",
    "Notice",
    "add_notice",
    "begin",
    "folded",
    "position",
]

OVERFLOW = "overflow"
CLEARED = "cleared"
SEVERAL = "several"
LONGEST_RUN = 16


class Mark(msgspec.Struct, frozen=True):
    """Something opaque in its place between the items.

    Attributes:
        sequence: the last number that was published before it.
        payload: what whoever set the mark wants to find there.
    """

    sequence: int
    payload: object


class Ended(msgspec.Struct, frozen=True):
    """Nothing comes after this.

    Attributes:
        reason: why, in words.
        error: name of the error that the reader raises, or None for an ordinary end.
    """

    reason: str
    error: str | None = None


Notice = Loss | Mark


def position(notice: Notice) -> int:
    """The number by which the reader that has received it has certainly seen the notice."""
    if isinstance(notice, Mark):
        return notice.sequence + 1
    return notice.first if notice.last is None else notice.last


def begin(notice: Notice) -> int:
    """The lowest number that it speaks of."""
    if isinstance(notice, Mark):
        return notice.sequence
    return notice.first - 1 if notice.last is None else notice.first


def add_notice(run: list[Notice], notice: Notice) -> None:
    """Add a notice to a run of neighbours, merging what is alike."""
    if isinstance(notice, Loss) and run:
        newest = run[-1]
        if isinstance(newest, Loss) and newest.reason == notice.reason and _sized(newest, notice):
            run[-1] = _merged(newest, notice)
            return
    if len(run) >= LONGEST_RUN:
        run[:] = folded(run)
    run.append(notice)


def folded(run: Iterable[Notice]) -> list[Notice]:
    """A run of neighbours as at most one loss and the newest mark."""
    loss: Loss | None = None
    mark: Mark | None = None
    for notice in run:
        if isinstance(notice, Mark):
            mark = notice
        else:
            loss = notice if loss is None else _merged(loss, notice)
    return [notice for notice in (loss, mark) if notice is not None]


def _sized(older: Loss, newer: Loss) -> bool:
    return older.last is not None and newer.last is not None


def _merged(older: Loss, newer: Loss) -> Loss:
    return Loss(
        older.first,
        newer.last if _sized(older, newer) else None,
        older.count + newer.count,
        older.reason if older.reason == newer.reason else SEVERAL,
    )
