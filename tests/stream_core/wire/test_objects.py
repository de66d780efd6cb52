from __future__ import annotations

import math
import sys
from collections import OrderedDict, namedtuple
from datetime import date, datetime, timedelta, tzinfo
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.wire import objects
from tests.payloads import PLAIN, VALUES, assert_same


@given(VALUES)
def test_what_goes_in_comes_out(value: Any) -> None:
    assert_same(objects.decode(objects.encode(value)), value)


@given(st.lists(VALUES, max_size=4))
def test_values_in_a_row_come_out_of_one_buffer(run: list[Any]) -> None:
    buffer = bytearray(b"before")
    for value in run:
        objects.encode_into(value, buffer)
    assert buffer[6:] == b"".join(map(objects.encode, run))
    assert_same(objects.decode_run(memoryview(buffer)[6:], len(run)), run)


@given(
    st.lists(
        st.sampled_from(
            [
                b"",
                b"a",
                b"b",
                b"ab",
                b"x" * 254,
                b"x" * 256,
                "",
                "t",
                "u" * 31,
                "u" * 32,
                None,
                True,
                False,
                0,
                1,
                -1,
                127,
                128,
                -128,
                2**63,
                0.0,
                1.5,
            ]
        ),
        min_size=1,
        max_size=20,
    )
)
def test_a_run_tells_the_size_of_its_values_only_if_all_have_it(run: list[Any]) -> None:
    encoded, size_bytes = objects.encode_run(run)
    sizes = [len(objects.encode(value)) for value in run]
    assert encoded == b"".join(map(objects.encode, run))
    assert size_bytes in (0, sizes[0])
    if size_bytes:
        assert set(sizes) == {size_bytes}
    elif len(set(map(type, run))) == 1 and type(run[0]) in (bytes, float):
        assert len(set(sizes)) > 1  # what matters most is seen


@given(st.data())
def test_what_looks_like_a_beginning_within_a_value_deceives_nobody(data: st.DataObject) -> None:
    texts = st.text(alphabet="\xa1\xc4\x01\x02\x03", max_size=6).map(
        lambda text: text.encode("latin-1")
    )
    run = data.draw(st.lists(texts, min_size=1, max_size=12))
    _, size_bytes = objects.encode_run(run)
    assert size_bytes == (len(run[0]) + 2 if len(set(map(len, run))) == 1 else 0)


@pytest.mark.parametrize(
    "value",
    [
        -(2**63) - 1, 2**64, 2**4000, -(2**64), -0.0, math.inf, "\ud800", "a\0b",
        {(1, (2, "x")): [1]}, {np.float32(1.5): 1}, {1.5: 2, None: 3, b"x": 4, True: 5},
        {2**70: "long"}, {"deep": [({1 + 2j},)]}, {"list": [2**70, "\udcff"]},
        datetime.max, datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
        np.str_("ends in nul\0"), np.bytes_(b"ends in nul\0"), np.void(b"raw"), np.bool(True),
        np.longlong(5), np.datetime64("NaT", "s"), np.datetime64("2024-01-01T00", "h"),
        np.timedelta64(5, "25s"), np.longdouble("1.1"), np.array((1, 2.5), "i4,f8")[()],
    ],
    ids=lambda value: f"{type(value).__name__}",
)  # fmt: skip
def test_hard_cases_come_out(value: Any) -> None:
    assert_same(objects.decode(objects.encode(value)), value)
    assert_same(objects.decode(objects.encode([value, {"x": value}])), [value, {"x": value}])


def test_arrays_in_objects_come_out_writable_and_apart_from_the_frame() -> None:
    frame = objects.encode({"a": np.arange(3)})
    array = objects.decode(memoryview(frame))["a"]
    array[0] = 7
    assert objects.decode(frame)["a"][0] == 0


def test_a_taken_value_is_what_it_was() -> None:
    value = [1, {2}, "x"]
    taken = objects.Taken(value)
    value.append("later")
    buffer = bytearray()
    objects.encode_into(taken, buffer)
    assert_same(objects.decode(buffer), [1, {2}, "x"])
    assert taken.size_bytes == len(buffer)
    with pytest.raises(InvalidValue):
        objects.Taken(object())


Point = namedtuple("Point", "x y")


class Colour(IntEnum):
    RED = 1


class Unsendable:
    pass


@pytest.mark.parametrize(
    "value",
    [
        Point(1, 2), Colour.RED, OrderedDict(a=1), frozenset({1}), bytearray(b"x"),
        date(2024, 1, 1), timedelta(1), object(), Unsendable(), range(3), memoryview(b"x"), int,
        len, np.array([object()]), np.array([1]).view(np.recarray), np.dtype("f8"),
        np.ma.masked_array([1]), np.array(["x"], dtype=np.dtypes.StringDType()),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_other_types_are_refused_by_name_and_place(value: Any) -> None:
    kind = type(value)
    for whole, place in [
        (value, ""),
        ([1, 2, value], " at [2] of"),
        ({"a": ({"b": [value]},)}, " at ['a'][0]['b'][0] of"),
    ]:
        with pytest.raises(InvalidValue) as caught:
            objects.encode(whole)
        assert kind.__name__ in str(caught.value)
        assert place in str(caught.value)
        assert "codec 'pickle'" in str(caught.value)


class OddZone(tzinfo):
    pass


def test_a_refused_key_and_a_refused_zone_are_named() -> None:
    with pytest.raises(InvalidValue, match=r"frozenset .* at  key frozenset\(\{1\}\)"):
        objects.encode({frozenset({1}): 1})
    with pytest.raises(InvalidValue, match="OddZone cannot be sent, at  tzinfo"):
        objects.encode(datetime(2024, 1, 1, tzinfo=OddZone()))


def test_a_refused_value_leaves_the_buffer_as_it_was() -> None:
    for value in [[1, object()], {1: "x" * 100, 2: b"", 3: object()}]:
        buffer = bytearray(b"kept")
        with pytest.raises(InvalidValue):
            objects.encode_into(value, buffer)
        assert buffer == b"kept"


def nested(depth: int, kind: type[Any]) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = kind([value])
    return value


@pytest.mark.parametrize("kind", [list, tuple])
def test_the_deepest_value_comes_out_and_a_deeper_one_is_refused(kind: type[Any]) -> None:
    deepest = nested(objects.NESTED_VALUES, kind)
    assert_same(objects.decode(objects.encode(deepest)), deepest)
    with pytest.raises(InvalidValue, match="nested more than"):
        objects.encode(kind([deepest]))


def test_a_value_that_contains_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(InvalidValue, match="contains itself"):
        objects.encode(value)


def decodes_or_is_a_protocol_error(data: bytes) -> None:
    try:
        objects.decode(data)
    except ProtocolError:
        pass


@given(st.binary(max_size=200))
def test_junk_is_a_protocol_error(data: bytes) -> None:
    decodes_or_is_a_protocol_error(data)


@given(st.integers(-128, 127), st.binary(max_size=100))
def test_junk_in_an_extension_is_a_protocol_error(code: int, data: bytes) -> None:
    decodes_or_is_a_protocol_error(msgspec.msgpack.encode(msgspec.msgpack.Ext(code, data)))


json = st.recursive(PLAIN, lambda x: st.lists(x) | st.dictionaries(PLAIN, x), max_leaves=8)


@given(
    st.integers(objects.Extension.INT, objects.Extension.NUMPY_BYTES),
    json.filter(lambda x: len(repr(x)) < 400),
)
def test_valid_msgpack_in_an_extension_is_a_protocol_error(code: int, content: Any) -> None:
    try:
        inner = msgspec.msgpack.encode(content)
    except (OverflowError, UnicodeEncodeError):
        return
    decodes_or_is_a_protocol_error(msgspec.msgpack.encode(msgspec.msgpack.Ext(code, inner)))


@given(VALUES, st.data())
def test_damaged_values_are_a_protocol_error(value: Any, data: st.DataObject) -> None:
    encoded = bytearray(objects.encode(value))
    index = data.draw(st.integers(0, len(encoded) - 1))
    encoded[index] = data.draw(st.integers(0, 255))
    decodes_or_is_a_protocol_error(bytes(encoded))
    decodes_or_is_a_protocol_error(bytes(encoded[:index]))


def tuples_in_bytes(depth: int) -> bytes:
    data = b"\x90"
    for _ in range(depth):
        data = msgspec.msgpack.encode(msgspec.msgpack.Ext(objects.Extension.TUPLE, b"\x91" + data))
    return data


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x01\x01", b"\xc1", b"\x91" * 100_000, b"\x81" * 100_000, tuples_in_bytes(2000),
        b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\x81\x80\x01",
        b"\xa2\xff\xff",
    ],
    ids=range(11),
)  # fmt: skip
def test_hostile_bytes_are_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        objects.decode(data)


@pytest.mark.parametrize("zone", ["Nowhere/City", "../../etc/passwd", "/etc/passwd", "Europe", ""])
def test_an_unknown_time_zone_is_a_protocol_error(zone: str) -> None:
    content = msgspec.msgpack.encode([2024, 1, 1, 0, 0, 0, 0, 0, zone])
    extension = msgspec.msgpack.Ext(objects.Extension.DATETIME, content)
    with pytest.raises(ProtocolError):
        objects.decode(msgspec.msgpack.encode(extension))


@pytest.mark.parametrize("count", [0, 1, 3, 2**32 - 1])
def test_a_run_of_another_length_is_a_protocol_error(count: int) -> None:
    with pytest.raises(ProtocolError):
        objects.decode_run(objects.encode(1) + objects.encode(2), count)


def test_values_without_numpy_do_not_load_it() -> None:
    import subprocess

    program = (
        "import sys; from stream_core.wire import objects as o; "
        "assert o.decode(o.encode([(1, {2j})])) == [(1, {2j})]; assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
