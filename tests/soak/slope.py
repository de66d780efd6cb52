"""How a measure of a long run changes with time: a straight line through it; pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["slope_per_minute"]


def slope_per_minute(times_s: Sequence[float], values: Sequence[float]) -> float:
    """The slope of the best straight line (least squares), in units of the values a minute."""
    if len(times_s) < 2:
        return 0.0
    times = np.asarray(times_s, float)
    return float(np.polyfit(times - times[0], np.asarray(values, float), 1)[0] * 60)
