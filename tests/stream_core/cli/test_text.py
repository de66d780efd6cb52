from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from stream_core.cli.text import json_line, parse, printable, readable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5", 1.5),
        ("-3", -3),
        ("[1, 'a', None]", [1, "a", None]),
        ("'1.5'", "1.5"),
        ("on", "on"),
        ("hello world", "hello world"),
        ("", ""),
        ("__import__('os')", "__import__('os')"),
        ("1 +", "1 +"),
        ("(" * 500, "(" * 500),
        ("a\x00b", "a\x00b"),
    ],
)
def test_a_word_is_a_literal_or_itself(text: str, value: Any) -> None:
    assert parse(text) == value
    assert type(parse(text)) is type(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, "1.5"),
        ("plain", "plain"),
        ("two\nlines", "two\\nlines"),
        ([1, "a"], "[1, 'a']"),
        (None, "None"),
        (b"\x00", "b'\\x00'"),
        (np.float64(2.5), "2.5"),
        (np.array([1.0, 2.5]), "1.0\t2.5"),
        (np.array([[1, 2], [3, 4]]), "[[1, 2], [3, 4]]"),
    ],
)
def test_a_value_is_one_line(value: Any, text: str) -> None:
    assert readable(value) == text


def test_a_value_gives_no_orders_to_the_terminal() -> None:
    hostile = "\x1b]0;owned\x07 \x9b31m \u202e \r"
    shown = printable(hostile)
    assert "\x1b" not in shown
    assert shown.isprintable()
    assert printable("Grüße, 世界 °C") == "Grüße, 世界 °C"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [1, (2, 3)]}, {"a": [1, [2, 3]]}),
        ({(1, 2): True}, {"(1, 2)": True}),
        ({7}, [7]),
        (1 + 2j, [1.0, 2.0]),
        (2**70, str(2**70)),
        (float("nan"), None),
        (b"ab", "YWI="),
        (np.arange(3), [0, 1, 2]),
        (np.float32(0.5), 0.5),
    ],
)
def test_a_value_is_json(value: Any, expected: Any) -> None:
    assert json.loads(json_line(value)) == expected
