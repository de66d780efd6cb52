from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stream_core.blocking.taking import LATER, size_bytes, taking
from stream_core.errors import InvalidValue
from stream_core.values import ChannelInfo
from stream_core.wire import objects


def take(value: Any, **info: Any) -> Any:
    return taking(ChannelInfo(name="x", **info))(value)


@pytest.mark.parametrize("codec", [None, "object"])
@pytest.mark.parametrize("value", [None, True, 2**70, 1.5, "text", b"bytes"])
def test_what_cannot_change_is_taken_as_it_is(value: Any, codec: str | None) -> None:
    assert take(value, codec=codec) is value


@pytest.mark.parametrize("codec", [None, "object"])
def test_what_can_change_is_encoded(codec: str | None) -> None:
    value = [1, {"a": {2}}]
    taken = take(value, codec=codec)
    value.append("later")
    assert objects.decode(objects.encode(taken)) == [1, {"a": {2}}]
    assert size_bytes(taken) == len(objects.encode(taken))


def test_arrays_are_copied_unless_they_are_read_only() -> None:
    array = np.arange(3)
    taken = take(array)
    array[0] = 9
    assert taken[0] == 0
    assert not taken.flags.writeable
    assert take(taken) is taken
    assert size_bytes(taken) == taken.nbytes


@pytest.mark.parametrize("value", [object(), [object()], np.array([None])])
def test_what_cannot_be_sent_is_refused_at_once(value: Any) -> None:
    with pytest.raises(InvalidValue):
        take(value)


@pytest.mark.parametrize(
    ("value", "info"),
    [
        (1, {"codec": "samples", "dtype": "f8"}),
        (np.float64(1), {"codec": "samples", "dtype": "f8"}),
        (256, {"codec": "samples", "dtype": "u1"}),
        (True, {"codec": "samples", "dtype": "u1"}),
        (1.5, {"codec": "samples", "dtype": "i4"}),
        ([1.0, 2.0], {"codec": "samples", "dtype": "f8", "shape": (2,)}),
        (b"x", {"codec": "raw"}),
        ("x", {"codec": "pickle"}),
    ],
)
def test_others_are_left_to_the_loop(value: Any, info: dict[str, Any]) -> None:
    assert take(value, **info) is LATER


@pytest.mark.parametrize(("value", "dtype"), [(1.5, "f4"), (255, "u1"), (-5, "i8")])
def test_numbers_that_fit_are_taken(value: Any, dtype: str) -> None:
    assert take(value, codec="samples", dtype=dtype) is value


def test_sizes_are_of_the_memory() -> None:
    assert (size_bytes(b"123"), size_bytes("12"), size_bytes(5)) == (3, 2, 16)
