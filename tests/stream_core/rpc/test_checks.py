from __future__ import annotations

import enum
from collections import OrderedDict, namedtuple
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from stream_core.rpc.annotations import Plain, RecordField, RecordType, SelfType, UnionOf
from stream_core.rpc.checks import compile_check
from stream_core.rpc.hints import Hints
from stream_core.rpc.mismatch import MismatchError


class Level(enum.IntEnum):
    LOW = 1


class Word(enum.StrEnum):
    HELLO = "hello"


class Text(str):
    __slots__ = ()


class Mode(enum.Enum):
    FAST = "quick"


Duo = namedtuple("Duo", "a b")
NOON = datetime(2024, 1, 1, 12)


def checked(annotation: Any, value: Any) -> Any:
    """What arrives at the method: checked at the caller, then at the target."""
    hints = Hints()
    kind = hints.read(annotation)
    return compile_check(kind, hints.classes)(compile_check(kind)(value))


@pytest.mark.parametrize(
    ("annotation", "value", "arrives"),
    [
        (None, None, None),
        (bool, True, True),
        (bool, np.bool_(True), True),
        (int, 5, 5),
        (int, 1 << 70, 1 << 70),
        (int, np.uint8(5), 5),
        (int, Level.LOW, 1),
        (float, 2.5, 2.5),
        (float, 2, 2),
        (float, np.float32(2.5), 2.5),
        (float, np.float64(2.5), 2.5),
        (float, np.int16(2), 2),
        (complex, 1j, 1j),
        (complex, 2, 2),
        (complex, np.complex64(1j), 1j),
        (str, "a", "a"),
        (str, Text("a"), "a"),
        (str, np.str_("a"), "a"),
        (str, Word.HELLO, "hello"),
        (bytes, b"a", b"a"),
        (bytes, np.bytes_(b"a"), b"a"),
        (datetime, NOON, NOON),
        (list, [1, "a"], [1, "a"]),
        (list[int], [1, np.int8(2)], [1, 2]),
        (tuple[int, str], (1, "a"), (1, "a")),
        (tuple[int, ...], (1, 2, 3), (1, 2, 3)),
        (tuple[float, float], Duo(1, 2), (1, 2)),
        (dict[str, int], {"a": 1}, {"a": 1}),
        (dict[str, int], OrderedDict(a=1), {"a": 1}),
        (set[int], {1, 2}, {1, 2}),
        (set[int], frozenset({1}), {1}),
        (frozenset[int], {1, 2}, frozenset({1, 2})),
        (int | None, None, None),
        (int | str, "a", "a"),
        (float | str, 1, 1),
        (list[int] | dict[str, int], {"a": 1}, {"a": 1}),
        (Mode | str, "other", "other"),
        (Mode | str, Mode.FAST, Mode.FAST),
        (str | Mode | None, None, None),
        (Any, ["anything"], ["anything"]),
    ],
)
def test_values_that_fit(annotation, value, arrives):
    result = checked(annotation, value)
    assert result == arrives
    assert type(result) is type(arrives)


@pytest.mark.parametrize(
    ("annotation", "value", "where"),
    [
        (None, 0, ""),
        (bool, 1, ""),
        (int, True, ""),
        (int, 1.0, ""),
        (int, "1", ""),
        (float, True, ""),
        (float, np.bool_(True), ""),
        (float, "1.0", ""),
        (float, 1j, ""),
        (float, np.array([1.0]), ""),
        (complex, "1j", ""),
        (str, b"a", ""),
        (str, Mode, ""),
        (bytes, "a", ""),
        (bytes, bytearray(b"a"), ""),
        (datetime, "now", ""),
        (list[int], (1, 2), ""),
        (list[int], [1, "a"], "[1]"),
        (list[list[int]], [[1], [2, "a"]], "[1][1]"),
        (tuple[int, str], (1,), ""),
        (tuple[int, str], ("a", 1), "[0]"),
        (tuple[int, ...], [1], ""),
        (tuple[int, ...], (1, None), "[1]"),
        (dict[str, int], {"a": "b"}, "['a']"),
        (dict[str, int], {1: 1}, "[1]"),
        (dict[str, int], [("a", 1)], ""),
        (set[int], [1], ""),
        (set[int], {"a"}, "{…}"),
        (int | str, 1.5, ""),
        (list[int] | None, ["a"], "[0]"),
        (list[int] | set[int], ["a"], ""),
    ],
)
def test_values_that_do_not_fit(annotation, value, where):
    with pytest.raises(MismatchError) as caught:
        checked(annotation, value)
    assert caught.value.where == where


def test_sequences_take_lists_and_tuples():
    from collections.abc import Iterable

    assert checked(Iterable[int], [1]) == [1]
    assert checked(Iterable[int], (1,)) == (1,)
    with pytest.raises(MismatchError):
        checked(Iterable[int], "abc")


@pytest.mark.parametrize("value", ["a", 2, True])
def test_literals_are_matched_by_type_and_value(value):
    from typing import Literal

    annotation = Literal["a", 2, True]
    assert checked(annotation, value) is value
    assert checked(Literal["quick"], Mode.FAST) == "quick"
    for other in ("b", 2.0, 1, False, None):
        with pytest.raises(MismatchError, match="Literal"):
            checked(annotation, other)


def test_a_container_of_anything_is_not_copied():
    value = [1, "a", None]
    assert checked(list, value) is value


def test_a_reference_to_no_enclosing_record_passes_everything():
    stray = RecordType("A", (RecordField("a", SelfType("B")),))
    assert compile_check(stray)({"a": 1}) == {"a": 1}
    assert compile_check(Plain("a type of later versions"))(1) == 1


def test_an_optional_record_says_what_it_lacks() -> None:
    record = RecordType("Range", (RecordField("low", Plain("float")),))
    check = compile_check(UnionOf((record, Plain("None"))))
    with pytest.raises(MismatchError, match="Range") as caught:
        check({})
    assert caught.value.sentence("limits") == "argument 'limits' lacks the field 'low' of Range"
