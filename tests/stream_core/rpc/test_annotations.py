from __future__ import annotations

from typing import Any, Literal

import pytest

from stream_core.rpc.annotations import (
    AnyType,
    ArrayOf,
    DictOf,
    EnumType,
    ListOf,
    LiteralOf,
    Plain,
    RecordType,
    SelfType,
    SetOf,
    Shown,
    TupleOf,
    TupleRun,
    UnionOf,
    shown,
    text,
)

INT, STR, NONE = Plain("int"), Plain("str"), Plain("None")
MODE = EnumType("Mode", (("FAST", 1),))


@pytest.mark.parametrize(
    ("annotation", "written", "live"),
    [
        (AnyType(), "Any", Any),
        (INT, "int", int),
        (ListOf(INT), "list[int]", list[int]),
        (SetOf(STR), "set[str]", set[str]),
        (TupleOf((INT, STR)), "tuple[int, str]", tuple[int, str]),
        (TupleRun(INT), "tuple[int, ...]", tuple[int, ...]),
        (DictOf(STR, ListOf(INT)), "dict[str, list[int]]", dict[str, list[int]]),
        (UnionOf((INT, NONE)), "int | None", int | None),
        (UnionOf((ListOf(INT), NONE)), "list[int] | None", list[int] | None),
        (LiteralOf(("a", 1)), "Literal['a', 1]", Literal["a", 1]),
    ],
)
def test_a_type_known_everywhere_is_shown_as_itself(annotation, written, live):
    assert text(annotation) == written
    assert shown(annotation) == live


@pytest.mark.parametrize(
    ("annotation", "written"),
    [
        (AnyType("Ghost"), "Ghost"),
        (ListOf(INT, sequence=True), "Sequence[int]"),
        (SetOf(INT, frozen=True), "frozenset[int]"),
        (TupleOf(()), "tuple[()]"),
        (MODE, "Mode"),
        (ListOf(MODE), "list[Mode]"),
        (UnionOf((MODE, NONE)), "Mode | None"),
        (RecordType("Point", ()), "Point"),
        (SelfType("Point"), "Point"),
        (ArrayOf(), "NDArray[Any]"),
        (ArrayOf("float64"), "NDArray[float64]"),
    ],
)
def test_a_type_of_the_target_only_is_shown_as_text(annotation, written):
    assert text(annotation) == written
    assert repr(shown(annotation)) == written


def test_texts_shown_are_equal_if_they_say_the_same():
    assert Shown("Mode") == Shown("Mode")
    assert Shown("Mode") != Shown("Other")
    assert len({Shown("Mode"), Shown("Mode")}) == 1
