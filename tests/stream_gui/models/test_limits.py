"""Limits judge values, in words too."""

import math
from typing import Any

import pytest

from stream_gui.models.limits import Limits, Verdict

ALL = Limits(-10, -5, 5, 10)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "OK"),
        (5, "OK"),
        (5.1, "warning high"),
        (10, "warning high"),
        (11, "alarm high"),
        (-5, "OK"),
        (-6, "warning low"),
        (-11, "alarm low"),
        (math.inf, "alarm high"),
        (-math.inf, "alarm low"),
        (math.nan, "not a number"),
    ],
)
def test_a_value_is_judged_by_the_worst_limit_it_breaks(value: float, text: str) -> None:
    assert ALL.judge(value).text == text


def test_without_limits_there_is_nothing_to_say() -> None:
    assert Limits().judge(3.0) == Verdict()
    assert Limits().judge(3.0).text == ""
    assert not Limits()


def test_an_alarm_without_a_warning_is_enough() -> None:
    assert Limits(alarm_high=3).judge(4).text == "alarm high"
    assert Limits(alarm_high=0).judge(-4).text == "OK"


def test_the_worst_verdict_has_the_largest_severity() -> None:
    verdicts = [ALL.judge(value) for value in (0, 6, math.nan, 20)]
    assert [v.severity for v in verdicts] == sorted(v.severity for v in verdicts)


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        (ALL, ""),
        (Limits(alarm_low=3, alarm_high=3), ""),
        (Limits(warning_low=4, alarm_high=3), "warning low 4 is above alarm high 3"),
        (Limits(alarm_low=1, warning_low=0), "alarm low 1 is above warning low 0"),
    ],
)
def test_limits_that_contradict_themselves_say_so(limits: Limits, problem: str) -> None:
    assert limits.problem == problem


def test_they_are_remembered() -> None:
    limits = Limits(warning_low=-5, alarm_high=0.0)
    assert Limits.from_dict(limits.to_dict()) == limits


@pytest.mark.parametrize("state", [None, "text", {"alarm_high": "x", "other": 3}, []])
def test_what_cannot_be_understood_is_no_limit(state: Any) -> None:
    assert Limits.from_dict(state) == Limits()
