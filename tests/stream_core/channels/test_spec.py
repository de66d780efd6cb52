from __future__ import annotations

from typing import Any

import msgspec
import pytest

from stream_core.channels.spec import checked_spec
from stream_core.errors import InvalidValue
from stream_core.values import Codec


def test_a_plain_channel() -> None:
    spec = checked_spec("x")
    assert (spec.name, spec.codec, spec.shape, spec.shared, spec.may_pause) == (
        "x",
        None,
        (),
        False,
        True,
    )


def test_a_dtype_makes_a_samples_channel() -> None:
    spec = checked_spec("x", dtype="float64", columns=["a", "b"], unit="V", rate_hz=1000)
    assert spec.codec is Codec.SAMPLES
    assert (spec.columns, spec.shape, spec.rate_hz) == (("a", "b"), (2,), 1000.0)
    assert checked_spec("x", dtype="f4", shape=3).shape == (3,)
    assert checked_spec("x", dtype="f4", shape=[2, 3]).shape == (2, 3)
    assert checked_spec("x", dtype="f4", shape=(2,), columns=("a", "b")).shape == (2,)


def test_a_spec_goes_through_the_wire() -> None:
    wishes = {"labels": {"k": "v"}, "shared": True, "lifetime_s": 5}
    spec = checked_spec("x", dtype="f4", columns=("a",), **wishes)
    assert spec.lifetime_s == 5.0
    assert checked_spec(**msgspec.to_builtins(spec)) == spec


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [
        ({"codec": "json"}, "unknown"),
        ({"codec": "raw", "dtype": "f8"}, "dtype"),
        ({"codec": "samples"}, "dtype"),
        ({"codec": 5}, "unknown"),
        ({"compression": "lzma"}, "'gzip', 'zstd', and None"),
        ({"compression": ""}, "unknown"),
        ({"compression": True}, "unknown"),
        ({"compression": []}, "unknown"),
        ({"shape": (2,)}, "need a dtype"),
        ({"columns": ("a",)}, "need a dtype"),
        ({"dtype": "f8", "shape": (0,)}, "shape"),
        ({"dtype": "f8", "shape": (-1,)}, "shape"),
        ({"dtype": "f8", "shape": True}, "shape"),
        ({"dtype": "f8", "shape": 1.5}, "shape"),
        ({"dtype": "f8", "shape": None}, "shape"),
        ({"dtype": "f8", "shape": "ab"}, "shape"),
        ({"dtype": "f8", "shape": (2**20, 2**20)}, "elements"),
        ({"dtype": "f8", "columns": "ab"}, "columns"),
        ({"dtype": "f8", "columns": 5}, "columns"),
        ({"dtype": "f8", "columns": ()}, "columns"),
        ({"dtype": "f8", "columns": ("a", "a")}, "columns"),
        ({"dtype": "f8", "columns": ("a", "")}, "columns"),
        ({"dtype": "f8", "columns": ("a", 5)}, "columns"),
        ({"dtype": "f8", "columns": ("a",), "shape": (2,)}, "shape"),
        ({"rate_hz": 0}, "rate_hz"),
        ({"rate_hz": -1.0}, "rate_hz"),
        ({"rate_hz": float("nan")}, "rate_hz"),
        ({"rate_hz": float("inf")}, "rate_hz"),
        ({"rate_hz": True}, "rate_hz"),
        ({"rate_hz": "1"}, "rate_hz"),
        ({"rate_hz": 10**400}, "rate_hz"),
        ({"lifetime_s": 0}, "lifetime_s=0: a time in seconds is a positive number"),
        ({"lifetime_s": -1.0}, "lifetime_s"),
        ({"lifetime_s": float("nan")}, "lifetime_s"),
        ({"lifetime_s": float("inf")}, "lifetime_s"),
        ({"lifetime_s": 10**400}, "lifetime_s"),
        ({"lifetime_s": True}, "lifetime_s"),
        ({"lifetime_s": "1"}, "lifetime_s"),
        ({"shared": "no"}, "shared"),
        ({"may_pause": 0}, "may_pause"),
        ({"unit": 5}, "unit"),
        ({"description": None}, "description"),
        ({"labels": 5}, "labels"),
        ({"labels": [("a", "b")]}, "labels"),
        ({"labels": {"a": 1}}, "labels"),
        ({"labels": {1: "a"}}, "labels"),
    ],
)
def test_wrong_wishes_are_refused_by_name(wishes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidValue, match=reason):
        checked_spec("x", **wishes)
