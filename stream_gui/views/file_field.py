"""A field for the path of a file, typed or chosen; it opens no file."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

__all__ = ["FileField"]


class FileField(QWidget):
    """A path and a button that asks for it.

    Signals:
        changed(): the path is another one.
        chosen(str): a file was chosen with the button.

    Args:
        what: the file is, as the title of the question for it.
        none: shown where there is no path.
    """

    changed = Signal()
    chosen = Signal(str)

    def __init__(self, what: str, none: str) -> None:
        super().__init__()
        self._what = what
        self.line = QLineEdit(placeholderText=none)
        self.line.setAccessibleName(what)
        self.line.textChanged.connect(self.changed)
        self.button = QPushButton("Choose …")
        self.button.setAccessibleName(f"Choose: {what}")
        self.button.clicked.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)

    @property
    def path(self) -> str:
        """The path; "" for none."""
        return self.line.text().strip()

    @path.setter
    def path(self, text: str) -> None:
        self.line.setText(text)

    def _ask(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self, self._what, self.path, "PEM (*.pem *.crt *.cer *.key);;All files (*)"
        )
        if file:
            self.path = file
            self.chosen.emit(file)
