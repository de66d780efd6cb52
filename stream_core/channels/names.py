"""Names of channels and clients, and patterns over them; facts only."""

from __future__ import annotations

import re
from functools import lru_cache

from stream_core.errors import InvalidValue, LimitExceeded

__all__ = ["SERVER", "check_channel_name", "check_client_name", "matches"]

SERVER = "server"
LONGEST_PATTERN = 1024
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f*?]")


def check_channel_name(name: object, *, limit_bytes: int, own: bool = False) -> str:
    """The name, if a channel may have it.

    Args:
        name: what was given.
        limit_bytes: of the name in UTF-8.
        own: whether the server itself asks, which keeps names under "server/" for itself.

    Raises:
        InvalidValue: it is no channel name; the message says why.
        LimitExceeded: it is too long.
    """
    text = _check_text("channel", name, limit_bytes)
    if any(part == "" for part in text.split("/")):
        raise InvalidValue(f"channel name {text!r} has an empty part; write 'rig1/adc/ai0'")
    if not own and (text == SERVER or text.startswith(SERVER + "/")):
        raise InvalidValue(f"channel name {text!r}: names under 'server/' are the server's own")
    return text


def check_client_name(name: object, *, limit_bytes: int) -> str:
    """The name, if a client may have it.

    Raises:
        InvalidValue: it is no client name.
        LimitExceeded: it is too long.
    """
    text = _check_text("client", name, limit_bytes)
    if text == SERVER:
        raise InvalidValue("client name 'server' is the server's own; choose another")
    return text


def _check_text(what: str, name: object, limit_bytes: int) -> str:
    if not isinstance(name, str) or not name:
        raise InvalidValue(f"a {what} name is non-empty text, not {name!r}")
    if _FORBIDDEN.search(name):
        raise InvalidValue(f"{what} name {name!r} has a control character, '*' or '?' in it")
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise InvalidValue(f"{what} name {name!r} is not valid Unicode") from None
    if size > limit_bytes:
        raise LimitExceeded(f"{what} name of {size} bytes exceeds name_bytes={limit_bytes}")
    return name


def matches(pattern: str, name: str) -> bool:
    """Whether a pattern matches a name.

    `*` stands for anything within one part, `**` for any number of parts, `?` for one character.
    Names under "server/" match only a pattern that begins so.

    Raises:
        InvalidValue: the pattern is too long.
    """
    if name.startswith(SERVER + "/") and not pattern.startswith(SERVER + "/"):
        return False
    return _expression(pattern).fullmatch(name + "/") is not None


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression whose time is bounded by pattern times name.

    Between two stars the first place that fits is as good as any later one; atomic groups keep the
    expression from trying the others, so that no pattern can keep a server busy.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise InvalidValue(f"a pattern has {LONGEST_PATTERN} characters at most")
    parts = pattern.split("/")
    folded = [
        part
        for part, after in zip(parts, [*parts[1:], ""], strict=True)
        if part != "**" or after != "**"
    ]
    return re.compile(_sequence(folded), re.DOTALL)


def _sequence(parts: list[str]) -> str:
    """Groups of parts between those that stand for any number of them; each part ends in '/'."""
    groups: list[list[str]] = [[]]
    for part in parts:
        if part == "**":
            groups.append([])
        else:
            groups[-1].append(_part(part) + "/")
    first, *rest = ["".join(group) for group in groups]
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>(?:[^/]+/)*?{group})" for group in middle) + f"(?:[^/]+/)*{last}"


def _part(part: str) -> str:
    """One part: pieces of fixed length between its stars."""
    pieces = [
        "".join("[^/]" if char == "?" else re.escape(char) for char in piece)
        for piece in part.split("*")
    ]
    first, *rest = pieces
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle) + f"[^/]*{last}"
