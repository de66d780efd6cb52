"""Where an axis has its ticks and what stands there; never draws them."""

from __future__ import annotations

import math
import time

from stream_gui.plotdata.autoscale import nice_step

__all__ = ["time_label", "time_step_ns", "time_ticks", "unit_scale", "value_label", "value_ticks"]

_SECOND_NS = 1_000_000_000
_LONG_STEPS_S = (
    1, 2, 5, 10, 15, 30,
    60, 120, 300, 600, 900, 1800,
    3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
)  # fmt: skip
_PREFIXES = {-12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
_PREFIXED_UNITS = frozenset("V A W Hz s Ω F H J N Pa T m C B/s".split())
_MINUS = "\N{MINUS SIGN}"


def time_step_ns(duration_ns: int, most: int) -> int:
    """The distance of time ticks, of which at most `most` fit into a stretch of time."""
    rough_s = duration_ns / _SECOND_NS / max(1, most)
    if rough_s <= 1:
        return max(1, round(nice_step(rough_s, 1) * _SECOND_NS))
    for step_s in _LONG_STEPS_S:
        if step_s >= rough_s:
            return step_s * _SECOND_NS
    return math.ceil(rough_s / 86_400) * 86_400 * _SECOND_NS


def time_ticks(start_ns: int, stop_ns: int, step_ns: int) -> list[int]:
    """Ticks on round local times from start to stop."""
    offset_ns = _utc_offset_s(stop_ns) * _SECOND_NS
    first = -(-(start_ns + offset_ns) // step_ns) * step_ns - offset_ns
    return list(range(first, stop_ns + 1, step_ns))


def time_label(time_ns: int, step_ns: int) -> str:
    """A local time, as exact as the distance of the ticks asks for."""
    local = time.localtime(time_ns // _SECOND_NS)
    if step_ns >= 86_400 * _SECOND_NS:
        return time.strftime("%d %b", local)
    if step_ns >= 60 * _SECOND_NS:
        return time.strftime("%H:%M", local)
    text = time.strftime("%H:%M:%S", local)
    if step_ns >= _SECOND_NS:
        return text
    digits = min(9, math.ceil(-math.log10(step_ns / _SECOND_NS) - 1e-9))
    return f"{text}.{time_ns % _SECOND_NS // 10 ** (9 - digits):0{digits}d}"


def value_ticks(low: float, high: float, most: int) -> tuple[float, list[float]]:
    """The distance of ticks on 1-2-5 steps, and the ticks from low to high."""
    step = nice_step(high - low, most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return step, [number * step for number in range(first, last + 1)]


def value_label(value: float, step: float) -> str:
    """A number with as many decimals as the distance of the ticks asks for."""
    if abs(value) < step * 1e-6:
        value = 0.0
    digits = max(0, math.ceil(-math.log10(step) - 1e-9))
    if digits > 5 or abs(value) >= 1e6:
        return f"{value:.{_significant(value, step)}g}".replace("-", _MINUS)
    return f"{value:.{digits}f}".replace("-", _MINUS)


def unit_scale(low: float, high: float, unit: str) -> tuple[float, str]:
    """By what to divide values, and the unit with the prefix that says so."""
    largest = max(abs(low), abs(high))
    if unit not in _PREFIXED_UNITS or not largest or not math.isfinite(largest):
        return 1.0, unit
    power = min(max(3 * math.floor(math.log10(largest) / 3), -12), 12)
    return 10.0**power, _PREFIXES[power] + unit


def _significant(value: float, step: float) -> int:
    """How many digits tell a value from its neighbouring ticks."""
    if not value:
        return 1
    return max(1, math.floor(math.log10(abs(value))) - math.floor(math.log10(step)) + 1)


def _utc_offset_s(time_ns: int) -> int:
    return time.localtime(time_ns // _SECOND_NS).tm_gmtoff
