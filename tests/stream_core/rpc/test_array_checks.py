from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stream_core.rpc.annotations import ArrayOf
from stream_core.rpc.array_checks import array_check
from stream_core.rpc.checks import compile_check
from stream_core.rpc.hints import Hints
from stream_core.rpc.mismatch import MismatchError


def checked(annotation: Any, value: Any) -> Any:
    return compile_check(Hints().read(annotation))(value)


def test_an_array_of_the_dtype_passes_as_it_is():
    array = np.zeros((2, 3))
    assert checked(npt.NDArray[np.float64], array) is array
    assert checked(np.ndarray, array) is array
    assert checked(npt.NDArray[np.floating], array) is array


def test_an_array_is_cast_where_that_loses_nothing():
    result = checked(npt.NDArray[np.float64], np.array([1, 2], dtype="int16"))
    assert result.dtype == np.float64
    assert result.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (npt.NDArray[np.float32], np.zeros(2)),
        (npt.NDArray[np.int64], np.zeros(2)),
        (npt.NDArray[np.floating], np.zeros(2, dtype="int8")),
    ],
)
def test_an_array_of_another_dtype_is_refused(annotation, value):
    with pytest.raises(MismatchError) as caught:
        checked(annotation, value)
    assert f"not an array of {value.dtype}" in caught.value.sentence("a")


@pytest.mark.parametrize("value", [[1.0], 1.0, np.float64(1), None])
def test_only_arrays_are_arrays(value):
    with pytest.raises(MismatchError, match="NDArray"):
        checked(npt.NDArray[np.float64], value)


@pytest.mark.parametrize("annotation", [ArrayOf("junk"), ArrayOf("load", abstract=True)])
def test_a_dtype_that_does_not_exist_fits_nothing(annotation):
    with pytest.raises(MismatchError):
        array_check(annotation)(np.zeros(1))
