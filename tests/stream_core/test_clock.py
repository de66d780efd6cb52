from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stream_core.clock import OffsetEstimate, ServerClock

MS = 1_000_000


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
def test_the_error_is_within_its_bound(
    offset_ns: int, there_ns: int, back_ns: int, begun_ns: int
) -> None:
    estimate = OffsetEstimate()
    received_ns = begun_ns + there_ns + back_ns
    estimate.sample(begun_ns, begun_ns + there_ns + offset_ns, received_ns)
    assert estimate.error_ns is not None
    assert abs(estimate.offset_ns - offset_ns) <= estimate.error_ns + 1
    assert estimate.error_ns <= (there_ns + back_ns) // 2 + 1


def test_the_shortest_round_trip_counts() -> None:
    estimate = OffsetEstimate()
    estimate.sample(0, 1_000_000_000 + 9 * MS, 10 * MS)
    estimate.sample(20 * MS, 1_000_000_000 + 21 * MS, 22 * MS)
    assert (estimate.offset_ns, estimate.error_ns) == (1_000_000_000, MS)
    estimate.sample(30 * MS, 1_000_000_000 + 39 * MS, 40 * MS)
    assert (estimate.offset_ns, estimate.error_ns) == (1_000_000_000, MS)


def test_an_estimate_ages_until_a_worse_sample_is_better() -> None:
    estimate = OffsetEstimate()
    estimate.sample(0, 500 + MS // 2, MS)
    assert estimate.aged_error_ns(MS) == MS // 2
    later_ns = 60_000 * MS  # a minute: 50 ppm of it are 3 ms
    assert estimate.aged_error_ns(later_ns) > 3 * MS
    estimate.sample(later_ns, 900 + later_ns + MS, later_ns + 2 * MS)
    assert (estimate.offset_ns, estimate.error_ns) == (900, MS)


def test_another_server_is_estimated_anew() -> None:
    estimate = OffsetEstimate()
    estimate.sample(0, 500, 2)
    estimate.restart()
    assert estimate.error_ns is None
    assert estimate.offset_ns == 499  # better than nothing until the next sample
    estimate.sample(10 * MS, 10 * MS - 700 + 50 * MS, 110 * MS)
    assert estimate.offset_ns == -700
