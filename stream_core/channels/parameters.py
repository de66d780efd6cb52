"""What a reader chose for its buffer, checked; it never acts on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec

from stream_core.errors import InvalidValue
from stream_core.values import Overflow
from stream_core.wire.messages import LARGEST_EVERY

__all__ = ["Parameters", "changes", "checked_parameters"]

_LARGEST = 2**63 - 1
_LONGEST_S = 366 * 86_400.0


class Parameters(msgspec.Struct, frozen=True):
    """The parameters of one subscription.

    Attributes:
        buffer_size: items that may wait at the server; None: as many as there are.
        overflow: what happens when the buffer is full.
        every: take the items whose number is a multiple of it.
        min_interval_s: shortest time between two servings; 0: serve at once.
        envelope: samples for each pair of minimum and maximum, or None.
        history: past items to begin with, at most.
        weight: share of the client's bandwidth.
        wait: whether the channel need not exist yet.
    """

    buffer_size: int | None = 10_000
    overflow: Overflow = Overflow.RING
    every: int = 1
    min_interval_s: float = 0.0
    envelope: int | None = None
    history: int = 0
    weight: float = 1.0
    wait: bool = False

    @property
    def min_interval_ns(self) -> int:
        """`min_interval_s` in nanoseconds."""
        return round(self.min_interval_s * 1e9)

    @property
    def newest_only(self) -> bool:
        """Whether only the newest item matters when a serving is due."""
        return (
            self.buffer_size == 1
            and self.min_interval_s > 0
            and self.overflow in (Overflow.RING, Overflow.CLEAR)
        )


def changes(present: Parameters, wanted: Parameters) -> dict[str, Any]:
    """What must be changed so that parameters become others; `history` and `wait` never are."""
    names = ("buffer_size", "overflow", "every", "min_interval_s", "envelope", "weight")
    return {
        name: getattr(wanted, name)
        for name in names
        if getattr(wanted, name) != getattr(present, name)
    }


def checked_parameters(base: Parameters | None = None, /, **changes: object) -> Parameters:
    """The parameters `base`, or else the defaults, with some of them changed.

    Raises:
        InvalidValue: a parameter is unknown or not what it takes; the message has the remedy.
    """
    unknown = sorted(changes.keys() - _CHECKS.keys())
    if unknown:
        raise InvalidValue(
            f"a reader has no parameter {unknown[0]!r}; its parameters are {', '.join(_CHECKS)}"
        )
    values = {name: _CHECKS[name](name, value) for name, value in changes.items()}
    parameters = msgspec.structs.replace(base or Parameters(), **values)
    if parameters.envelope is not None and parameters.every != 1:
        raise InvalidValue(
            f"envelope={parameters.envelope} and every={parameters.every} exclude each other; "
            "leave every at 1, or envelope at None"
        )
    return parameters


def _count(name: str, value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue(f"{name} must be a whole number, not {value!r}")
    if not least <= value <= _LARGEST:
        raise InvalidValue(f"{name} must be {least} or more, not {value}")
    return value


def _from_zero(name: str, value: object) -> int:
    return _count(name, value, 0)


def _from_one(name: str, value: object) -> int:
    return _count(name, value, 1)


def _buffer_size(name: str, value: object) -> int | None:
    if value is None:
        return None
    if value == 0 and not isinstance(value, bool):
        raise InvalidValue(f"{name} must be 1 or more, not 0; None is a buffer without bounds")
    return _count(name, value, 1)


def _overflow(name: str, value: object) -> Overflow:
    try:
        return Overflow(value)  # type: ignore[arg-type]
    except ValueError:
        choices = ", ".join(repr(choice.value) for choice in Overflow)
        raise InvalidValue(f"{name} must be one of {choices}, not {value!r}") from None


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidValue(f"{name} must be a finite number, not {value!r}")
    return float(value)


def _interval(name: str, value: object) -> float:
    seconds = _number(name, value)
    if not 0 <= seconds <= _LONGEST_S:
        raise InvalidValue(f"{name} must be from 0 (at once) to {_LONGEST_S:.0f}, not {value!r}")
    return seconds


def _weight(name: str, value: object) -> float:
    weight = _number(name, value)
    if not 1e-3 <= weight <= 1e3:
        raise InvalidValue(f"{name} must be from 0.001 to 1000 (1 is an even share), not {value!r}")
    return weight


def _envelope(name: str, value: object) -> int | None:
    if value is None:
        return None
    width = _count(name, value, 1)
    if width > LARGEST_EVERY:
        raise InvalidValue(f"{name} must be {LARGEST_EVERY} or less, not {width}")
    return width


def _wait(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue(f"{name} must be True or False, not {value!r}")
    return value


_CHECKS: dict[str, Callable[[str, object], object]] = {
    "buffer_size": _buffer_size,
    "overflow": _overflow,
    "every": _from_one,
    "min_interval_s": _interval,
    "envelope": _envelope,
    "history": _from_zero,
    "weight": _weight,
    "wait": _wait,
}
