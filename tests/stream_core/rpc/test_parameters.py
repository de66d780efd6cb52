from __future__ import annotations

import inspect

import pytest

from stream_core.errors import InvalidValue
from stream_core.rpc.annotations import Bounded, EnumType, Plain
from stream_core.rpc.parameters import ParameterDescription, ParameterKind


@pytest.mark.parametrize(
    ("described", "written"),
    [
        (ParameterDescription(name="a"), "a"),
        (ParameterDescription(name="a", annotation=Plain("int"), annotation_text="int"), "a: int"),
        (
            ParameterDescription(name="a", has_default=True, default="x", default_text="'x'"),
            "a='x'",
        ),
        (
            ParameterDescription(
                name="a",
                annotation=EnumType("Mode", (("FAST", 1),)),
                annotation_text="Mode",
                has_default=True,
                default="FAST",
                default_text="Mode.FAST",
            ),
            "a: Mode = Mode.FAST",
        ),
        (ParameterDescription(name="a", kind=ParameterKind.VAR_POSITIONAL), "*a"),
        (ParameterDescription(name="a", kind=ParameterKind.VAR_KEYWORD), "**a"),
    ],
)
def test_a_parameter_looks_as_at_its_target(described, written):
    assert str(described.parameter) == written


def test_a_default_that_looks_the_same_is_the_real_one():
    described = ParameterDescription(name="a", has_default=True, default=2, default_text="2")
    assert described.parameter.default == 2


def test_kinds_are_pythons():
    for kind in ParameterKind:
        assert isinstance(kind.of_python, type(inspect.Parameter.KEYWORD_ONLY))


def test_a_value_is_checked_without_a_call():
    described = ParameterDescription(name="hz", annotation=Bounded(Plain("float"), ge=0))
    assert described.check(5) == 5
    with pytest.raises(InvalidValue, match="argument 'hz' must be float from 0, not -1"):
        described.check(-1)
