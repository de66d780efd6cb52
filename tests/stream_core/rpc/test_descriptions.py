from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import ProtocolError
from stream_core.rpc.descriptions import (
    Description,
    MethodKind,
    description_from_wire,
    description_to_wire,
)
from stream_core.rpc.methods import collect
from stream_core.wire import objects


class Mode(enum.Enum):
    FAST = 1


@dataclass
class Node:
    children: list[Node]


class Host:
    def rpc_plain(self, a, b=(1, 2j), /, *c, d={1: b"x"}, **e):  # noqa: B006
        """Say something."""

    async def rpc_typed(
        self, a: int, b: list[float] | None = None, mode: Mode = Mode.FAST
    ) -> dict[str, int]: ...

    def rpc_deep(self, node: Node, array: npt.NDArray[np.float32]) -> None: ...

    def rpc_choice(self, way: Literal["up", b"down"] = "up") -> None: ...

    def rpc_many(self) -> Iterator[int]:
        yield 1

    async def rpc_more(self):
        yield 1


DESCRIPTION = collect(Host(), name="rig").description
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["target", "methods", "path", "parameters", "name", "kind", "type"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def test_a_description_travels():
    wire = objects.decode(objects.encode(description_to_wire(DESCRIPTION)))
    assert description_from_wire(wire) == DESCRIPTION


def test_a_description_says_what_there_is():
    assert [method.path for method in DESCRIPTION.methods] == [
        "choice", "deep", "echo", "many", "more", "plain", "typed",
    ]  # fmt: skip
    assert DESCRIPTION.target == "rig"
    assert DESCRIPTION.method("plain").doc == "Say something."
    assert DESCRIPTION.method("nothing") is None
    assert DESCRIPTION.method("many").streams
    assert DESCRIPTION.method("more").kind is MethodKind.ASYNC_GENERATOR
    assert not DESCRIPTION.method("typed").streams


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("plain", "plain(a, b=(1, 2j), /, *c, d={1: b'x'}, **e)"),
        (
            "typed",
            "typed(a: int, b: list[float] | None = None, mode: Mode = Mode.FAST) -> dict[str, int]",
        ),
        ("deep", "deep(node: Node, array: NDArray[float32]) -> None"),
        ("choice", "choice(way: Literal['up', b'down'] = 'up') -> None"),
        ("many", "many() -> Iterator[int]"),
    ],
)
def test_a_method_is_written_as_at_its_target(path, text):
    assert DESCRIPTION.method(path).text == text


def described(**method: Any) -> dict[str, Any]:
    return {"target": "x", "methods": [{"path": "a"} | method]}


@pytest.mark.parametrize(
    "wire",
    [
        None,
        [],
        {"target": 1},
        np.ones(3),
        {"methods": np.ones(3)},
        {"methods": [np.ones(3)]},
        {"methods": [{}]},
        {"methods": [{"path": "a"}, {"path": "a"}]},
        {"methods": [{"path": "a"}, {"path": "a.b"}]},
        described(path=""),
        described(path="__class__"),
        described(path="a._terms"),
        described(path="a b"),
        described(path="a..b"),
        described(kind="magic"),
        described(parameters=[{"name": "not a name"}]),
        described(parameters=[{"name": "a"}, {"name": "a"}]),
        described(parameters=[{"name": "a", "kind": "var_keyword"}, {"name": "b"}]),
        described(returns={"type": "junk"}),
        described(parameters=[{"name": "a", "annotation": {"type": "list", "item": {}}}]),
    ],
)
def test_a_description_of_what_cannot_be_is_refused(wire):
    with pytest.raises(ProtocolError, match="description of a target"):
        description_from_wire(wire)


@given(JUNK)
def test_junk_is_refused_or_is_a_description(wire):
    try:
        description = description_from_wire(wire)
    except ProtocolError:
        return
    assert isinstance(description, Description)
