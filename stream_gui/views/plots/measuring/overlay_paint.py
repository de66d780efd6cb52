"""How cursors, markers and values at the mouse look; each is painted where it is told."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from stream_gui.views.plots.fitting_text import paint_fitting
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = [
    "HoverText",
    "flag_rect",
    "hover_picture",
    "paint_cursor",
    "paint_flag",
    "paint_hover",
    "tag_rect",
]

_TAG = QRectF(0, 0, 17, 16)
_PAD = 6.0
_FLAG_WIDTH = 190.0
_SWATCH = 8.0
_DASHES = [3.0, 3.0]


@dataclass(frozen=True, slots=True)
class HoverText:
    """What is said at the mouse.

    Attributes:
        x: where the line stands, in pixels.
        y: the height of the mouse; None if it is in another panel.
        time: the time there.
        rows: for each curve its colour, its name and its value.
    """

    x: float
    y: float | None
    time: str
    rows: tuple[tuple[int, str, str], ...]


def tag_rect(x: float, width: float) -> QRectF:
    """Where a cursor's letter stands: at its line, or at the edge beyond which the line is."""
    left = min(max(x - _TAG.width() / 2, 1.0), max(1.0, width - _TAG.width() - 1))
    return _TAG.translated(left, 1)


def flag_rect(x: float, bottom: float, text: str, metrics: QFontMetricsF) -> QRectF:
    """Where a marker's note stands: at the foot of its line."""
    height = metrics.height() + 3
    width = 9.0
    if text:
        width = min(metrics.horizontalAdvance(text) + 2 * _PAD, _FLAG_WIDTH)
    return QRectF(x, bottom - height - 3, width, height)


def paint_cursor(
    painter: QPainter, x: float, area: QRectF, letter: str, colours: PlotColours, *, chosen: bool
) -> None:
    """A cursor: its line, if it is in view, and its letter."""
    tag = tag_rect(x, area.width())
    line = colours.accent if chosen else colours.text
    if 0 <= x <= area.width():
        painter.setPen(QPen(line, 1))
        painter.drawLine(QLineF(x, 0, x, area.height()))
    painter.setPen(QPen(line, 1))
    painter.setBrush(colours.accent if chosen else colours.base)
    painter.drawRoundedRect(tag, 3, 3)
    painter.setPen(colours.base if chosen else colours.text)
    before, after = x < 0, x > area.width()
    shown = "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}" * before + letter
    shown += "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}" * after
    painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, shown)


def paint_flag(
    painter: QPainter, rect: QRectF, text: str, area: QRectF, colours: PlotColours
) -> None:
    """A marker: its line and its note."""
    pen = QPen(colours.warning, 1)
    pen.setDashPattern(_DASHES)
    painter.setPen(pen)
    painter.drawLine(QLineF(rect.left(), 0, rect.left(), area.height()))
    painter.setPen(QPen(colours.warning, 1))
    painter.setBrush(_see_through(colours.base, 0.9))
    painter.drawRect(rect)
    painter.setPen(colours.text)
    inside = rect.adjusted(_PAD - 1, 0, -_PAD + 2, 0)
    paint_fitting(painter, inside, text)


def hover_picture(
    hover: HoverText, font: QFont, area: QRectF, colours: PlotColours, pixel_ratio: float
) -> QPixmap:
    """The time and the values at the mouse; the same for as long as these are."""
    metrics = QFontMetricsF(font)
    grid = _Grid.of(hover, metrics, area)
    size = QSize(math.ceil(grid.width), math.ceil(grid.height))
    picture = QPixmap(size * pixel_ratio)
    picture.setDevicePixelRatio(pixel_ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    painter.setPen(QPen(colours.border, 1))
    painter.setBrush(_see_through(colours.base, 0.92))
    painter.drawRoundedRect(QRectF(0.5, 0.5, size.width() - 1, size.height() - 1), 4, 4)
    first = QRectF(_PAD, 3, size.width() - 2 * _PAD, grid.line)
    painter.setPen(colours.dim)
    left_out = len(hover.rows) - grid.shown
    said = f"{hover.time}  ({left_out} more)" if left_out > 0 else hover.time
    painter.drawText(first, Qt.AlignmentFlag.AlignVCenter, said)
    first.setWidth(grid.cell)
    for number, row in enumerate(hover.rows[: grid.shown]):
        column, below = divmod(number, grid.rows)
        cell = first.translated(column * (grid.cell + 2 * _PAD), (below + 1) * grid.line)
        _paint_value(painter, cell, row, colours)
    painter.end()
    return picture


def paint_hover(
    painter: QPainter, hover: HoverText, picture: QPixmap, area: QRectF, colours: PlotColours
) -> None:
    """A thin line at the mouse, and beside it the picture of the values there."""
    painter.setPen(QPen(colours.dim, 1))
    painter.drawLine(QLineF(hover.x, 0, hover.x, area.height()))
    painter.drawPixmap(_place_beside(hover, picture.deviceIndependentSize(), area), picture)


@dataclass(frozen=True, slots=True)
class _Grid:
    """How values are laid out: below each other, and in several columns where that is too high."""

    line: float
    rows: int
    cell: float
    width: float
    height: float
    shown: int

    @staticmethod
    def of(hover: HoverText, metrics: QFontMetricsF, area: QRectF) -> _Grid:
        line = metrics.height() + 1
        names = max((metrics.horizontalAdvance(name) for _, name, _ in hover.rows), default=0.0)
        values = max((metrics.horizontalAdvance(value) for _, _, value in hover.rows), default=0.0)
        cell = _SWATCH + 5 + names + 12 + values
        count = len(hover.rows)
        rows = max(1, min(count, int((area.height() - 10) / line) - 1))
        columns = min(-(-count // rows), max(1, int(area.width() / 2 / (cell + 2 * _PAD))))
        rows = min(rows, -(-count // columns)) if columns else 0
        width = max(columns * (cell + 2 * _PAD), metrics.horizontalAdvance(hover.time) + 2 * _PAD)
        return _Grid(line, rows, cell, width, line * (1 + rows) + 6, rows * columns)


def _paint_value(
    painter: QPainter, cell: QRectF, row: tuple[int, str, str], colours: PlotColours
) -> None:
    colour, name, value = row
    middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
    swatch = QRectF(cell.left(), cell.center().y() - _SWATCH / 2, _SWATCH, _SWATCH)
    painter.fillRect(swatch, QColor.fromRgb(colour))
    painter.setPen(colours.dim)
    painter.drawText(cell.adjusted(_SWATCH + 5, 0, 0, 0), middle, name)
    painter.setPen(colours.text)
    painter.drawText(cell, middle | right, value)


def _place_beside(hover: HoverText, box: QSizeF, area: QRectF) -> QPointF:
    """Right of the line where there is room, else left of it; beside the mouse if it is here."""
    left = hover.x + 10
    if left + box.width() > area.width() - 2:
        left = max(2.0, hover.x - 10 - box.width())
    wanted = 20.0 if hover.y is None else hover.y - box.height() / 2
    return QPointF(left, min(max(2.0, wanted), max(2.0, area.height() - box.height() - 2)))


def _see_through(colour: QColor, opacity: float) -> QColor:
    other = QColor(colour)
    other.setAlphaF(opacity)
    return other
