"""Methods with every kind of annotation, and what each takes and refuses; both faces offer them."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, Optional

import numpy as np
from numpy.typing import NDArray

__all__ = ["LISTS", "METHODS", "VALUES", "Colour", "Group", "Methods", "Point", "told"]


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


@dataclass
class Point:
    x: float
    y: float = 0.0
    tags: list[str] = field(default_factory=list)


ORIGIN = Point(1.0)


class Pair(NamedTuple):
    left: int
    right: int


def told(value: Any) -> str:
    """What a method got: its type and value, so that a wrong type is seen."""
    if isinstance(value, np.ndarray):
        return f"array {value.dtype} {value.tolist()}"
    return f"{type(value).__name__} {value!r}"


class Inner:
    def rpc_deepest(self, value: float) -> str:
        """At the bottom."""
        return told(value)


class Group:
    def __init__(self) -> None:
        self.rpc_inner = Inner()

    def rpc_add(self, a: float, b: float = 1.0) -> float:
        """Add two numbers."""
        return a + b


class Methods:
    """Mixed into a client of either face."""

    def __init__(self, *args: Any, **arguments: Any) -> None:
        super().__init__(*args, **arguments)
        self.rpc_group = Group()
        self.ran = 0

    def _told(self, value: Any) -> str:
        self.ran += 1
        return told(value)

    def rpc_bool(self, value: bool) -> str:
        return self._told(value)

    def rpc_int(self, value: int) -> str:
        return self._told(value)

    def rpc_float(self, value: float) -> str:
        return self._told(value)

    def rpc_complex(self, value: complex) -> str:
        return self._told(value)

    def rpc_str(self, value: str) -> str:
        return self._told(value)

    def rpc_bytes(self, value: bytes) -> str:
        return self._told(value)

    def rpc_datetime(self, value: datetime) -> str:
        return self._told(value)

    def rpc_optional(self, value: Optional[int]) -> str:  # noqa: UP045
        return self._told(value)

    def rpc_union(self, value: int | str | None) -> str:
        return self._told(value)

    def rpc_literal(self, value: Literal["a", 2]) -> str:
        return self._told(value)

    def rpc_enum(self, value: Colour) -> str:
        return self._told(value)

    def rpc_dataclass(self, value: Point) -> str:
        return self._told(value)

    def rpc_named_tuple(self, value: Pair) -> str:
        return self._told(value)

    def rpc_list(self, value: list[int]) -> str:
        return self._told(value)

    def rpc_sequence(self, value: Sequence[float]) -> str:
        return self._told(value)

    def rpc_tuple(self, value: tuple[int, str]) -> str:
        return self._told(value)

    def rpc_dict(self, value: dict[str, list[float]]) -> str:
        return self._told(value)

    def rpc_set(self, value: set[int]) -> str:
        return self._told(value)

    def rpc_nested(self, value: list[dict[str, Point | None]]) -> str:
        return self._told(value)

    def rpc_array(self, value: NDArray[np.float64]) -> str:
        return self._told(value)

    def rpc_family(self, value: NDArray[np.integer[Any]]) -> str:
        return self._told(value)

    def rpc_anything(self, value):  # type: ignore[no-untyped-def]
        return self._told(value)

    def rpc_mixed(self, a: int, /, b: int, c: int = 3, *rest: int, d: int, **named: str) -> str:
        return self._told((a, b, c, rest, d, named))

    def rpc_defaults(
        self, colour: Colour = Colour.BLUE, point: Point = ORIGIN, none: int | None = None
    ) -> str:
        return self._told((colour, point, none))


NOW = datetime(2026, 7, 26, 12, 30, tzinfo=UTC)

VALUES: dict[str, tuple[list[tuple[Any, Any]], list[Any]]] = {
    # method: what is given and what the method gets; what is refused
    "bool": ([(True, True), (np.True_, True)], [1, None, "yes"]),
    "int": ([(1, 1), (np.int8(5), 5), (1 << 70, 1 << 70)], [1.0, True, "1", None]),
    "float": ([(1.5, 1.5), (2, 2), (np.float32(0.5), 0.5)], ["1", True, None, 1j]),
    "complex": ([(1j, 1j), (1.5, 1.5), (2, 2)], ["1", None]),
    "str": ([("text", "text"), ("", "")], [b"text", 1, None]),
    "bytes": ([(b"raw", b"raw")], ["raw", 1]),
    "datetime": ([(NOW, NOW)], ["2026-07-26", 1.0]),
    "optional": ([(None, None), (3, 3)], ["x", 1.5]),
    "union": ([(None, None), (3, 3), ("x", "x")], [1.5, [1]]),
    "literal": ([("a", "a"), (2, 2)], ["b", 2.0, None]),
    "enum": (
        [(Colour.RED, Colour.RED), ("BLUE", Colour.BLUE), ("r", Colour.RED)],
        ["GREEN", 5, None],
    ),
    "dataclass": (
        [
            (Point(1.0, 2.0, ["a"]), Point(1.0, 2.0, ["a"])),
            ({"x": 1.5}, Point(1.5)),
            ({"x": 2, "tags": ["b"]}, Point(2, tags=["b"])),
        ],
        [{"y": 1.0}, {"x": "1"}, {"x": 1.0, "z": 1}, {"x": 1.0, "tags": [1]}, 5],
    ),
    "named_tuple": ([(Pair(1, 2), Pair(1, 2)), ({"left": 1, "right": 2}, Pair(1, 2))], [{}, 5]),
    "list": ([([1, 2], [1, 2]), ([], [])], [[1, "2"], (1,), "ab", None]),
    "sequence": ([([1.5], [1.5]), ((1, 2.0), (1, 2.0))], ["ab", {1.0}, ["x"]]),
    "tuple": ([((1, "a"), (1, "a"))], [(1,), (1, 2), [1, "a"]]),
    "dict": ([({"a": [1.0]}, {"a": [1.0]})], [{1: [1.0]}, {"a": ["x"]}, {"a": 1.0}, []]),
    "set": ([({1, 2}, {1, 2}), (frozenset({1}), {1})], [{"a"}, [1]]),
    "nested": (
        [([{"a": Point(1.0), "b": None}], [{"a": Point(1.0), "b": None}])],
        [[{"a": 5}], [{"a": {"x": None}}]],
    ),
    "array": (
        [
            (np.arange(3.0), np.arange(3.0)),
            (np.arange(3, dtype="f4"), np.arange(3.0)),
            (np.arange(3, dtype="i2"), np.arange(3.0)),
        ],
        [[1.0], np.array(["a"]), np.array([1j]), 1.0],
    ),
    "family": (
        [(np.arange(3, dtype="u1"), np.arange(3, dtype="u1"))],
        [np.arange(3.0), [1]],
    ),
    "anything": ([({"a": (1, {2})}, {"a": (1, {2})}), (None, None)], []),
}

Arguments = tuple[tuple[Any, ...], dict[str, Any]]

LISTS: dict[str, tuple[list[tuple[Arguments, Any]], list[Arguments]]] = {
    # method: arguments and what the method gets; argument lists that are refused
    "mixed": (
        [
            (((1, 2), {"d": 4}), (1, 2, 3, (), 4, {})),
            (((1,), {"b": 2, "d": 4}), (1, 2, 3, (), 4, {})),
            (((1, 2, 3, 5, 6), {"d": 4, "x": "y"}), (1, 2, 3, (5, 6), 4, {"x": "y"})),
        ],
        [
            ((), {}),
            ((1, 2), {}),
            ((1,), {"d": 4}),
            ((1, 2), {"b": 2, "d": 4}),
            ((), {"b": 2, "d": 4}),
        ],
    ),
    "defaults": (
        [
            (((), {}), (Colour.BLUE, Point(1.0), None)),
            ((("RED",), {"none": 3}), (Colour.RED, Point(1.0), 3)),
        ],
        [((1, 2, 3, 4), {}), ((), {"color": "RED"})],
    ),
}

METHODS = sorted([*VALUES, *LISTS])
