from __future__ import annotations

from stream_core.channels.counters import Counters


def test_each_published_number_is_accounted_for_once() -> None:
    counters = Counters(
        published=21, delivered=1, in_flight=2, buffered=3, dropped=4, not_selected=5, reduced=6
    )
    assert counters.balanced


def test_a_number_too_few_shows() -> None:
    assert not Counters(published=2, delivered=1).balanced
