"""Names of channels and clients; facts only."""

from __future__ import annotations

import re

from stream_core.errors import InvalidValue, LimitExceeded

__all__ = ["SERVER", "check_channel_name", "check_client_name"]

SERVER = "server"
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
