"""Rates of things that come and go."""

import numpy as np

from stream_gui.models.load.rate_ring import RateRing


def test_each_thing_has_its_rates_with_holes_where_it_was_away() -> None:
    ring: RateRing[str] = RateRing(10)
    for values in ({"a": 1.0}, {"a": 2.0, "b": 5.0}, {"b": 6.0}):
        ring.add(values)
    np.testing.assert_array_equal(ring.rates("a"), [1, 2, np.nan])
    np.testing.assert_array_equal(ring.rates("b", last=2), [5, 6])
    keys, together = ring.together(2)
    assert keys == ["a", "b"]
    np.testing.assert_array_equal(together, [[2, np.nan], [5, 6]])


def test_the_oldest_is_forgotten_and_so_is_what_is_gone() -> None:
    ring: RateRing[str] = RateRing(3)
    ring.add({"a": 1.0})
    for second in range(1, 5):
        ring.add({"b": float(second)})
    assert ring.keys == ["b"]
    assert ring.rates("b").tolist() == [2, 3, 4]


def test_many_come_and_go_in_the_room_of_those_that_are_there() -> None:
    ring: RateRing[int] = RateRing(5)
    for second in range(100):
        ring.add({number: float(number) for number in range(second * 10, second * 10 + 40)})
    assert len(ring.keys) == 80
    assert len(ring._rates) <= 128
    assert np.nanmax(ring.rates(1029)) == 1029
    ring.clear()
    assert ring.keys == []
    ring.add({1: 2.0})
    assert ring.rates(1).tolist() == [2]
