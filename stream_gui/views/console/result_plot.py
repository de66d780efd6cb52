"""The numbers of a result as curves; it keeps no data of its own."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtWidgets import QVBoxLayout, QWidget

from stream_gui.models.console.result_grid import Curves
from stream_gui.views.appearance import Appearance
from stream_gui.views.plots.plot_colours import curve_colour

__all__ = ["ResultPlot"]

FEW_POINTS = 200
LEGEND_HEIGHT = 130


class ResultPlot(QWidget):
    """A small plot with a legend.

    Args:
        appearance: gives the colours.
    """

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._curves: dict[str, Any] = {}
        self.plot = pg.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.getAxis("left").setWidth(52)
        self.plot.getAxis("left").enableAutoSIPrefix(False)
        self.plot.getAxis("bottom").enableAutoSIPrefix(False)
        self.plot.showGrid(x=True, y=True, alpha=0.12)
        self._legend = self.plot.addLegend(offset=(-4, 4), labelTextSize="8pt")
        self.setAccessibleName("Plot of the result")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot)
        appearance.changed.connect(self._colour)
        self._colour()

    @property
    def curves(self) -> dict[str, Any]:
        """The curves by name."""
        return dict(self._curves)

    def show_curves(self, curves: Curves | None) -> None:
        """Take the curves of another result, or more points of the same."""
        shown = dict(curves.curves) if curves is not None else {}
        for gone in set(self._curves) - set(shown):
            self.plot.removeItem(self._curves.pop(gone))
        if curves is None:
            return
        fresh = [name for name in shown if name not in self._curves]
        for name in fresh:
            self._curves[name] = self.plot.plot(name=name, connect="finite")
        self.plot.setLogMode(x=curves.decades, y=False)
        for name, numbers in shown.items():
            self._curves[name].setData(curves.x, numbers)
            few = len(numbers) <= FEW_POINTS
            self._curves[name].setSymbol("o" if few else None)
            self._curves[name].setSymbolSize(4)
        self.plot.setLabel("bottom", curves.x_name)
        only = next(iter(shown), "") if len(shown) == 1 else ""
        self.plot.setLabel("left", "" if only == "value" else only)
        self._legend.setVisible(len(shown) > 1 and self.height() > LEGEND_HEIGHT)
        if fresh:
            self._colour_curves()
            self.plot.enableAutoRange()

    def _colour(self) -> None:
        theme = self._appearance.theme
        self.plot.setBackground(theme.base)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(pg.mkPen(theme.border))
            axis.setTextPen(pg.mkPen(theme.dim))
        self._legend.setLabelTextColor(theme.text)
        self._colour_curves()

    def _colour_curves(self) -> None:
        for place, curve in enumerate(self._curves.values()):
            colour = curve_colour(place, self._appearance.is_dark)
            curve.setPen(pg.mkPen(colour, width=1))
            curve.setSymbolBrush(colour)
            curve.setSymbolPen(None)
