"""The room beside the curves, where value axes stand side by side or above each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF

from stream_gui.plotdata.value_scale import ValueScale
from stream_gui.views.plots.value_axis_item import ValueAxisItem

__all__ = ["AxisGutter"]

_STEP = 8.0
"""Widths are multiples of this, so that a digit more does not move the curves."""


class AxisGutter(pg.GraphicsWidget):  # type: ignore[misc]
    """The left or the right one.

    Args:
        is_left: which.
        least: its width without any axis.
        first: the least width of the axis next to the curves.
    """

    def __init__(self, *, is_left: bool, least: float, first: float) -> None:
        super().__init__()
        self._is_left = is_left
        self._least = least
        self._first = first
        self._axes: tuple[ValueAxisItem, ...] = ()
        self._bands: tuple[ValueScale, ...] | None = None
        self._widths: list[float] = []
        self.setFixedWidth(least)
        self.geometryChanged.connect(self._place)

    @property
    def wanted_width(self) -> float:
        """The width that its axes need; it never shrinks while these stay the same."""
        fitting = [self._fitting(number, axis) for number, axis in enumerate(self._axes)]
        if fitting != self._widths:
            self._widths = fitting
            self._place()
        if self._bands is not None:
            return max(self._widths, default=self._least)
        return max(sum(self._widths), self._least)

    def take(
        self, axes: Sequence[ValueAxisItem], bands: tuple[ValueScale, ...] | None = None
    ) -> None:
        """Take these axes.

        Args:
            axes: from the curves outwards; in bands from the top.
            bands: where each stands in the height; None: side by side, each over all of it.
        """
        if tuple(axes) == self._axes and bands == self._bands:
            return
        if tuple(axes) != self._axes:
            self._widths = []
        self._axes, self._bands = tuple(axes), bands
        for axis in axes:
            axis.setParentItem(self)
            axis.stand(is_left=self._is_left, is_banded=bands is not None)
        self._place()

    def boundingRect(self) -> QRectF:
        """Its place."""
        return QRectF(0, 0, self.width(), self.height())

    def paint(self, *_: Any) -> None:
        """Nothing of its own."""

    def _fitting(self, number: int, axis: ValueAxisItem) -> float:
        """The width of an axis, as wide as it has ever been since these stand here."""
        wanted = -(-axis.wanted_width // _STEP) * _STEP
        before = self._widths[number] if number < len(self._widths) else 0.0
        return max(wanted, before, self._first if not number else 0.0)

    def _place(self) -> None:
        """Put each axis beside the one before, or in its band."""
        height, edge = self.height(), self.width() if self._is_left else 0.0
        for number, axis in enumerate(self._axes):
            if self._bands is not None:
                band = self._bands[number]
                axis.setGeometry(
                    QRectF(0, band.top * height, self.width(), (band.bottom - band.top) * height)
                )
                continue
            width = self._widths[number] if number < len(self._widths) else self._first
            axis.setGeometry(QRectF(edge - width if self._is_left else edge, 0, width, height))
            edge += -width if self._is_left else width
