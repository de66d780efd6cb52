import collections.abc as abc
import numbers
import types
import typing
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, Flag
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, Optional, TypedDict

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from stream_core.rpc.annotations import (
    ANY,
    AnyType,
    ArrayOf,
    Bounded,
    DictOf,
    EnumType,
    ListOf,
    LiteralOf,
    Plain,
    RecordField,
    RecordType,
    SelfType,
    SetOf,
    TupleOf,
    TupleRun,
    UnionOf,
)
from stream_core.rpc.hints import Hints

INT, FLOAT, STR, NONE = Plain("int"), Plain("float"), Plain("str"), Plain("None")
INTEGERS = ArrayOf("integer", abstract=True)
T = typing.TypeVar("T")
Volts = NewType("Volts", float)


class Mode(Enum):
    FAST = 1
    ODD = object


class Option(Flag):
    A = 1
    B = 2


@dataclass
class Point:
    x: float
    tags: list[str] = field(default_factory=list)
    computed: int = field(init=False, default=0)


@dataclass
class Node:
    value: int
    children: "list[Node]"


@dataclass
class Box(Generic[T]):
    content: T


class Struct(msgspec.Struct):
    a: int
    b: str = ""


class Pair(NamedTuple):
    left: int
    right: int = 0


class Options(TypedDict):
    fast: bool
    name: typing.NotRequired[str]


@pytest.mark.parametrize(
    ("annotation", "read"),
    [
        (None, NONE),
        (bool, Plain("bool")),
        (int, INT),
        (float, FLOAT),
        (complex, Plain("complex")),
        (str, STR),
        (bytes, Plain("bytes")),
        (datetime, Plain("datetime")),
        (numbers.Real, FLOAT),
        (Any, ANY),
        (object, ANY),
        (T, ANY),
        (Volts, FLOAT),
        (Annotated[int, "volts"], INT),
        (list, ListOf(ANY)),
        (list[int], ListOf(INT)),
        (abc.Sequence[int], ListOf(INT, sequence=True)),
        (typing.List[int], ListOf(INT)),  # noqa: UP006
        (tuple, TupleRun(ANY)),
        (tuple[int, str], TupleOf((INT, STR))),
        (tuple[int, ...], TupleRun(INT)),
        (dict, DictOf(ANY, ANY)),
        (dict[str, list[int]], DictOf(STR, ListOf(INT))),
        (abc.Mapping[str, int], DictOf(STR, INT)),
        (set[int], SetOf(INT)),
        (frozenset[int], SetOf(INT, frozen=True)),
        (Optional[int], UnionOf((INT, NONE))),  # noqa: UP045
        (int | str | None, UnionOf((INT, STR, NONE))),
        (Literal["a", 2, None], LiteralOf(("a", 2, None))),
        (Literal[Mode.FAST], EnumType("Mode", (("FAST", 1),))),
        (np.float32, FLOAT),
        (np.uint8, INT),
        (np.bool_, Plain("bool")),
        (np.ndarray, ArrayOf()),
        (npt.NDArray[Any], ArrayOf()),
        (npt.NDArray[np.float64], ArrayOf("float64")),
        (npt.NDArray[np.bool_], ArrayOf("bool")),
        (npt.NDArray[np.floating], ArrayOf("floating", abstract=True)),
        (npt.NDArray[np.floating[Any]], ArrayOf("floating", abstract=True)),
        (npt.NDArray[np.integer[Any] | np.bool_], UnionOf((INTEGERS, ArrayOf("bool")))),
        (npt.NDArray[np.str_], ArrayOf("str_", abstract=True)),
        (npt.NDArray[np.float32 | np.int8], UnionOf((ArrayOf("float32"), ArrayOf("int8")))),
        (abc.Callable[[int], int], AnyType("Callable[[int], int]")),
    ],
)
def test_annotations(annotation, read):
    result = Hints().read(annotation)
    if isinstance(read, AnyType) and read is not ANY:
        assert isinstance(result, AnyType)
    else:
        assert result == read


def test_an_enumeration_is_described_by_names_and_plain_values():
    hints = Hints()
    assert hints.read(Mode) == EnumType("Mode", (("FAST", 1), ("ODD", "ODD")))
    assert hints.read(Option) == EnumType("Option", (("A", 1), ("B", 2)), flags=True)
    assert hints.classes == {"Mode": Mode, "Option": Option}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Point, (RecordField("x", FLOAT), RecordField("tags", ListOf(STR), required=False))),
        (Struct, (RecordField("a", INT), RecordField("b", STR, required=False))),
        (Pair, (RecordField("left", INT), RecordField("right", INT, required=False))),
        (
            Options,
            (RecordField("fast", Plain("bool")), RecordField("name", STR, required=False)),
        ),
    ],
)
def test_records_are_described_by_their_fields(kind, fields):
    assert Hints().read(kind) == RecordType(kind.__name__, fields)


def test_a_record_may_contain_itself():
    children = RecordField("children", ListOf(SelfType("Node")))
    assert Hints().read(Node) == RecordType("Node", (RecordField("value", INT), children))


def test_a_generic_record_is_a_record():
    assert Hints().read(Box[int]) == RecordType("Box", (RecordField("content", ANY),))


def test_two_classes_of_one_name_are_told_apart():
    other = Enum("Mode", ["SLOW"])
    hints = Hints()
    first, second = hints.read(Mode), hints.read(other)
    assert first.name == "Mode"
    assert second.name.endswith(".Mode")
    assert hints.classes == {"Mode": Mode, second.name: other}


def test_a_default_of_none_makes_a_type_optional():
    assert Hints().read(int, optional=True) == UnionOf((INT, NONE))
    assert Hints().read(int | None, optional=True) == UnionOf((INT, NONE))
    assert Hints().read(Any, optional=True) == ANY


def test_the_results_of_generators_have_a_type():
    assert Hints().read_stream(abc.Iterator[int]) == INT
    assert Hints().read_stream(abc.AsyncIterator[list[int]]) == ListOf(INT)
    assert Hints().read_stream(abc.Generator[int, None, None]) == INT
    assert Hints().read_stream(None) == ANY


def test_an_alias_with_arguments_is_what_it_stands_for() -> None:
    scalar = typing.TypeVar("scalar", bound=np.generic)

    class Alias:
        """What a `type` statement makes; newer numpy's NDArray is one."""

        __value__ = np.ndarray[Any, np.dtype[scalar]]

    annotation = types.GenericAlias(Alias(), (np.float64,))  # type: ignore[arg-type]
    assert Hints().read(annotation) == ArrayOf("float64")


class Most(NamedTuple):
    """As annotated-types has it, which nobody need install."""

    le: float


@pytest.mark.parametrize(
    ("annotation", "read"),
    [
        (Annotated[float, msgspec.Meta(ge=0, le=10)], Bounded(FLOAT, ge=0, le=10)),
        (Annotated[int, msgspec.Meta(gt=0, multiple_of=5)], Bounded(INT, gt=0, multiple_of=5)),
        (Annotated[float, Most(1.5), "of the full scale"], Bounded(FLOAT, le=1.5)),
        (Annotated[Annotated[int, msgspec.Meta(ge=0)], Most(9)], Bounded(INT, ge=0, le=9)),
        (Annotated[Volts, Most(9)], Bounded(FLOAT, le=9)),
        (Annotated[int | None, Most(9)], UnionOf((Bounded(INT, le=9), NONE))),
        (list[Annotated[int, Most(9)]], ListOf(Bounded(INT, le=9))),
        (Annotated[str, Most(9)], STR),
        (Annotated[float, Most(float("nan"))], FLOAT),
        (Annotated[float, "no bound at all"], FLOAT),
    ],
)
def test_bounds_of_numbers_are_read(annotation: Any, read: Any) -> None:
    assert Hints().read(annotation) == read


class Ramp(TypedDict):
    top: Annotated[float, msgspec.Meta(le=10)]
    steps: typing.NotRequired[Annotated[int, msgspec.Meta(ge=1)]]


@dataclass
class Window:
    width: Annotated[int, msgspec.Meta(ge=1)] = 1


def test_fields_of_records_have_bounds_too() -> None:
    top = RecordField("top", Bounded(FLOAT, le=10))
    steps = RecordField("steps", Bounded(INT, ge=1), required=False)
    assert Hints().read(Ramp) == RecordType("Ramp", (top, steps))
    width = RecordField("width", Bounded(INT, ge=1), required=False)
    assert Hints().read(Window) == RecordType("Window", (width,))
