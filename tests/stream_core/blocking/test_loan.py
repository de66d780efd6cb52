from __future__ import annotations

from collections import deque

from stream_core.blocking.loan import Loan


def test_so_many_values_are_taken_and_stay_until_then() -> None:
    values = deque(range(5))
    taking = Loan(values, 3).taking
    assert next(taking) == 0
    assert list(values) == [1, 2, 3, 4]
    assert list(taking) == [1, 2]
    assert list(values) == [3, 4]


def test_nothing_is_taken_after_it_was_called_in() -> None:
    values = deque(range(5))
    loan = Loan(values, 4)
    assert next(loan.taking) == 0
    loan.call_in()
    assert list(loan.taking) == []
    assert list(values) == [1, 2, 3, 4]
