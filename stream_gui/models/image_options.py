"""How an image panel shows its pictures, as the layout remembers it; knows no widget."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stream_gui.plotdata.colour_maps import COLOUR_MAPS
from stream_gui.plotdata.levels import Levels

__all__ = ["COLOUR_MAP", "FILLS", "LEVELS", "LEVEL_MODES", "MARKS_SATURATED", "ImageOptions"]

COLOUR_MAP, LEVELS, FILLS, MARKS_SATURATED = "colour_map", "levels", "fills", "marks_saturated"

LEVEL_MODES = {"auto": "Auto", "extremes": "Min\N{EN DASH}max", "fixed": "Fixed"}
"""The ways to find levels: without the extreme hundredths, with all pixels, as chosen."""

_SHARES = {"auto": 0.01, "extremes": 0.0}


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """What was chosen.

    Attributes:
        colour_map: the map's name.
        mode: how levels are found, one of `LEVEL_MODES`.
        levels: the fixed ones; None unless that is the mode.
        fills: the picture fills the panel; else its pixels are square.
        marks_saturated: pixels at the limit of their type stand out.
    """

    colour_map: str = "viridis"
    mode: str = "auto"
    levels: Levels | None = None
    fills: bool = False
    marks_saturated: bool = False

    @property
    def share(self) -> float:
        """How many pixels may be beyond the levels on each side."""
        return _SHARES.get(self.mode, 0.0)

    @staticmethod
    def of(options: Mapping[str, Any]) -> ImageOptions:
        """What a panel remembers; what cannot be understood is as if nothing was chosen."""
        name = options.get(COLOUR_MAP)
        mode, levels = _levels(options.get(LEVELS))
        return ImageOptions(
            colour_map=name if name in COLOUR_MAPS else "viridis",
            mode=mode,
            levels=levels,
            fills=bool(options.get(FILLS, False)),
            marks_saturated=bool(options.get(MARKS_SATURATED, False)),
        )


def _levels(value: Any) -> tuple[str, Levels | None]:
    """A mode by its name, or two numbers."""
    if isinstance(value, str) and value in _SHARES:
        return value, None
    try:
        low, high = map(float, value)
    except (TypeError, ValueError):
        return "auto", None
    if not (math.isfinite(low) and math.isfinite(high)):
        return "auto", None
    return "fixed", Levels(min(low, high), max(low, high))
