from __future__ import annotations

import pytest

from stream_core.security import Guesses, place_of

HERE, THERE = "10.0.0.5", "10.0.0.6"


@pytest.fixture
def guesses() -> Guesses:
    return Guesses(2.0)


def pauses(guesses: Guesses, times: int, place: str = HERE) -> list[float]:
    """How long after each wrong secret the next is answered, each given when that is allowed."""
    found, now_s = [], 1000.0
    for _ in range(times):
        guesses.failed(place, "", now_s)
        found.append(round(guesses.due_s(place, "") - now_s, 6))
        now_s = guesses.due_s(place, "")
    return found


def test_answers_come_later_with_each_wrong_secret(guesses: Guesses) -> None:
    assert guesses.due_s(HERE, "") <= 0
    assert pauses(guesses, 7) == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
    assert pauses(Guesses(0.0), 7) == [0.0] * 7


def test_other_places_are_not_slowed_down(guesses: Guesses) -> None:
    pauses(guesses, 9)
    assert guesses.due_s(THERE, "") <= 0


def test_after_a_minute_it_is_forgotten(guesses: Guesses) -> None:
    for _ in range(9):
        guesses.failed(HERE, "ann", 1000.0)
    guesses.failed(HERE, "ann", 1060.0)
    assert guesses.due_s(HERE, "ann") == pytest.approx(1060.1)


def test_a_right_secret_sets_its_place_back_but_not_what_was_guessed_of_others(
    guesses: Guesses,
) -> None:
    for _ in range(9):
        guesses.failed(HERE, "admin", 1000.0)
    assert guesses.due_s(HERE, "ann") == 1002.0
    guesses.proven(HERE, "ann")
    assert guesses.due_s(HERE, "ann") <= 0
    assert guesses.due_s(HERE, "admin") == 1002.0
    guesses.proven(HERE, "admin")
    assert guesses.due_s(HERE, "admin") <= 0


def test_who_changes_the_user_is_slowed_down_as_well(guesses: Guesses) -> None:
    for index in range(9):
        guesses.failed(HERE, f"user{index}", 1000.0)
    assert guesses.due_s(HERE, "another") == 1002.0


def test_it_remembers_so_many_only_and_those_that_go_on(guesses: Guesses) -> None:
    for index in range(5000):
        guesses.failed(f"10.1.{index // 256}.{index % 256}", "", 1000.0)
        guesses.failed(HERE, f"user{index}", 1000.0)
    assert len(guesses._failures) == 1000
    assert guesses.due_s(HERE, "") == 1002.0
    guesses.failed(THERE, "", 2000.0)
    assert len(guesses._failures) == 2


def test_that_answers_are_as_late_as_ever_is_said_once(guesses: Guesses) -> None:
    said = [guesses.failed(HERE, "", 1000.0) for _ in range(9)]
    assert said == [False] * 5 + [True] + [False] * 3


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.5", "::ffff:10.0.0.5", True),
        ("2001:db8::1", "2001:db8::ffff:2%eth0", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("unknown", "unknown", True),
    ],
)
def test_whose_addresses_are_many_is_one_place(one: str, other: str, same: bool) -> None:
    assert (place_of(one) == place_of(other)) is same
