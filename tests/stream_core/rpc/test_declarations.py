import functools
import inspect
from dataclasses import dataclass

from stream_core.rpc.annotations import AnyType
from stream_core.rpc.declarations import python_signature, record_fields, resolved_hints
from stream_core.rpc.hints import Hints


@dataclass
class Point:
    x: "float"
    unknown: "Ghost" = None  # noqa: F821


def test_text_is_resolved_where_it_can_be():
    def method(a: "int", b: "Ghost", c: "list[Ghost]") -> "Point": ...  # noqa: F821

    hints = resolved_hints(method)
    assert hints == {"a": int, "b": "Ghost", "c": "list[Ghost]", "return": Point}
    assert Hints().read(hints["b"]) == AnyType("Ghost")


def test_what_wraps_a_function_has_its_annotations():
    def method(a: int) -> str: ...

    @functools.wraps(method)
    def wrapper(*args):
        return method(*args)

    class Instance:
        def __call__(self, a: int) -> str: ...

    expected = {"a": int, "return": str}
    assert resolved_hints(wrapper) == expected
    assert resolved_hints(functools.partial(method)) == expected
    assert resolved_hints(Instance()) == expected
    assert resolved_hints(len) == {}


def test_fields_of_a_record_whose_annotations_cannot_be_resolved():
    assert record_fields(Point) == [("x", "float", True), ("unknown", "Ghost", False)]
    assert record_fields(int) is None


def test_a_signature_does_not_need_its_annotations():
    def method(a: "Ghost", b=1): ...  # noqa: F821

    assert list(python_signature(method).parameters) == ["a", "b"]
    assert python_signature(method).parameters["b"].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
