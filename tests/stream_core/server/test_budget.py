from __future__ import annotations

from stream_core.server.budget import Budget


class Borrower:
    """Gives back all it has as soon as it is woken, and finds that others have more."""

    def __init__(self, budget: Budget, found_bytes: int = 0):
        self.budget, self.found_bytes, self.lent_bytes = budget, found_bytes, 0

    def borrow(self, size_bytes: int) -> bool:
        lent = self.budget.lend(self, size_bytes)
        self.lent_bytes += size_bytes * lent
        return lent

    def wake_all(self) -> None:
        given_back, self.lent_bytes = self.lent_bytes, 0
        self.budget.give_back(self, given_back)
        self.budget.change(self.found_bytes)


def test_full_from_the_limit_on_and_not_below():
    budget = Budget(100)
    budget.change(99)
    assert not budget.full
    budget.change(1)
    assert budget.full
    budget.change(-1)
    assert not budget.full
    assert budget.used_bytes == 99


def test_what_is_lent_does_not_count_but_cannot_reach_the_limit():
    budget = Budget(100)
    borrower = Borrower(budget)
    budget.change(50)
    assert borrower.borrow(49)
    assert not borrower.borrow(1)
    assert not budget.full
    assert (budget.used_bytes, budget.lent_bytes) == (50, 49)
    borrower.wake_all()
    assert borrower.borrow(1)


def test_all_borrowers_are_woken_before_what_they_have_could_matter():
    budget = Budget(100)
    borrowers = [Borrower(budget, found_bytes=20), Borrower(budget, found_bytes=30)]
    assert all(borrower.borrow(40) for borrower in borrowers)
    budget.change(19)
    assert budget.used_bytes == 19
    budget.change(1)
    assert (budget.used_bytes, budget.lent_bytes) == (70, 0)
    assert not budget.full
