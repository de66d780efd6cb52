from __future__ import annotations

import heapq

import pytest

from tests.fuzzing.round import LEAST_S, Round, turned

NAMES = [f"target{index}" for index in range(118)]


def had(minutes: float, jobs: int, start_s: float) -> tuple[list[tuple[str, float]], float]:
    """What a round of so many minutes gives to whom, and when it comes to its end."""
    given, ends = Round(NAMES, jobs, 60 * minutes), [(0.0, 0.0)] * jobs
    targets, last_s = [], 0.0
    while ends:
        now_s, seconds = heapq.heappop(ends)
        last_s = max(last_s, now_s)
        if seconds:
            given.ended(start_s + seconds, seconds)
        if (target := given.next(now_s)) is not None:
            targets.append(target)
            heapq.heappush(ends, (now_s + start_s + target[1], target[1]))
    return targets, last_s


@pytest.mark.parametrize("start_s", [0.5, 4.0, 12.0])
@pytest.mark.parametrize("jobs", [1, 2, 16])
@pytest.mark.parametrize("minutes", [1, 10, 60])
def test_a_round_keeps_its_minutes(minutes: float, jobs: int, start_s: float) -> None:
    targets, last_s = had(minutes, jobs, start_s)
    assert 0.8 * 60 * minutes < last_s < 1.2 * 60 * minutes
    assert [name for name, _ in targets] == NAMES[: len(targets)]
    assert all(seconds >= LEAST_S for _, seconds in targets)


def test_where_there_is_time_for_all_each_has_its_share() -> None:
    targets, _ = had(60, 2, 4.0)
    assert len(targets) == len(NAMES)
    assert all(55 < seconds < 59 for _, seconds in targets[:-2])  # 60, but for their starts


def test_no_time_is_time_for_nobody() -> None:
    assert Round(NAMES, 2, 1.0).next(0.0) is None
    assert Round([], 2, 100.0).next(0.0) is None


@pytest.mark.parametrize(
    ("first", "order"), [("b", "bca"), ("a", "abc"), ("gone", "abc"), ("", "abc")]
)
def test_the_next_round_goes_on_with_those_that_were_left(first: str, order: str) -> None:
    assert "".join(turned("abc", first)) == order
