from __future__ import annotations

import pytest

from stream_core.channels.parameters import Parameters, checked_parameters
from stream_core.errors import InvalidValue
from stream_core.values import Overflow


def test_the_defaults() -> None:
    assert checked_parameters() == Parameters(
        buffer_size=10_000,
        overflow=Overflow.RING,
        every=1,
        min_interval_s=0.0,
        envelope=None,
        history=0,
        weight=1.0,
        wait=False,
    )


def test_changes_keep_the_rest() -> None:
    base = checked_parameters(buffer_size=5, every=2)
    changed = checked_parameters(base, overflow="wait", min_interval_s=1)
    assert changed == Parameters(buffer_size=5, every=2, overflow=Overflow.WAIT, min_interval_s=1.0)
    assert isinstance(changed.overflow, Overflow)
    assert changed.min_interval_ns == 1_000_000_000


@pytest.mark.parametrize("overflow", list(Overflow))
def test_overflow_is_taken_as_text(overflow: Overflow) -> None:
    assert checked_parameters(overflow=str(overflow.value)).overflow is overflow


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("buffer_size", 0, "None is a buffer without bounds"),
        ("buffer_size", -1, "1 or more"),
        ("buffer_size", 1.5, "whole number"),
        ("buffer_size", True, "whole number"),
        ("buffer_size", False, "whole number"),
        ("buffer_size", 2**70, "1 or more"),
        ("overflow", "drop", "'ring'"),
        ("overflow", [], "'ring'"),
        ("every", 0, "1 or more"),
        ("every", "2", "whole number"),
        ("min_interval_s", -0.1, "at once"),
        ("min_interval_s", float("nan"), "finite"),
        ("min_interval_s", float("inf"), "finite"),
        ("min_interval_s", None, "finite number"),
        ("history", -1, "0 or more"),
        ("weight", 0, "even share"),
        ("weight", -1.0, "even share"),
        ("weight", 1e9, "even share"),
        ("wait", 1, "True or False"),
        ("envelope", 0, "1 or more"),
        ("envelope", 2**32, "or less"),
        ("envelope", "10", "whole number"),
        ("speed", 1, "buffer_size"),
    ],
)
def test_a_refusal_names_the_parameter_and_the_remedy(
    name: str, value: object, remedy: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        checked_parameters(**{name: value})
    assert name in str(caught.value)
    assert remedy in str(caught.value)


@pytest.mark.parametrize(
    ("newest_only", "changes"),
    [
        (True, {"buffer_size": 1, "min_interval_s": 0.2}),
        (True, {"buffer_size": 1, "min_interval_s": 0.2, "overflow": "clear"}),
        (False, {"buffer_size": 1}),
        (False, {"buffer_size": 2, "min_interval_s": 0.2}),
        (False, {"buffer_size": 1, "min_interval_s": 0.2, "overflow": "wait"}),
        (False, {"buffer_size": None, "min_interval_s": 0.2}),
    ],
)
def test_who_wants_only_the_newest(newest_only: bool, changes: dict[str, object]) -> None:
    assert checked_parameters(**changes).newest_only is newest_only
