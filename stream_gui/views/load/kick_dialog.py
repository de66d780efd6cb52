"""The question before a client is disconnected: why, and when it may return."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from stream_gui.session.administration import Administration

__all__ = ["KickDialog"]

DELAYS = (
    ("at once", 0.0),
    ("after 10 s", 10.0),
    ("after 1 minute", 60.0),
    ("after 10 minutes", 600.0),
    ("after 1 hour", 3600.0),
    ("after a day", 86_400.0),
)
MEANING = (
    "Its channels end and its readers lose them. It does not come back by itself; "
    "started again it is let in:"
)


class KickDialog(QDialog):
    """Asks, and has the client disconnected when that is confirmed.

    Args:
        name: of the client.
        administration: does it.
        parent: the window that it belongs to.
    """

    def __init__(self, name: str, administration: Administration, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = name
        self._administration = administration
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(f"Disconnect {name}?")
        question = QLabel(f"Disconnect {name}?")
        question.setObjectName("heading")
        question.setTextFormat(Qt.TextFormat.PlainText)
        meaning = QLabel(MEANING, wordWrap=True)
        self.delay = QComboBox()
        for text, delay_s in DELAYS:
            self.delay.addItem(text, delay_s)
        self.delay.setAccessibleName("It may return")
        self.reason = QLineEdit()
        self.reason.setPlaceholderText("told to the client and in the server's events")
        self.reason.setAccessibleName("Reason")
        form = QFormLayout()
        form.addRow("It may return", self.delay)
        form.addRow("Reason", self.reason)
        self.buttons = QDialogButtonBox()
        deed = self.buttons.addButton("&Disconnect", QDialogButtonBox.ButtonRole.AcceptRole)
        deed.setObjectName("danger")
        deed.setAutoDefault(False)
        cancel = self.buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(question)
        column.addWidget(meaning)
        column.addLayout(form)
        column.addWidget(self.buttons)
        self.setMinimumWidth(420)

    def accept(self) -> None:
        """Have it disconnected."""
        delay_s = float(self.delay.currentData())
        self._administration.kick(self._name, reason=self.reason.text().strip(), ban_s=delay_s)
        super().accept()
