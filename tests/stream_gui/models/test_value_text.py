"""Values and quantities as text."""

from typing import Any

import numpy as np
import pytest

from stream_gui.models.value_text import (
    bytes_text,
    detail_text,
    duration_text,
    rate_text,
    span_text,
    value_text,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (True, "True"),
        (None, "None"),
        (1.23456789, "1.23457"),
        (np.float32(0.5), "0.5"),
        (np.int16(-3), "-3"),
        ("two\nlines", "two lines"),
        (b"\x00\x01", "00 01 (2 bytes)"),
        (np.array([1.0, 2.5]), "1, 2.5"),
        (np.array([69_780.4, 1e9]), "69780, 1e+09"),
        (np.zeros((480, 640), np.uint8), "480 by 640 uint8"),
        (np.array(7), "7"),
        (np.arange(8.0), "0, 1, 2, 3, …"),
        ({"a": [1, 2]}, "{'a': [1, 2]}"),
        (1 << 400, "an integer of 401 bits"),
    ],
)
def test_a_value_fits_one_line(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_a_long_value_is_cut() -> None:
    assert len(value_text("x" * 1000)) == 120
    assert len(value_text(list(range(100_000)))) <= 120


def test_the_detail_says_when_it_is_cut() -> None:
    assert detail_text("a\nb") == "a\nb"
    assert "members and more in all" in detail_text(list(range(100_000)))
    assert "characters in all" in detail_text(list(range(10_000)))


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (0, "0"),
        (1, "1 /s"),
        (9.96, "9.96 /s"),
        (10.01, "10 /s"),
        (10_000, "10 k/s"),
        (1e6, "1 M/s"),
    ],
)
def test_rates_have_prefixes(rate: float, text: str) -> None:
    assert rate_text(rate) == text


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1234, "1.23 kB"), (999_999, "1 MB")]
)
def test_sizes_have_prefixes(size: float, text: str) -> None:
    assert bytes_text(size) == text
    assert bytes_text(size, "/s") == f"{text}/s"


@pytest.mark.parametrize(
    ("duration_s", "text"),
    [(5e-5, "50 µs"), (0.0012, "1.2 ms"), (3.4, "3.40 s"), (12.34, "12.3 s"), (125, "2 min 5 s")],
)
def test_durations_have_units(duration_s: float, text: str) -> None:
    assert duration_text(duration_s) == text


@pytest.mark.parametrize(
    ("span_s", "text"),
    [
        (0.5, "0.5 s"),
        (45.2, "45 s"),
        (840, "14 min"),
        (12_600, "3.5 h"),
        (604_800, "7 days"),
    ],
)
def test_a_stretch_of_time_is_told_roughly(span_s: float, text: str) -> None:
    assert span_text(span_s) == text


def test_members_of_a_dict_keep_their_order() -> None:
    assert value_text({"b": 1, "a": {"z": [1], "y": {}}}) == "{'b': 1, 'a': {'z': [1], 'y': {}}}"
    assert value_text({number: number for number in range(9, 0, -1)}).endswith("4: 4, ...}")


def test_a_value_beyond_reason_is_shown_in_a_line() -> None:
    assert detail_text([[0] * 1000] * 1000).startswith("[[0, 0, 0, 0, 0, 0, ...], ")
    assert len(detail_text(list(range(1000)))) > 1000
