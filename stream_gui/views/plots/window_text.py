"""Stretches of time in words."""

from __future__ import annotations

__all__ = ["duration_text"]

_UNITS = ((86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"))


def duration_text(duration_s: float) -> str:
    """A duration in the largest unit of which it has at least one, with three digits."""
    for size, name in _UNITS:
        if duration_s >= size * 0.9995:
            return f"{duration_s / size:.3g} {name}"
    return f"{duration_s * 1e6:.3g} µs"
