"""The line at an axis' end in which its limit is typed; it stands there only while it is used."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

__all__ = ["LimitEditor"]

_LEAST_WIDTH = 84


class LimitEditor(QLineEdit):
    """One limit: Return takes it, Esc leaves it as it was.

    Args:
        parent: above which it stands.
        text: what is offered.
        take: called with what was typed; it raises ValueError with what is wrong about it.
    """

    def __init__(self, parent: QWidget, text: str, take: Callable[[str], None]) -> None:
        super().__init__(text, parent)
        self._around = parent
        self._take = take
        self.setAccessibleName("Limit of the axis")
        self.returnPressed.connect(self._on_return)

    def open_at(self, place: QRect) -> None:
        """Stand there, with the keys."""
        height = self.sizeHint().height()
        width = max(_LEAST_WIDTH, place.width())
        left = min(max(0, place.left()), self._around.width() - width)
        top = min(max(0, place.center().y() - height // 2), self._around.height() - height)
        self.setGeometry(left, top, width, height)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves it."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Working elsewhere leaves it, too."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._leave()

    def _on_return(self) -> None:
        try:
            self._take(self.text())
        except ValueError as error:
            QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), str(error), self)
            self.selectAll()
        else:
            self._leave()

    def _leave(self) -> None:
        self.hide()
        self.deleteLater()
