from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.wire import tables


@given(st.lists(st.integers(0, 300), min_size=1, max_size=40), st.booleans())
def test_ascending_compares_each_end_with_the_beginning(ends: list[int], padded: bool) -> None:
    starts = [0, *ends[:-1]]
    if padded:
        starts = [tables.aligned(start) for start in starts]
    expected = all(start <= end for start, end in zip(starts, ends, strict=True))
    assert tables.ascending(tables.pack_uint32(ends), padded=padded) is expected


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("ends", [[2**31], [0, 2**32 - 1], [2**31 - 1, 0], [2**31 - 1, 1, 2]])
def test_ends_beyond_2_gib_are_not_ascending(ends: list[int], padded: bool) -> None:
    assert not tables.ascending(tables.pack_uint32(ends), padded=padded)


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("with_numpy", [False, True])
@pytest.mark.parametrize("count", [127, 128, 1024, 1025, 5000])
def test_long_tables(
    count: int, with_numpy: bool, padded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not with_numpy:
        monkeypatch.setitem(sys.modules, "numpy", None)  # type: ignore[arg-type]
    ends = [64 * index for index in range(count)]
    for wrong in (0, 2**31, 2**32 - 1):
        for place in (2, count // 2, count - 1):
            assert tables.ascending(tables.pack_uint32(ends), padded=padded)
            right, ends[place] = ends[place], wrong
            assert not tables.ascending(tables.pack_uint32(ends), padded=padded)
            ends[place] = right
    ends[count // 2] += 1
    ends[count // 2 + 1] = ends[count // 2] + 1  # if it is padded it begins after that
    assert tables.ascending(tables.pack_uint32(ends), padded=padded) is not padded


def test_a_table_is_compared_while_another_thread_imports_numpy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = ModuleType("numpy")  # as it lies there meanwhile, without most of its names
    begun.__spec__ = ModuleSpec("numpy", None)
    begun.__spec__._initializing = True  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "numpy", begun)
    assert tables.ascending(tables.pack_uint32(range(1000)), padded=False)


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_times_come_back(values: list[int]) -> None:
    packed = tables.pack_int64(values)
    assert packed == b"".join(value.to_bytes(8, "little", signed=True) for value in values)
    assert list(tables.unpack_int64(packed)) == values


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_ends_come_back(values: list[int]) -> None:
    assert list(tables.unpack_uint32(tables.pack_uint32(values))) == values


@pytest.mark.parametrize(("offset", "expected"), [(0, 0), (1, 64), (63, 64), (64, 64), (65, 128)])
def test_aligned(offset: int, expected: int) -> None:
    assert tables.aligned(offset) == expected


@pytest.mark.parametrize("count", [1, 5, 1000])
@pytest.mark.parametrize("offset", [0, 7, 2**31 + 1])
def test_a_table_is_counted_from_one_of_its_ends(count: int, offset: int) -> None:
    ends = [offset + 3 * index for index in range(count)]
    table = memoryview(tables.pack_uint32(ends))
    assert list(tables.unpack_uint32(tables.lowered(table, offset))) == [
        3 * index for index in range(count)
    ]
