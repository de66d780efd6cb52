"""The form of a call and its line, each made from the other."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta
from numpy.typing import NDArray

from stream_core.rpc import collect
from stream_gui.models.console.call_form import (
    blamed_field,
    call_text,
    command_of,
    problems,
    texts_of,
)
from stream_gui.models.console.command_line import CommandError, parse, split
from stream_gui.models.console.form_field import FormField, form_fields


class Speed(Enum):
    SLOW = 1
    FAST = 2


@dataclass
class Range:
    low: float
    high: float = 10.0


class Host:
    def rpc_all(
        self,
        number: Annotated[float, Meta(ge=0, le=10)],
        text: str,
        switch: bool = False,
        mode: Literal["a", 2] = "a",
        speed: Speed | None = None,
        limits: Range | None = None,
        values: NDArray[np.float64] | None = None,
        *rest: int,
        only: list[int] = [],  # noqa: B006
        table: dict[str, float] = {},  # noqa: B006
        **more: Any,
    ) -> None: ...

    def rpc_say(self, first: str, second: str | None = None) -> None: ...


def fields_of(path: str) -> list[FormField]:
    method = collect(Host(), name="host").description.method(path)
    assert method is not None
    return form_fields(method)


FIELDS, SAYING = fields_of("all"), fields_of("say")
NEEDED = {"number": "1.5", "text": "x"}


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        ({}, 'host.all(1.5, "x")'),
        ({"text": 'say "hi"'}, 'host.all(1.5, "say \\"hi\\"")'),
        ({"switch": "True", "mode": "2"}, 'host.all(1.5, "x", True, 2)'),
        ({"mode": "a"}, 'host.all(1.5, "x", mode="a")'),
        ({"speed": "FAST"}, 'host.all(1.5, "x", speed="FAST")'),
        ({"limits": '{"low": 0, "high": 2}'}, 'host.all(1.5, "x", limits={"low": 0, "high": 2})'),
        ({"values": "linspace(0, 1, 5)"}, 'host.all(1.5, "x", values=linspace(0, 1, 5))'),
        ({"only": "1, 2"}, 'host.all(1.5, "x", only=[1, 2])'),
        ({"only": "[]"}, 'host.all(1.5, "x", only=[])'),
        ({"table": "{'a': 1}"}, "host.all(1.5, \"x\", table={'a': 1})"),
        ({"**more": '{"k": [4]}'}, 'host.all(1.5, "x", k=[4])'),
        ({"speed": "None"}, 'host.all(1.5, "x", speed=None)'),
    ],
)
def test_the_form_and_the_line_follow_each_other(texts: dict[str, str], line: str) -> None:
    made = call_text("host", "all", FIELDS, NEEDED | texts)
    assert made.line == line
    back = texts_of(FIELDS, split(line))
    assert call_text("host", "all", FIELDS, back).line == line


def test_a_typed_line_fills_the_form_in_whatever_way_it_is_written() -> None:
    call = split("host.all(text = 'x', number=  2*pi, mode='a', speed='SLOW', tto=3, k=1)")
    assert texts_of(FIELDS, call) == {
        "text": "x",
        "number": "2*pi",
        "mode": "a",
        "speed": "SLOW",
        "**more": '{"k": 1}',
    }


def test_all_places_filled_let_the_rest_follow() -> None:
    call = split('host.all(1, "x", True, "a", None, None, [1.0], 7, 8)')
    texts = texts_of(FIELDS, call)
    assert texts["*rest"] == "[7, 8]"
    assert call_text("host", "all", FIELDS, texts) == call


@pytest.mark.parametrize(
    ("fields", "line", "words"),
    [
        (SAYING, "host.say('a', 'b', 'c')", "more arguments"),
        (SAYING, "host.say('a', third=1)", "third"),
        (SAYING, "host.say('a', first='b')", "twice"),
    ],
)
def test_arguments_that_the_method_does_not_take_are_refused(
    fields: list[FormField], line: str, words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        texts_of(fields, split(line))


@given(st.text(max_size=20), st.one_of(st.none(), st.text(max_size=20)))
def test_any_text_survives_the_way_from_the_line_to_the_form_and_back(
    first: str, second: str | None
) -> None:
    line = call_text("host", "say", SAYING, {"first": repr(first), "second": repr(second)}).line
    assert parse(line).args == (first, second)
    texts = texts_of(SAYING, split(line))
    assert parse(call_text("host", "say", SAYING, texts).line).args == (first, second)


@pytest.mark.parametrize(
    ("texts", "field", "words"),
    [
        ({"number": "11"}, "number", "from 0 to 10"),
        ({"number": "-0.1"}, "number", "from 0 to 10"),
        ({"number": "1 +"}, "number", "syntax"),
        ({"number": "fast"}, "number", "fast is not a plain value"),
        ({"mode": "c"}, "mode", "one of a, 2"),
        ({"limits": "{}"}, "limits", "lacks the field 'low'"),
        ({"limits": '{"low": "x"}'}, "limits", "at .low must be float"),
        ({"values": "['a']"}, "values", "convert"),
        ({"values": "load('gone.npy')"}, "values", "gone.npy"),
        ({"only": "1, 'x'"}, "only", "at [1] must be int"),
        ({"table": "{'a': None}"}, "table", "at ['a'] must be float"),
    ],
)
def test_what_the_target_would_refuse_is_said_at_its_field(
    texts: dict[str, str], field: str, words: str
) -> None:
    found = problems(FIELDS, NEEDED | texts, complete=True)
    assert list(found) == [field]
    assert words in found[field]


def test_what_is_missing_is_said_when_the_form_is_to_be_complete() -> None:
    assert problems(FIELDS, {}, complete=False) == {}
    assert problems(FIELDS, {}, complete=True) == {"number": "must be given"}
    with pytest.raises(CommandError, match="number must be given"):
        call_text("host", "all", FIELDS, {})


def test_the_values_of_a_call_are_what_its_method_takes() -> None:
    command = command_of(FIELDS, split("host.all(1, 'x', values=[1, 2], tto=3)"))
    assert command.kwargs["values"].dtype == np.float64
    assert command.kwargs["tto"] == 3


@pytest.mark.parametrize(
    ("message", "blamed"),
    [
        ("all(): argument 'number' must be float from 0 to 10, not 11 (int)", "number"),
        ("all(): argument '*rest' must be int, not 'x' (str)", "*rest"),
        ("ValueError: 'mode' is not possible now", "mode"),
        ("ValueError: the text is too long", "text"),
        ("ValueError: numbers are odd", ""),
    ],
)
def test_a_refusal_is_shown_at_the_field_that_it_speaks_of(message: str, blamed: str) -> None:
    assert blamed_field(message, FIELDS) == blamed
