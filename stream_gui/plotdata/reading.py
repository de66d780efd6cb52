"""What a readout says of one series: newest value, its age, extremes since a reset; knows no Qt."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.series import Series

__all__ = ["Reading"]


class Reading:
    """Follows a series from the moment it is first looked at.

    Attributes:
        value: the newest sample; NaN if there is none, or if it is none.
        age_s: for how long nothing has come.
        least: the smallest value since the reset; NaN while there is none.
        most: the largest one.
    """

    def __init__(self) -> None:
        self.value = math.nan
        self.age_s = 0.0
        self._series: Series | None = None
        self._seen = 0
        self._changed_s = 0.0
        self.reset()

    @property
    def has_value(self) -> bool:
        """Whether anything has come."""
        return self._series is not None and self._series.last_value is not None

    def reset(self) -> None:
        """Begin anew with the extremes: the newest value is the first of them."""
        self.least = self.most = self.value

    def follow(self, series: Series | None, now_s: float) -> None:
        """Take in what has come.

        Args:
            series: where it comes; another one than before begins anew.
            now_s: the time of a steady clock.
        """
        if series is not self._series:
            self._series = series
            self._seen = max(0, series.total - 1) if series is not None else 0
            self._changed_s, self.value = now_s, math.nan
            self.reset()
        if series is None or series.last_value is None:
            self.age_s = now_s - self._changed_s
            return
        total = series.total
        if total != self._seen:
            first = self._seen if total > self._seen else 0
            values = series.read(first, total).values
            self.least = float(np.fmin.reduce(values, initial=self.least))
            self.most = float(np.fmax.reduce(values, initial=self.most))
            self._seen, self._changed_s = total, now_s
        self.value = series.last_value
        self.age_s = now_s - self._changed_s

    def trace(self, seconds: float, pixels: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The lowest and the highest value in each of so many pixels of the last seconds.

        NaN where there is none.
        """
        low = np.full(max(1, pixels), np.nan)
        high = low.copy()
        newest_ns = self._series.newest_time_ns if self._series is not None else None
        if self._series is None or newest_ns is None:
            return low, high
        span_ns = max(1, round(seconds * 1e9))
        envelope = self._series.envelope(newest_ns - span_ns, newest_ns, len(low))
        places = (envelope.times_ns - (newest_ns - span_ns)) * len(low) // span_ns
        inside = (places >= 0) & (places <= len(low))
        at = np.minimum(places[inside], len(low) - 1)
        np.fmin.at(low, at, envelope.low[inside])
        np.fmax.at(high, at, envelope.high[inside])
        return low, high
