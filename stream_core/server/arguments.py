"""What a server is made with: each argument is held to what it may be, before anything listens."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from stream_core.errors import InvalidValue
from stream_core.values import Limits

__all__ = ["check_arguments"]

ABOVE_ZERO = {"clients", "frame_bytes", "handshake_bytes", "handshake_s", "name_bytes"}
ABOVE_ZERO |= {"heartbeat_s"}  # without these nobody could come, or stay


def check_arguments(host: Any, port: Any, name: Any, secret: Any, limits: Any) -> None:
    """Refuse arguments of `Server` with which none can work.

    Raises:
        InvalidValue: one of them is wrong; the message names it.
    """
    if not isinstance(host, str) or not host:
        raise InvalidValue(
            f"host={host!r}: give an address; 127.0.0.1 is this computer, 0.0.0.0 every network "
            "of it"
        )
    if type(port) is not int or not 0 <= port < 65536:
        raise InvalidValue(f"port={port!r}: a port is a number from 0 (any free) to 65535")
    for what, text in (("name", name), ("secret", secret)):
        if not isinstance(text, str | None):
            raise InvalidValue(f"{what} is text, or None, not {type(text).__name__}")
    if secret == "":
        raise InvalidValue("secret is empty; leave it out, or choose one")
    _check_limits(limits)


def _check_limits(limits: Any) -> None:
    if not isinstance(limits, Limits):
        raise InvalidValue(f"limits={limits!r}: give Limits, such as Limits(clients=100)")
    for field in msgspec.structs.fields(Limits):
        _check(field.name, getattr(limits, field.name), whole=field.type is int)


def _check(name: str, value: Any, *, whole: bool) -> None:
    kinds = (int,) if whole else (int, float)
    number = type(value) in kinds and not math.isnan(value)
    if not number or value < 0 or (value == 0 and name in ABOVE_ZERO):
        kind = "whole number" if whole else "number of seconds"
        least = "above 0" if name in ABOVE_ZERO else "0 or more"
        raise InvalidValue(f"limits: {name} must be a {kind}, {least}, not {value!r}")
