from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, NamedTuple, TypedDict

import msgspec
import pytest

from stream_core.rpc.checks import compile_check
from stream_core.rpc.hints import Hints
from stream_core.rpc.mismatch import MismatchError


class Mode(enum.Enum):
    FAST = 1
    SLOW = "slow"


class Option(enum.Flag):
    A = 1
    B = 2


@dataclass
class Point:
    x: float
    mode: Mode = Mode.SLOW


@dataclass
class Line:
    start: Point
    rest: list[Point]


@dataclass
class Node:
    value: int
    children: list[Node]


@dataclass
class Positive:
    value: int

    def __post_init__(self) -> None:
        if self.value <= 0:
            raise LookupError("not positive")


@dataclass
class Nothing:
    pass


class Struct(msgspec.Struct):
    a: int


class Pair(NamedTuple):
    left: int
    right: int = 2


class Options(TypedDict, total=False):
    fast: bool


def wire(annotation: Any, value: Any) -> Any:
    return compile_check(Hints().read(annotation))(value)


def checked(annotation: Any, value: Any) -> Any:
    hints = Hints()
    kind = hints.read(annotation)
    return compile_check(kind, hints.classes)(compile_check(kind)(value))


@pytest.mark.parametrize("value", [Mode.FAST, "FAST", 1])
def test_an_enumeration_takes_members_names_and_values(value):
    assert wire(Mode, value) == "FAST"
    assert checked(Mode, value) is Mode.FAST


@pytest.mark.parametrize("value", ["fast", 2, None, True, 1.0, Option.A])
def test_an_enumeration_takes_nothing_else(value):
    with pytest.raises(MismatchError) as caught:
        wire(Mode, value)
    assert caught.value.expected == "one of FAST, SLOW (Mode)"


def test_a_member_of_the_callers_own_class_of_that_name_will_do():
    theirs = enum.Enum("Mode", {"FAST": "something else"})
    assert checked(Mode, theirs.FAST) is Mode.FAST


@pytest.mark.parametrize(
    ("value", "arrives"),
    [(Option.A | Option.B, Option.A | Option.B), ("B", Option.B), (1, Option.A), (0, Option(0))],
)
def test_flags_may_be_combined(value, arrives):
    assert checked(Option, value) == arrives


@pytest.mark.parametrize("value", [64, "C", None, 1.0])
def test_flags_take_nothing_else(value):
    with pytest.raises(MismatchError):
        checked(Option, value)


@dataclass
class Lookalike:
    x: float
    mode: str


@pytest.mark.parametrize(
    "value", [Point(1.5, Mode.FAST), {"x": 1.5, "mode": "FAST"}, Lookalike(1.5, "FAST")]
)
def test_a_dataclass_takes_instances_and_dicts(value):
    assert wire(Point, value) == {"x": 1.5, "mode": "FAST"}
    assert checked(Point, value) == Point(1.5, Mode.FAST)


def test_a_field_with_a_default_may_be_left_out():
    assert checked(Point, {"x": 1}) == Point(1, Mode.SLOW)


def test_records_nest_and_contain_themselves():
    line = Line(Point(1), [Point(2), Point(3, Mode.FAST)])
    assert checked(Line, line) == line
    tree = Node(1, [Node(2, []), Node(3, [Node(4, [])])])
    assert checked(Node, tree) == tree


@pytest.mark.parametrize(
    ("annotation", "value", "arrives"),
    [
        (Struct, {"a": 1}, Struct(1)),
        (Struct, Struct(1), Struct(1)),
        (Pair, Pair(1), Pair(1, 2)),
        (Options, {"fast": True}, {"fast": True}),
        (Options, {}, {}),
        (Nothing, Nothing(), Nothing()),
    ],
)
def test_other_records(annotation, value, arrives):
    assert checked(annotation, value) == arrives


@pytest.mark.parametrize(
    ("annotation", "value", "says"),
    [
        (Point, {"y": 1}, "argument 'p' has no field 'y'; Point has x, mode"),
        (Point, {}, "argument 'p' lacks the field 'x' of Point"),
        (Point, {"x": "a"}, "argument 'p' at .x must be float, not 'a' (str)"),
        (Point, 1.5, "argument 'p' must be Point or a dict of its fields, not 1.5 (float)"),
        (Point, None, "argument 'p' must be Point or a dict of its fields, not None"),
        (Line, {"start": {"x": 1}, "rest": [{}]}, "argument 'p' at .rest[0] lacks the field"),
        (Positive, {"value": -1}, "argument 'p' cannot be made into Positive: not positive"),
        (Nothing, 1, "argument 'p' must be Nothing or a dict of its fields, not 1 (int)"),
    ],
)
def test_what_does_not_fit_is_named(annotation, value, says):
    with pytest.raises(MismatchError) as caught:
        checked(annotation, value)
    assert caught.value.sentence("p").startswith(says)
