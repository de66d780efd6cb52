"""Units with the prefixes that make numbers short, on an axis and where one is typed."""

from __future__ import annotations

import math
import re

__all__ = ["TIMES", "axis_scale", "parsed_value", "unit_scale"]

TIMES = "\N{MULTIPLICATION SIGN}"
"""With this begins the unit of an axis whose numbers are to be read times a power of ten."""

_PREFIXES = {-12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
_POWERS = {prefix: power for power, prefix in _PREFIXES.items()} | {"u": -6, "μ": -6, "K": 3}
_PREFIXED = frozenset(
    "V A W Hz s Ω Ohm F H J N Pa T m C K eV S Wb lm lx Bq Gy Sv mol L l B bit bar cps Vpp Vrms VA"
    " Sa".split()
)
_NOT_SPLIT = frozenset(("pH", "PS"))
_SUPERSCRIPTS = str.maketrans("-0123456789", "\N{SUPERSCRIPT MINUS}⁰¹²³⁴⁵⁶⁷⁸⁹")
_LARGEST_PLAIN, _SMALLEST_PLAIN = 1e5, 1e-3
_JOINT = re.compile("[/\N{MIDDLE DOT}]")
_NUMBER = re.compile(r"([-+\u2212]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)")


def unit_scale(low: float, high: float, unit: str) -> tuple[float, str]:
    """By what to divide a quantity, and its unit with the prefix that says so, if it takes one."""
    head, _ = _parted(unit)
    return axis_scale(low, high, unit) if head in _PREFIXED else (1.0, unit)


def axis_scale(low: float, high: float, unit: str) -> tuple[float, str]:
    """By what to divide the values of an axis, and the unit as it then reads.

    Units that take prefixes get one, others a power of ten where the numbers were long.

    Args:
        low: the lowest value of the axis.
        high: the highest.
        unit: of the values, perhaps with a prefix already ("mA"); "" for none.
    """
    largest = max(abs(low), abs(high))
    if not largest or not math.isfinite(largest):
        return 1.0, unit
    split = _split(unit)
    if split is None:
        return _power_of_ten(largest, unit)
    power, rest = split
    if power and 0.1 <= largest < 1e4:
        return 1.0, unit  # "1013 mbar" is what its readers are used to
    wanted = 3 * math.floor(math.log10(largest) / 3 + 1e-9) + power
    wanted = min(max(wanted, min(_PREFIXES)), max(_PREFIXES))
    return 10.0 ** (wanted - power), _PREFIXES[wanted] + rest


def parsed_value(text: str, unit: str, divisor: float = 1.0) -> float:
    """A number as an operator types it: "5", "1.5k", "-20 mV", "1e-3".

    Args:
        text: what was typed.
        unit: of the axis; a typed unit must be this one, with any prefix.
        divisor: by what the axis divides its values: so a number without any unit is meant.

    Raises:
        ValueError: it is no number, or of another unit.
    """
    found = _NUMBER.fullmatch(text.strip().replace(",", ".").replace("\N{MINUS SIGN}", "-"))
    if found is None:
        raise ValueError(f"“{text.strip()}” is not a number")
    suffix = found[2].strip()
    value = float(found[1]) * _factor(suffix, unit, divisor)
    if not math.isfinite(value):
        raise ValueError(f"“{text.strip()}” is too large")
    return value


def _factor(suffix: str, unit: str, divisor: float) -> float:
    """By what to multiply a number with this after it, in the axis' own unit."""
    if not suffix:
        return divisor
    if suffix == unit:
        return 1.0
    power, rest = _split(unit) or (0, unit)
    prefix = suffix.removesuffix(rest).strip()
    if prefix in _POWERS:
        return 10.0 ** (_POWERS[prefix] - power)
    raise ValueError(f"“{suffix}” is no unit of this axis, which is in {unit or 'plain numbers'}")


def _split(unit: str) -> tuple[int, str] | None:
    """The power of ten of a unit's prefix, and what it stands before; None: it takes none."""
    head, rest = _parted(unit)
    if head in _PREFIXED:
        return 0, unit
    if unit not in _NOT_SPLIT and head[1:] in _PREFIXED and head[:1] in _POWERS:
        return _POWERS[head[:1]], head[1:] + rest
    return None


def _parted(unit: str) -> tuple[str, str]:
    """What may bear the prefix of "V/s" or "V·s", and what follows."""
    head = _JOINT.split(unit, maxsplit=1)[0]
    return head, unit[len(head) :]


def _power_of_ten(largest: float, unit: str) -> tuple[float, str]:
    """As for a unit that takes no prefix: only where numbers would be long."""
    if _SMALLEST_PLAIN <= largest < _LARGEST_PLAIN:
        return 1.0, unit
    power = 3 * math.floor(math.log10(largest) / 3 + 1e-9)
    return 10.0**power, f"{TIMES}10{str(power).translate(_SUPERSCRIPTS)} {unit}".strip()
