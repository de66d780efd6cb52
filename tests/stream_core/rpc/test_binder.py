from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import InvalidValue
from stream_core.rpc.binder import Binder
from stream_core.rpc.signatures import read_signature


def none(): ...
def one(a): ...
def two(a, b=1): ...
def three(a, b, c): ...
def only_positional(a, b=2, /, c=3): ...
def rest(a, *more): ...
def keyword_only(a, *, b, c=3): ...
def two_keyword_only(*, a, b): ...
def everything(a, /, b, *more, c=3, **others): ...


METHODS = [
    none, one, two, three, only_positional, rest, keyword_only, two_keyword_only, everything,
]  # fmt: skip


def binder(function: Any) -> Binder:
    signature = read_signature(function.__name__, function, streams=False)
    return Binder(function.__name__, signature.slots)


@given(
    st.sampled_from(METHODS),
    st.lists(st.integers(), max_size=4),
    st.dictionaries(st.sampled_from("abcd"), st.integers(), max_size=3),
)
def test_argument_lists_are_taken_and_refused_as_python_does(function, args, kwargs):
    pythons = _refusal(lambda: function(*args, **kwargs))
    ours = _refusal(lambda: binder(function).bind(args, dict(kwargs)))
    if pythons is None:
        assert binder(function).bind(args, dict(kwargs)) == (args, kwargs)
    elif re.search("keyword-only argument|some positional-only", pythons):
        assert ours is not None  # of several reasons Python may name another one
    else:
        assert ours == pythons


def _refusal(call: Callable[[], object]) -> str | None:
    try:
        call()
    except TypeError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("function", "args", "kwargs"),
    [
        (one, (), {}),
        (three, (), {}),
        (three, (1,), {}),
        (none, (1,), {}),
        (two, (1, 2, 3), {}),
        (one, (1,), {"a": 2}),
        (one, (1,), {"z": 2}),
        (only_positional, (), {"a": 1}),
        (keyword_only, (1,), {}),
        (two_keyword_only, (), {}),
    ],
)
def test_refusals_are_worded_as_python_words_them(function, args, kwargs):
    with pytest.raises(TypeError) as pythons:
        function(*args, **kwargs)
    with pytest.raises(TypeError) as ours:
        binder(function).bind(args, kwargs)
    assert str(ours.value) == str(pythons.value)


def typed(a: int, b: list[int] = (), *more: float, c: str = "", **others: bool): ...  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("args", "kwargs", "says"),
    [
        (("x",), {}, "argument 'a' must be int, not 'x' (str)"),
        ((1, [2, None]), {}, "argument 'b' at [1] must be int, not None"),
        ((1, [], 1.0, "x"), {}, "argument '*more' must be float, not 'x' (str)"),
        ((1,), {"b": [""]}, "argument 'b' at [0] must be int, not '' (str)"),
        ((1,), {"c": 1}, "argument 'c' must be str, not 1 (int)"),
        ((1,), {"d": 1}, "argument 'd' must be bool, not 1 (int)"),
    ],
)
def test_a_value_that_does_not_fit_names_method_and_parameter(args, kwargs, says):
    with pytest.raises(InvalidValue) as caught:
        binder(typed).bind(args, kwargs)
    assert str(caught.value) == f"typed(): {says}"


def test_values_that_fit_are_bound():
    bound = binder(typed).bind((1, [2], 3, 4.5), {"c": "x", "d": True})
    assert bound == ([1, [2], 3, 4.5], {"c": "x", "d": True})


def test_a_value_that_contains_itself_is_refused():
    from dataclasses import dataclass

    @dataclass
    class Loop:
        inner: Any = None

    # A class of a function's body cannot be resolved from text: give it as it is.
    Loop.__annotations__["inner"] = Loop

    def method(a): ...

    method.__annotations__["a"] = Loop
    loop = Loop()
    loop.inner = loop
    with pytest.raises(InvalidValue, match="contains itself"):
        binder(method).bind((loop,), {})
