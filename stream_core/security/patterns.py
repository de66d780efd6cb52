"""Patterns over names that have parts: of channels, clients and methods; pure, in bounded time."""

from __future__ import annotations

import re
from functools import lru_cache

from stream_core.errors import InvalidValue

__all__ = ["LONGEST_PATTERN", "SERVERS_OWN", "fits", "matches"]

LONGEST_PATTERN = 1024
SERVERS_OWN = "server/"


def matches(pattern: str, name: str) -> bool:
    """Whether a pattern matches the name of a channel.

    `*` stands for anything within one part, `**` for any number of parts, `?` for one character.
    Names under "server/" match only a pattern that begins so.

    Raises:
        InvalidValue: the pattern is too long.
    """
    if name.startswith(SERVERS_OWN) and not pattern.startswith(SERVERS_OWN):
        return False
    return fits(pattern, name)


def fits(pattern: str, name: str, separator: str = "/") -> bool:
    """Whether a pattern matches a name whose parts the separator parts, without exceptions.

    Raises:
        InvalidValue: the pattern is too long.
    """
    return _expression(pattern, separator).fullmatch(name + separator) is not None


@lru_cache(maxsize=1024)
def _expression(pattern: str, separator: str) -> re.Pattern[str]:
    """The pattern as a regular expression whose time is bounded by pattern times name.

    Between two stars the first place that fits is as good as any later one; atomic groups keep the
    expression from trying the others, so that no pattern can keep a server busy.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise InvalidValue(f"a pattern has {LONGEST_PATTERN} characters at most")
    parts = pattern.split(separator)
    folded = [
        part
        for part, after in zip(parts, [*parts[1:], ""], strict=True)
        if part != "**" or after != "**"
    ]
    return re.compile(_sequence(folded, separator), re.DOTALL)


def _sequence(parts: list[str], separator: str) -> str:
    """Groups of parts between those that stand for any number of them.

    Each part ends in the separator.
    """
    groups: list[list[str]] = [[]]
    for part in parts:
        if part == "**":
            groups.append([])
        else:
            groups[-1].append(_part(part, separator) + re.escape(separator))
    first, *rest = ["".join(group) for group in groups]
    if not rest:
        return first
    *middle, last = rest
    any_part = f"[^{separator}]+{re.escape(separator)}"
    return (
        first
        + "".join(f"(?>(?:{any_part})*?{group})" for group in middle)
        + (f"(?:{any_part})*{last}")
    )


def _part(part: str, separator: str) -> str:
    """One part: pieces of fixed length between its stars."""
    one = f"[^{separator}]"
    pieces = [
        "".join(one if char == "?" else re.escape(char) for char in piece)
        for piece in part.split("*")
    ]
    first, *rest = pieces
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>{one}*?{piece})" for piece in middle) + f"{one}*{last}"
