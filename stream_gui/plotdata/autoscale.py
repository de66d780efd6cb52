"""A vertical scale that fits the data and keeps still; never reads a clock.

Bounds stand on 1-2-5 steps. The scale widens at once, and narrows only when the data has needed
much less for a while: then to all that it has needed in this while.
"""

from __future__ import annotations

import math

__all__ = ["AutoScale", "nice_step"]

_STEPS = 20
_MARGIN = 0.03
_NARROW_BELOW = 0.6
_NARROW_AFTER_S = 2.0
_LARGEST = 1e300
_SMALLEST_SPAN = 1e-300
"""Of less no step can be made: it would be no normal number."""


def nice_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten of which at most `most` fit into a span."""
    rough = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1.0, 2.0, 5.0):
        if factor * power >= rough * (1 - 1e-9):
            return factor * power
    return 10.0 * power


class AutoScale:
    """The range of one vertical axis."""

    def __init__(self) -> None:
        self._range: tuple[float, float] | None = None
        self._needs_less_since_s: float | None = None
        self._needed = (0.0, 0.0)

    @property
    def range(self) -> tuple[float, float] | None:
        """The range as it stands; None before there was any data."""
        return self._range

    def reset(self) -> None:
        """Fit tightly at the next update."""
        self._range = None
        self._needs_less_since_s = None

    def update(self, least: float, most: float, now_s: float) -> tuple[float, float] | None:
        """Take in the extremes of what is in view.

        Args:
            least: the lowest value; NaN if there is none.
            most: the highest.
            now_s: the time, of any steady clock.

        Returns:
            The range to show.
        """
        if not (math.isfinite(least) and math.isfinite(most)):
            return self._range
        fitting = _fitting(_bounded(least), _bounded(most))
        if self._range is None:
            self._range = fitting
        elif least < self._range[0] or most > self._range[1]:
            self._range = self._widened(self._range, fitting)
            self._needs_less_since_s = None
        else:
            self._narrow(self._range, (_bounded(least), _bounded(most)), now_s)
        return self._range

    def _widened(
        self, old: tuple[float, float], fitting: tuple[float, float]
    ) -> tuple[float, float]:
        """Both ranges together, unless the data has moved away from the old one."""
        both = (min(old[0], fitting[0]), max(old[1], fitting[1]))
        if _span(fitting) < _NARROW_BELOW * _span(both):
            return fitting
        return both

    def _narrow(self, old: tuple[float, float], data: tuple[float, float], now_s: float) -> None:
        """Wait, and keep the extremes of what has been needed meanwhile."""
        if self._needs_less_since_s is None:
            since_s, needed = now_s, data
        else:
            since_s = self._needs_less_since_s
            needed = (min(self._needed[0], data[0]), max(self._needed[1], data[1]))
        fitting = _fitting(*needed)
        if _span(fitting) >= _NARROW_BELOW * _span(old):
            self._needs_less_since_s = None
        elif now_s - since_s >= _NARROW_AFTER_S:
            self._range, self._needs_less_since_s = fitting, None
        else:
            self._needs_less_since_s, self._needed = since_s, needed


def _fitting(least: float, most: float) -> tuple[float, float]:
    """The data's range with a margin, on steps."""
    span = most - least
    smallest = max(abs(least), abs(most)) * 1e-6
    if span <= max(smallest, _SMALLEST_SPAN):
        span = max(abs(most) * 0.2, smallest)
        if span <= _SMALLEST_SPAN:
            span = 2.0
        least, most = least - span / 2, most + span / 2
    step = nice_step(span, _STEPS)
    low = math.floor((least - _MARGIN * span) / step) * step
    high = math.ceil((most + _MARGIN * span) / step) * step
    return low, high


def _bounded(value: float) -> float:
    return min(max(value, -_LARGEST), _LARGEST)


def _span(bounds: tuple[float, float]) -> float:
    return bounds[1] - bounds[0]
