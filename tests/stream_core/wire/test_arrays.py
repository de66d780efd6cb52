from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.wire import arrays
from stream_core.wire.batches import SamplesBatch
from tests import payloads
from tests.payloads import DTYPES, assert_same

EXTENDED = pytest.mark.skipif(not arrays.EXTENDED_FLOATS, reason="other long floats here")


def whole(array: NDArray[Any]) -> bytes:
    return b"".join(arrays.encode_array(array))


@given(payloads.arrays())
def test_arrays_come_out_equal_whatever_their_order(array: NDArray[Any]) -> None:
    assert_same(arrays.decode_array(whole(array)), array)


@given(DTYPES)
def test_described_types_come_back_equal(dtype: np.dtype[Any]) -> None:
    described = msgspec.msgpack.decode(msgspec.msgpack.encode(arrays.describe_dtype(dtype)))
    assert arrays.parse_dtype(described) == dtype


def test_structured_types_keep_offsets_titles_and_padding() -> None:
    form = {"names": ["b", "a"], "formats": ["<i2", ">f8"], "offsets": [10, 1], "itemsize": 21}
    for dtype in (
        np.dtype({**form, "titles": ["The b", None]}),
        np.dtype({"names": ["x", "y"], "formats": ["<i4", "<i2"], "offsets": [0, 2]}),  # overlap
        np.dtype([("a", "i1"), ("b", "f8", (2, 3))], align=True),
        np.dtype([("empty", "U0"), ("number", "u4")]),
        np.dtype([]),
    ):
        described = arrays.describe_dtype(dtype)
        assert arrays.parse_dtype(described) == dtype
        assert_same(arrays.decode_array(whole(np.zeros(2, dtype))), np.zeros(2, dtype))


def block_of(*values: NDArray[Any]) -> tuple[memoryview, list[int]]:
    """The data of a block of arrays, and where each ends."""
    data, ends = bytearray(), []
    for value in values:
        data += bytes(-len(data) % 64) + whole(value)
        ends.append(len(data))
    return memoryview(data), ends


@given(payloads.arrays(), payloads.arrays(), st.integers(1, 5))
def test_the_arrays_of_a_block_come_out_equal(
    array: NDArray[Any], other: NDArray[Any], count: int
) -> None:
    for values in ([array] * count, [array] * count + [other], [other, array, array]):
        for value, decoded in zip(values, arrays.decode_arrays(*block_of(*values)), strict=True):
            assert_same(decoded, value)


@pytest.mark.parametrize("shape", [(6,), (2, 3), (3, 2, 1), (64,)])
def test_arrays_of_one_kind_keep_their_own_elements(shape: tuple[int, ...]) -> None:
    values = [np.arange(n, n + np.prod(shape), dtype="f8").reshape(shape) for n in range(4)]
    data, ends = block_of(*values)
    decoded = arrays.decode_arrays(data, ends)
    for value, found in zip(values, decoded, strict=True):
        assert_same(found, value)
        assert found.flags.c_contiguous
        assert found.flags.writeable
    decoded[1][...] = 0
    assert_same(arrays.decode_arrays(data, ends)[0], values[0])
    assert_same(arrays.decode_arrays(data, ends)[2], values[2])
    assert not any(found.flags.writeable for found in arrays.decode_arrays(data.toreadonly(), ends))


@pytest.mark.parametrize(
    "odd",
    [np.zeros((2, 3), "f8"), np.zeros(6, ">f8"), np.zeros(12, "f4"), np.zeros(()), np.zeros(0)],
)
def test_one_of_another_kind_among_others_of_one_kind(odd: NDArray[Any]) -> None:
    alike = np.arange(6.0)
    for values in ([odd, alike, alike], [alike, odd, alike], [alike, alike, odd], [odd, odd]):
        for value, decoded in zip(values, arrays.decode_arrays(*block_of(*values)), strict=True):
            assert_same(decoded, value)


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("position", [0, 3, 4, 5])
def test_a_damaged_array_among_others_of_its_kind_is_noticed(number: int, position: int) -> None:
    data, ends = block_of(*[np.zeros(6)] * 3)
    data[128 * number + position] ^= 0x7F
    with pytest.raises(ProtocolError):
        arrays.decode_arrays(data, ends)


def test_elements_start_at_a_multiple_of_64_and_are_not_copied() -> None:
    array = np.arange(10, dtype="f8")
    prefix, elements = arrays.encode_array(array)
    assert len(prefix) % 64 == 0
    array[0] = 99
    assert np.frombuffer(elements, "f8")[0] == 99
    frame = bytearray(prefix + bytes(elements))
    decoded = arrays.decode_array(frame)
    decoded[1] = 77
    assert arrays.decode_array(frame)[1] == 77
    assert not arrays.decode_array(bytes(frame)).flags.writeable


@pytest.mark.parametrize(
    ("dtype", "used"),
    [
        (
            np.dtype({"names": ["x", "t"], "formats": ["<f4", "u1"], "offsets": [4, 9]}),
            "0000111101",
        ),
        (np.dtype([("a", "i1"), ("b", "<i4", (2,))], align=True), "100011111111"),
        (np.dtype([("a", [("b", "i1"), ("c", ">i2")], (2,))], align=True), "10111011"),
        (np.dtype({"names": ["a"], "formats": ["u1"], "itemsize": 3}), "100"),
        (np.dtype("V3"), "111"),
        (np.dtype("<c8"), "11111111"),
        pytest.param(np.dtype("<g"), "1" * 10 + "0" * 6, marks=EXTENDED),
        pytest.param(np.dtype(">g"), "0" * 6 + "1" * 10, marks=EXTENDED),
        pytest.param(np.dtype("<G"), 2 * ("1" * 10 + "0" * 6), marks=EXTENDED),
    ],
    ids=str,
)
@pytest.mark.parametrize("step", [1, -1])
def test_what_pads_the_elements_is_not_sent(dtype: np.dtype[Any], used: str, step: int) -> None:
    memory = np.frombuffer(b"\xab" * (3 * dtype.itemsize), dtype)[::step]
    expected = b"".join(b"\xab" if bit == "1" else b"\0" for bit in used)
    assert bytes(arrays.element_bytes(memory)) == 3 * expected
    batch = SamplesBatch(dtype, ())
    batch.add_rows(np.ascontiguousarray(memory), 0, 0)
    assert bytes(batch.pack().parts[-1]) == 3 * expected


@pytest.mark.parametrize(
    "array",
    [
        np.array([None]),
        np.zeros(1, [("a", "f8"), ("b", object)]),
        np.array(["x"], dtype=np.dtypes.StringDType()),
        np.ndarray(arrays.EMPTY_ELEMENTS + 1, "V0"),
    ],
    ids=["object", "nested object", "variable strings", "empty elements"],
)
def test_what_is_not_plain_bytes_is_refused(array: NDArray[Any]) -> None:
    with pytest.raises(InvalidValue, match="cannot"):
        arrays.encode_array(array)


def decodes_or_is_a_protocol_error(data: bytes) -> None:
    try:
        arrays.decode_array(data)
    except ProtocolError:
        pass


@given(st.binary(max_size=300))
def test_junk_is_a_protocol_error(data: bytes) -> None:
    decodes_or_is_a_protocol_error(data)


facts = st.recursive(
    st.one_of(
        st.integers(-2, 2**63),
        st.sampled_from(["<f8", "|V0", "<M8[s]", "O", "f8,f8", "<U2000000000", "i", "x", "g"]),
        st.none(),
    ),
    lambda member: st.lists(member, max_size=4),
    max_leaves=12,
)


@given(facts, facts, st.binary(max_size=64))
def test_junk_in_the_prefix_is_a_protocol_error(dtype: Any, shape: Any, elements: bytes) -> None:
    prefix = msgspec.msgpack.encode([dtype, shape])
    prefix = len(prefix).to_bytes(4, "little") + prefix
    decodes_or_is_a_protocol_error(prefix + bytes(-len(prefix) % 64) + elements)


@given(facts)
def test_junk_for_a_type_is_a_protocol_error(described: Any) -> None:
    try:
        arrays.parse_dtype(described)
    except ProtocolError:
        pass


@given(payloads.arrays(), st.data())
def test_damaged_arrays_are_a_protocol_error(array: NDArray[Any], data: st.DataObject) -> None:
    encoded = bytearray(whole(array))
    index = data.draw(st.integers(0, len(encoded) - 1))
    encoded[index] = data.draw(st.integers(0, 255))
    decodes_or_is_a_protocol_error(bytes(encoded))
    with pytest.raises(ProtocolError):
        arrays.decode_array(whole(array) + b"x")


@pytest.mark.parametrize("dtype", ["float64", "f4", np.float32, float, np.dtype(">i2"), "M8[ns]"])
def test_sample_types_are_found(dtype: Any) -> None:
    assert arrays.sample_dtype(dtype) == np.dtype(dtype)


@given(DTYPES)
def test_a_description_is_a_sample_type_too(dtype: np.dtype[Any]) -> None:
    assert arrays.sample_dtype(arrays.describe_dtype(dtype)) == dtype


@pytest.mark.parametrize("dtype", [[8, []], [("a", "f8")], [("a", "f8"), ("b", "f4")]])
def test_lists_are_told_apart(dtype: Any) -> None:
    assert arrays.sample_dtype(dtype).itemsize in (8, 12)


@pytest.mark.parametrize(
    "dtype", ["nonsense", "f8,,(", ["f8", [-1]], [-1, []], object, "O", 5, np.dtypes.StringDType()]
)
def test_other_sample_types_are_refused(dtype: Any) -> None:
    with pytest.raises(InvalidValue):
        arrays.sample_dtype(dtype)


F4, F8, U1, I4 = (np.dtype(text) for text in ("f4", "f8", "u1", "i4"))


@pytest.mark.parametrize(
    ("value", "dtype", "shape", "expected"),
    [
        ([1, 2.5], F4, (), np.array([1, 2.5], F4)),
        ([1, 255], U1, (), np.array([1, 255], U1)),
        ([[1, 2], [3, 4]], F8, (2,), np.array([[1, 2], [3, 4]], F8)),
        ([], F8, (2, 3), np.empty((0, 2, 3))),
        (np.arange(6, dtype=">i2"), I4, (), np.arange(6, dtype=I4)),
        (np.arange(6, dtype=F8)[::2], F4, (), np.arange(0, 6, 2, dtype=F4)),
        ([("a", 1)], np.dtype("U3,i4"), (), np.array([("a", 1)], "U3,i4")),
        (["ab"], np.dtype("U5"), (), np.array(["ab"], "U5")),
        ([True], I4, (), np.array([1], I4)),
    ],
)  # fmt: skip
def test_samples_are_converted(
    value: Any, dtype: np.dtype[Any], shape: tuple[int, ...], expected: NDArray[Any]
) -> None:
    samples = arrays.as_samples(value, dtype, shape)
    assert_same(samples, expected)
    assert samples.flags.c_contiguous


def test_samples_that_fit_are_not_copied() -> None:
    value = np.zeros((3, 2))
    assert arrays.as_samples(value, F8, (2,)) is value


@pytest.mark.parametrize(
    ("value", "dtype", "shape", "message"),
    [
        ([1.5], I4, (), "int32 are expected, not of float64"),
        ([256], U1, (), "uint8 are expected; 256 does not fit"),
        ([-1], U1, (), "-1 does not fit"),
        (np.array([2**40]), I4, (), "1099511627776 does not fit"),
        ([1e300], F4, (), "float32 are expected; one does not fit"),
        (1.0, F8, (), r"shape \(n\) are expected, not \(\)"),
        ([1.0], F8, (2,), r"shape \(n, 2\) are expected, not \(1,\)"),
        (np.zeros((3, 4)), F8, (3,), r"\(n, 3\) are expected, not \(3, 4\)"),
        ([[1], [1, 2]], F8, (2,), "expected"),
        (["text"], F8, (), "float64 are expected, not of <U4"),
        (["text"], np.dtype("U2"), (), "<U2 are expected, not of <U4"),
        ([1j], F8, (), "not of complex128"),
        ([None], F8, (), "not of object"),
        (["2024-01-01T00:00:01"], np.dtype("M8[D]"), (), "expected"),
        ([(1,)], np.dtype("i4,i4"), (), "expected"),
    ],
)
def test_samples_that_do_not_fit_are_refused(
    value: Any, dtype: np.dtype[Any], shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(InvalidValue, match=message):
        arrays.as_samples(value, dtype, shape)


@given(st.data())
def test_strided_rows_are_every_nth_item(data: st.DataObject) -> None:
    item_bytes, items = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 30))
    view = memoryview(bytes(i % 251 for i in range(items * item_bytes)))
    start, step = data.draw(st.integers(0, items - 1)), data.draw(st.integers(1, 8))
    count = data.draw(st.integers(0, (items - start - 1) // step + 1))
    rows = [view[i * item_bytes : (i + 1) * item_bytes] for i in range(items)]
    expected = b"".join(rows[start::step][:count])
    assert bytes(arrays.stride_rows(view, item_bytes, start, step, count)) == expected
