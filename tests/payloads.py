"""Values of every type that can be sent, and what it means that one comes out as it went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray


def assert_same(left: Any, right: Any) -> None:
    """Fail unless both are equal in value and type, at any depth; a NaN equals a NaN."""
    assert type(left) is type(right)
    if isinstance(left, np.ndarray | np.generic):
        _assert_same_array(left, right)
    elif isinstance(left, list | tuple):
        assert len(left) == len(right)
        for one, other in zip(left, right, strict=True):
            assert_same(one, other)
    elif isinstance(left, dict):
        assert_same(list(left), list(right))
        assert_same(list(left.values()), list(right.values()))
    elif isinstance(left, set):
        assert sorted(map(repr, left)) == sorted(map(repr, right))
    elif isinstance(left, float):
        assert_same(left.hex(), right.hex())
    elif isinstance(left, complex):
        assert_same((left.real, left.imag), (right.real, right.imag))
    elif isinstance(left, datetime):
        assert left.replace(tzinfo=None) == right.replace(tzinfo=None)
        assert left.fold == right.fold
        assert type(left.tzinfo) is type(right.tzinfo)
        assert str(left.tzinfo) == str(right.tzinfo)
    else:
        assert left == right


def _assert_same_array(left: Any, right: Any) -> None:
    assert left.dtype == right.dtype
    assert left.dtype.char == right.dtype.char
    assert left.shape == right.shape
    if left.dtype.names is not None:  # what pads the fields is nobody's
        for name in left.dtype.names:
            _assert_same_array(np.asarray(left[name]), np.asarray(right[name]))
    elif left.dtype.char in "gG":
        assert np.array_equal(left, right, equal_nan=True)
    else:
        assert left.tobytes() == right.tobytes()


# Arrays

PLAIN_DTYPES = st.one_of(
    npst.scalar_dtypes(),
    npst.integer_dtypes(endianness=">"),
    npst.unsigned_integer_dtypes(endianness=">"),
    npst.floating_dtypes(endianness=">"),
    npst.complex_number_dtypes(endianness=">"),
    npst.byte_string_dtypes(),
    npst.unicode_string_dtypes(),
    npst.unicode_string_dtypes(endianness=">"),
    st.sampled_from(list(map(np.dtype, "g G e q Q V5 M8[25s] m8 >M8[us] >g".split()))),
)
DTYPES = st.one_of(
    PLAIN_DTYPES,
    st.sampled_from(list(map(np.dtype, ("V0", "S0", "U0")))),
    npst.array_dtypes(PLAIN_DTYPES, allow_subarrays=True),
    npst.nested_dtypes(PLAIN_DTYPES),
)
LAYOUTS = {
    "in C's order": lambda array: array,
    "in Fortran's order": lambda array: np.asarray(array, order="F"),
    "reversed": lambda array: array[::-1] if array.ndim else array,
    "strided": lambda array: array[..., ::2] if array.ndim else array,
    "repeated": lambda array: np.broadcast_to(array, (2, *array.shape)),
    "read-only": lambda array: (
        np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape) if array.nbytes else array
    ),
}


def _filled(array: NDArray[Any], random: Any) -> NDArray[Any]:
    """The array with elements of any bits, where any bits are an element."""
    if array.nbytes and not _has_texts(array.dtype):
        elements = array.reshape(-1).view("u1")
        elements[:] = np.frombuffer(random.randbytes(elements.size), "u1")
    return array


def _has_texts(dtype: np.dtype[Any]) -> bool:
    if dtype.subdtype is not None:
        return _has_texts(dtype.subdtype[0])
    if dtype.fields is not None:
        return any(_has_texts(field[0]) for field in dtype.fields.values())
    return dtype.char in "Ugb?G"  # not any bits are such an element, or padding is among them


@st.composite
def arrays(draw: st.DrawFn) -> NDArray[Any]:
    """An array of any type, shape and order, whose elements are of any bits."""
    dtype = draw(DTYPES)
    shape = draw(npst.array_shapes(min_dims=0, min_side=0, max_side=3))
    array = _filled(np.zeros(shape, dtype), draw(st.randoms(use_true_random=False)))
    return LAYOUTS[draw(st.sampled_from(list(LAYOUTS)))](array)


# Objects

PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters()),
    st.text(st.characters(categories=["Cs"]), max_size=2),
    st.binary(),
)
ZONES = st.one_of(
    st.none(),
    st.sampled_from([UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")]),
    st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone),
    st.just(timezone(timedelta(hours=2), "summer")),
)


@st.composite
def scalars(draw: st.DrawFn) -> Any:
    """A numpy scalar of any type, of any bits."""
    dtype = draw(PLAIN_DTYPES)
    return _filled(np.zeros((), dtype), draw(st.randoms(use_true_random=False)))[()]


def _has_hash(value: Any) -> bool:
    try:
        hash(value)
    except (TypeError, ValueError, OverflowError):  # a datetime64 far away has none
        return False
    return True


HASHABLE_SCALARS = st.one_of(
    scalars().filter(_has_hash),
    st.booleans().map(np.bool_),
    st.floats().map(np.longdouble),
    st.text(max_size=3).map(np.str_),
)
HASHABLE = st.recursive(
    st.one_of(PLAIN, st.complex_numbers(), st.datetimes(timezones=ZONES), HASHABLE_SCALARS),
    lambda members: st.lists(members, max_size=3).map(tuple),
    max_leaves=4,
)
VALUES = st.recursive(
    st.one_of(HASHABLE, scalars(), arrays()),
    lambda members: st.one_of(
        st.lists(members, max_size=4),
        st.lists(members, max_size=4).map(tuple),
        st.dictionaries(HASHABLE, members, max_size=4),
        st.sets(HASHABLE, max_size=4),
    ),
    max_leaves=12,
)
