"""What is typed for a channel becomes what it takes, or is refused with what it would take."""

from typing import Any

import numpy as np
import pytest

import stream_core as sc
from stream_gui.models.value_entry import EntryError, entry_fields, entry_value, why_not


def value(text: str, **facts: Any) -> Any:
    return entry_value(entry_fields(sc.ChannelInfo(name="a", **facts)), [text])


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("3.5", {"dtype": "float32"}, 3.5),
        (" \N{MINUS SIGN}1e3 ", {"dtype": "float64"}, -1000.0),
        ("255", {"dtype": "uint8"}, 255),
        ("0x10", {"dtype": "int16"}, 16),
        ("off", {"dtype": "bool"}, False),
        ("1+2j", {"dtype": "complex128"}, 1 + 2j),
        ("12.5", {}, 12.5),
        ("pump replaced", {}, "pump replaced"),
        ('{"hz": [1, 2]}', {}, {"hz": [1, 2]}),
    ],
)
def test_a_value_is_understood(text: str, facts: dict[str, Any], expected: object) -> None:
    assert value(text, **facts) == expected


@pytest.mark.parametrize(
    ("text", "facts", "said"),
    [
        ("256", {"dtype": "uint8"}, "'256' is not an integer from 0 to 255"),
        ("1.5", {"dtype": "int16"}, "'1.5' is not an integer from -32768 to 32767"),
        ("warm", {"dtype": "float32"}, "'warm' is not a number"),
        ("", {"dtype": "float32"}, "type a number"),
        ("", {}, "type a number, text, or a list"),
        ("2", {"dtype": "bool"}, "'2' is not true or false"),
        ("[1, 2]", {"dtype": "int16", "shape": (2, 2)}, "a list of 2 by 2, each an integer"),
        ("[[1, 2], [3, 4.5]]", {"dtype": "int16", "shape": (2, 2)}, "a list of 2 by 2"),
    ],
)
def test_a_mistake_is_told_with_what_may_be_typed(
    text: str, facts: dict[str, Any], said: str
) -> None:
    with pytest.raises(EntryError, match=said.replace("[", r"\[")):
        value(text, **facts)


def test_each_column_has_a_field_of_its_own() -> None:
    info = sc.ChannelInfo(name="a", dtype="float32", shape=(2,), columns=("x", "y"))
    fields = entry_fields(info)
    assert [field.label for field in fields] == ["x", "y"]
    sent = entry_value(fields, ["1", "2.5"])
    assert sent.dtype == np.float32
    assert sent.tolist() == [1.0, 2.5]
    with pytest.raises(EntryError) as caught:
        entry_value(fields, ["1", "y"])
    assert caught.value.field == 1


def test_a_picture_is_typed_as_a_list() -> None:
    sent = value("[[1, 2], [3, 4]]", dtype="uint8", shape=(2, 2))
    assert sent.tolist() == [[1, 2], [3, 4]]
    assert sent.dtype == np.uint8


def test_only_shared_and_own_channels_are_written_to() -> None:
    assert why_not(sc.ChannelInfo(name="a", owner="rig", shared=True), "me") == ""
    assert why_not(sc.ChannelInfo(name="a", owner="me"), "me") == ""
    assert "only its owner, rig, writes" in why_not(sc.ChannelInfo(name="a", owner="rig"), "me")
    assert why_not(None, "me")
