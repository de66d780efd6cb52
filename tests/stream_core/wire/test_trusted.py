from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.wire import trusted


@pytest.mark.parametrize("value", [date(2024, 1, 1), {1: {2}}, frozenset({1}), range(3)])
def test_pickled_values_come_out(value: Any) -> None:
    assert trusted.decode_pickle(memoryview(trusted.encode_pickle(value))) == value


@pytest.mark.parametrize("value", [None, {1: [2.5, "x"]}, frozenset({1}), 2**70, ...])
def test_marshalled_values_come_out(value: Any) -> None:
    assert trusted.decode_marshal(memoryview(trusted.encode_marshal(value))) == value


class Unloadable:
    def __reduce__(self) -> Any:
        return float, ("not a number at all",)


class Undumpable:
    def __reduce__(self) -> Any:
        raise ZeroDivisionError


@pytest.mark.parametrize("value", [lambda: None, Undumpable()])
def test_what_cannot_be_pickled_is_refused(value: Any) -> None:
    with pytest.raises(InvalidValue, match="cannot be pickled"):
        trusted.encode_pickle(value)


def test_what_marshal_does_not_know_is_refused() -> None:
    with pytest.raises(InvalidValue, match="codec 'pickle' may"):
        trusted.encode_marshal(date(2024, 1, 1))


@given(st.binary(max_size=40))
def test_junk_is_no_pickle(data: bytes) -> None:
    # Opcodes that name a class are left out: what they load is not ours to try; so are those that
    # reserve as much memory as a number in the junk says.
    junk = data.translate(None, b"ciRGo\x81\x92\x93Pqrp\x82\x83\x84B\x8e\x96")
    try:
        trusted.decode_pickle(junk)
    except ProtocolError:
        pass


@pytest.mark.parametrize("data", [b"", b"junk", pickle.dumps(Unloadable()), b"\x80\x05]" * 2])
def test_a_pickle_that_does_not_load_is_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        trusted.decode_pickle(data)


@pytest.mark.parametrize("data", [b"", b"z", b"[\x02\x00\x00\x00i", b"\xff"])
def test_what_was_not_marshalled_is_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        trusted.decode_marshal(data)
