"""The graph of each client's bytes a second in and out; it keeps no data of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from stream_gui.models.load_history import ClientLoad, LoadHistory
from stream_gui.views.appearance import Appearance

__all__ = ["LoadGraph", "client_colour"]

COLOURS = {
    "light": (
        "#1565c9",
        "#c2571a",
        "#1f8a4c",
        "#8a3fb3",
        "#b1801b",
        "#0e8a8a",
        "#c23a6b",
        "#5d6b7a",
    ),
    "dark": (
        "#5aa9ff",
        "#f2955c",
        "#4cc38a",
        "#c58af0",
        "#e5c04c",
        "#4fd0d0",
        "#f57ba6",
        "#a3b1c0",
    ),
}
SHORTEST_S, SHOWN_S = 30.0, 120.0


def client_colour(number: int, theme: str) -> QColor:
    """The colour of a client, the same in table and graph."""
    colours = COLOURS[theme]
    return QColor(colours[number % len(colours)])


class AgeAxis(pg.AxisItem):  # type: ignore[misc]
    """Seconds before now."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """The text of each tick."""
        return [f"{value:g} s" if value else "now" for value in values]


class LoadGraph(QWidget):
    """Two plots above each other: what clients send, and what they are sent.

    Args:
        history: the measurements.
        appearance: gives the colours.
    """

    def __init__(self, history: LoadHistory, appearance: Appearance) -> None:
        super().__init__()
        self._history = history
        self._appearance = appearance
        self._highlighted: frozenset[int] = frozenset()
        self._canvas = pg.GraphicsLayoutWidget()
        self._plots = {"in": self._make_plot(0, "In"), "out": self._make_plot(1, "Out")}
        self._plots["in"].setXLink(self._plots["out"])
        self._plots["in"].getAxis("bottom").setStyle(showValues=False)
        self._curves: dict[tuple[int, str], Any] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._canvas)
        self.setAccessibleName("Load of the clients")
        history.changed.connect(self._show)
        appearance.changed.connect(self._colour)
        self._colour()

    def highlight(self, numbers: frozenset[int]) -> None:
        """Let these clients' curves stand out; none: all alike."""
        self._highlighted = numbers
        self._colour_curves()

    def sizeHint(self) -> QSize:
        """Enough to read it."""
        return QSize(360, 190)

    @property
    def curves(self) -> dict[tuple[int, str], Any]:
        """The curve of each client number and direction ("in", "out")."""
        return dict(self._curves)

    def _make_plot(self, row: int, name: str) -> Any:
        plot = self._canvas.addPlot(row=row, col=0, axisItems={"bottom": AgeAxis("bottom")})
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.setXRange(-SHORTEST_S, 0, padding=0)
        plot.showGrid(x=True, y=True, alpha=0.12)
        plot.setLabel("left", name, units="B/s")
        plot.getAxis("left").setWidth(62)
        plot.enableAutoRange(y=True)
        plot.setLimits(minYRange=10)
        return plot

    def _show(self) -> None:
        ages_s = self._history.ages_s
        span_s = -float(ages_s[0]) if ages_s.size else 0.0
        self._plots["out"].setXRange(-min(max(span_s, SHORTEST_S), SHOWN_S), 0, padding=0)
        present = set()
        for client in self._history.clients():
            for direction, rates in (("in", client.bytes_in), ("out", client.bytes_out)):
                present.add((client.number, direction))
                self._curve(client, direction).setData(ages_s, rates)
        for gone in set(self._curves) - present:
            self._plots[gone[1]].removeItem(self._curves.pop(gone))

    def _curve(self, client: ClientLoad, direction: str) -> Any:
        key = client.number, direction
        if key not in self._curves:
            curve = self._plots[direction].plot(name=client.name, connect="finite")
            self._curves[key] = curve
            self._colour_curves()
        return self._curves[key]

    def _colour(self) -> None:
        theme = self._appearance.theme
        self._canvas.setBackground(theme.base)
        for plot in self._plots.values():
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(pg.mkPen(theme.border))
                axis.setTextPen(pg.mkPen(theme.dim))
        self._colour_curves()

    def _colour_curves(self) -> None:
        for (number, _), curve in self._curves.items():
            colour = client_colour(number, self._appearance.theme.name)
            stands_out = not self._highlighted or number in self._highlighted
            if not stands_out:
                colour.setAlpha(60)
            width = 2 if number in self._highlighted else 1
            curve.setPen(pg.mkPen(colour, width=width, style=Qt.PenStyle.SolidLine))
