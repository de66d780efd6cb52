"""When a channel is asked for as an envelope, and when as a whole again."""

import pytest

from stream_gui.session.economy import MEASURED_S, Economy


class Clock:
    """Judges an economy second by second."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.economy = Economy(self.now_s)

    def run(self, seconds: int, *, received: int = 1000, lost: int = 0, busy_s: float = 0.0) -> int:
        for _ in range(seconds):
            self.economy.add(received, lost, busy_s)
            self.now_s += MEASURED_S
            assert self.economy.is_due(self.now_s)
            self.economy.judge(self.now_s)
        return self.economy.reduced

    def seconds_until_whole(self) -> int:
        for second in range(10_000):
            if self.run(1) == 1:
                return second + 1
        raise AssertionError("it never tries again")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_keeps_up_comes_whole(clock: Clock) -> None:
    assert clock.run(1000, busy_s=0.4) == 1


def test_a_hiccup_changes_nothing(clock: Clock) -> None:
    assert clock.run(1, lost=5000) == 1
    assert clock.run(1) == 1
    assert clock.run(1, lost=5000) == 1


@pytest.mark.parametrize(
    ("received", "lost", "busy_s", "reduced"),
    [(1000, 1, 0.0, 10), (1000, 9000, 0.0, 50), (0, 10, 0.0, 50), (1000, 0, 0.9, 10)],
)
def test_what_is_too_much_for_link_or_machine_comes_as_an_envelope(
    clock: Clock, received: int, lost: int, busy_s: float, reduced: int
) -> None:
    assert clock.run(2, received=received, lost=lost, busy_s=busy_s) == reduced


def test_if_that_is_still_too_much_it_is_reduced_further(clock: Clock) -> None:
    first = clock.run(2, lost=500)
    assert clock.run(2, lost=500) > first


def test_everything_is_tried_again_after_longer_and_longer_whiles(clock: Clock) -> None:
    waits = []
    for _ in range(4):
        clock.run(2, lost=500)
        waits.append(clock.seconds_until_whole())
    assert waits == [30, 60, 120, 240]


def test_what_has_kept_up_for_a_while_is_trusted_again(clock: Clock) -> None:
    clock.run(2, lost=500)
    clock.seconds_until_whole()
    clock.run(31)
    clock.run(2, lost=500)
    assert clock.seconds_until_whole() == 30
