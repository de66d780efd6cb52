"""Fields made from signatures."""

from enum import Enum
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from stream_core.rpc import collect
from stream_gui.models.console.command_line import CommandError
from stream_gui.models.console.form_field import FieldKind, FormField, form_fields


class Speed(Enum):
    SLOW = 1
    FAST = 2


class Host:
    def rpc_all(
        self,
        number: float,
        text: str,
        switch: bool = False,
        mode: Literal["a", "b"] = "a",
        speed: Speed = Speed.SLOW,
        maybe: int | None = None,
        values: NDArray[np.float64] | None = None,
        *rest: int,
        only: list[int] = [],  # noqa: B006
        **more: Any,
    ) -> None: ...


@pytest.fixture
def fields() -> dict[str, FormField]:
    description = collect(Host(), name="host").description
    method = next(each for each in description.methods if each.path == "all")
    return {field.name: field for field in form_fields(method)}


def test_each_parameter_gets_a_field_of_its_kind(fields: dict[str, FormField]) -> None:
    kinds = {name: field.kind for name, field in fields.items()}
    assert kinds == {
        "number": FieldKind.NUMBER,
        "text": FieldKind.TEXT,
        "switch": FieldKind.SWITCH,
        "mode": FieldKind.CHOICE,
        "speed": FieldKind.CHOICE,
        "maybe": FieldKind.NUMBER,
        "values": FieldKind.ARRAY,
        "*rest": FieldKind.LIST,
        "only": FieldKind.LIST,
        "**more": FieldKind.DICT,
    }
    assert [name for name, field in fields.items() if field.required] == ["number", "text"]


def test_a_list_becomes_the_array_that_is_asked_for(fields: dict[str, FormField]) -> None:
    assert fields["values"].read("[1, 2]").dtype == np.float64
    assert fields["values"].convert([3]).tolist() == [3.0]


def test_text_needs_no_quotes_but_may_have_them(fields: dict[str, FormField]) -> None:
    assert fields["text"].read("two words") == "two words"
    assert fields["text"].read("' padded '") == " padded "
    assert fields["text"].read("'") == "'"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("number", "fast"),
        ("number", "True"),
        ("number", "1 +"),
        ("mode", "c"),
        ("values", "['a']"),
        ("only", "open('x')"),
    ],
)
def test_what_does_not_fit_is_refused(fields: dict[str, FormField], name: str, text: str) -> None:
    with pytest.raises(CommandError):
        fields[name].read(text)
