"""The times that calls are given; it sets no timer."""

from __future__ import annotations

import math
from typing import Any

from stream_core.errors import InvalidValue

__all__ = ["checked_timeout"]


def checked_timeout(name: str, given: Any) -> float | None:
    """A time-out in seconds; None: without end.

    Args:
        name: of the argument.
        given: its value.

    Raises:
        InvalidValue: it is none.
    """
    if given is None or (type(given) is float and given == math.inf):
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not given > 0:
        raise InvalidValue(f"{name} must be a time in seconds above 0, or None, not {given!r}")
    return float(given)
