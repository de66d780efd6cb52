from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stream_core.cli.literals import arguments
from stream_core.rpc import MethodDescription, collect


class Host:
    def rpc_mixed(self, text: str, number: float, whole: int = 1, *, mode: str = "fast") -> None:
        pass

    def rpc_free(self, *values: Any, **named: Any) -> None:
        pass

    def rpc_when(self, at: datetime) -> None:
        pass

    def rpc_fill(self, samples: NDArray[np.float64]) -> None:
        pass


def method(path: str) -> MethodDescription:
    found = collect(Host()).description.method(path)
    assert found is not None
    return found


def test_the_signature_decides_what_a_word_is() -> None:
    given = arguments(["1.5", "nan", "3", "mode=7"], method("mixed"))
    assert given[0][0] == "1.5"
    assert np.isnan(given[0][1])
    assert given[0][2] == 3
    assert given[1] == {"mode": "7"}


def test_a_word_that_does_not_fit_is_left_to_the_check_of_the_call() -> None:
    assert arguments(["a", "fast"], method("mixed"))[0] == ["a", "fast"]


def test_a_name_that_the_method_does_not_have_is_text_where_text_fits() -> None:
    assert arguments(["speed=3"], method("mixed")) == (["speed=3"], {})


@pytest.mark.parametrize(
    ("words", "path"), [(["a", "speed=3"], "mixed"), (["x=1"], "when"), (["x=[1]"], "fill")]
)
def test_a_name_that_the_method_does_not_have_is_named(words: list[str], path: str) -> None:
    with pytest.raises(TypeError, match=r"has no argument '(speed|x)'; it has "):
        arguments(words, method(path))


def test_any_number_of_words_where_the_method_takes_them() -> None:
    assert arguments(["1", "on", "x=[1]"], method("free")) == ([1, "on"], {"x": [1]})


def test_a_time_is_written_as_iso() -> None:
    assert arguments(["2026-01-02T03:04"], method("when"))[0] == [datetime(2026, 1, 2, 3, 4)]


def test_a_list_becomes_the_array_that_is_asked_for() -> None:
    [samples] = arguments(["[1, 2]"], method("fill"))[0]
    assert samples.dtype == np.float64
    assert samples.tolist() == [1.0, 2.0]
