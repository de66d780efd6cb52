import pytest

from stream_gui.plotdata.history_share import LONGEST_S, Share, shared_span_s


def live(rate_hz: float, bytes_per_sample: float = 4.0) -> Share:
    return Share(rate_hz, bytes_per_sample, 0, 0, lambda span_s: 0)


def test_all_reach_equally_far_back_whatever_their_rates() -> None:
    shares = [live(1_000_000), live(1000), live(1, 8.0)]
    span_s = shared_span_s(shares, 400e6)
    assert span_s == pytest.approx(400e6 / (4e6 + 4e3 + 8), rel=1e-3)
    assert [share.samples(span_s) for share in shares] == pytest.approx(
        [99.9e6, 99.9e3, 99.9], rel=2e-2
    )


def test_what_needs_little_reaches_a_week_back_and_no_further() -> None:
    assert shared_span_s([live(1)], 1e9) == LONGEST_S
    assert shared_span_s([], 0) == LONGEST_S


def test_what_no_longer_comes_gives_way_as_it_ages() -> None:
    """Its 1000 samples lie 100 s to 200 s back."""
    ended = Share(0, 4.0, 0, 1000, lambda span_s: int(min(max(0, span_s - 100), 100) * 10))
    assert shared_span_s([ended, live(100)], 4 * (100 * 150 + 500)) == pytest.approx(150, rel=1e-2)
    assert ended.samples(99) == 0


def test_a_budget_too_small_for_anything_still_leaves_the_least() -> None:
    tiny = Share(1e6, 4.0, 4096, 0, lambda span_s: 0)
    assert tiny.samples(shared_span_s([tiny], 10)) >= 4096
