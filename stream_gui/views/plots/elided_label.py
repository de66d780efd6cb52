"""A line of text that is cut short where there is no room for all of it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from stream_gui.views.plots.fitting_text import paint_fitting

__all__ = ["ElidedLabel"]


class ElidedLabel(QLabel):
    """Takes as much room as its text needs, or less.

    Attributes:
        shorter: what it says in place of its text where there is less room, by falling length.

    Args:
        mode: where it is cut.
        letters: it is never narrower than so many.
    """

    def __init__(self, mode: Qt.TextElideMode, letters: int = 0) -> None:
        super().__init__()
        self._mode = mode
        self._letters = letters
        self.shorter: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    @property
    def shown(self) -> str:
        """The longest of its texts for which there is room, else the last of them."""
        metrics, room = self.fontMetrics(), self.contentsRect().width()
        texts = (self.text(), *self.shorter)
        return next((text for text in texts if metrics.horizontalAdvance(text) <= room), texts[-1])

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        width = min(
            super().sizeHint().width(), self.fontMetrics().averageCharWidth() * self._letters
        )
        return QSize(width, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """As much of the text as there is room for."""
        painter = QPainter(self)
        place = QRectF(self.contentsRect())
        paint_fitting(painter, place, self.shown, self.alignment(), self._mode)
