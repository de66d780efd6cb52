from __future__ import annotations

import pytest

from stream_core.rpc.mismatch import MismatchError, brief


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("broken")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None"),
        ("a", "'a' (str)"),
        (1.5, "1.5 (float)"),
        ("x" * 100, "a value of type str"),
        (Broken(), "a value of type Broken"),
    ],
)
def test_a_value_is_said_briefly(value, said):
    assert brief(value) == said


def test_a_mismatch_names_argument_place_and_value():
    mismatch = MismatchError("int", "a").inside("[2]").inside("['k']")
    assert mismatch.sentence("table") == "argument 'table' at ['k'][2] must be int, not 'a' (str)"
