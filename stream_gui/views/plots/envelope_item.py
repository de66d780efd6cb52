"""All curves of a panel as one image, written by numpy and shown at once; never asks for data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from stream_gui.plotdata.drawing import draw, draw_news
from stream_gui.plotdata.picture import Picture
from stream_gui.plotdata.raster import Raster

__all__ = ["EnvelopeItem"]

_GRID_ALPHA = 26
_GAP_ALPHA, _GAP_EDGE = 30, 3.0


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
        else:
            if not self._is_drawn:
                self._draw(self._picture)
            painter.drawImage(QPointF(0, 0), self._image)
            self._paint_grid(painter, self._picture)
        self._paint_gaps(painter, self._picture)

    def _paint_grid(self, painter: QPainter, picture: Picture) -> None:
        """The lines that stand still while the image moves."""
        colour = QColor.fromRgb(picture.paint.floating)
        colour.setAlpha(_GRID_ALPHA)
        height, ratio = self.boundingRect().height(), picture.pixel_ratio
        for column in picture.floating_columns.tolist():
            painter.fillRect(QRectF(column / ratio, 0, 1, height), colour)

    def _paint_gaps(self, painter: QPainter, picture: Picture) -> None:
        """Where samples are missing: a tint, and a bar at the top that is seen at every zoom."""
        height, ratio = self.boundingRect().height(), picture.pixel_ratio
        for mark in picture.gaps:
            colour = QColor.fromRgb(picture.paint.loss if mark.is_loss else picture.paint.hole)
            left, width = mark.first / ratio, (mark.last + 1 - mark.first) / ratio
            missing = max(0.0, _GAP_EDGE - width)
            painter.fillRect(QRectF(left - missing / 2, 0, width + missing, _GAP_EDGE), colour)
            colour.setAlpha(_GAP_ALPHA)
            painter.fillRect(QRectF(left, 0, max(width, 1.0), height), colour)

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
            draw_news(self._raster, picture, picture.view.first - self._drawn_first, first)
        else:
            draw(self._raster, picture)
        self._stale_from = picture.view.first + picture.view.count
        self._drawn_first = picture.view.first
        self._image = QImage(
            self._raster.pixels.data, width, height, width * 4, QImage.Format.Format_RGB32
        )
        self._image.setDevicePixelRatio(picture.pixel_ratio)
        self._is_drawn = True
        self.images_drawn += 1
