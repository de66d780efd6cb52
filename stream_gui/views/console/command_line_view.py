"""The text line for calls, with completion and the lines typed before; it parses nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView

from stream_gui.models.console.completion import Candidate

__all__ = ["CommandLineView"]

LINE = Qt.ItemDataRole.UserRole + 1
KEPT_LINES = 100


class CommandLineView(QLineEdit):
    """A line edit that offers what could come next.

    Signals:
        submitted(str): Return was pressed.

    Args:
        candidates: gives what could stand at the end of a line.
        lines: typed before, the latest last.
    """

    submitted = Signal(str)

    def __init__(
        self, candidates: Callable[[str], list[Candidate]], lines: Sequence[str] = ()
    ) -> None:
        super().__init__(clearButtonEnabled=True)
        self.setPlaceholderText('target.method(1.5, mode="fast", tto=3)')
        self.setAccessibleName("Call by text")
        self._candidates = candidates
        self._lines = list(lines)
        self._place = len(self._lines)
        self._offers = QStandardItemModel(self)
        self._completer = QCompleter(self._offers, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setWidget(self)
        self._completer.activated[QModelIndex].connect(self._take)  # type: ignore[index]
        self._popup = QListView()
        self._popup.setObjectName("completions")
        self._completer.setPopup(self._popup)
        self.textEdited.connect(lambda _: self.offer())

    @property
    def lines(self) -> list[str]:
        """The lines submitted, the latest last."""
        return list(self._lines)

    def offer(self) -> None:
        """Show what could stand at the end now, if the cursor is there."""
        at_end = self.isVisible() and self.cursorPosition() == len(self.text())
        found = self._candidates(self.text()) if at_end else []
        if not found or not self.text() or [each.line for each in found] == [self.text()]:
            self._popup.hide()
            return
        self._offers.clear()
        for candidate in found:
            item = QStandardItem(f"{candidate.text}   {candidate.hint}".rstrip())
            item.setData(candidate.line, LINE)
            self._offers.appendRow(item)
        self._completer.complete()
        self._popup.setCurrentIndex(self._completer.completionModel().index(0, 0))

    def submit(self) -> None:
        """As if Return was pressed."""
        text = self.text().strip()
        if text:
            self._remember(text)
            self.submitted.emit(text)

    def event(self, event: QEvent) -> bool:
        """Tab completes before it moves the focus."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Tab and self._complete():
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return and the arrows have a meaning here."""
        key = event.key()
        if self._popup.isVisible() and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._complete()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submit()
        elif key == Qt.Key.Key_Up:
            self._go(-1)
        elif key == Qt.Key.Key_Down:
            self._go(+1)
        else:
            super().keyPressEvent(event)

    def _complete(self) -> bool:
        """Take the offer that is marked, or show the offers; False if there are none."""
        if self._popup.isVisible():
            self._take(self._popup.currentIndex())
            return True
        if self.text():
            self.offer()
        return self._popup.isVisible()

    def _take(self, index: QModelIndex) -> None:
        line = index.data(LINE)
        self._popup.hide()
        if line:
            self.setText(line)
            self.textEdited.emit(line)

    def _go(self, step: int) -> None:
        """To an earlier or later line."""
        place = self._place + step
        if 0 <= place <= len(self._lines):
            self._place = place
            self.setText(self._lines[place] if place < len(self._lines) else "")

    def _remember(self, text: str) -> None:
        if text in self._lines:
            self._lines.remove(text)
        self._lines = [*self._lines, text][-KEPT_LINES:]
        self._place = len(self._lines)
