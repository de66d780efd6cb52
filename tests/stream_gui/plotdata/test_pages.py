from __future__ import annotations

import gc
import mmap

import numpy as np
import psutil
import pytest

from stream_gui.plotdata.pages import LEAST_BYTES, uninitialised


@pytest.mark.parametrize("shape", [(10,), (3, 7), (LEAST_BYTES,), (4, LEAST_BYTES), (0,)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_an_array_has_its_shape_and_type_and_can_be_written_to(
    shape: tuple[int, ...], dtype: str
) -> None:
    array = uninitialised(shape, dtype)
    array[...] = 7
    assert (array.shape, array.dtype) == (shape, np.dtype(dtype))
    assert array.flags.c_contiguous
    assert (array == 7).all()


@pytest.mark.skipif(not hasattr(mmap, "MAP_PRIVATE"), reason="the C library is not asked there")
def test_histories_of_changing_length_leave_nothing_behind() -> None:
    process = psutil.Process()

    def resident_bytes() -> int:
        gc.collect()
        return int(process.memory_info().rss)

    def lengths(count: int) -> list[int]:
        return [(3 + step % 2) * 2_000_000 for step in range(count)]

    before_bytes = resident_bytes()
    kept = [uninitialised((length,), "float32") for length in lengths(6)]
    for turn in range(12):
        kept[turn % 6] = uninitialised((lengths(turn + 2)[-1],), "float32")
        kept[turn % 6][:] = turn
    held_bytes = sum(array.nbytes for array in kept)
    assert resident_bytes() - before_bytes < held_bytes + 20_000_000
    kept.clear()
    assert resident_bytes() - before_bytes < 20_000_000
