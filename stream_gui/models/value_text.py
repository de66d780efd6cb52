"""Values and quantities as short text for a person; it never raises, whatever the value."""

from __future__ import annotations

import math
import pprint
import reprlib
from itertools import islice
from typing import Any

import numpy as np

__all__ = ["bytes_text", "detail_text", "duration_text", "rate_text", "span_text", "value_text"]

FEW, ROW = 4, 64
DETAIL_CHARACTERS = 20_000
DETAIL_MEMBERS = 20_000
PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


class _ShortRepr(reprlib.Repr):
    """A short `repr` that leaves the members of a dict in their order."""

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        if not x or level <= 0:
            return "{…}" if x else "{}"
        few = list(islice(x.items(), self.maxdict))
        texts = [f"{self.repr1(k, level - 1)}: {self.repr1(v, level - 1)}" for k, v in few]
        return "{" + ", ".join(texts + ["..."] * (len(x) > len(few))) + "}"


def _short_repr() -> reprlib.Repr:
    short = _ShortRepr()
    short.maxstring = short.maxother = 200
    short.maxlist = short.maxtuple = short.maxset = short.maxdict = 6
    short.maxlevel = 3
    return short


SHORT = _short_repr()


def value_text(value: Any, limit: int = 120) -> str:
    """A value in one line of at most `limit` characters."""
    text = _one_line(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def detail_text(value: Any) -> str:
    """A value in as many lines as it needs, within reason."""
    if isinstance(value, str):
        text = value
    elif _count(value, DETAIL_MEMBERS) >= DETAIL_MEMBERS:
        return f"{_one_line(value)}\n… ({DETAIL_MEMBERS} members and more in all)"
    else:
        text = pprint.pformat(value, width=100, compact=True, sort_dicts=False)
    if len(text) <= DETAIL_CHARACTERS:
        return text
    return f"{text[:DETAIL_CHARACTERS]}\n… ({len(text)} characters in all)"


def _count(value: Any, most: int) -> int:
    """How many members there are in all, up to so many."""
    if not isinstance(value, (list, tuple, dict, set, frozenset)):
        return 0
    count = len(value)
    for member in value.values() if isinstance(value, dict) else value:
        if count >= most:
            break
        count += _count(member, most - count)
    return count


def rate_text(items_per_s: float) -> str:
    """A rate of items: "10 k/s"."""
    return f"{_scaled(items_per_s)}/s" if items_per_s > 0 else "0"


def bytes_text(size_bytes: float, suffix: str = "") -> str:
    """A number of bytes: "1.2 MB"; with `suffix="/s"` a rate of them."""
    return f"{_scaled(size_bytes)}B{suffix}"


def duration_text(duration_s: float) -> str:
    """A duration: "1.2 ms", "3.4 s", "2 min 5 s"."""
    if duration_s < 0.9995e-3:
        return f"{duration_s * 1e6:.0f} µs"
    if duration_s < 1:
        return f"{duration_s * 1e3:.3g} ms"
    if duration_s < 60:
        return f"{duration_s:.2f} s" if duration_s < 10 else f"{duration_s:.1f} s"
    minutes, seconds = divmod(round(duration_s), 60)
    return f"{minutes} min {seconds} s"


def span_text(span_s: float) -> str:
    """A stretch of time, roughly: "45 s", "14 min", "3.5 h", "7 days"."""
    for limit_s, unit_s, unit in ((100, 1, "s"), (6000, 60, "min"), (172_800, 3600, "h")):
        if span_s < limit_s:
            amount = span_s / unit_s
            return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:.0f} {unit}"
    return f"{span_s / 86_400:.0f} days"


def _scaled(amount: float) -> str:
    for factor, prefix in PREFIXES:
        if abs(amount) >= factor * 0.9995:
            return f"{_three_digits(amount / factor)} {prefix}"
    return f"{_three_digits(amount)} "


def _three_digits(amount: float) -> str:
    if not math.isfinite(amount):
        return str(amount)
    if abs(amount) >= 99.95:
        return f"{amount:.0f}"
    places = 1 if abs(amount) >= 9.995 else 2
    return f"{amount:.{places}f}".rstrip("0").rstrip(".")


def _one_line(value: Any) -> str:
    match value:
        case bool() | np.bool_() | None:
            return str(value)
        case float() | np.floating():
            return f"{float(value):.6g}"
        case int() | np.integer():
            return _integer(int(value))
        case str():
            return " ".join(value[:400].split())
        case bytes() | bytearray() | memoryview():
            return _bytes(bytes(value[:9]), len(value))
        case np.ndarray():
            return _array(value)
    return " ".join(SHORT.repr(value).split())


def _integer(value: int) -> str:
    bits = value.bit_length()
    return str(value) if bits <= 200 else f"an integer of {bits} bits"


def _bytes(start: bytes, size: int) -> str:
    more = " …" if size > 8 else ""
    return f"{start[:8].hex(' ')}{more} ({size} bytes)"


def _array(value: np.ndarray[Any, Any]) -> str:
    if value.ndim == 0:
        return value_text(value[()])
    if value.ndim == 1 and value.size <= ROW and value.dtype.names is None:
        more = ", …" if value.size > FEW else ""
        return ", ".join(_short_number(each) for each in value[:FEW]) + more
    shape = " by ".join(str(length) for length in value.shape)
    return f"{shape} {value.dtype}"


def _short_number(value: Any) -> str:
    if not isinstance(value, np.floating):
        return value_text(value)
    return f"{value:.0f}" if 1e4 <= abs(value) < 1e7 else f"{value:.4g}"
