from __future__ import annotations

import pytest

from stream_core.client.sample_times import SampleTimes
from stream_core.errors import InvalidValue

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


@pytest.mark.parametrize(("given", "interval"), [("x", MS), (None, "x"), (MS, "x"), (95e6, MS)])
def test_what_is_no_time_is_named(given: object, interval: object) -> None:
    times = SampleTimes(1000)
    with pytest.raises(InvalidValue, match="give whole numbers of nanoseconds"):
        times.start_ns(2, given, interval, now_ns=100 * MS)  # type: ignore[arg-type]
    assert times.start_ns(10, None, MS, now_ns=100 * MS) == 91 * MS
