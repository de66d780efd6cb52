"""For how long a reader need not look at what comes; arithmetic only, it never waits itself."""

from __future__ import annotations

import msgspec

from stream_core.channels.backlog import UNBOUNDED, Backlog
from stream_core.channels.parameters import Parameters
from stream_core.channels.serving import Serving
from stream_core.values import Overflow

__all__ = ["Patience", "patience"]


class Patience(msgspec.Struct, frozen=True):
    """What may come before a reader has to look.

    Attributes:
        next: the number that it has come to; nothing before it may be outstanding.
        every: it takes none but multiples of it.
        step: of so many neighbouring numbers it takes one item.
        until: it has to be there when that number comes.
        free_bytes: its buffer may grow by so many before any policy acts.
        due_ns: when it wants to be woken; None: not by a time.
    """

    next: int
    every: int
    step: int
    until: int
    free_bytes: int
    due_ns: int | None


def patience(
    parameters: Parameters,
    backlog: Backlog,
    serving: Serving,
    next_number: int,
    *,
    due_ns: int | None,
) -> Patience | None:
    """The patience of a reader that takes a part of the items and is served at intervals.

    A policy that drops may do so later, with the same outcome, as long as bytes set no limit; one
    that pauses the writers or ends the subscription must act at its item. None: it has to look at
    each block.

    Args:
        parameters: what the reader chose.
        backlog: what waits for it, none of which may go now.
        serving: when something may.
        next_number: the number that comes next.
        due_ns: when its next serving may begin; None: that depends on its credit.
    """
    step = parameters.envelope or parameters.every
    free_bytes = backlog.limit_bytes - backlog.size_bytes - 1
    if not serving.interval_ns or step == 1 or backlog.full_override or free_bytes < 0:
        return None
    until = UNBOUNDED
    if parameters.overflow in (Overflow.WAIT, Overflow.RAISE):
        until = next_number + (backlog.limit_items - backlog.count - 2) * step
        if until <= next_number:
            return None
    return Patience(next_number, parameters.every, step, until, free_bytes, due_ns)
