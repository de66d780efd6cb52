"""A line to write a marker's note in, at the marker's place; it keeps no marker itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

__all__ = ["NoteEditor"]

_WIDTH = 240
_MARGIN = 4


class NoteEditor(QLineEdit):
    """Asks for a text: Enter takes it, Esc or going elsewhere gives it up.

    Args:
        parent: over which it stands.
        x: the marker's place there.
        bottom: where the editor ends.
        text: what is there already.
        done: called with the text, once.
        after: the widget that gets the focus back.
    """

    def __init__(
        self,
        parent: QWidget,
        x: float,
        bottom: float,
        text: str,
        done: Callable[[str], object],
        after: QWidget,
    ) -> None:
        super().__init__(text, parent)
        self._done = done
        self._after = after
        self._is_open = True
        self.setAccessibleName("The marker's note")
        self.setPlaceholderText("Note, then Enter (Esc: no marker)" if not text else "")
        width = min(_WIDTH, parent.width() - 2 * _MARGIN)
        left = min(max(_MARGIN, round(x)), max(_MARGIN, parent.width() - width - _MARGIN))
        height = self.sizeHint().height()
        self.setGeometry(left, max(_MARGIN, round(bottom) - height - _MARGIN), width, height)
        self.returnPressed.connect(self._take)
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives it up."""
        if event.key() == Qt.Key.Key_Escape:
            self._close()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What was written is kept if the operator goes on elsewhere; an empty line is not."""
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.PopupFocusReason:
            return  # the line's own menu
        if self._is_open and self.text().strip() and self.isModified():
            self._take()
        else:
            self._close()

    def _take(self) -> None:
        if self._is_open:
            text = self.text()
            self._close()
            self._done(text)

    def _close(self) -> None:
        if self._is_open:
            self._is_open = False
            had_focus = self.hasFocus()
            self.hide()
            self.deleteLater()
            if had_focus:
                self._after.setFocus(Qt.FocusReason.OtherFocusReason)
