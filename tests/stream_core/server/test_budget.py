from __future__ import annotations

from stream_core.server.budget import Budget


def test_full_from_the_limit_on_and_not_below():
    budget = Budget(100)
    budget.change(99)
    assert not budget.full
    budget.change(1)
    assert budget.full
    budget.change(-1)
    assert not budget.full
    assert budget.used_bytes == 99
