"""Rows of events as text to take away; it never raises, whatever the values are."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np

from stream_gui.models.value_text import value_text
from stream_gui.plotdata.item_log import LogRow

__all__ = [
    "clock_text",
    "date_text",
    "item_text",
    "loss_text",
    "plain",
    "rows_as_json",
    "rows_as_tsv",
]

_SECOND_NS = 1_000_000_000
_DEEPEST = 20


def clock_text(time_ns: int) -> str:
    """The local time of day, to the millisecond."""
    seconds, rest_ns = divmod(time_ns, _SECOND_NS)
    clock = time.strftime("%H:%M:%S", time.localtime(seconds))
    return f"{clock}.{rest_ns // 1_000_000:03d}"


def date_text(time_ns: int) -> str:
    """Local date and time, to the microsecond, with the zone."""
    seconds, rest_ns = divmod(time_ns, _SECOND_NS)
    local = time.localtime(seconds)
    clock = time.strftime("%a %d %b %Y, %H:%M:%S", local)
    return f"{clock}.{rest_ns // 1000:06d} {time.strftime('%Z', local)}"


def item_text(value: Any, limit: int) -> str:
    """An item in one line; of a dict its entries in their own order."""
    if not isinstance(value, Mapping) or not value:
        return value_text(value, limit)
    parts, length = [], 0
    for key, each in value.items():
        parts.append(f"{value_text(key)}: {value_text(each, limit)}")
        length += len(parts[-1]) + 3
        if length > limit:
            break
    return value_text("  \N{MIDDLE DOT}  ".join(parts), limit)


def loss_text(row: LogRow) -> str:
    """What is missing, and why."""
    if not row.is_exact:
        return f"items lost, nobody knows how many: {row.reason}"
    return f"{row.lost:,} item{'s' * (row.lost != 1)} lost: {row.reason}".replace(
        ",", "\N{NARROW NO-BREAK SPACE}"
    )


def rows_as_tsv(rows: Iterable[LogRow]) -> str:
    """A line for each row with its time, channel, number and value, between tabs."""
    lines = ["time\tchannel\tnumber\tvalue"]
    for row in rows:
        value = loss_text(row) if row.is_loss else _cell(row.value)
        lines.append(f"{_iso(row.time_ns)}\t{row.channel}\t{row.sequence}\t{value}")
    return "\n".join(lines) + "\n"


def rows_as_json(rows: Iterable[LogRow]) -> str:
    """A list with an object for each row."""
    return json.dumps([_entry(row) for row in rows], ensure_ascii=False, indent=1)


def plain(value: Any, depth: int = _DEEPEST) -> Any:
    """A value as JSON can hold it; what JSON does not know becomes text."""
    if not depth:
        return "…"
    match value:
        case None | bool() | str():
            return value
        case int():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case np.generic():
            return plain(value.item(), depth - 1) if value.dtype.kind != "V" else str(value)
        case np.ndarray():
            return plain(value.tolist(), depth - 1)
        case Mapping():
            return {str(key): plain(each, depth - 1) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(each, depth - 1) for each in value]
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex(" ")
        case datetime():
            return value.isoformat()
    return str(value)


def _entry(row: LogRow) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "time": _iso(row.time_ns),
        "time_ns": row.time_ns,
        "channel": row.channel,
        "number": row.sequence,
    }
    if row.is_loss:
        return {**entry, "lost": row.lost if row.is_exact else None, "reason": row.reason}
    return {**entry, "value": plain(row.value)}


def _cell(value: Any) -> str:
    if not isinstance(value, str):
        value = json.dumps(plain(value), ensure_ascii=False)
    for sign, text in (("\\", "\\\\"), ("\t", "\\t"), ("\r", "\\r"), ("\n", "\\n")):
        value = value.replace(sign, text)
    return str(value)


def _iso(time_ns: int) -> str:
    seconds, rest_ns = divmod(time_ns, _SECOND_NS)
    local = time.localtime(seconds)
    clock = time.strftime("%Y-%m-%dT%H:%M:%S", local)
    return f"{clock}.{rest_ns // 1000:06d}{time.strftime('%z', local)}"
