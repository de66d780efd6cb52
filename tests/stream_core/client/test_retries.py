from __future__ import annotations

import random
from itertools import accumulate, islice

import pytest

from stream_core.client.retries import LONGEST_RETRY_S, retry_delays_s

CLIENTS = 200
INSTANT_S = 0.02
RESTART_S = 0.5
"""How long it takes to start a server again."""


@pytest.fixture(autouse=True)
def the_same_chance() -> None:
    random.seed(20)


def arrivals_s(after_s: float, restart_s: float = RESTART_S) -> list[float]:
    """When each of the clients first comes to the server that has been started again."""
    found = []
    for _ in range(CLIENTS):
        times_s = accumulate(retry_delays_s(after_s))
        found.append(next(time_s for time_s in times_s if time_s >= restart_s))
    return found


@pytest.mark.parametrize("after_s", [0.0, 0.2])
def test_those_who_lost_the_same_server_never_come_all_at_once(after_s: float) -> None:
    times_s = arrivals_s(after_s)
    most = max(sum(t <= other < t + INSTANT_S for other in times_s) for t in times_s)
    assert most < CLIENTS / 5


@pytest.mark.parametrize("after_s", [0.0, 0.2])
@pytest.mark.parametrize("restart_s", [0.1, 0.5, 3.0])
def test_all_are_back_soon(after_s: float, restart_s: float) -> None:
    assert max(arrivals_s(after_s, restart_s)) - restart_s <= LONGEST_RETRY_S


def test_nobody_comes_before_it_may() -> None:
    assert all(next(retry_delays_s(3.0)) >= 3.0 for _ in range(CLIENTS))


def test_delays_grow_up_to_the_longest() -> None:
    delays_s = list(islice(retry_delays_s(0.0), 1, 30))
    assert delays_s[0] < 0.1
    assert all(LONGEST_RETRY_S / 2 <= delay_s <= LONGEST_RETRY_S for delay_s in delays_s[-20:])
