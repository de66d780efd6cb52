from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from stream_gui.plotdata.ticks import (
    time_label,
    time_step_ns,
    time_ticks,
    unit_scale,
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


@pytest.mark.parametrize(
    ("largest", "unit", "expected"),
    [
        (0.02, "V", (1e-3, "mV")),
        (5.0, "V", (1.0, "V")),
        (12_000.0, "Hz", (1e3, "kHz")),
        (0.02, "°C", (1.0, "°C")),
        (95.0, "%", (1.0, "%")),
        (0.0, "V", (1.0, "V")),
        (1e-20, "A", (1e-12, "pA")),
    ],
)
def test_units_take_prefixes_where_these_are_usual(
    largest: float, unit: str, expected: tuple[float, str]
) -> None:
    factor, text = unit_scale(-largest, largest / 2, unit)
    assert (factor, text) == (pytest.approx(expected[0]), expected[1])
