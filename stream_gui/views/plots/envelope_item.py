"""All curves of a panel as one image, written by numpy and shown at once; never asks for data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from stream_gui.plotdata.columns import Columns, ColumnView
from stream_gui.plotdata.raster import Raster

__all__ = ["DrawnCurve", "EnvelopeItem", "Picture"]

_MARGIN = 4
"""So many columns before the first changed one are drawn again: lines are wider than one."""


@dataclass(frozen=True, slots=True)
class DrawnCurve:
    """A curve as it is to be drawn.

    Attributes:
        columns: what it covers.
        colour: 0xRRGGBB.
        key: which curve this is.
        changed_from: the first column that differs from the picture before.
    """

    columns: Columns
    colour: int
    key: object
    changed_from: int


@dataclass(frozen=True, slots=True)
class Picture:
    """All that an image shows.

    Attributes:
        view: the pixel columns.
        curves: from the back to the front.
        low: the value at the bottom.
        high: the value at the top.
        grid_columns: pixel columns with a line of the grid.
        grid_values: values with a line of the grid.
        background: 0xRRGGBB.
        grid: 0xRRGGBB.
        pixel_ratio: device pixels in a pixel.
    """

    view: ColumnView
    curves: tuple[DrawnCurve, ...]
    low: float
    high: float
    grid_columns: NDArray[np.int64]
    grid_values: NDArray[np.float64]
    background: int
    grid: int
    pixel_ratio: float

    @property
    def changed_from(self) -> int:
        """The first column, counted from time 0, that differs from the picture before."""
        first = min((curve.changed_from for curve in self.curves), default=self.view.count)
        return self.view.first + first

    def continues(self, other: Picture) -> bool:
        """Whether this is the other picture moved on, but for the columns that have changed."""
        shift = self.view.first - other.view.first
        return (
            self._style == other._style
            and 0 <= shift < self.view.count
            and self._grid_before(self.view.count - shift) == other._grid_after(shift)
            and np.array_equal(self.grid_values, other.grid_values)
        )

    @property
    def _style(self) -> tuple[object, ...]:
        return (
            self.view.column_ns,
            self.view.count,
            self.low,
            self.high,
            self.background,
            self.grid,
            self.pixel_ratio,
            tuple((curve.key, curve.colour) for curve in self.curves),
        )

    def _grid_before(self, end: int) -> list[int]:
        return [int(column) for column in self.grid_columns if 0 <= column < end]

    def _grid_after(self, shift: int) -> list[int]:
        return [int(column) - shift for column in self.grid_columns if column >= shift]


class EnvelopeItem(pg.GraphicsObject):  # type: ignore[misc]
    """Fills its view box with the image of a `Picture`.

    The image is drawn when it is painted, once for each picture; at other paintings it is only
    copied.

    Args:
        box: the view box; the item stands in its pixels, not in its coordinates.

    Attributes:
        as_lines: paints the picture in place of the image; None: the image is copied.
    """

    def __init__(self, box: Any) -> None:
        super().__init__()
        self._box = box
        self._raster = Raster(1, 1)
        self._image = QImage()
        self._picture: Picture | None = None
        self._is_drawn = False
        self._stale_from = 0
        self._drawn_first = 0
        self.images_drawn = 0
        self.as_lines: Callable[[QPainter, Picture, QRectF], None] | None = None
        self.setParentItem(box)
        self.setZValue(-100)
        box.sigResized.connect(self._on_resized)

    def show_picture(self, picture: Picture) -> None:
        """Show this from the next painting on."""
        before = self._picture
        if before is None or not picture.continues(before):
            self._stale_from = 0
        self._stale_from = min(self._stale_from, picture.changed_from)
        self._picture = picture
        self._is_drawn = False
        self.update()

    def device_size(self, pixel_ratio: float) -> tuple[int, int]:
        """Width and height in device pixels."""
        rect = self._box.rect()
        return max(1, int(rect.width() * pixel_ratio)), max(1, int(rect.height() * pixel_ratio))

    def boundingRect(self) -> QRectF:
        """The whole of the view box."""
        rect: QRectF = self._box.rect()
        return rect

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Copy the image, drawing it first if need be."""
        if self._picture is None:
            return
        if self.as_lines is not None:
            self.as_lines(painter, self._picture, self.boundingRect())
            return
        if not self._is_drawn:
            self._draw(self._picture)
        painter.drawImage(QPointF(0, 0), self._image)

    def _on_resized(self, *_: Any) -> None:
        self.prepareGeometryChange()
        self._is_drawn = False
        self._stale_from = 0

    def _draw(self, picture: Picture) -> None:
        width, height = self.device_size(picture.pixel_ratio)
        if (width, height) != (self._raster.width, self._raster.height):
            self._raster = Raster(width, height)
            self._stale_from = 0
        first = self._stale_from - picture.view.first
        if first > 0 and width == picture.view.count:
            self._draw_news(picture, first)
        else:
            _draw_on(self._raster, picture, 0)
        self._stale_from = picture.view.first + picture.view.count
        self._drawn_first = picture.view.first
        self._image = QImage(
            self._raster.pixels.data, width, height, width * 4, QImage.Format.Format_RGB32
        )
        self._image.setDevicePixelRatio(picture.pixel_ratio)
        self._is_drawn = True
        self.images_drawn += 1

    def _draw_news(self, picture: Picture, first: int) -> None:
        """Move the image on and draw only the columns from `first` on."""
        shift = picture.view.first - self._drawn_first
        first = max(0, min(first, picture.view.count - shift) - _MARGIN)
        self._raster.scroll(shift)
        if first < picture.view.count:
            part = Raster(picture.view.count - first, self._raster.height)
            _draw_on(part, picture, first)
            self._raster.paste(part, first)


def _draw_on(raster: Raster, picture: Picture, first: int) -> None:
    """Draw the columns from `first` on."""
    raster.fill(picture.background)
    scale = raster.height / (picture.high - picture.low)

    def rows(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return (picture.high - values) * scale

    lines = np.floor(rows(picture.grid_values)).astype(np.int64)
    raster.draw_grid(picture.grid_columns - first, lines, picture.grid)
    thickness = max(1.0, 1.25 * picture.pixel_ratio)
    mark = 2 * round(1.5 * picture.pixel_ratio) + 1
    for curve in picture.curves:
        columns = _fitting(curve.columns, raster.width + first)
        low, high = _widened(columns, first, round(picture.pixel_ratio))
        raster.draw_runs(rows(high), rows(low), curve.colour, thickness)
        raster.draw_marks(columns.marks - first, rows(columns.mark_values), curve.colour, mark)


def _widened(
    columns: Columns, first: int, pixels: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The runs from column `first` on, each as wide as a line is thick on a fine screen."""
    low, high = columns.low[first:], columns.high[first:]
    for step in range(1, pixels):
        shifted = slice(max(0, first - step), len(columns.low) - step)
        missing = len(low) - (shifted.stop - shifted.start)
        low = low.copy() if step == 1 else low
        high = high.copy() if step == 1 else high
        np.fmin(low[missing:], columns.low[shifted], out=low[missing:])
        np.fmax(high[missing:], columns.high[shifted], out=high[missing:])
    return low, high


def _fitting(columns: Columns, width: int) -> Columns:
    """The columns cut or filled up on the left, for the one frame after a resize."""
    missing = width - len(columns.low)
    if not missing:
        return columns
    nothing = np.full(max(0, missing), np.nan)
    return Columns(
        np.concatenate((nothing, columns.low[max(0, -missing) :])),
        np.concatenate((nothing, columns.high[max(0, -missing) :])),
        columns.marks + missing,
        columns.mark_values,
        columns.least,
        columns.most,
    )
