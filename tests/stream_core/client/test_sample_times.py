from __future__ import annotations

from stream_core.client.sample_times import SampleTimes

MS = 1_000_000


def test_blocks_continue_without_the_jitter_of_sending() -> None:
    times = SampleTimes(1000)
    assert times.usual_ns == MS
    first = times.start_ns(10, None, MS, now_ns=100 * MS)
    assert first == 91 * MS  # the last sample is of now
    assert times.start_ns(10, None, MS, now_ns=113 * MS) == 101 * MS
    assert times.start_ns(10, None, MS, now_ns=900 * MS) == 891 * MS  # a pause is no jitter


def test_given_times_are_kept() -> None:
    times = SampleTimes(None)
    assert times.usual_ns == 0
    assert times.start_ns(3, 77, 5, now_ns=0) == 77
    assert times.start_ns(3, None, 5, now_ns=100) == 92
