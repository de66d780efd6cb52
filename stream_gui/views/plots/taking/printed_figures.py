"""The figures between the cursors as text in a picture: all columns, whatever a table shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from stream_gui.views.plots.fitting_text import paint_fitting
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["Figures", "paint_figures", "size_of_figures"]

_GAP, _MARGIN, _SWATCH = 16.0, 8.0, 9.0
_LEAST_SCALE = 0.5


@dataclass(frozen=True, slots=True)
class Figures:
    """What is written.

    Attributes:
        facts: lines above the table.
        headings: of its columns; the first is of names, the last of notes.
        rows: of texts.
        colours: 0xRRGGBB, of each row.
        notes: lines below the table.
    """

    facts: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    colours: tuple[int, ...]
    notes: tuple[str, ...]


def size_of_figures(figures: Figures, metrics: QFontMetricsF, width: float) -> QSizeF:
    """The room that they take in a picture of this width."""
    count = len(figures.facts) + len(figures.notes)
    natural = _natural_width(figures, metrics)
    scale = max(_LEAST_SCALE, min(1.0, width / natural)) if figures.rows else 1.0
    table = (len(figures.rows) + 1) * scale if figures.rows else 0
    return QSizeF(width, _line(metrics) * (count + table) + 2 * _MARGIN)


def paint_figures(painter: QPainter, figures: Figures, area: QRectF, colours: PlotColours) -> None:
    """Write them; a table too wide is written smaller."""
    metrics = QFontMetricsF(painter.font())
    line = _line(metrics)
    place = QRectF(area.left() + _MARGIN, area.top() + _MARGIN, area.width() - 2 * _MARGIN, line)
    painter.fillRect(area, colours.base)
    place = _paint_lines(painter, figures.facts, place, colours.text)
    if figures.rows:
        natural = _natural_width(figures, metrics)
        scale = max(_LEAST_SCALE, min(1.0, area.width() / natural))
        painter.save()
        painter.translate(area.left(), place.top())
        painter.scale(scale, scale)
        _paint_table(painter, figures, metrics, colours)
        painter.restore()
        place.translate(0, (len(figures.rows) + 1) * line * scale)
    _paint_lines(painter, figures.notes, place, colours.dim)


def _paint_lines(painter: QPainter, lines: Sequence[str], place: QRectF, colour: QColor) -> QRectF:
    painter.setPen(colour)
    for text in lines:
        paint_fitting(painter, place, text)
        place = place.translated(0, place.height())
    return place


def _paint_table(
    painter: QPainter, figures: Figures, metrics: QFontMetricsF, colours: PlotColours
) -> None:
    line, widths = _line(metrics), _widths(figures, metrics)
    for number, row in enumerate((figures.headings, *figures.rows)):
        left, last = _MARGIN, len(row) - 1
        if number:
            swatch = QRectF(left, number * line + (line - _SWATCH) / 2, _SWATCH, _SWATCH)
            painter.fillRect(swatch, QColor.fromRgb(figures.colours[number - 1]))
        painter.setPen(colours.text if number else colours.dim)
        left += _SWATCH + 6
        for column, (text, width) in enumerate(zip(row, widths, strict=True)):
            side = Qt.AlignmentFlag.AlignLeft
            if 0 < column < last:
                side = Qt.AlignmentFlag.AlignRight
            cell = QRectF(QPointF(left, number * line), QSizeF(width, line))
            painter.drawText(cell, Qt.AlignmentFlag.AlignVCenter | side, text)
            left += width + _GAP


def _line(metrics: QFontMetricsF) -> float:
    return metrics.height() + 4


def _widths(figures: Figures, metrics: QFontMetricsF) -> list[float]:
    rows = (figures.headings, *figures.rows)
    return [max(map(metrics.horizontalAdvance, column)) + 2 for column in zip(*rows, strict=True)]


def _natural_width(figures: Figures, metrics: QFontMetricsF) -> float:
    widths = _widths(figures, metrics)
    return sum(widths) + _GAP * (len(widths) - 1) + _SWATCH + 6 + 2 * _MARGIN
