from __future__ import annotations

import pytest

from stream_core.channels.backlog import UNBOUNDED, Backlog, Run
from stream_core.channels.parameters import checked_parameters
from stream_core.channels.patience import Patience, patience
from stream_core.channels.serving import Serving
from stream_core.wire.blocks import Block
from stream_core.wire.header import CodecNumber

SERVED_NS = 5


def patience_of(count: int = 0, *, full: bool = False, **parameters: object) -> Patience | None:
    """That of a reader with so many items of one byte, and room for a hundred bytes."""
    chosen = checked_parameters(min_interval_s=1.0, **parameters)
    backlog, serving = Backlog(100), Serving(0)
    serving.interval_ns = chosen.min_interval_ns
    backlog.limit_items = chosen.buffer_size or UNBOUNDED
    backlog.full_override = full
    if count:
        block = Block(CodecNumber.SAMPLES, 0, 1, count, 1, 0, 0, bytes(count))
        backlog.append(Run(block, 0, count, count))
    return patience(chosen, backlog, serving, 1000, due_ns=SERVED_NS)


@pytest.mark.parametrize("overflow", ["ring", "clear", "skip"])
def test_a_policy_that_drops_may_do_it_later(overflow: str) -> None:
    found = patience_of(10, overflow=overflow, buffer_size=10, every=5)
    assert found == Patience(1000, 5, 5, UNBOUNDED, 89, SERVED_NS)


@pytest.mark.parametrize("overflow", ["wait", "raise"])
@pytest.mark.parametrize("wish", ["every", "envelope"])
def test_one_that_pauses_or_ends_is_there_for_the_item_that_fills_the_buffer(
    overflow: str, wish: str
) -> None:
    found = patience_of(4, overflow=overflow, buffer_size=10, **{wish: 5})
    assert found is not None
    assert found.step == 5
    assert (found.until - 1000) // 5 + 1 < 10 - 4  # so many items can have come at most
    assert patience_of(8, overflow=overflow, buffer_size=10, **{wish: 5}) is None


def test_who_takes_everything_looks_at_everything() -> None:
    assert patience_of() is None


def test_nobody_is_patient_while_bytes_are_short() -> None:
    assert patience_of(every=5, full=True) is None
    assert patience_of(99, every=5, buffer_size=None) is not None
    assert patience_of(100, every=5, buffer_size=None) is None
