"""A line of text painted into a place, cut short where there is no room for all of it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

__all__ = ["paint_fitting"]

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def paint_fitting(
    painter: QPainter,
    place: QRectF,
    text: str,
    align: Qt.AlignmentFlag = _LEFT,
    cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """Write it with the painter's font and pen.

    Args:
        painter: paints.
        place: where there is room.
        text: one line.
        align: where in the place it stands.
        cut: where it is cut short.
    """
    shown = QFontMetricsF(painter.font()).elidedText(text, cut, place.width())
    painter.drawText(place, align, shown)
