"""All curves of a panel as one image, written by numpy and shown at once; never asks for data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from stream_gui.plotdata.columns import Columns
from stream_gui.plotdata.raster import Raster

__all__ = ["DrawnCurve", "EnvelopeItem", "Picture"]


@dataclass(frozen=True, slots=True)
class DrawnCurve:
    """A curve's columns and their colour, 0xRRGGBB."""

    columns: Columns
    colour: int


@dataclass(frozen=True, slots=True)
class Picture:
    """All that an image shows.

    Attributes:
        curves: from the back to the front.
        low: the value at the bottom.
        high: the value at the top.
        grid_columns: pixel columns with a line of the grid.
        grid_values: values with a line of the grid.
        background: 0xRRGGBB.
        grid: 0xRRGGBB.
        pixel_ratio: device pixels in a pixel.
    """

    curves: tuple[DrawnCurve, ...]
    low: float
    high: float
    grid_columns: NDArray[np.int64]
    grid_values: NDArray[np.float64]
    background: int
    grid: int
    pixel_ratio: float


class EnvelopeItem(pg.GraphicsObject):  # type: ignore[misc]
    """Fills its view box with the image of a `Picture`.

    The image is drawn when it is painted, once for each picture; at other paintings it is only
    copied.

    Args:
        box: the view box; the item stands in its pixels, not in its coordinates.
    """

    def __init__(self, box: Any) -> None:
        super().__init__()
        self._box = box
        self._raster = Raster(1, 1)
        self._image = QImage()
        self._picture: Picture | None = None
        self._is_drawn = False
        self.images_drawn = 0
        self.setParentItem(box)
        self.setZValue(-100)
        box.sigResized.connect(self._on_resized)

    def show_picture(self, picture: Picture) -> None:
        """Show this from the next painting on."""
        self._picture = picture
        self._is_drawn = False
        self.update()

    def device_size(self, pixel_ratio: float) -> tuple[int, int]:
        """Width and height in device pixels."""
        rect = self._box.rect()
        return max(1, int(rect.width() * pixel_ratio)), max(1, int(rect.height() * pixel_ratio))

    def boundingRect(self) -> QRectF:
        rect: QRectF = self._box.rect()
        return rect

    def paint(self, painter: QPainter, *_: Any) -> None:
        if self._picture is None:
            return
        if not self._is_drawn:
            self._draw(self._picture)
        painter.drawImage(QPointF(0, 0), self._image)

    def _on_resized(self, *_: Any) -> None:
        self.prepareGeometryChange()
        self._is_drawn = False

    def _draw(self, picture: Picture) -> None:
        width, height = self.device_size(picture.pixel_ratio)
        if (width, height) != (self._raster.width, self._raster.height):
            self._raster = Raster(width, height)
        _draw_on(self._raster, picture)
        self._image = QImage(
            self._raster.pixels.data, width, height, width * 4, QImage.Format.Format_RGB32
        )
        self._image.setDevicePixelRatio(picture.pixel_ratio)
        self._is_drawn = True
        self.images_drawn += 1


def _draw_on(raster: Raster, picture: Picture) -> None:
    raster.fill(picture.background)
    scale = raster.height / (picture.high - picture.low)

    def rows(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return (picture.high - values) * scale

    lines = np.floor(rows(picture.grid_values)).astype(np.int64)
    raster.draw_grid(picture.grid_columns, lines, picture.grid)
    thickness = max(1.0, 1.25 * picture.pixel_ratio)
    mark = 2 * round(1.5 * picture.pixel_ratio) + 1
    for curve in picture.curves:
        columns = _fitting(curve.columns, raster.width)
        raster.draw_runs(rows(columns.high), rows(columns.low), curve.colour, thickness)
        raster.draw_marks(columns.marks, rows(columns.mark_values), curve.colour, mark)


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
