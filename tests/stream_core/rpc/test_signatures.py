from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from stream_core.errors import InvalidValue
from stream_core.rpc.annotations import ANY, EnumType, Plain, UnionOf
from stream_core.rpc.parameters import ParameterKind
from stream_core.rpc.signatures import Signature, read_signature


class Mode(enum.Enum):
    FAST = 1


@dataclass
class Point:
    x: float


def read(function: Any, *, streams: bool = False) -> Signature:
    return read_signature("m", function, streams=streams)


def test_parameters_are_read_in_order_with_kinds_and_defaults():
    def method(a, b: int = 2, /, c: Mode = Mode.FAST, *d: float, e: str, f=object, **g): ...

    parameters = read(method).parameters
    assert [p.name for p in parameters] == list("abcdefg")
    assert [p.kind for p in parameters] == [
        ParameterKind.POSITIONAL_ONLY,
        ParameterKind.POSITIONAL_ONLY,
        ParameterKind.POSITIONAL,
        ParameterKind.VAR_POSITIONAL,
        ParameterKind.KEYWORD_ONLY,
        ParameterKind.KEYWORD_ONLY,
        ParameterKind.VAR_KEYWORD,
    ]
    assert [p.required for p in parameters] == [True, False, False, False, True, False, False]
    assert parameters[0].annotation == ANY
    assert parameters[0].annotation_text == ""
    assert parameters[1].annotation == Plain("int")
    assert parameters[3].annotation_text == "float"


def test_a_default_travels_in_wire_form_or_as_text_only():
    marker = object()

    def method(a=1, b: Mode = Mode.FAST, c: Point = Point(1.0), d=marker, e: int = None): ...  # noqa: B008, RUF013

    a, b, c, d, e = read(method).parameters
    assert (a.default, a.default_text) == (1, "1")
    assert (b.default, b.default_text) == ("FAST", "Mode.FAST")
    assert c.default == {"x": 1.0}
    assert (d.default, d.default_text) == (None, repr(marker))
    assert (e.has_default, e.default) == (True, None)
    assert e.annotation == UnionOf((Plain("int"), Plain("None")))


def test_the_return_annotation_of_a_generator_is_of_each_result():
    def method() -> Iterator[int]: ...

    async def asynchronous() -> AsyncIterator[Mode]: ...

    streamed = read(method, streams=True)
    assert read(method).returns_text == "Iterator[int]"
    assert streamed.returns == Plain("int")
    assert streamed.returns_text == "Iterator[int]"
    assert isinstance(read(asynchronous, streams=True).returns, EnumType)


def test_a_result_is_given_its_wire_form_only_where_its_annotation_has_classes():
    def plain() -> int: ...
    def point() -> Point: ...
    def modes() -> list[Mode]: ...
    def table() -> dict[str, tuple[Mode, ...]]: ...

    assert read(plain).result_form is None
    assert read(point).result_form(Point(1.0)) == {"x": 1.0}
    assert read(modes).result_form([Mode.FAST]) == ["FAST"]
    assert read(table).result_form({"a": (Mode.FAST,)}) == {"a": ("FAST",)}
    assert read(point).result_form("not what was promised") == "not what was promised"


def test_a_function_in_c_that_does_not_tell_takes_everything():
    kinds = [p.kind for p in read(max).parameters]
    assert kinds == [ParameterKind.VAR_POSITIONAL, ParameterKind.VAR_KEYWORD]


def test_what_has_no_signature_is_refused():
    class Odd:
        __signature__ = 5

        def __call__(self): ...

    with pytest.raises(InvalidValue, match="'m' cannot be described"):
        read(Odd())
