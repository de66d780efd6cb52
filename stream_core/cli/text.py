"""Values as people type and read them; never evaluates what it is given.

What comes from the network is shown with its control characters escaped: a value cannot give
orders to the terminal.
"""

from __future__ import annotations

import ast
import base64
from collections.abc import Mapping
from typing import Any

import msgspec

__all__ = ["json_line", "parse", "printable", "readable", "table"]

_ESCAPES = {
    number: repr(chr(number))[1:-1] for number in [*range(32), *range(127, 160)] if chr(number)
} | {number: f"\\u{number:04x}" for number in (0x2028, 0x2029, 0x202E, 0x2066, 0x2067, 0x2068)}


def parse(text: str) -> Any:
    """Give the value that `text` is as a Python literal, else `text` itself.

    `1.5` is a float, `[1, 2]` a list, `'1.5'` in quotes of its own a str, and so is `on`.
    """
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def printable(text: str) -> str:
    """Give `text` on one line, its control characters escaped."""
    return text.translate(_ESCAPES)


def table(rows: list[tuple[str, ...]]) -> list[str]:
    """Give lines with the cells of each column beneath each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def readable(value: Any) -> str:
    """Give `value` on one line: text and numbers bare, a row of numbers parted by tabs."""
    if isinstance(value, str):
        return printable(value)
    if _is_array(value) and value.ndim == 1:
        return "\t".join(readable(item) for item in value.tolist())
    if _is_array(value):
        return repr(value.tolist())
    return printable(repr(value.item() if hasattr(value, "item") else value))


def json_line(value: Any) -> str:
    """Give `value` as JSON on one line; bytes in base64, sets as lists, NaN as null."""
    return msgspec.json.encode(_plain(value)).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key if isinstance(key, str) else readable(key): _plain(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, complex):
        return [value.real, value.imag]
    if isinstance(value, bytes | memoryview | bytearray):
        return base64.b64encode(value).decode()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 63:
        return str(value)
    if hasattr(value, "tolist"):  # numpy's arrays and scalars
        found = value.tolist()
        return _plain(found) if type(found) is not type(value) else str(found)
    return value


def _is_array(value: Any) -> bool:
    return hasattr(value, "ndim") and hasattr(value, "tolist") and value.ndim > 0
