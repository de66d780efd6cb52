from __future__ import annotations

import enum
import inspect
import pydoc
from collections.abc import Callable
from typing import Any

import pytest

from stream_core.errors import InvalidValue
from stream_core.rpc import (
    Description,
    Given,
    MethodDescription,
    Remote,
    bind_again,
    collect,
    describe,
    update,
)


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

    def __init__(self) -> None:
        self.given: Given = ((), {})
        self.sought: list[str] = []
        self.stale = False
        self.on_seek: Callable[[], object] = lambda: None

    def invoke(
        self,
        method: MethodDescription,
        args: list[Any],
        kwargs: dict[str, Any],
        timeout_s: Any,
        given: Given,
    ) -> Any:
        self.given = given
        return method.path, args, kwargs, timeout_s

    def seek(self, path: str) -> Any:
        self.sought.append(path)
        self.on_seek()
        return self.invoke_late if self.stale else None

    def invoke_late(self, path: str, given: Given, timeout_s: Any) -> Any:
        return path, *given, timeout_s


DESCRIPTION = collect(Host(), name="rig").description


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def remote(recorder) -> Remote:
    return Remote(DESCRIPTION, recorder)


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


def test_help_of_a_proxy_shows_its_methods(remote):
    text = pydoc.plain(pydoc.render_doc(remote))
    assert "The methods of remote 'rig':" in text
    assert "calc: a group of add, inner, set" in text
    assert "read(count: int | None = None)" in text
    text = pydoc.plain(pydoc.render_doc(remote.calc))
    assert "add(a: float, b: float = 1.0) -> float\n        Add two numbers." in text


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


class OtherCalc:
    def rpc_new(self, what: str): ...


class Other:
    rpc_calc = OtherCalc()

    def rpc_inner(self): ...


OTHER = collect(Other(), name="rig").description


def test_a_changed_description_is_taken_in_place(remote):
    calc, inner = remote.calc, remote.calc.inner
    update(remote, OTHER)
    assert dir(remote) == ["calc", "echo", "inner"]
    assert remote.inner(tto=1) == ("inner", [], {}, 1.0)
    assert remote.calc is calc
    assert dir(calc) == ["new"]
    assert calc.new("x")[0] == "calc.new"
    assert dir(inner) == []
    update(remote, DESCRIPTION)
    assert dir(remote.calc.inner) == ["deep"]


def test_a_group_that_has_become_a_method_is_empty(remote):
    class Flat:
        def rpc_calc(self): ...

    calc = remote.calc
    update(remote, collect(Flat(), name="rig").description)
    assert dir(calc) == []
    assert remote.calc()[0] == "calc"


def test_a_name_that_is_lacking_is_sought_once(remote, recorder):
    recorder.on_seek = lambda: update(remote, OTHER)
    assert remote.calc.new("x")[0] == "calc.new"
    with pytest.raises(AttributeError, match="has no method 'nowhere'"):
        _ = remote.nowhere
    assert not hasattr(remote, "_private")
    assert recorder.sought == ["calc.new", "nowhere"]


def test_a_name_of_a_changed_target_may_be_called_before_it_is_known(remote, recorder):
    recorder.stale = True
    assert remote.calc.later(1, b=2, tto=3) == ("calc.later", (1,), {"b": 2}, 3.0)
    assert remote.group.method() == ("group.method", (), {}, 20.0)
    assert "not known yet" in repr(remote.group.method)
    assert not hasattr(remote.group, "_private")
    with pytest.raises(TypeError, match="takes a remote"):
        describe(remote.group)


def test_what_was_given_is_kept_to_be_bound_again(remote, recorder):
    remote.calc.set(Mode.FAST, 1, x="y", tto=1)
    assert recorder.given == ((Mode.FAST, 1), {"x": "y"})
    method = DESCRIPTION.method("calc.set")
    assert bind_again(method, recorder.given) == (["FAST", 1], {"x": "y"})
    with pytest.raises(InvalidValue, match="must be str"):
        bind_again(OTHER.method("calc.new"), ((1,), {}))
