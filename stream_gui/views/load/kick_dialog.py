"""The question before clients are disconnected: why, and when they may return."""

from __future__ import annotations

from collections.abc import Sequence

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
from stream_gui.views.confirmation import named_lines

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
    "{Its} channels end and {its} readers lose them. {It} not come back by {itself}; "
    "started again {it} let in:"
)
ONE = {"Its": "Its", "its": "its", "It": "It does", "itself": "itself", "it": "it is"}
MANY = {"Its": "Their", "its": "their", "It": "They do", "itself": "themselves", "it": "they are"}


class KickDialog(QDialog):
    """Asks once, and has the clients disconnected when that is confirmed.

    Args:
        names: of the clients.
        administration: does it.
        parent: the window that it belongs to.
    """

    def __init__(
        self, names: Sequence[str], administration: Administration, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._names = names
        self._administration = administration
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        single = len(names) == 1
        whom = names[0] if single else f"{len(names)} clients"
        self.setWindowTitle(f"Disconnect {whom}?")
        question = QLabel(f"Disconnect {whom}?")
        question.setObjectName("heading")
        question.setTextFormat(Qt.TextFormat.PlainText)
        self.listed = QLabel("\n".join(named_lines(names)))
        self.listed.setTextFormat(Qt.TextFormat.PlainText)
        self.listed.setObjectName("dim")
        self.listed.setHidden(single)
        meaning = QLabel(MEANING.format_map(ONE if single else MANY), wordWrap=True)
        self.delay = QComboBox()
        for text, delay_s in DELAYS:
            self.delay.addItem(text, delay_s)
        self.delay.setAccessibleName("When they may return")
        self.reason = QLineEdit()
        self.reason.setPlaceholderText("told to them and in the server's events")
        self.reason.setAccessibleName("Reason")
        form = QFormLayout()
        form.addRow("It may return" if single else "They may return", self.delay)
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
        column.addWidget(self.listed)
        column.addWidget(meaning)
        column.addLayout(form)
        column.addWidget(self.buttons)
        self.setMinimumWidth(420)

    def accept(self) -> None:
        """Have them disconnected."""
        delay_s = float(self.delay.currentData())
        reason = self.reason.text().strip()
        self._administration.kick(*self._names, reason=reason, ban_s=delay_s)
        super().accept()
