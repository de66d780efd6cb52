"""Plain values as TOML that people like to read, and the lines where they stand; reads no file."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["line_of", "toml_text"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HEADING = re.compile(r"\[(\[?)\s*(.+?)\s*\]?\]\s*(#.*)?$")
_ENTRY = re.compile(r"\s*((?:[A-Za-z0-9_-]+|\"(?:[^\"\\]|\\.)*\"|'[^']*'|\s*\.\s*)+?)\s*=")
_PART = re.compile(r"[A-Za-z0-9_-]+|\"(?:[^\"\\]|\\.)*\"|'[^']*'")

Path = tuple[str | int, ...]


def toml_text(values: Mapping[str, Any]) -> str:
    """The values as TOML; what is None is left out.

    Raises:
        TypeError: There is a value that TOML cannot hold.
    """
    return "\n".join(_table(values, ())).strip("\n") + "\n"


def line_of(text: str, path: Path) -> int:
    """The number of the line, from 1, where a value begins; else that of what it would stand in.

    Args:
        text: TOML that can be read.
        path: keys, and numbers of elements from 0.
    """
    best_depth, best_line = 0, 1
    for line, here in _places(text):
        depth = min(len(here), len(path))
        if here[:depth] == path[:depth] and depth > best_depth:
            best_depth, best_line = depth, line
    return best_line


def _table(values: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    below = {key: each for key, each in values.items() if _is_table(each) or _is_tables(each)}
    for key, each in values.items():
        if key not in below and each is not None:
            yield f"{_key(key)} = {_value(each)}"
    for key, each in below.items():
        here = (*path, key)
        name = ".".join(map(_key, here))
        for table in each if _is_tables(each) else [each]:
            if _is_tables(each) or not _is_only_a_way(table):
                yield from ("", f"[[{name}]]" if _is_tables(each) else f"[{name}]")
            yield from _table(table, here)


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(map(_is_table, value))


def _is_only_a_way(table: Mapping[str, Any]) -> bool:
    """Whether there is nothing to be said of a table but what is below it; it has no own line."""
    return bool(table) and all(_is_table(each) for each in table.values())


def _value(value: Any, depth: int = 0) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _float(value)
        case str():
            return _string(value)
        case Mapping():
            parts = (f"{_key(k)} = {_value(v, 1)}" for k, v in value.items() if v is not None)
            return f"{{ {', '.join(parts)} }}" if value else "{}"
        case Sequence():
            return _array(value, depth)
    raise TypeError(f"TOML cannot hold {value!r}")


def _array(values: Sequence[Any], depth: int) -> str:
    parts = [_value(each, depth + 1) for each in values]
    if depth == 0 and any(isinstance(each, list | tuple) for each in values):
        return "[\n" + "".join(f"    {part},\n" for part in parts) + "]"
    return f"[{', '.join(parts)}]"


def _float(value: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return repr(value)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _places(text: str) -> Iterator[tuple[int, Path]]:
    """The lines with a heading or an entry, and where these are."""
    table: Path = ()
    counts: dict[Path, int] = {}
    for line, written in enumerate(text.splitlines(), start=1):
        heading = _HEADING.match(written.strip())
        entry = _ENTRY.match(written)
        if heading is not None:
            table = _numbered(_parts(heading[2]), counts, is_element=bool(heading[1]))
            yield line, table
        elif entry is not None:
            yield line, (*table, *_parts(entry[1]))


def _numbered(parts: Sequence[str], counts: dict[Path, int], *, is_element: bool) -> Path:
    """The place of a table, with the numbers of the elements that it is in."""
    here: Path = ()
    for part in parts[:-1]:
        here = (*here, part)
        if here in counts:
            here = (*here, counts[here])
    here = (*here, parts[-1])
    if is_element:
        counts[here] = counts.get(here, -1) + 1
        here = (*here, counts[here])
    return here


def _parts(dotted: str) -> list[str]:
    return [_unquoted(part) for part in _PART.findall(dotted)]


def _unquoted(part: str) -> str:
    if part.startswith('"'):
        try:
            return str(json.loads(part))
        except ValueError:
            return part[1:-1]
    return part.strip("'")
