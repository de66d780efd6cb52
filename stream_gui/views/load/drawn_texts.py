"""Texts that are drawn again and again: each is measured and laid out once."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QStaticText

__all__ = ["DrawnTexts"]

KEPT = 4000


class DrawnTexts:
    """Keeps the texts of one widget.

    Args:
        font: in which they are drawn.
    """

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._metrics = QFontMetricsF(font)
        self._texts: dict[tuple[str, int], tuple[QStaticText, float]] = {}

    def use(self, font: QFont) -> None:
        """Draw in another font from now on."""
        self._font, self._metrics = font, QFontMetricsF(font)
        self._texts.clear()

    def draw(self, painter: QPainter, place: QRect, text: str, *, at_right: bool = False) -> None:
        """Draw a text in the middle of a line; what has no room is cut short by an ellipsis."""
        if not text:
            return
        drawn, width = self._made(text, place.width())
        left = place.left() + (place.width() - width if at_right else 0.0)
        top = place.top() + (place.height() - self._metrics.height()) / 2
        painter.drawStaticText(QPointF(left, top), drawn)

    def _made(self, text: str, room: int) -> tuple[QStaticText, float]:
        found = self._texts.get((text, room))
        if found is None:
            if len(self._texts) >= KEPT:
                self._texts.clear()
            found = self._texts[text, room] = self._make(text, room)
        return found

    def _make(self, text: str, room: int) -> tuple[QStaticText, float]:
        fitting = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        drawn = QStaticText(fitting)
        drawn.setTextFormat(Qt.TextFormat.PlainText)
        drawn.prepare(font=self._font)
        return drawn, self._metrics.horizontalAdvance(fitting)
