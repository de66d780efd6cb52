"""The dialog that asks for a value to send to a channel; it sends none itself."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

import stream_core as sc
from stream_gui.models.value_entry import EntryError, entry_fields, entry_value
from stream_gui.session.sending import Sending
from stream_gui.views.fitting import fit

__all__ = ["SendDialog"]


class SendDialog(QDialog):
    """A field for each column; what is wrong is said at the field; it stays for the next value.

    Args:
        info: the channel.
        sending: sends.
        parent: the window.
    """

    def __init__(self, info: sc.ChannelInfo, sending: Sending, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Send a value")
        self.setMinimumWidth(420)
        self._info = info
        self._sending = sending
        self._entries = entry_fields(info)
        self._asked = False
        self.lines = [QLineEdit() for _ in self._entries]
        self.problems = [QLabel(wordWrap=True) for _ in self._entries]
        self.note = QLabel(wordWrap=True)
        self.send_button = QPushButton("Send", default=True)
        self.send_button.clicked.connect(self._send)
        self._arrange()
        sending.changed.connect(self._follow)

    def _arrange(self) -> None:
        title = QLabel(self._info.name)
        title.setObjectName("title")
        takes = self._entries[0].takes
        about = QLabel(self._info.description or f"It takes {takes}.", wordWrap=True)
        about.setObjectName("dim")
        form = QFormLayout()
        form.setVerticalSpacing(7)
        for number, (entry, line) in enumerate(zip(self._entries, self.lines, strict=True)):
            self._arrange_field(form, number, entry.label or "Value", entry.takes)
            line.textEdited.connect(partial(self._check, number))
        close = QPushButton("Close")
        close.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self.note, 1)
        buttons.addWidget(close)
        buttons.addWidget(self.send_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(about)
        column.addLayout(form)
        column.addStretch()
        column.addLayout(buttons)

    def _arrange_field(self, form: QFormLayout, number: int, label: str, takes: str) -> None:
        line, problem = self.lines[number], self.problems[number]
        line.setPlaceholderText(takes)
        line.setAccessibleName(label)
        problem.setProperty("problem", True)
        problem.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(line, 1)
        if self._info.unit:
            row.addWidget(QLabel(self._info.unit))
        form.addRow(label, row)
        form.addRow("", problem)

    def _check(self, number: int, _text: str) -> None:
        """Take back what was said of a field as soon as it is right."""
        try:
            entry_value([self._entries[number]], [self.lines[number].text()])
        except EntryError as error:
            if self.problems[number].isVisible():
                self._say(number, str(error))
        else:
            self._say(number, "")

    def _send(self) -> None:
        try:
            value = entry_value(self._entries, [line.text() for line in self.lines])
        except EntryError as error:
            self._say(error.field, str(error))
            self.lines[error.field].setFocus()
            self.lines[error.field].selectAll()
            return
        self._asked = True
        self._sending.send(self._info.name, value)

    def _follow(self) -> None:
        if not self._asked:
            return
        self.send_button.setEnabled(not self._sending.busy)
        if self._sending.busy:
            return
        self._say(0, self._sending.problem)
        self.note.setText("" if self._sending.problem else "Sent")
        self.lines[0].setFocus()
        self.lines[0].selectAll()

    def _say(self, number: int, problem: str) -> None:
        self.problems[number].setText(problem)
        self.problems[number].setVisible(bool(problem))
        self.note.clear()
        fit(self)
