from __future__ import annotations

from stream_core.server.pacing import AHEAD_S, CEILING_BYTES, FLOOR_BYTES, Pacing

MB = 1_000_000


def carry(pacing, rate, seconds, *, start_s=0.0, step_s=0.002):
    """Acknowledge at a rate, in bytes a second."""
    total, now_s = pacing.acknowledged_bytes, start_s
    while now_s < start_s + seconds:
        now_s += step_s
        total += int(rate * step_s)
        pacing.acknowledge(total, now_s)


def test_a_new_link_takes_the_floor():
    pacing = Pacing()
    assert pacing.room(FLOOR_BYTES - 1)
    assert not pacing.room(FLOOR_BYTES)


def test_the_window_follows_the_rate():
    pacing = Pacing()
    carry(pacing, 500 * MB, 0.1)
    assert abs(pacing.window_bytes / (500 * MB * AHEAD_S) - 1) < 0.01
    carry(pacing, 50 * MB, 0.1, start_s=1.0)
    assert abs(pacing.window_bytes / (50 * MB * AHEAD_S) - 1) < 0.01


def test_the_window_has_a_floor_and_a_ceiling():
    pacing = Pacing()
    carry(pacing, 1000, 1.0)
    assert pacing.window_bytes == FLOOR_BYTES
    carry(pacing, 100_000 * MB, 0.1, start_s=2.0)
    assert pacing.window_bytes == CEILING_BYTES


def test_a_long_link_may_be_filled():
    pacing = Pacing()
    for seconds in (0.2, 0.1, 0.5):
        pacing.round_trip(seconds)
    rate = FLOOR_BYTES / 0.1  # a full window each round trip
    carry(pacing, rate, 1.0)
    assert pacing.window_bytes > FLOOR_BYTES


def test_who_acknowledges_nothing_gets_no_more():
    pacing = Pacing()
    pacing.acknowledge(0, 1.0)
    pacing.acknowledge(0, 2.0)
    assert not pacing.room(FLOOR_BYTES)
    pacing.acknowledge(10, 3.0)
    assert pacing.room(FLOOR_BYTES)
