"""All curves of a panel as one image, written by numpy and shown at once; never asks for data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from stream_gui.plotdata.columns import Columns, ColumnView
from stream_gui.plotdata.gap_marks import GapMark
from stream_gui.plotdata.raster import Raster
from stream_gui.plotdata.strip import draw_strip
from stream_gui.plotdata.value_scale import ValueScale

__all__ = ["DrawnCurve", "EnvelopeItem", "Paint", "Picture"]

_NARROW = 32
"""Up to so many columns, as a frame adds them to a plot, all curves are drawn at once."""

_GRID_ALPHA = 26
_GAP_ALPHA, _GAP_EDGE = 30, 3.0


@dataclass(frozen=True, slots=True)
class DrawnCurve:
    """A curve as it is to be drawn.

    Attributes:
        columns: what it covers.
        colour: 0xRRGGBB.
        key: which curve this is.
        changed_from: the first column that differs from the picture before.
        scale: number of its scale in the picture.
    """

    columns: Columns
    colour: int
    key: object
    changed_from: int
    scale: int = 0


@dataclass(frozen=True, slots=True)
class Paint:
    """The colours of a picture, each 0xRRGGBB.

    Attributes:
        background: behind everything.
        grid: of the grid's lines, which lie behind the curves.
        floating: of those lines that stand still while the curves move: thinly over them.
        loss: of what marks lost samples.
        hole: of what marks that nothing was sent.
    """

    background: int
    grid: int
    floating: int
    loss: int
    hole: int


@dataclass(frozen=True, slots=True)
class Picture:
    """All that an image shows.

    Attributes:
        view: the pixel columns.
        curves: from the back to the front.
        scales: where values stand, one for each axis.
        grid_columns: pixel columns with a line of the grid that moves on with the curves.
        floating_columns: pixel columns with one that does not.
        grid_places: lines of the grid across, as shares of the height from the top.
        gaps: where samples are missing.
        paint: the colours.
        pixel_ratio: device pixels in a pixel.
    """

    view: ColumnView
    curves: tuple[DrawnCurve, ...]
    scales: tuple[ValueScale, ...]
    grid_columns: NDArray[np.int64]
    floating_columns: NDArray[np.int64]
    grid_places: NDArray[np.float64]
    gaps: tuple[GapMark, ...]
    paint: Paint
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
            and np.array_equal(self.grid_places, other.grid_places)
        )

    @property
    def _style(self) -> tuple[object, ...]:
        return (
            self.view.column_ns,
            self.view.count,
            self.scales,
            self.paint,
            self.pixel_ratio,
            tuple((curve.key, curve.colour, curve.scale) for curve in self.curves),
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
        margin = _margin(picture.pixel_ratio)
        first = max(0, min(first, picture.view.count - shift) - margin)
        self._raster.scroll(shift)
        if first < picture.view.count:
            part = Raster(picture.view.count - first, self._raster.height)
            _draw_on(part, picture, first)
            self._raster.paste(part, first)


def _draw_on(raster: Raster, picture: Picture, first: int) -> None:
    """Draw the columns from `first` on."""
    raster.fill(picture.paint.background)
    rows = np.floor(picture.grid_places * raster.height).astype(np.int64)
    raster.draw_grid(picture.grid_columns - first, rows, picture.paint.grid)
    if raster.width <= _NARROW and len(picture.curves) > 1:
        _draw_runs_at_once(raster, picture, first)
    for curve in picture.curves:
        if raster.width > _NARROW or len(picture.curves) == 1:
            part = raster.part(*_band(raster, picture.scales[curve.scale]))
            part.draw_runs(*_runs(part, picture, curve, first), curve.colour, _thickness(picture))
        _draw_signs(raster, picture, curve, first)


def _draw_runs_at_once(raster: Raster, picture: Picture, first: int) -> None:
    """Draw the runs of all curves, of few columns."""
    wide = round(picture.pixel_ratio)
    begin = max(0, first + 1 - wide)
    columns = [_fitting(curve.columns, raster.width + first) for curve in picture.curves]
    low = np.stack([each.low[begin:] for each in columns])
    high = np.stack([each.high[begin:] for each in columns])
    low, high = _widened(low, high, first - begin, wide)
    scales = [picture.scales[curve.scale] for curve in picture.curves]
    bands = np.array([_band(raster, scale) for scale in scales])[:, :, None]
    ends = np.array([(scale.high, scale.span) for scale in scales])[:, :, None]
    heights, half = bands[:, 1] - bands[:, 0], _thickness(picture) / 2
    rows = heights / ends[:, 1]
    upper = np.maximum((ends[:, 0] - high) * rows - half, 0) + bands[:, 0]
    lower = np.minimum((ends[:, 0] - low) * rows + half, heights) + bands[:, 0]
    colours = np.array([curve.colour for curve in picture.curves])
    draw_strip(raster.pixels, upper, lower, colours)


def _thickness(picture: Picture) -> float:
    """Of a line, in rows."""
    return max(1.0, 1.25 * picture.pixel_ratio)


def _band(raster: Raster, scale: ValueScale) -> tuple[int, int]:
    """The rows of a scale, from its first one to above its last."""
    return round(scale.top * raster.height), round(scale.bottom * raster.height)


def _runs(
    part: Raster, picture: Picture, curve: DrawnCurve, first: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the runs of a curve begin and end in its band, in rows, from column `first` on."""
    scale = picture.scales[curve.scale]
    columns = _fitting(curve.columns, part.width + first)
    low, high = _widened(columns.low, columns.high, first, round(picture.pixel_ratio))
    rows = part.height / scale.span
    return (scale.high - high) * rows, (scale.high - low) * rows


def _draw_signs(raster: Raster, picture: Picture, curve: DrawnCurve, first: int) -> None:
    """Draw what is not a run: single samples, NaN, infinities."""
    columns, colour = _fitting(curve.columns, raster.width + first), curve.colour
    if not len(columns.marks) and columns.blanks is None and not columns.is_endless:
        return
    scale, ratio = picture.scales[curve.scale], picture.pixel_ratio
    part = raster.part(*_band(raster, picture.scales[curve.scale]))
    rows = (scale.high - columns.mark_values) * (part.height / scale.span)
    part.draw_marks(columns.marks - first, rows, colour, 2 * round(1.5 * ratio) + 1)
    if columns.blanks is not None:
        part.draw_ticks(np.flatnonzero(columns.blanks[first:]), colour, round(5 * ratio))
    if not columns.is_endless:
        return
    before, size = max(0, first - _margin(ratio)), round(7 * ratio)
    for values, is_up in ((columns.high, True), (columns.low, False)):
        endless = np.flatnonzero(values[before:] == (np.inf if is_up else -np.inf))
        if len(endless):
            part.draw_arrows(endless + (before - first), colour, size, is_up=is_up)


def _margin(pixel_ratio: float) -> int:
    """So many columns before the first changed one are drawn again: lines are wider than one."""
    return 4 * max(1, round(pixel_ratio))


def _widened(
    lows: NDArray[np.float64], highs: NDArray[np.float64], first: int, pixels: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The runs from column `first` on, each as wide as a line is thick on a fine screen."""
    low, high = lows[..., first:], highs[..., first:]
    for step in range(1, pixels):
        shifted = slice(max(0, first - step), lows.shape[-1] - step)
        missing = low.shape[-1] - (shifted.stop - shifted.start)
        low = low.copy() if step == 1 else low
        high = high.copy() if step == 1 else high
        np.fmin(low[..., missing:], lows[..., shifted], out=low[..., missing:])
        np.fmax(high[..., missing:], highs[..., shifted], out=high[..., missing:])
    return low, high


def _fitting(columns: Columns, width: int) -> Columns:
    """The columns cut or filled up on the left, for the one frame after a resize."""
    missing = width - len(columns.low)
    if not missing:
        return columns
    nothing = np.full(max(0, missing), np.nan)
    blanks = columns.blanks
    if blanks is not None:
        blanks = np.concatenate((np.isfinite(nothing), blanks[max(0, -missing) :]))
    return Columns(
        np.concatenate((nothing, columns.low[max(0, -missing) :])),
        np.concatenate((nothing, columns.high[max(0, -missing) :])),
        columns.marks + missing,
        columns.mark_values,
        blanks,
        columns.is_endless,
        columns.least,
        columns.most,
    )
