from __future__ import annotations

import enum
import inspect
import pydoc
from typing import Any

import pytest

from stream_core.errors import InvalidValue
from stream_core.rpc import Description, MethodDescription, Remote, collect, describe, update


class Mode(enum.Enum):
    FAST = 1


class Inner:
    def rpc_deep(self): ...


class Calc:
    rpc_inner = Inner()

    def rpc_add(self, a: float, b: float = 1.0) -> float:
        """Add two numbers."""

    def rpc_set(self, mode: Mode, *rest: int, **named: str): ...


class Host:
    rpc_calc = Calc()

    async def rpc_read(self, count: int | None = None): ...


class Recorder:
    """An invoker that remembers."""

    def invoke(
        self, method: MethodDescription, args: list[Any], kwargs: dict[str, Any], timeout_s: Any
    ) -> Any:
        return method.path, args, kwargs, timeout_s


DESCRIPTION = collect(Host(), name="rig").description


@pytest.fixture
def remote() -> Remote:
    return Remote(DESCRIPTION, Recorder())


def test_attributes_are_methods_and_groups(remote):
    assert dir(remote) == ["calc", "echo", "read"]
    assert dir(remote.calc) == ["add", "inner", "set"]
    assert dir(remote.calc.inner) == ["deep"]
    assert repr(remote) == "<remote 'rig': calc, echo, read>"
    assert repr(remote.calc) == "<'calc' of 'rig': add, inner, set>"


def test_a_method_looks_like_a_function(remote):
    add = remote.calc.add
    assert (add.__name__, add.__qualname__, add.__doc__) == ("add", "calc.add", "Add two numbers.")
    assert str(inspect.signature(add)) == "(a: float, b: float = 1.0) -> float"
    assert inspect.signature(add).parameters["a"].annotation is float
    assert add.__annotations__ == {"a": float, "b": float, "return": float}
    assert str(inspect.signature(remote.calc.set)) == "(mode: Mode, *rest: int, **named: str)"
    assert remote.read.__doc__ is None


def test_help_shows_the_real_signature(remote):
    text = pydoc.plain(pydoc.render_doc(remote.calc.add))
    assert "add(a: float, b: float = 1.0) -> float" in text
    assert "Add two numbers." in text


def test_a_call_is_invoked_with_what_was_given(remote):
    assert remote.calc.add(1) == ("calc.add", [1], {}, 20.0)
    assert remote.calc.add(1, b=2.5) == ("calc.add", [1], {"b": 2.5}, 20.0)
    assert remote.calc.set(Mode.FAST, 1, 2, x="y") == ("calc.set", ["FAST", 1, 2], {"x": "y"}, 20.0)


@pytest.mark.parametrize(
    ("given", "timeout_s"), [(3, 3.0), (0.5, 0.5), (None, None), (float("inf"), None)]
)
def test_a_call_may_have_its_own_time_out(remote, given, timeout_s):
    assert remote.calc.add(1, tto=given)[3] == timeout_s


def test_the_time_outs_name_and_default_are_settings():
    remote = Remote(DESCRIPTION, Recorder(), timeout_name="timeout", timeout_s=None)
    assert remote.read()[3] is None
    assert remote.read(timeout=2)[3] == 2.0
    with pytest.raises(TypeError, match="unexpected keyword argument 'tto'"):
        remote.read(tto=2)


@pytest.mark.parametrize("given", [0, -1, "1", True, float("nan")])
def test_a_wrong_time_out_is_refused(remote, given):
    with pytest.raises(InvalidValue, match="tto must be a time in seconds above 0"):
        remote.calc.add(1, tto=given)


@pytest.mark.parametrize(
    ("args", "kwargs", "error", "says"),
    [
        ((), {}, TypeError, r"calc.add\(\) missing 1 required positional argument: 'a'"),
        ((1, 2, 3), {}, TypeError, "takes from 1 to 2 positional arguments but 3 were given"),
        ((1,), {"c": 1}, TypeError, "unexpected keyword argument 'c'"),
        (("x",), {}, InvalidValue, r"calc.add\(\): argument 'a' must be float, not 'x' \(str\)"),
        ((True,), {}, InvalidValue, "must be float, not True"),
    ],
)
def test_a_mismatch_is_raised_before_anything_is_sent(remote, args, kwargs, error, says):
    with pytest.raises(error, match=says):
        remote.calc.add(*args, **kwargs)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("calk", "remote 'rig' has no method 'calk'; did you mean 'calc'?"),
        ("zzz", "remote 'rig' has no method 'zzz'; it has calc, echo, read"),
        ("calc.ad", "'calc' of 'rig' has no method 'ad'; did you mean 'add'?"),
    ],
)
def test_an_unknown_name_says_what_there_is(remote, path, says):
    *groups, last = path.split(".")
    for group in groups:
        remote = getattr(remote, group)
    with pytest.raises(AttributeError) as caught:
        getattr(remote, last)
    assert str(caught.value) == says


def test_python_may_ask_for_what_is_not_there(remote):
    assert not hasattr(remote, "__wrapped__")
    assert not hasattr(remote, "_repr_html_")
    assert Remote.__new__(Remote) is not None


def test_nothing_can_be_set(remote):
    with pytest.raises(AttributeError, match="'calc' is not set"):
        remote.calc = 1


def test_a_target_without_methods():
    assert repr(Remote(Description(target="x"), Recorder())) == "<remote 'x': no methods>"


def test_describe(remote):
    assert describe(remote) == DESCRIPTION
    assert [method.path for method in describe(remote.calc).methods] == [
        "calc.add",
        "calc.inner.deep",
        "calc.set",
    ]
    assert describe(remote.calc.add) == DESCRIPTION.method("calc.add")
    with pytest.raises(TypeError, match="takes a remote"):
        describe(len)


def test_a_changed_description_is_taken_in_place(remote):
    class Other:
        def rpc_new(self): ...

    update(remote, collect(Other(), name="rig").description)
    assert dir(remote) == ["echo", "new"]
    assert remote.new(tto=1) == ("new", [], {}, 1.0)
