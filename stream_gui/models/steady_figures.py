"""A changing value as figures that stand still: neither the point nor the prefix hops about."""

from __future__ import annotations

import math

from stream_gui.plotdata.units import unit_scale

__all__ = ["SteadyFigures"]

MINUS = "\N{MINUS SIGN}"
FORGET_S = 10.0
"""A value that has become small for so long gets more digits."""

_LEAST, _MOST = -3, 5
"""Powers of ten within these are written out."""
_LONGEST_WHOLE = 8
_LARGEST = 300
"""No power of ten is taken to be beyond that; as a negative one it stands for zero, too."""


class SteadyFigures:
    """Writes the values of one column, one after another.

    The largest value of late says how many digits stand before the point and which prefix the unit
    has; a larger one changes that at once, smaller ones only after ten seconds. As long as all
    values are whole, those of a unit without prefixes have no point.

    Args:
        unit: of the values; "" if they have none.
        digits: how many of them are shown, at least 3.
    """

    def __init__(self, unit: str = "", digits: int = 5) -> None:
        self._unit = unit
        self._digits = max(3, digits)
        self._power: int | None = None
        self._is_whole = unit_scale(0.0, 1e6, unit)[0] == 1.0
        self._recent: tuple[int, float] | None = None
        """The largest power since when the value could have had more digits, and that time."""

    @property
    def unit_without_prefix(self) -> str:
        """The unit of the values."""
        return self._unit

    @property
    def unit(self) -> str:
        """The unit with the prefix that belongs to the figures."""
        return self._scale[1]

    @property
    def widest(self) -> str:
        """Figures as wide as any that come without a larger value."""
        return self._write(-8.8888888888 * 10.0 ** (self._power or 0))

    def follow(self, value: float, now_s: float) -> None:
        """Take in a value.

        Args:
            value: it may be anything that is a number.
            now_s: the time of a steady clock.
        """
        if not math.isfinite(value) or value == 0:
            power = None if self._power is None else -_LARGEST
        else:
            power = max(math.floor(math.log10(abs(value)) + 1e-12), -_LARGEST)
        if math.isfinite(value) and value != round(value):
            self._is_whole = False
        if power is None:
            return
        if self._power is None or power >= self._power:
            self._power, self._recent = max(power, self._power or power), None
            return
        largest, since_s = self._recent or (power, now_s)
        self._recent = max(largest, power), since_s
        if now_s - since_s >= FORGET_S:
            if self._recent[0] > -_LARGEST:
                self._power = self._recent[0]
            self._recent = None

    def text(self, value: float) -> str:
        """A value in these figures."""
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "∞" if value > 0 else f"{MINUS}∞"
        return self._write(value)

    @property
    def _scale(self) -> tuple[float, str]:
        """By what to divide values, and the unit of the result."""
        largest = 0.0 if self._power is None else 2 * 10.0**self._power
        return unit_scale(0.0, largest, self._unit)

    def _write(self, value: float) -> str:
        divisor, _ = self._scale
        power = (self._power or 0) - round(math.log10(divisor))
        if self._is_whole and power <= _LONGEST_WHOLE:
            text = f"{value:.0f}"
        elif _LEAST <= power <= _MOST:
            places = max(0, self._digits - 1 - max(power, 0))
            text = f"{value / divisor:.{places}f}"
        else:
            text = f"{value / divisor / 10.0**power:.{self._digits - 1}f}e{power}"
        if not text.partition("e")[0].strip("-0."):
            text = text.lstrip("-")  # there is no negative zero
        return text.replace("-", MINUS)
