"""What the samples between two times amount to; never what is drawn of them.

NaN and infinite samples are counted and left out. The integral adds trapezoids between neighbours
that are joined on screen, so that nothing is made up across a gap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.moments import combined, moments_of

__all__ = ["Extract", "Statistics"]

_NOTHING = float("nan")


@dataclass(frozen=True, slots=True)
class Statistics:
    """The samples from one time to another, both included.

    Attributes:
        count: how many are numbers; the figures below are of these, NaN if there are none.
        nan: how many are NaN.
        infinite: how many are +∞ or -∞.
        mean: their mean.
        deviation: their standard deviation: the root of the mean squared distance from the mean.
        least: the lowest.
        most: the highest.
        integral: the area under the curve, in its unit times seconds; NaN below two samples.
        slope: of the straight line of least squares, in its unit for each second; NaN if the
            samples are not apart in time.
        gaps: places where samples are missing.
        lost: how many are known to be missing there.
        lost_is_least: whether more are missing, nobody knows how many.
        starts_late: whether samples of the beginning are not kept, or never were.
        ends_early: whether the end lies after the newest sample.
        reduced: for how many samples a pair among these stands at most, as minimum and maximum; 1:
            every sample is there.
    """

    count: int = 0
    nan: int = 0
    infinite: int = 0
    mean: float = _NOTHING
    deviation: float = _NOTHING
    least: float = _NOTHING
    most: float = _NOTHING
    integral: float = _NOTHING
    slope: float = _NOTHING
    gaps: int = 0
    lost: int = 0
    lost_is_least: bool = False
    starts_late: bool = True
    ends_early: bool = True
    reduced: int = 1

    @property
    def peak_to_peak(self) -> float:
        """From the lowest to the highest."""
        return self.most - self.least


@dataclass(frozen=True, slots=True)
class Extract:
    """Copies of all that statistics need, to be worked on without a lock.

    Attributes:
        sums: rows of `MOMENTS`.
        raw: values, times and breaks of the stretches that no row covers.
        area: between neighbours of which each belongs to another of these.
        facts: what is to be said of gaps and ends, as the arguments of `Statistics`.
    """

    sums: NDArray[Any]
    raw: tuple[tuple[NDArray[Any], NDArray[np.int64], NDArray[np.bool_]], ...]
    area: float
    facts: dict[str, Any]

    def statistics(self) -> Statistics:
        """The figures."""
        row = self._moments()
        count = int(row["count"])
        others: dict[str, Any] = {
            "nan": int(row["nan"]),
            "infinite": int(row["above"] + row["below"]),
        }
        if not count:
            return Statistics(**others, **self.facts)
        spread = float(row["time_squares"])
        return Statistics(
            count=count,
            mean=float(row["mean"]),
            deviation=math.sqrt(float(row["squares"]) / count),
            least=float(row["low"]),
            most=float(row["high"]),
            integral=float(row["area"]) if count > 1 else _NOTHING,
            slope=float(row["products"]) / spread if spread else _NOTHING,
            **others,
            **self.facts,
        )

    def _moments(self) -> Any:
        """The moments of everything, as one row."""
        rows = [moments_of(y, t, breaks) for y, t, breaks in self.raw]
        whole = combined(np.concatenate([*rows, self.sums]))[0]
        whole["area"] += self.area
        return whole
