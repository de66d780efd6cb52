from __future__ import annotations

import math
import time

import pytest

from stream_gui.models.quantity_text import (
    clock_text,
    elapsed_text,
    exact_clock_text,
    frequency_text,
    quantity_text,
)

MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"
SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("value", "unit", "spread", "wanted"),
    [
        (1.5, "V", 0.0, "1.5 V"),
        (-0.0123456, "V", 0.0, f"{MINUS}12.346 mV"),
        (12345.0, "Hz", 0.0, "12.345 kHz"),
        (0.0, "V", 0.0, "0 V"),
        (0.9999999, "V", 0.0, "1 V"),
        (0.9999999, "V", 1e-5, "999.9999 mV"),
        (2.5, "", 0.0, "2.5"),
        (3e-7, "V/s", 0.0, "300 nV/s"),
        (-0.00060663, "V\N{MIDDLE DOT}s", 0.0, f"{MINUS}606.63 µV\N{MIDDLE DOT}s"),
        (3e-7, "counts/s", 0.0, "3e-07 counts/s".replace("-", MINUS)),
        (math.nan, "V", 0.0, "\N{EN DASH}"),
        (math.inf, "V", 0.0, "+\N{INFINITY}"),
        (-math.inf, "V", 0.0, f"{MINUS}\N{INFINITY}"),
        (8_000_000.25, "counts", 4.0, "8000000.25 counts"),
    ],
)
def test_quantities(value: float, unit: str, spread: float, wanted: str) -> None:
    assert quantity_text(value, unit, spread) == wanted


@pytest.mark.parametrize(
    ("elapsed_ns", "wanted"),
    [
        (0, "0 s"),
        (1, "1 ns"),
        (1500, "1.5 µs"),
        (-2_000_000, f"{MINUS}2 ms"),
        (1_234_567_890, f"1.234{THIN}567{THIN}89 s"),
        (182_500_000_000, "3 min 2.5 s"),
        (7_200_000_000_001, f"2 h 0 min 0.000{THIN}000{THIN}001 s"),
    ],
)
def test_stretches_of_time_are_exact(elapsed_ns: int, wanted: str) -> None:
    assert elapsed_text(elapsed_ns) == wanted


def test_one_over_it() -> None:
    assert frequency_text(2_000_000) == "500 Hz"
    assert frequency_text(-2_000) == "500 kHz"
    assert frequency_text(0) == "\N{EN DASH}"


def test_times_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "localtime", time.gmtime)
    time_ns = 1_700_000_000 * SECOND + 120_450_000
    assert clock_text(time_ns, 1_000_000) == "22:13:20.120"
    assert clock_text(time_ns, 1000) == f"22:13:20.120{THIN}450"
    assert clock_text(time_ns, SECOND) == "22:13:20"
    assert clock_text(time_ns, 100 * SECOND) == "22:13:20"
    assert exact_clock_text(time_ns) == f"22:13:20.120{THIN}45"
    assert exact_clock_text(1_700_000_000 * SECOND) == "22:13:20"
