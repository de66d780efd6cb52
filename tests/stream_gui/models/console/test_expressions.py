"""Values from text: what is computed, and that nothing else is."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stream_gui.models.console.expressions import CommandError, literal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 1", 2),
        ("2 * pi", 2 * math.pi),
        ("-2 ** 2", -4),
        ("7 // 2 % 2", 1),
        ("1e-3 * 5", 0.005),
        ("1 + 2j", 1 + 2j),
        ("[1, 2 * 3, 'x' ]", [1, 6, "x"]),
        ("sqrt(16)", 4.0),
        ("None", None),
        ("true", True),
        ("set()", set()),
    ],
)
def test_numbers_are_computed(text: str, value: Any) -> None:
    assert literal(text) == value
    assert type(literal(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "array"),
    [
        ("linspace(0, 1, 5)", np.linspace(0, 1, 5)),
        ("geomspace(1, 1000, num=4)", np.geomspace(1, 1000, 4)),
        ("arange(3)", np.arange(3)),
        ("arange(1, 2, 0.25)", np.arange(1, 2, 0.25)),
        ("zeros(3)", np.zeros(3)),
        ("ones((2, 3), dtype='int16')", np.ones((2, 3), "i2")),
        ("full(2, 1.5)", np.full(2, 1.5)),
        ("array([[1, 2], [3, 4]], dtype='f4')", np.array([[1, 2], [3, 4]], "f4")),
        ("1.5 * sin(2 * pi * linspace(0, 1, 9))", 1.5 * np.sin(2 * np.pi * np.linspace(0, 1, 9))),
        ("log([1, e])", np.log([1, math.e])),
        ("linspace(-1, 1, 3) ** 2", np.array([1.0, 0.0, 1.0])),
    ],
)
def test_arrays_are_made_as_numpy_makes_them(text: str, array: Any) -> None:
    made = literal(text)
    np.testing.assert_allclose(made, array)
    assert made.dtype == array.dtype


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("__import__('os')", "not a plain value"),
        ("open('/etc/passwd')", "not a plain value"),
        ("(1).__class__", "not a plain value"),
        ("linspace.__globals__", "not a plain value"),
        ("linspace", "not a plain value"),
        ("[x for x in (1,)]", "not a plain value"),
        ("'a' * 5", "only numbers"),
        ("[1] * 5", "only numbers"),
        ("True + 1", "only numbers"),
        ("1 << 5", "only numbers"),
        ("1 / 0", "division by zero"),
        ("10 ** 10 ** 10", "bits"),
        ("1e308 ** 2", "too large"),
        ("zeros(10 ** 9)", "more than"),
        ("zeros(-1)", "no number of elements"),
        ("linspace(0, 1, 1e9)", "no number of elements"),
        ("arange(0, 1e9)", "more than"),
        ("arange(0, 1, 0)", "step"),
        ("arange(nan)", "step"),
        ("zeros((10000, 1)) + zeros(10000)", "more than"),
        ("zeros(2) + zeros(3)", "do not fit"),
        ("zeros(2, dtype='O')", "no kind of number"),
        ("array([{}])", "numbers"),
        ("array([1], 2, 3, 4)", "argument"),
        ("linspace(0, 1, 5, 6)", "argument"),
        ("linspace(**{})", "keywords"),
        ("sin()", "argument"),
        ("load(5)", "load takes"),
        ("load('nowhere.npy')", "nowhere.npy"),
    ],
)
def test_everything_else_is_refused_with_a_reason(text: str, words: str) -> None:
    with pytest.raises(CommandError, match=words.replace("(", r"\(")):
        literal(text)


def test_arrays_come_from_files(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(4, dtype="i2"))
    assert literal(f"load({str(tmp_path / 'a.npy')!r})").tolist() == [0, 1, 2, 3]
    assert literal(f"load({str(tmp_path / 'a.npy')!r}) * 0.5").tolist() == [0, 0.5, 1, 1.5]
