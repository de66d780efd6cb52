"""The curves of a picture as lines, for files in which an image would be coarse; keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from stream_gui.plotdata.clipping import clipped
from stream_gui.plotdata.columns import Columns, ColumnView
from stream_gui.plotdata.envelope import Envelope
from stream_gui.plotdata.picture import DrawnCurve, Picture
from stream_gui.plotdata.series import Series

__all__ = ["paint_as_lines"]

_BINS_A_PIXEL = 2
"""What is finer than this is put together; a file that is enlarged shows so much detail."""

_FAR = 1e5
"""No point is further away than this, in pixels; infinite ones are there."""

_LINE = 1.25
_MARK = 3.5


def paint_as_lines(
    painter: QPainter, picture: Picture, area: QRectF, series: Mapping[object, Series]
) -> None:
    """Paint what the picture's image shows: background, grid and curves.

    Args:
        painter: of the file.
        picture: what is shown.
        area: where, in pixels.
        series: the samples of the curves by their keys.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(area, QColor.fromRgb(picture.paint.background))
    _paint_grid(painter, picture, area)
    for curve in picture.curves:
        scale = _Scale.of(picture, curve, area)
        envelope = series[curve.key].envelope(
            picture.view.start_ns,
            picture.view.stop_ns,
            picture.view.count,
        )
        pen = QPen(QColor.fromRgb(curve.colour), _LINE)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(_path(envelope, picture.view, scale))
        _paint_marks(painter, picture.columns_of(curve), scale, picture.pixel_ratio)
    painter.restore()


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where the values of a curve stand.

    Attributes:
        band: where they may be seen, in pixels.
        low: the value at its lower edge.
        high: the value at its upper edge.
    """

    band: QRectF
    low: float
    high: float

    @staticmethod
    def of(picture: Picture, curve: DrawnCurve, area: QRectF) -> _Scale:
        scale = picture.scales[curve.scale]
        top, height = area.top() + scale.top * area.height(), scale.bottom - scale.top
        band = QRectF(area.left(), top, area.width(), height * area.height())
        return _Scale(band, scale.low, scale.high)

    def y(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        share = (self.high - values) / (self.high - self.low)
        return self.band.top() + share * self.band.height()


def _paint_grid(painter: QPainter, picture: Picture, area: QRectF) -> None:
    colour = QColor.fromRgb(picture.paint.grid)
    for column in [*picture.grid_columns.tolist(), *picture.floating_columns.tolist()]:
        painter.fillRect(QRectF(column / picture.pixel_ratio, 0, 1, area.height()), colour)
    for place in picture.grid_places.tolist():
        painter.fillRect(QRectF(0, area.top() + place * area.height(), area.width(), 1), colour)


def _path(envelope: Envelope, view: ColumnView, scale: _Scale) -> QPainterPath:
    """A line through all bins, from one break to the next."""
    elapsed = envelope.times_ns - view.start_ns
    x = elapsed / (view.stop_ns - view.start_ns) * scale.band.width()
    with np.errstate(over="ignore"):
        low, high = (scale.y(each.astype(np.float64)) for each in (envelope.low, envelope.high))
    backwards = np.zeros(len(x), np.bool_)
    backwards[1:] = x[1:] < x[:-1]
    unknown = np.isnan(low) | np.isnan(high)
    starts = np.flatnonzero(envelope.breaks | backwards | unknown)
    path = QPainterPath()
    for begin, end in zip(starts.tolist(), [*starts[1:].tolist(), len(x)], strict=True):
        piece = slice(begin + bool(unknown[begin]), end)
        if len(x[piece]):
            line = _line(x[piece], low[piece], high[piece])
            band = scale.band
            for along, across in clipped(*line, (band.width(), band.height()), band.top()):
                points = zip(along.tolist(), across.tolist(), strict=True)
                path.addPolygon(QPolygonF([QPointF(*point) for point in points]))
    return path


def _line(
    x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Through both ends of each bin, by turns downwards and upwards; through a raw sample once."""
    columns = np.floor(x * _BINS_A_PIXEL)
    first = np.flatnonzero(np.diff(columns, prepend=-np.inf))
    if len(first) * 2 < len(x):
        x, low, high = x[first], np.maximum.reduceat(low, first), np.minimum.reduceat(high, first)
    if not np.array_equal(low, high):
        turned = np.arange(len(x)) % 2 == 1
        both = np.where(turned, high, low), np.where(turned, low, high)
        x, low = np.repeat(x, 2), np.stack(both, axis=1).ravel()
    return x, low.clip(-_FAR, _FAR)


def _paint_marks(painter: QPainter, columns: Columns, scale: _Scale, pixel_ratio: float) -> None:
    """The samples that are marked one by one."""
    colour = painter.pen().color()
    heights = scale.y(columns.mark_values)
    for column, y in zip(columns.marks.tolist(), heights.tolist(), strict=True):
        if not scale.band.top() <= y <= scale.band.bottom():
            continue
        x = (column + 0.5) / pixel_ratio
        painter.fillRect(QRectF(x - _MARK / 2, y - _MARK / 2, _MARK, _MARK), colour)
