"""What a full buffer does with the next items, by the reader's choice; it never sends anything.

Each policy is defined item by item and applied to a run of them: either the run is a single item,
or bytes set no limit to it, so that counting suffices. It gives the number of the item with which
the subscription ends, else None.
"""

from __future__ import annotations

from collections.abc import Callable

from stream_core.channels.backlog import UNBOUNDED, Backlog, Run
from stream_core.values import Overflow
from stream_core.wire.header import CodecNumber

__all__ = ["drop_excess", "store"]

MOST_SINGLY = 1024

Policy = Callable[[Backlog, Run], int | None]


def store(backlog: Backlog, run: Run, overflow: Overflow) -> int | None:
    """Keep a run of items, or as much of it as the policy lets.

    Returns:
        The number of the item with which the subscription ends, or None if it goes on.
    """
    if overflow is Overflow.WAIT or backlog.room(run) == run.count:
        backlog.append(run)
        return None
    policy = _POLICIES[overflow]
    if not backlog.full_override and backlog.size_bytes + run.size_bytes <= backlog.limit_bytes:
        return policy(backlog, run)
    if run.count > MOST_SINGLY and run.block.codec == CodecNumber.SAMPLES:
        return _store_samples(backlog, run, overflow)
    for single in run.singly():
        last = policy(backlog, single)
        if last is not None:
            return last
    return None


def _store_samples(backlog: Backlog, run: Run, overflow: Overflow) -> int | None:
    """A channel's samples all have one size: a limit of bytes is one of items, counting suffices.

    A block may have millions of them, too many to be looked at one by one. Compressed ones have a
    share of their block, which differs from block to block, so that counting is not all.
    """
    limits = backlog.limit_items, backlog.limit_bytes, backlog.full_override
    most_bytes = min(limits[1], backlog.size_bytes) if backlog.full_override else limits[1]
    size_bytes = max(1, run.block.item_bytes(run.start))
    fitting = backlog.count + (backlog.limit_bytes - backlog.size_bytes) // size_bytes
    if backlog.full_override:
        fitting = min(fitting, 1 if overflow is Overflow.CLEAR else backlog.count)
    backlog.limit_items = max(1, min(backlog.limit_items, fitting))
    backlog.limit_bytes, backlog.full_override = UNBOUNDED, False
    try:
        return _POLICIES[overflow](backlog, run)
    finally:
        backlog.limit_items, backlog.limit_bytes, backlog.full_override = limits
        if overflow is Overflow.RING:
            _drop_compressed(backlog, most_bytes)


def _drop_compressed(backlog: Backlog, most_bytes: int) -> None:
    """Drop the oldest compressed items while there are more bytes, but not the newest item."""
    while backlog.size_bytes > most_bytes and backlog.count > 1:
        oldest = backlog.runs[0]
        if not oldest.block.compressed:
            return
        surplus = backlog.size_bytes - most_bytes
        count = -(-surplus * oldest.count // max(1, oldest.size_bytes))
        backlog.drop_oldest(min(count, oldest.count, backlog.count - 1))


def drop_excess(backlog: Backlog) -> None:
    """Drop the oldest items of a buffer that has become too small for them."""
    backlog.drop_oldest(max(0, backlog.count - backlog.limit_items))


def _ring(backlog: Backlog, run: Run) -> None:
    kept = min(run.count, backlog.limit_items)
    limit_items, limit_bytes = backlog.limit_items, backlog.limit_bytes
    if backlog.full_override:
        limit_items = min(limit_items, max(1, backlog.count))
        limit_bytes = min(limit_bytes, backlog.size_bytes)
    backlog.drop_oldest(min(backlog.count, max(0, backlog.count + kept - limit_items)))
    while backlog.count and backlog.size_bytes + run.size_bytes > limit_bytes:
        backlog.drop_oldest(1)
    _keep_newest(backlog, run, kept)


def _clear(backlog: Backlog, run: Run) -> None:
    surplus = run.count - backlog.room(run)
    if surplus == 0:
        backlog.append(run)
        return
    backlog.drop_oldest(backlog.count)
    _keep_newest(backlog, run, (surplus - 1) % backlog.limit_items + 1)


def _skip(backlog: Backlog, run: Run) -> None:
    left = _keep_oldest(backlog, run)
    if left is not None:
        backlog.lose(left)


def _raise(backlog: Backlog, run: Run) -> int | None:
    left = _keep_oldest(backlog, run)
    if left is None:
        return None
    last = left.first
    backlog.lose(left.split(1) if left.count > 1 else left)
    return last


def _keep_newest(backlog: Backlog, run: Run, kept: int) -> None:
    if kept < run.count:
        backlog.lose(run.split(run.count - kept))
    backlog.append(run)


def _keep_oldest(backlog: Backlog, run: Run) -> Run | None:
    """Keep what there is room for; what is left over of the run, or None."""
    room = backlog.room(run)
    if room == run.count:
        backlog.append(run)
        return None
    if room:
        backlog.append(run.split(room))
    return run


_POLICIES: dict[Overflow, Policy] = {
    Overflow.RING: _ring,
    Overflow.CLEAR: _clear,
    Overflow.SKIP: _skip,
    Overflow.RAISE: _raise,
}
