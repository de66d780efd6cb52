"""Numbers within bounds: what fits, what does not, and in which words."""

from typing import Annotated, Any

import msgspec
import numpy as np
import pytest

from stream_core.rpc.annotations import Bounded, Plain, shown, text
from stream_core.rpc.checks import compile_check
from stream_core.rpc.hints import Hints
from stream_core.rpc.mismatch import MismatchError

INT, FLOAT = Plain("int"), Plain("float")


def refused(annotation: Bounded, value: Any) -> str:
    with pytest.raises(MismatchError) as caught:
        compile_check(annotation)(value)
    return caught.value.sentence("x")


@pytest.mark.parametrize(
    ("annotation", "written"),
    [
        (Bounded(FLOAT, ge=0.5, le=10), "float from 0.5 to 10"),
        (Bounded(FLOAT, ge=0.5), "float from 0.5"),
        (Bounded(INT, le=9), "int up to 9"),
        (Bounded(FLOAT, gt=0, lt=1), "float above 0 below 1"),
        (Bounded(INT, ge=0, le=20, multiple_of=5), "int from 0 to 20 in steps of 5"),
    ],
)
def test_bounds_are_put_into_words(annotation: Bounded, written: str) -> None:
    assert text(annotation) == written
    assert repr(shown(annotation)) == written


@pytest.mark.parametrize(
    ("annotation", "fitting", "beyond"),
    [
        (Bounded(FLOAT, ge=0, le=10), (0, 10, 2.5, np.float32(10)), (-0.001, 10.001, float("nan"))),
        (Bounded(FLOAT, gt=0, lt=10), (0.001, 9.999), (0, 10)),
        (Bounded(FLOAT, gt=0), (float("inf"),), (float("-inf"),)),
        (Bounded(INT, ge=0, multiple_of=5), (0, 25, 10**30), (7, -5, 2.0, True, "5")),
        (Bounded(FLOAT, multiple_of=0.1), (0.3, 0.7, 1e6, -0.2), (0.25, float("inf"))),
    ],
)
def test_a_number_must_be_within_all_bounds(
    annotation: Bounded, fitting: tuple[Any, ...], beyond: tuple[Any, ...]
) -> None:
    check = compile_check(annotation)
    assert [check(value) for value in fitting] == list(fitting)
    for value in beyond:
        assert f"must be {text(annotation)}, not" in refused(annotation, value)


def test_one_of_a_list_is_found_by_its_place() -> None:
    annotation = Hints().read(list[Annotated[float, msgspec.Meta(le=1)]])
    with pytest.raises(MismatchError) as caught:
        compile_check(annotation)([0.5, 2.0])
    sentence = caught.value.sentence("levels")
    assert sentence == "argument 'levels' at [1] must be float up to 1, not 2.0 (float)"


def test_an_optional_number_says_its_bounds() -> None:
    annotation = Hints().read(Annotated[int | None, msgspec.Meta(ge=1)])
    check = compile_check(annotation)
    assert (check(None), check(3)) == (None, 3)
    with pytest.raises(MismatchError, match=r"int from 1 \| None"):
        check(0)


def test_bounds_travel_in_a_description() -> None:
    bounds = Bounded(FLOAT, ge=0, lt=0.5)
    travelled = msgspec.msgpack.decode(msgspec.msgpack.encode(bounds), type=Bounded)
    assert travelled == bounds
