"""The value axes of a plot, left and right of the curves; kept and reused, never asked for data."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QFont, QFontMetricsF

from stream_gui.plotdata.value_scale import ValueScale, banded
from stream_gui.views.plots.axis_gutter import AxisGutter
from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.value_axis_item import AxisPicture, ValueAxisItem

__all__ = ["ValueAxes"]

_WIDEST_LABEL = "\N{MINUS SIGN}0000.00"
_RIGHT_MARGIN = 10.0
_NOTHING = AxisPicture("", "", None)


class ValueAxes(QObject):
    """Any number of axes, by turns on the left and on the right; staggered, all on the left.

    Signals:
        stretched(str, float, float): show this many times as much on this axis, around this share.
        lifted(str, float): move this axis up by this share of its height.
        fit_wanted(str): let this axis fit itself to the data again.
        limit_wanted(str, bool): its limit at the upper end is to be typed, or at the lower one.
        menu_wanted(str): offer what can be done with this axis.
        moved(): the axes take more room, or less.

    Attributes:
        left: the axes left of the curves.
        right: those right of them.
        items: all of them, at least one.

    Args:
        metrics: of the labels' font.
    """

    stretched = Signal(str, float, float)
    lifted = Signal(str, float)
    fit_wanted = Signal(str)
    limit_wanted = Signal(str, bool)
    menu_wanted = Signal(str)
    moved = Signal()

    def __init__(self, metrics: QFontMetricsF) -> None:
        super().__init__()
        first = math.ceil(metrics.horizontalAdvance(_WIDEST_LABEL)) + 14.0
        self.left = AxisGutter(is_left=True, least=first, first=first)
        self.right = AxisGutter(is_left=False, least=_RIGHT_MARGIN, first=0.0)
        self._style: tuple[PlotColours, QFont] | None = None
        self._spare: list[ValueAxisItem] = []
        self._scales: tuple[ValueScale, ...] = ()
        self._is_staggered = False
        self.items: tuple[ValueAxisItem, ...] = ()
        self.show((_NOTHING,), is_staggered=False)

    @property
    def widths(self) -> tuple[float, float]:
        """The room that is taken left and right of the curves."""
        return self.left.maximumWidth(), self.right.maximumWidth()

    @property
    def wanted_widths(self) -> tuple[float, float]:
        """The room that the axes need."""
        return self.left.wanted_width, self.right.wanted_width

    def set_widths(self, left: float, right: float) -> None:
        """Take this room, at least what is needed: that of all plots whose times shall align."""
        if (left, right) != self.widths:
            self.left.setFixedWidth(left)
            self.right.setFixedWidth(right)
            self.moved.emit()

    def restyle(self, colours: PlotColours, font: QFont) -> None:
        """Take other colours and another font."""
        self._style = (colours, font)
        for item in (*self.items, *self._spare):
            item.restyle(colours, font)

    def keep_images(self, kept: bool) -> None:
        """Keep an image of each axis, to be painted quickly, or paint lines and text each time."""
        mode = ValueAxisItem.CacheMode
        for item in self.items:
            item.setCacheMode(mode.DeviceCoordinateCache if kept else mode.NoCache)

    def show(
        self, pictures: Sequence[AxisPicture], *, is_staggered: bool
    ) -> tuple[ValueScale, ...]:
        """Show these axes, at least one; return where values stand on each."""
        scales = tuple(ValueScale(*(picture.bounds or (0.0, 1.0))) for picture in pictures)
        if is_staggered:
            scales = banded(scales)
        arrangement = (len(pictures), is_staggered)
        if arrangement != (len(self.items), self._is_staggered):
            self._arrange(len(pictures), scales if is_staggered else None)
            self._is_staggered = is_staggered
        self._scales = scales
        for item, picture in zip(self.items, pictures, strict=True):
            item.show_picture(picture)
        return scales

    def scale(self, name: str) -> ValueScale | None:
        """Where values stand on the axis of this name, if there is one with values."""
        for item, scale in zip(self.items, self._scales, strict=True):
            if item.picture.name == name and item.picture.bounds is not None:
                return scale
        return None

    def grid_places(self) -> NDArray[np.float64]:
        """The lines of the grid, those of the first axis or in each band its own, as shares."""
        shown = self.items if self._is_staggered else self.items[:1]
        pairs = zip(shown, self._scales, strict=False)
        places = [scale.place(value) for item, scale in pairs for value in item.values]
        return np.array(places, np.float64)

    def at(self, scene_place: QPointF) -> ValueAxisItem | None:
        """The axis there, if any."""
        for item in self.items:
            if item.shape().contains(item.mapFromScene(scene_place)):
                return item
        return None

    def _arrange(self, count: int, bands: tuple[ValueScale, ...] | None) -> None:
        items = list(self.items)
        while len(items) < count:
            items.append(self._spare.pop() if self._spare else self._make())
        for item in items[count:]:
            item.hide()
        self._spare += items[count:]
        self.items = tuple(items[:count])
        for item in self.items:
            item.show()
        if bands is not None:
            self.left.take(self.items, bands)
            self.right.take(())
        else:
            self.left.take(self.items[::2])
            self.right.take(self.items[1::2])

    def _make(self) -> ValueAxisItem:
        item = ValueAxisItem()
        if self._style is not None:
            item.restyle(*self._style)
        item.stretched.connect(lambda *by: self.stretched.emit(item.picture.name, *by))
        item.lifted.connect(lambda by: self.lifted.emit(item.picture.name, by))
        item.fit_wanted.connect(lambda: self.fit_wanted.emit(item.picture.name))
        item.limit_wanted.connect(lambda top: self.limit_wanted.emit(item.picture.name, top))
        item.menu_wanted.connect(lambda: self.menu_wanted.emit(item.picture.name))
        return item
