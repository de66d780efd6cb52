from __future__ import annotations

import functools
from typing import Any

import pytest

from stream_core.errors import InvalidValue
from stream_core.rpc.descriptions import MethodKind
from stream_core.rpc.methods import collect


class Inner:
    def rpc_deep(self): ...


class Calc:
    def __init__(self):
        self.rpc_inner = Inner()

    def rpc_add(self, a, b):
        return a + b

    def sub(self): ...


class Base:
    def rpc_inherited(self):
        return "base"

    def rpc_overridden(self):
        return "base"


class Host(Base):
    rpc_constant = 5
    rpc_shared = Inner()

    def __init__(self):
        self.rpc_calc = Calc()
        self.rpc_number = 3
        self.rpc_given = lambda x: x * 2
        self.rpc_function_of_another = Calc().rpc_add
        self.other = Calc()

    def rpc_overridden(self):
        return "host"

    async def rpc_asynchronous(self): ...

    def rpc_generator(self):
        yield 1

    async def rpc_async_generator(self):
        yield 1

    @staticmethod
    def rpc_static(a):
        return a

    @classmethod
    def rpc_class(cls):
        return cls.__name__

    def rpc__private(self): ...

    def rpc_(self): ...

    def not_offered(self): ...

    @property
    def anything(self):
        raise AssertionError("a property was triggered")

    @functools.lru_cache  # noqa: B019
    def rpc_cached(self):
        return "cached"


def test_methods_and_groups_are_collected_by_name():
    assert list(collect(Host())) == [
        "echo",
        "async_generator",
        "asynchronous",
        "cached",
        "calc.add",
        "calc.inner.deep",
        "class",
        "function_of_another",
        "generator",
        "given",
        "inherited",
        "overridden",
        "shared.deep",
        "static",
    ]


@pytest.mark.parametrize(
    ("path", "args", "result"),
    [
        ("calc.add", (1, 2), 3),
        ("class", (), "Host"),
        ("cached", (), "cached"),
        ("function_of_another", (1, 2), 3),
        ("given", (4,), 8),
        ("inherited", (), "base"),
        ("overridden", (), "host"),
        ("static", (5,), 5),
    ],
)
def test_methods_are_bound_to_their_object(path, args, result):
    method = collect(Host()).get(path)
    assert method.function(*args) == result
    bound, named = method.bind(args, {})
    assert (bound, named) == (list(args), {})


class AsyncCallable:
    async def __call__(self): ...


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("overridden", MethodKind.DEF),
        ("asynchronous", MethodKind.ASYNC),
        ("generator", MethodKind.GENERATOR),
        ("async_generator", MethodKind.ASYNC_GENERATOR),
        ("partial", MethodKind.ASYNC),
        ("callable", MethodKind.ASYNC),
        ("echo", MethodKind.ASYNC),
    ],
)
def test_kinds(path, kind):
    host = Host()
    host.rpc_partial = functools.partial(host.rpc_asynchronous)
    host.rpc_callable = AsyncCallable()
    assert collect(host).get(path).kind is kind


def test_a_slot_may_hold_a_group():
    class Slotted:
        __slots__ = ("rpc_calc", "rpc_empty")

        def __init__(self):
            self.rpc_calc = Calc()

    assert "calc.add" in list(collect(Slotted()))


class WithProperty:
    @property
    def rpc_x(self):
        raise AssertionError("a property was triggered")


class WithCachedProperty:
    @functools.cached_property
    def rpc_x(self):
        raise AssertionError("a property was triggered")


class WithClass:
    class rpc_x:  # noqa: N801
        def rpc_y(self): ...


class WithDescribe:
    def rpc_describe(self): ...


class WithItself:
    def __init__(self):
        self.rpc_x = self

    def rpc_y(self): ...


@pytest.mark.parametrize(
    ("host", "says"),
    [
        (WithProperty(), "rpc_x of WithProperty is a property"),
        (WithCachedProperty(), "rpc_x of WithCachedProperty is a cached_property"),
        (WithClass(), r"rpc_x of WithClass is a class; a group is an object: make it rpc_x\(\)"),
        (WithDescribe(), "rpc_describe of WithDescribe: the library itself answers"),
        (WithItself(), "rpc_x of WithItself is a group that contains itself"),
    ],
)
def test_what_cannot_be_offered_is_refused_by_name(host: Any, says: str):
    with pytest.raises(InvalidValue, match=says):
        collect(host)


def test_an_object_without_methods_answers_echo():
    assert list(collect(object())) == ["echo"]


def test_a_host_may_have_an_echo_of_its_own():
    class Loud:
        def rpc_echo(self, value):
            return value.upper()

    assert collect(Loud()).get("echo").function("a") == "A"


def test_a_table_can_be_renamed():
    table = collect(Host(), name="before")
    renamed = table.renamed("after")
    assert (table.description.target, renamed.description.target) == ("before", "after")
    assert renamed.get("calc.add") is table.get("calc.add")
    assert len(renamed) == len(table)
    assert renamed.get("nothing") is None
