"""Plain values as TOML."""

import math
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_gui.models.toml_text import line_of, toml_text

PLAIN = st.one_of(
    st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.lists(st.text())
)
VALUES = st.dictionaries(
    st.text(),
    st.recursive(
        PLAIN,
        lambda below: st.lists(below) | st.dictionaries(st.text(), below),
        max_leaves=12,
    ),
)


@given(VALUES)
def test_what_is_written_is_read_again(values: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(values)) == values


def test_it_is_written_as_people_write_it() -> None:
    values = {
        "version": 1,
        "plots": {
            "window_s": 10.0,
            "nothing": None,
            "marks": [[5, 'valve "A"'], [7, "pump"]],
            "panels": [{"number": 1, "axes": {"V": [0, 1.5]}}, {"number": 2, "axes": {}}],
        },
    }
    assert (
        toml_text(values)
        == """\
version = 1

[plots]
window_s = 10.0
marks = [
    [5, "valve \\"A\\""],
    [7, "pump"],
]

[[plots.panels]]
number = 1

[plots.panels.axes]
V = [0, 1.5]

[[plots.panels]]
number = 2

[plots.panels.axes]
"""
    )


def test_what_is_no_number_can_be_kept() -> None:
    written = tomllib.loads(toml_text({"a": math.nan, "b": -math.inf}))
    assert math.isnan(written["a"])
    assert written["b"] == -math.inf


def test_what_toml_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot hold"):
        toml_text({"a": [None]})


TEXT = """\
version = 1

[plots]
window_s = 10.0
"odd key" = 1

[[plots.panels]]
number = 1
[[plots.panels.curves]]
channel = "a"
[[plots.panels.curves]]
channel = "b"

[[plots.panels]]
number = 2
axes.V = [0, 1]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("version",), 1),
        (("plots", "window_s"), 4),
        (("plots", "odd key"), 5),
        (("plots", "panels", 0), 7),
        (("plots", "panels", 0, "curves", 1, "channel"), 12),
        (("plots", "panels", 1, "number"), 15),
        (("plots", "panels", 1, "axes", "V", 0), 16),
        (("plots", "missing"), 3),
        (("missing",), 1),
    ],
)
def test_the_line_of_a_value_is_found(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(TEXT, path) == line
