"""A line of text that is cut short where there is no room for all of it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from stream_gui.views.plots.fitting_text import paint_fitting

__all__ = ["ElidedLabel"]


class ElidedLabel(QLabel):
    """Takes as much room as its text needs, or less.

    Args:
        mode: where it is cut.
        letters: it is never narrower than so many.
    """

    def __init__(self, mode: Qt.TextElideMode, letters: int = 0) -> None:
        super().__init__()
        self._mode = mode
        self._letters = letters
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        width = min(
            super().sizeHint().width(), self.fontMetrics().averageCharWidth() * self._letters
        )
        return QSize(width, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """As much of the text as there is room for."""
        painter = QPainter(self)
        paint_fitting(
            painter, QRectF(self.contentsRect()), self.text(), self.alignment(), self._mode
        )
