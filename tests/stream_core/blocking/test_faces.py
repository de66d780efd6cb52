"""The two faces of the client have the same names with the same parameters."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import MemberDescriptorType
from typing import Any

import pytest

import stream_core as sc
from stream_core import blocking
from tests.per_item import in_python

PAIRS = [
    (sc.Client, blocking.Client),
    (sc.Writer, blocking.Writer),
    (sc.Reader, blocking.Reader),
]
FACTS = (property, MemberDescriptorType)
TWINS = {
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
}


def public(face: type) -> dict[str, Any]:
    return {
        TWINS.get(name, name): inspect.getattr_static(face, name)
        for name in dir(face)
        if not name.startswith("_") or name in (*TWINS, *TWINS.values(), "__len__", "__bool__")
    }


@pytest.mark.parametrize(("awaited", "waiting"), PAIRS)
def test_the_names_are_equal(awaited: type, waiting: type) -> None:
    assert sorted(public(awaited)) == sorted(public(waiting))


def methods() -> Iterator[Any]:
    for awaited, waiting in PAIRS:
        ours = public(waiting)
        for name, member in public(awaited).items():
            yield pytest.param(member, ours[name], id=f"{awaited.__name__}.{name}")


def parameters(method: Any) -> list[tuple[str, Any, Any, Any]]:
    """Name, kind, default and annotation, by the Python where a method is compiled."""
    defined = getattr(method, "__objclass__", None)
    if defined is not None:
        method = getattr(getattr(in_python, defined.__name__), method.__name__)
    return [
        (parameter.name, parameter.kind, parameter.default, parameter.annotation)
        for parameter in inspect.signature(method).parameters.values()
    ]


@pytest.mark.parametrize(("awaited", "waiting"), list(methods()))
def test_the_parameters_are_equal(awaited: Any, waiting: Any) -> None:
    assert isinstance(awaited, FACTS) == isinstance(waiting, FACTS)
    if isinstance(awaited, FACTS):
        assert inspect.getdoc(awaited) == inspect.getdoc(waiting)
    else:
        assert parameters(awaited) == parameters(waiting)
        assert not inspect.iscoroutinefunction(waiting)


def test_the_constructors_are_equal() -> None:
    assert parameters(sc.Client.__init__) == parameters(blocking.Client.__init__)
    assert blocking.__all__ == ["Client", "Reader", "Writer"]


def test_the_process_takes_what_the_server_takes() -> None:
    assert parameters(sc.Server.__init__) == parameters(sc.ServerProcess.__init__)
