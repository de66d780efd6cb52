from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.rpc.bodies import decode_call, encode_call, read_path
from stream_core.wire import objects

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


@given(st.lists(SCALARS), st.dictionaries(st.text(), SCALARS))
def test_a_call_travels(args, kwargs):
    body = encode_call("calc.add", args, kwargs)
    assert decode_call(body) == ("calc.add", args, kwargs)
    assert decode_call(memoryview(body)) == ("calc.add", args, kwargs)
    assert read_path(memoryview(body)) == "calc.add"


def test_the_body_is_what_the_protocol_says():
    body = encode_call("é", [1.0], {"a": 2})
    assert body == struct.pack("<H", 2) + "é".encode() + objects.encode([[1.0], {"a": 2}])


def test_an_argument_that_cannot_be_sent_names_the_method():
    with pytest.raises(InvalidValue, match=r"calc.add\(\): an argument cannot be sent"):
        encode_call("calc.add", [object()], {})
    with pytest.raises(InvalidValue, match="cannot be sent"):
        encode_call("calc.add", [], {"a": object()})


@pytest.mark.parametrize("path", ["", "a" * 2000])
def test_a_path_has_a_bounded_length(path):
    with pytest.raises(InvalidValue, match="path of a method"):
        encode_call(path, [], {})


def _body(path: bytes, arguments: Any, length: int | None = None) -> bytes:
    prefix = struct.pack("<H", len(path) if length is None else length)
    return prefix + path + objects.encode(arguments)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x01",
        _body(b"", [[], {}]),
        _body(b"a", [[], {}], length=60_000),
        _body(b"\xff", [[], {}]),
        _body(b"a", None),
        _body(b"a", []),
        _body(b"a", [[], {}, 1]),
        _body(b"a", [{}, []]),
        _body(b"a", [(), {}]),
        _body(b"a", [[], {1: 2}]),
        _body(b"a", [[], {}]) + b"\x00",
    ],
)
def test_a_malformed_call_is_a_protocol_error(body):
    with pytest.raises(ProtocolError):
        decode_call(body)


@given(st.binary(max_size=60))
def test_junk_is_a_protocol_error(body):
    try:
        path, args, kwargs = decode_call(body)
    except ProtocolError:
        return
    assert (type(path), type(args), type(kwargs)) == (str, list, dict)
