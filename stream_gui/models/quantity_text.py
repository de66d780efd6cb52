"""Measured quantities as text, with as many digits as they have; never rounds a stretch of time."""

from __future__ import annotations

import math
import time

from stream_gui.plotdata.units import unit_scale

__all__ = ["clock_text", "elapsed_text", "exact_clock_text", "frequency_text", "quantity_text"]

_SECOND_NS = 1_000_000_000
_MINUS = "\N{MINUS SIGN}"
_NONE = "\N{EN DASH}"
_THIN = "\N{NARROW NO-BREAK SPACE}"
_LEAST_DIGITS, _MOST_DIGITS = 5, 12
_TIMES = ((60 * _SECOND_NS, ""), (_SECOND_NS, "s"), (1_000_000, "ms"), (1000, "µs"), (1, "ns"))


def quantity_text(value: float, unit: str, spread: float = 0.0) -> str:
    """A value with its unit, with as many digits as tell apart what lies close together.

    Args:
        value: in `unit`; NaN is shown as a dash.
        unit: gets a prefix where that makes sense.
        spread: the distance of the values among which it stands; 0 if unknown.
    """
    if math.isnan(value):
        return _NONE
    if math.isinf(value):
        return ("+" if value > 0 else _MINUS) + "\N{INFINITY}"
    digits = _digits(value, spread)
    rounded = float(f"{value:.{digits}g}")  # else "1000 mV" might be read where 1 V is meant
    divisor, text = unit_scale(rounded, rounded, unit)
    return f"{rounded / divisor:.{digits}g} {text}".rstrip().replace("-", _MINUS)


def elapsed_text(elapsed_ns: int) -> str:
    """A stretch of time, exact to the nanosecond: "1.25 ms", "3 min 2.5 s"."""
    sign, size_ns = (_MINUS if elapsed_ns < 0 else ""), abs(elapsed_ns)
    if size_ns >= 60 * _SECOND_NS:
        minutes, rest_ns = divmod(size_ns, 60 * _SECOND_NS)
        hours, minutes = divmod(minutes, 60)
        begin = f"{hours} h {minutes} min" if hours else f"{minutes} min"
        return f"{sign}{begin} {_decimal(rest_ns, _SECOND_NS)} s"
    for size, unit in _TIMES[1:]:
        if size_ns >= size:
            return f"{sign}{_decimal(size_ns, size)} {unit}"
    return "0 s"


def frequency_text(elapsed_ns: int) -> str:
    """One over a stretch of time; a dash for none."""
    return quantity_text(_SECOND_NS / abs(elapsed_ns), "Hz") if elapsed_ns else _NONE


def clock_text(time_ns: int, resolution_ns: int) -> str:
    """A local time of day with the decimals that this resolution, a power of ten, asks for."""
    digits = max(0, 9 - round(math.log10(resolution_ns)))
    return _clock(time_ns, f"{time_ns % _SECOND_NS:09d}"[:digits])


def exact_clock_text(time_ns: int) -> str:
    """A local time of day with all its decimals."""
    return _clock(time_ns, f"{time_ns % _SECOND_NS:09d}".rstrip("0"))


def _clock(time_ns: int, decimals: str) -> str:
    text = time.strftime("%H:%M:%S", time.localtime(time_ns // _SECOND_NS))
    return f"{text}.{_grouped(decimals)}" if decimals else text


def _decimal(amount: int, size: int) -> str:
    """An integer divided by a power of ten, written out without rounding."""
    whole, rest = divmod(amount, size)
    digits = len(str(size)) - 1
    fraction = f"{rest:0{digits}d}".rstrip("0") if digits else ""
    return f"{whole}.{_grouped(fraction)}" if fraction else str(whole)


def _grouped(digits: str) -> str:
    return _THIN.join(digits[place : place + 3] for place in range(0, len(digits), 3))


def _digits(value: float, spread: float) -> int:
    digits = _LEAST_DIGITS
    if spread > 0 and value and math.isfinite(spread):
        digits = max(digits, math.floor(math.log10(abs(value) / spread)) + 4)
    return min(digits, _MOST_DIGITS)
