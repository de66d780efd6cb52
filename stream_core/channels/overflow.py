"""What a full buffer does with the next items, by the reader's choice; it never sends anything.

Each policy is defined item by item and applied to a run of them: either the run is a single item,
or bytes set no limit to it, so that counting suffices. It gives the number of the item with which
the subscription ends, else None.
"""

from __future__ import annotations

from collections.abc import Callable

from stream_core.channels.backlog import Backlog, Run
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
    """A block's samples all have one size: a limit of bytes is one of items, counting suffices.

    A block may have millions of them, too many to be looked at one by one. What waits may have
    another size: it was folded otherwise, or compressed, where each has a share of its block. While
    all buffers are full a ring is held to what it has when the block comes, not at each item.
    """
    if overflow is Overflow.RING:
        _ring_samples(backlog, run)
        return None
    free_bytes = 0 if backlog.full_override else backlog.limit_bytes - backlog.size_bytes
    room = min(backlog.limit_items - backlog.count, _fitting(run, free_bytes))
    left = _keep_oldest(backlog, run, max(room, 0 if backlog.count else 1))
    if left is None:
        return None
    if overflow is Overflow.CLEAR:
        _clear_samples(backlog, left)
        return None
    return _POLICIES[overflow](backlog, left)


def _fitting(run: Run, size_bytes: int) -> int:
    """How many neighbouring samples of a run's block need no more than these bytes, wherever."""
    block = run.block
    return size_bytes * block.count // max(1, block.span_bytes(0, block.count))


def _ring_samples(backlog: Backlog, run: Run) -> None:
    most, most_bytes = backlog.limit_items, backlog.limit_bytes
    if backlog.full_override:
        most = min(most, max(1, backlog.count))
        most_bytes = min(most_bytes, backlog.size_bytes)
    kept = min(run.count, max(1, min(most, _fitting(run, most_bytes))))
    if kept < run.count:
        backlog.drop_oldest(backlog.count)
    else:
        backlog.drop_oldest(max(0, backlog.count + kept - most))
        _drop_bytes(backlog, most_bytes - run.size_bytes)
    _keep_newest(backlog, run, kept)


def _drop_bytes(backlog: Backlog, most_bytes: int) -> None:
    """Drop the oldest items while more bytes wait."""
    while backlog.count and backlog.size_bytes > most_bytes:
        oldest = backlog.runs[0]
        surplus_bytes = backlog.size_bytes - most_bytes
        count = -(-surplus_bytes * oldest.count // max(1, oldest.size_bytes))
        backlog.drop_oldest(min(count, oldest.count))


def _clear_samples(backlog: Backlog, run: Run) -> None:
    most = min(backlog.limit_items, _fitting(run, backlog.limit_bytes))
    kept = 1 if backlog.full_override else (run.count - 1) % max(1, most) + 1
    backlog.drop_oldest(backlog.count)
    _keep_newest(backlog, run, kept)


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
    left = _keep_oldest(backlog, run, backlog.room(run))
    if left is not None:
        backlog.lose(left)


def _raise(backlog: Backlog, run: Run) -> int | None:
    left = _keep_oldest(backlog, run, backlog.room(run))
    if left is None:
        return None
    last = left.first
    backlog.lose(left.split(1) if left.count > 1 else left)
    return last


def _keep_newest(backlog: Backlog, run: Run, kept: int) -> None:
    if kept < run.count:
        backlog.lose(run.split(run.count - kept))
    backlog.append(run)


def _keep_oldest(backlog: Backlog, run: Run, room: int) -> Run | None:
    """Keep as many items as there is room for; what is left over of the run, or None."""
    if room >= run.count:
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
