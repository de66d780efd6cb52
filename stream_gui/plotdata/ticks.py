"""Where an axis has its ticks and what stands there; never draws them."""

from __future__ import annotations

import math
import time

from stream_gui.plotdata.autoscale import nice_step

__all__ = [
    "elapsed_label",
    "elapsed_ticks",
    "time_label",
    "time_step_ns",
    "time_ticks",
    "utc_offset_text",
    "value_label",
    "value_ticks",
]

_SECOND_NS = 1_000_000_000
_LONG_STEPS_S = (
    1, 2, 5, 10, 15, 30,
    60, 120, 300, 600, 900, 1800,
    3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
)  # fmt: skip
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
    """A local time, as exact as the distance of the ticks asks for; at midnight the day."""
    local = time.localtime(time_ns // _SECOND_NS)
    is_midnight = not (local.tm_hour or local.tm_min or local.tm_sec or time_ns % _SECOND_NS)
    if step_ns >= 86_400 * _SECOND_NS or is_midnight:
        return time.strftime("%d %b", local)
    if step_ns >= 60 * _SECOND_NS:
        return time.strftime("%H:%M", local)
    text = time.strftime("%H:%M:%S", local)
    if step_ns >= _SECOND_NS:
        return text
    digits = _decimals(step_ns)
    return f"{text}.{time_ns % _SECOND_NS // 10 ** (9 - digits):0{digits}d}"


def elapsed_ticks(start_ns: int, stop_ns: int, origin_ns: int, step_ns: int) -> list[int]:
    """Ticks whose distances to a time of reference are round, from start to stop."""
    first = -(-(start_ns - origin_ns) // step_ns) * step_ns + origin_ns
    return list(range(first, stop_ns + 1, step_ns))


def elapsed_label(elapsed_ns: int, step_ns: int) -> str:
    """A stretch of time, negative before the reference: in seconds, or as h:mm:ss where long."""
    sign = _MINUS if elapsed_ns < 0 else ""
    size_ns = abs(elapsed_ns)
    if step_ns % _SECOND_NS or step_ns < 60 * _SECOND_NS:
        digits = _decimals(step_ns)
        return f"{sign}{size_ns / _SECOND_NS:.{digits}f} s"
    minutes = size_ns // (60 * _SECOND_NS)
    if step_ns >= 86_400 * _SECOND_NS:
        return f"{sign}{minutes // 1440} d"
    return f"{sign}{minutes // 60}:{minutes % 60:02d} h"


def utc_offset_text(time_ns: int) -> str:
    """How local time stands to UTC at a time, with its zone's name where that says more."""
    local = time.localtime(time_ns // _SECOND_NS)
    minutes = round(abs(local.tm_gmtoff) / 60)
    if not minutes:
        return "UTC"
    sign = "+" if local.tm_gmtoff > 0 else _MINUS
    text = f"UTC{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text} ({local.tm_zone})" if local.tm_zone.isalpha() else text


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


def _decimals(step_ns: int) -> int:
    """How many digits of a second tell ticks apart."""
    return max(0, min(9, math.ceil(-math.log10(step_ns / _SECOND_NS) - 1e-9)))


def _significant(value: float, step: float) -> int:
    """How many digits tell a value from its neighbouring ticks."""
    if not value:
        return 1
    return max(1, math.floor(math.log10(abs(value))) - math.floor(math.log10(step)) + 1)


def _utc_offset_s(time_ns: int) -> int:
    return time.localtime(time_ns // _SECOND_NS).tm_gmtoff
