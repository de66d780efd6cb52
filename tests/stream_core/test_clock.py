from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_core.clock import Course, OffsetEstimate, ServerClock

US = 1_000
MS = 1_000_000
S = 1_000_000_000


def test_the_servers_clock_is_the_wall_clock_at_its_start_and_never_steps() -> None:
    clock = ServerClock(wall_ns=1_700_000_000_000, monotonic_ns=5_000)
    assert clock.now_ns(5_000) == 1_700_000_000_000
    assert clock.now_ns(5_100) == 1_700_000_000_100


@given(
    offset_ns=st.integers(-(10**18), 10**18),
    there_ns=st.integers(0, 10**9),
    back_ns=st.integers(0, 10**9),
    begun_ns=st.integers(0, 10**15),
)
def test_one_reply_bounds_the_offset_by_half_its_round_trip(
    offset_ns: int, there_ns: int, back_ns: int, begun_ns: int
) -> None:
    estimate = OffsetEstimate()
    received_ns = begun_ns + there_ns + back_ns
    assert estimate.sample(begun_ns, begun_ns + there_ns + offset_ns, received_ns)
    error_ns = estimate.error_ns(received_ns)
    assert abs(estimate.offset_ns(received_ns) - offset_ns) <= error_ns
    assert error_ns <= (there_ns + back_ns) * 0.5001 + 3


def test_nothing_is_certain_before_the_first_reply() -> None:
    assert OffsetEstimate().error_ns(0) > 100 * 365 * 86_400 * S


def test_the_shortest_round_trip_of_a_burst_counts() -> None:
    estimate = OffsetEstimate()
    estimate.sample(0, S + 9 * MS, 10 * MS)  # all of its round trip was on the way there
    assert estimate.offset_ns(10 * MS) == S + 4 * MS
    estimate.sample(20 * MS, S + 21 * MS, 22 * MS)
    estimate.sample(30 * MS, S + 39 * MS, 40 * MS)
    estimate.settle(40 * MS)
    assert estimate.offset_ns(2 * S) == pytest.approx(S, abs=0.2 * MS)
    assert estimate.error_ns(40 * MS + 1 * S) < 2 * MS


def test_an_uncertainty_grows_with_the_drift_of_two_quartz_clocks() -> None:
    estimate = OffsetEstimate()
    estimate.sample(0, 500 + MS // 2, MS)
    error_ns = estimate.error_ns(MS)
    assert error_ns == pytest.approx(MS // 2, abs=US)
    assert estimate.error_ns(60 * S) == pytest.approx(error_ns + 6 * MS, abs=10 * US)


def test_a_correction_is_spread_so_that_time_goes_on_steadily() -> None:
    estimate = OffsetEstimate()
    estimate.sample(0, 10 * MS, 10 * MS)
    former_ns = estimate.now_ns(10 * MS)
    assert former_ns == 15 * MS
    estimate.sample(11 * MS, 11 * MS + 1, 11 * MS + 2)
    estimate.settle(12 * MS)
    for now_ns in range(12 * MS, 900 * MS, MS):
        told_ns = estimate.now_ns(now_ns)
        assert 0.98 * MS < told_ns - former_ns < 3.02 * MS
        assert abs(told_ns - now_ns) <= estimate.error_ns(now_ns)
        former_ns = told_ns
    assert former_ns == pytest.approx(now_ns, abs=100 * US)


def test_a_sample_that_contradicts_all_others_begins_anew() -> None:
    """One of the computers has slept for a minute: its clock stood still."""
    estimate = OffsetEstimate()
    for second in range(10):
        assert estimate.sample(second * S, second * S + 50 * US, second * S + 100 * US)
        estimate.settle(second * S + 200 * US)
    assert not estimate.sample(20 * S, 80 * S + 50 * US, 20 * S + 100 * US)
    assert estimate.offset_ns(20 * S + MS) == 60 * S
    assert estimate.error_ns(20 * S + MS) < 60 * US
    assert estimate.sample(21 * S, 81 * S, 21 * S + 100 * US)


def test_another_server_is_estimated_anew() -> None:
    estimate = OffsetEstimate()
    estimate.sample(0, 500, 2)
    estimate.restart()
    assert estimate.offset_ns(10) == 499  # better than nothing until the next sample
    assert estimate.error_ns(10) > 10**18
    assert estimate.sample(10 * MS, 10 * MS - 700 + 50 * MS, 110 * MS)
    assert estimate.offset_ns(110 * MS) == -700


class Network:
    """Two clocks that run apart, and a network between them; `now_ns` is the client's.

    Args:
        random: of all that happens.
        drift: of the server's clock against the client's, in parts in a million.
        there_ns, back_ns: the shortest ways; jitter_ns: on top of them.
        stragglers: how many of a hundred messages take up to a hundred times the jitter.
    """

    def __init__(
        self,
        random: Random,
        drift: float,
        there_ns: int,
        back_ns: int,
        jitter_ns: int,
        stragglers: int,
    ) -> None:
        self.now_ns = random.randrange(10**15)
        self.rtt_ns: list[int] = []
        self._random = random
        self._begun_ns = self.now_ns
        self._offset_ns = random.randrange(-(10**18), 10**18)
        self._drift = drift
        self._ways_ns = there_ns, back_ns
        self._jitter_ns = jitter_ns
        self._stragglers = stragglers

    def offset_ns(self) -> int:
        """The true one, now."""
        return self._offset_ns + round(self._drift * 1e-6 * (self.now_ns - self._begun_ns))

    def pass_by(self, ns: int) -> None:
        self.now_ns += ns

    def ask(self) -> tuple[int, int, int]:
        sent_ns = self.now_ns
        self.pass_by(self._way_ns(0))
        remote_ns = self.now_ns + self.offset_ns()
        self.pass_by(self._way_ns(1))
        self.rtt_ns.append(self.now_ns - sent_ns)
        return sent_ns, remote_ns, self.now_ns

    def _way_ns(self, direction: int) -> int:
        jitter_ns = self._random.randrange(self._jitter_ns + 1)
        if self._random.randrange(100) < self._stragglers:
            jitter_ns *= self._random.randrange(1, 100)
        return self._ways_ns[direction] + jitter_ns


@st.composite
def networks(draw: st.DrawFn) -> Network:
    return Network(
        draw(st.randoms(use_true_random=False)),
        draw(st.floats(-50, 50)),
        draw(st.integers(1 * US, 20 * MS)),
        draw(st.integers(1 * US, 20 * MS)),
        draw(st.integers(0, 5 * MS)),
        draw(st.integers(0, 40)),
    )


class Watched:
    """An estimate that is held to its promises at every look."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.estimate = OffsetEstimate()
        self._told_ns: tuple[int, int] | None = None

    def burst(self, pings: int = 8) -> None:
        for _ in range(pings):
            assert self.estimate.sample(*self.network.ask())
            self.look()
        self.estimate.settle(self.network.now_ns)

    def wait(self, ns: int) -> None:
        self.network.pass_by(ns)
        self.look()

    def look(self) -> None:
        now_ns = self.network.now_ns
        told_ns = self.estimate.now_ns(now_ns)
        assert self.off_ns <= self.estimate.error_ns(now_ns)
        if self._told_ns is not None:
            passed_ns, went_ns = now_ns - self._told_ns[0], told_ns - self._told_ns[1]
            assert passed_ns * 0.9898 - 2 <= went_ns <= passed_ns * 1.0102 + 2
        self._told_ns = now_ns, told_ns

    @property
    def off_ns(self) -> int:
        told_ns = self.estimate.offset_ns(self.network.now_ns)
        return abs(told_ns - self.network.offset_ns())


@settings(max_examples=60, deadline=None)
@given(networks(), st.lists(st.integers(0, 70 * S), min_size=1, max_size=12))
def test_it_is_never_further_off_than_it_says_and_never_steps(
    network: Network, waits_ns: list[int]
) -> None:
    watched = Watched(network)
    assert watched.estimate.sample(*network.ask())
    watched.look()
    for wait_ns in waits_ns:
        watched.burst()
        for part in (20 * MS, wait_ns // 3, wait_ns // 3):
            watched.wait(part)
        watched.burst(pings=1)


@settings(max_examples=60, deadline=None)
@given(networks())
def test_after_a_burst_it_is_within_the_shortest_round_trip(network: Network) -> None:
    watched = Watched(network)
    assert watched.estimate.sample(*network.ask())
    watched.burst()
    shortest_ns = min(network.rtt_ns)
    watched.wait(20 * MS + 60 * max(network.rtt_ns))  # the correction is spread
    aged_ns = 150 * (20 * MS + 100 * max(network.rtt_ns)) // 1_000_000
    assert watched.off_ns <= shortest_ns + aged_ns + 2
    assert watched.estimate.error_ns(network.now_ns) <= shortest_ns + aged_ns + 20


@pytest.mark.parametrize("drift", [-50.0, 0.0, 7.0, 50.0])
def test_a_drift_is_learnt_and_the_error_becomes_small(drift: float) -> None:
    """On a symmetrical network of 0.2 ms, whose jitter has stragglers of up to 5 ms."""
    watched = Watched(Network(Random(7), drift, 100 * US, 100 * US, 50 * US, 10))
    watched.estimate.sample(*watched.network.ask())
    for power in range(30):
        watched.burst()
        watched.wait(min(2**power, 64) * S)
        if power > 8:
            assert watched.off_ns < 60 * US  # although 64 s of drift are more than 3 ms


def test_a_course_agrees_with_the_one_before_until_it_leaves_it() -> None:
    """Who still reads the former one, in another thread, reads the same."""
    former = Course.straight(0, 1000).towards(51_000, 20e-6, 5 * MS)
    now_ns = 15 * MS  # it is slewing still, but not for long
    course = former.towards(-700_000, -10e-6, now_ns)
    for later_ns in range(0, 10 * MS, 333_333):
        at_ns = now_ns + later_ns
        assert course.offset_ns(at_ns) == former.offset_ns(at_ns)
