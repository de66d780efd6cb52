"""The two axes of a plot: they show the ticks they are given and are redrawn when these change."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg

from stream_gui.plotdata.ticks import time_label, value_label
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["TickAxis", "TimeAxisItem", "ValueAxisItem"]


class TickAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis whose ticks are computed elsewhere, together with the grid's lines."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, maxTickLength=4)
        self.enableAutoSIPrefix(False)
        self.setStyle(tickTextOffset=5, hideOverlappingLabels=False)
        self._step = 1.0
        self._ticks: list[float] = []
        self._labels: list[str] = []

    @property
    def labels(self) -> list[str]:
        """What stands at the ticks."""
        return list(self._labels)

    def recolour(self, colours: PlotColours) -> None:
        """Take other colours."""
        self.setPen(pg.mkPen(colours.border))
        self.setTextPen(pg.mkPen(colours.dim))

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Any:  # noqa: N803
        """The ticks as they were given."""
        return [(self._step, self._ticks)]

    def tickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
        """The labels as they were given."""
        return self._labels

    def _show(self, step: float, ticks: list[float], labels: list[str]) -> None:
        if (ticks, labels) != (self._ticks, self._labels):
            self._step, self._ticks, self._labels = step, ticks, labels
            self.picture = None
            self.update()


class TimeAxisItem(TickAxis):
    """Local time, along the bottom."""

    def __init__(self) -> None:
        super().__init__("bottom")

    def show_ticks(self, step_ns: int, ticks_ns: list[int], origin_ns: int) -> None:
        """Show these times; the plot's own coordinate is seconds since `origin_ns`."""
        places = [(tick - origin_ns) / 1e9 for tick in ticks_ns]
        self._show(step_ns / 1e9, places, [time_label(tick, step_ns) for tick in ticks_ns])


class ValueAxisItem(TickAxis):
    """Values, along the left."""

    def __init__(self) -> None:
        super().__init__("left")

    def show_ticks(self, step: float, ticks: list[float], divisor: float) -> None:
        """Show these values, divided by `divisor` as the unit's prefix asks for."""
        labels = [value_label(tick / divisor, step / divisor) for tick in ticks]
        self._show(step, ticks, labels)
