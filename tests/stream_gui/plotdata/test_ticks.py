from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from stream_gui.plotdata.ticks import (
    elapsed_label,
    elapsed_ticks,
    time_label,
    time_step_ns,
    time_ticks,
    utc_offset_text,
    value_label,
    value_ticks,
)

SECOND = 1_000_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
T0 = 1_700_000_000 * SECOND  # 2023-11-14 22:13:20 UTC


@pytest.fixture
def kolkata(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("the time zone cannot be set here")
    monkeypatch.setenv("TZ", "IST-5:30")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("duration", "most", "step"),
    [
        (10 * SECOND, 8, 2 * SECOND),
        (MINUTE, 8, 10 * SECOND),
        (10 * MINUTE, 8, 2 * MINUTE),
        (SECOND, 8, SECOND // 5),
        (1000, 8, 200),
        (7 * DAY, 8, DAY),
        (300 * DAY, 10, 30 * DAY),
    ],
)
def test_steps_are_round(duration: int, most: int, step: int) -> None:
    assert time_step_ns(duration, most) == step


def test_ticks_stand_on_round_local_times(kolkata: None) -> None:
    ticks = time_ticks(T0, T0 + 6 * HOUR, HOUR)
    assert [time_label(tick, HOUR) for tick in ticks][:3] == ["04:00", "05:00", "06:00"]


@pytest.mark.parametrize(
    ("time_ns", "step_ns", "text"),
    [
        (T0, SECOND, "03:43:20"),
        (T0, MINUTE, "03:43"),
        (T0 + SECOND // 4, SECOND // 100, "03:43:20.25"),
        (T0 + 1, 1, "03:43:20.000000001"),
        (T0, DAY, "15 Nov"),
    ],
)
def test_labels_are_as_exact_as_the_ticks(
    kolkata: None, time_ns: int, step_ns: int, text: str
) -> None:
    assert time_label(time_ns, step_ns) == text


def test_value_ticks_lie_inside() -> None:
    step, ticks = value_ticks(-1.5, 1.5, 6)
    assert step == 0.5
    assert ticks == pytest.approx([-1.5, -1, -0.5, 0, 0.5, 1, 1.5])


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (0.30000000000000004, 0.1, "0.3"),
        (-0.5, 0.5, "\u22120.5"),
        (-1e-17, 0.1, "0.0"),
        (1500.0, 500.0, "1500"),
        (2e9, 1e9, "2e+09"),
        (1_000_001.0, 1.0, "1000001"),
        (2e-7, 1e-7, "2e\u221207"),
    ],
)
def test_values_show_the_digits_that_tell_them_apart(value: float, step: float, text: str) -> None:
    assert value_label(value, step) == text


def test_midnight_is_told_by_its_day(kolkata: None) -> None:
    midnight = T0 - (3 * 3600 + 43 * 60 + 20) * SECOND
    assert time_label(midnight, HOUR) == "15 Nov"
    assert time_label(midnight + HOUR, HOUR) == "01:00"
    assert time_label(midnight + 1, 1) == "00:00:00.000000001"


@pytest.mark.parametrize(
    ("elapsed_ns", "step_ns", "text"),
    [
        (0, SECOND, "0 s"),
        (-2 * SECOND, SECOND, "\u22122 s"),
        (-SECOND // 4, SECOND // 20, "\u22120.25 s"),
        (90 * SECOND, 30 * SECOND, "90 s"),
        (-65 * MINUTE, 5 * MINUTE, "\u22121:05 h"),
        (-3 * DAY, DAY, "\u22123 d"),
    ],
)
def test_elapsed_times(elapsed_ns: int, step_ns: int, text: str) -> None:
    assert elapsed_label(elapsed_ns, step_ns) == text


def test_elapsed_ticks_are_round_from_the_reference() -> None:
    ticks = elapsed_ticks(T0 - 7, T0 + 12, T0 + 3, 5)
    assert [tick - T0 - 3 for tick in ticks] == [-10, -5, 0, 5]


def test_the_offset_of_local_time_is_said(kolkata: None) -> None:
    assert utc_offset_text(T0) == "UTC+05:30 (IST)"


@pytest.mark.parametrize(
    ("zone", "text"),
    [("UTC0", "UTC"), ("NST3:30", "UTC\u221203:30 (NST)"), ("<+03>-3", "UTC+03:00")],
)
def test_offsets_of_every_sign(monkeypatch: pytest.MonkeyPatch, zone: str, text: str) -> None:
    if not hasattr(time, "tzset"):
        pytest.skip("the time zone cannot be set here")
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        time.tzset()
        assert utc_offset_text(T0) == text
    time.tzset()
