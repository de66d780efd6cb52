from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.channels.schedule import QUANTUM_BYTES, Schedule


def send(schedule: Schedule[str], sizes: dict[str, int], turns: int) -> Counter[str]:
    """What each key has sent after so many turns of keys that never run out."""
    sent: Counter[str] = Counter()
    for _ in range(turns):
        key = schedule.next()
        assert key is not None
        schedule.spent(key, sizes[key])
        sent[key] += sizes[key]
    return sent


def test_nobody_awake_nobody_next() -> None:
    schedule = Schedule[str]()
    assert schedule.next() is None
    schedule.wake("a")
    assert schedule.next() == "a"
    schedule.rest("a")
    assert schedule.next() is None
    assert len(schedule) == 0


def test_bytes_are_shared_evenly_whatever_the_size_of_a_block() -> None:
    schedule = Schedule[str]()
    sizes = {"camera": 5_000_000, "chunks": 64 * 1024, "thermometer": 100}
    for key in sizes:
        schedule.wake(key)
    sent = send(schedule, sizes, 200_000)
    assert max(sent.values()) - min(sent.values()) <= 5_000_000 + 2 * QUANTUM_BYTES


@pytest.mark.parametrize("weight", [0.25, 3.0, 100.0])
def test_bytes_are_shared_by_weight(weight: float) -> None:
    schedule = Schedule[str]()
    schedule.wake("one")
    schedule.wake("other", weight)
    sent = send(schedule, {"one": 1000, "other": 1000}, 100_000)
    assert sent["other"] / sent["one"] == pytest.approx(weight, rel=0.1)


def test_who_wakes_is_served_within_a_share_of_each_other() -> None:
    schedule = Schedule[str]()
    schedule.wake("camera")
    send(schedule, {"camera": 10_000}, 1000)
    schedule.wake("thermometer")
    sent = 0
    while schedule.next() == "camera":
        schedule.spent("camera", 10_000)
        sent += 10_000
    assert sent <= QUANTUM_BYTES + 10_000


def test_resting_saves_no_share_and_forgives_no_debt() -> None:
    schedule = Schedule[str]()
    schedule.wake("burst")
    schedule.wake("steady")
    sent: Counter[str] = Counter()
    while sent["steady"] < 50_000_000:
        key = schedule.next()
        assert key is not None
        size = 5_000_000 if key == "burst" else 10_000
        schedule.spent(key, size)
        sent[key] += size
        if key == "burst":
            schedule.rest(key)
            schedule.wake(key)
    assert sent["burst"] == pytest.approx(sent["steady"], rel=0.25)


def test_a_debt_holds_up_nobody_who_is_alone() -> None:
    schedule = Schedule[str]()
    schedule.wake("camera", 0.001)
    schedule.spent("camera", 2**40)
    assert schedule.next() == "camera"


def test_all_in_debt_are_freed_at_once() -> None:
    schedule = Schedule[str]()
    for key in ("a", "b"):
        schedule.wake(key, 0.001)
        schedule.spent(key, 2**40)
    assert schedule.next() in ("a", "b")


def test_removal_forgets_everything() -> None:
    schedule = Schedule[str]()
    schedule.wake("a")
    schedule.wake("b")
    schedule.spent("a", 2**40)
    schedule.remove("a")
    schedule.remove("a")
    schedule.spent("a", 10)
    schedule.rest("a")
    assert schedule.next() == "b"
    schedule.wake("a")
    schedule.spent("b", QUANTUM_BYTES)
    assert schedule.next() == "a"


@given(st.lists(st.tuples(st.sampled_from(["wake", "next", "rest", "remove"]), st.integers(0, 4))))
def test_only_who_is_awake_is_next(steps: list[tuple[str, int]]) -> None:
    schedule = Schedule[int]()
    awake: set[int] = set()
    for step, key in steps:
        if step == "wake":
            schedule.wake(key, 0.5 + key)
            awake.add(key)
        elif step == "next":
            turn = schedule.next()
            assert (turn is None) == (not awake)
            assert turn is None or turn in awake
            if turn is not None:
                schedule.spent(turn, 100_000 * key)
        else:
            getattr(schedule, step)(key)
            awake.discard(key)
        assert len(schedule) == len(awake)
