"""Counts that go up, and floods of NaN."""

from stream_gui.models.nan_flood import NanFlood
from stream_gui.models.rising import Rising


def test_a_count_that_rises_is_told_until_it_has_stood_still() -> None:
    rising: Rising[str] = Rising(calm_s=10)
    assert rising.look({"a": 500}, 0) == {}  # what was before is old
    assert rising.look({"a": 503, "b": 1}, 1) == {"a": 3}
    assert rising.look({"a": 504, "b": 1}, 5) == {"a": 4}
    assert rising.look({"a": 504, "b": 1}, 15) == {"a": 4}
    assert rising.look({"a": 504, "b": 1}, 15.1) == {}
    assert rising.look({"a": 506, "b": 1}, 30) == {"a": 2}  # another time, counted anew


def test_a_count_that_begins_anew_is_no_rise() -> None:
    rising: Rising[str] = Rising()
    rising.look({"a": 500}, 0)
    assert rising.look({"a": 3}, 1) == {}
    assert rising.look({"a": 4}, 2) == {"a": 1}


def test_what_is_gone_is_forgotten() -> None:
    rising: Rising[str] = Rising()
    rising.look({"a": 1}, 0)
    assert rising.look({"a": 2}, 1) == {"a": 1}
    assert rising.look({}, 2) == {}
    assert rising.look({"a": 9}, 3) == {}


def test_small_rises_may_be_left_out() -> None:
    rising: Rising[str] = Rising(least=5)
    rising.look({"a": 0}, 0)
    assert rising.look({"a": 4}, 1) == {}
    assert rising.look({"a": 9}, 2) == {"a": 5}


def test_a_tenth_of_nan_is_a_flood_and_less_is_none() -> None:
    flood = NanFlood(calm_s=5)
    assert flood.look({"a": (900, 1000), "b": (0, 0)}, 0) == {}
    assert flood.look({"a": (900, 2000), "b": (99, 1000)}, 1) == {}
    assert flood.look({"a": (1000, 3000), "b": (199, 2000)}, 2) == {"a": 100, "b": 100}
    assert flood.look({"a": (1000, 4000), "b": (1199, 3000)}, 6) == {"a": 100, "b": 1100}
    assert flood.look({"a": (1000, 5000), "b": (1199, 4000)}, 8) == {"b": 1100}
    assert flood.look({}, 9) == {}


def test_a_few_nan_of_a_slow_channel_are_no_flood() -> None:
    flood = NanFlood()
    flood.look({"a": (0, 0)}, 0)
    assert flood.look({"a": (4, 4)}, 1) == {}
    assert flood.look({"a": (9, 9)}, 2) == {"a": 5}
