"""The parameters of a client's reader, to be changed; what may be changed the server says."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

import stream_core as sc
from stream_gui.session.administration import Administration

__all__ = ["ReaderDialog"]

POLICIES = (
    ("ring", "drop the oldest"),
    ("clear", "keep only the newest"),
    ("skip", "drop what is new"),
    ("wait", "pause the writers"),
    ("raise", "end it with an error"),
)
MOST = 1_000_000_000


class ReaderDialog(QDialog):
    """Asks for other parameters, and has those changed that are other ones.

    Args:
        reader: as it is.
        administration: does it.
        parent: the window that it belongs to.
    """

    def __init__(
        self, reader: sc.ReaderStatistics, administration: Administration, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._reader = reader
        self._administration = administration
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle("Change a reader")
        heading = QLabel(f"{reader.client} reads {reader.channel}")
        heading.setObjectName("heading")
        heading.setTextFormat(Qt.TextFormat.PlainText)
        self.buffer = _whole(reader.buffer_size or 0, "without end")
        self.buffer.setSuffix(" items")
        self.policy = QComboBox()
        for name, meaning in POLICIES:
            self.policy.addItem(f"{name}: {meaning}", name)
        self.policy.setCurrentIndex(self.policy.findData(str(reader.overflow)))
        self.every = _whole(reader.every, "")
        self.every.setMinimum(1)
        self.interval = QDoubleSpinBox(minimum=0, maximum=86_400, decimals=3, suffix=" s")
        self.interval.setSpecialValueText("as they come")
        self.interval.setValue(reader.min_interval_s)
        self.envelope = _whole(reader.envelope or 0, "off")
        form = QFormLayout()
        for label, widget, meaning in (
            ("Buffer", self.buffer, "items that may wait for it at the server"),
            ("When it is full", self.policy, "what happens then"),
            ("Take each n-th", self.every, "1 takes all"),
            ("Serve at most every", self.interval, "what comes meanwhile waits in the buffer"),
            ("Envelope of", self.envelope, "samples for each pair of minimum and maximum"),
        ):
            widget.setAccessibleName(label)
            widget.setToolTip(meaning)
            form.addRow(label, widget)
        self.buttons = QDialogButtonBox()
        self.buttons.addButton("Change", QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(heading)
        column.addLayout(form)
        column.addWidget(self.buttons)
        self.setMinimumWidth(400)

    @property
    def changes(self) -> dict[str, Any]:
        """What is other than it was."""
        reader = self._reader
        wanted = {
            "buffer_size": self.buffer.value() or None,
            "overflow": self.policy.currentData(),
            "every": self.every.value(),
            "min_interval_s": self.interval.value(),
            "envelope": self.envelope.value() or None,
        }
        before = {name: getattr(reader, name) for name in wanted}
        return {name: value for name, value in wanted.items() if value != before[name]}

    def accept(self) -> None:
        """Have the server change it."""
        if self.changes:
            self._administration.configure_reader(
                self._reader.client, self._reader.number, **self.changes
            )
        super().accept()


def _whole(value: int, least: str) -> QSpinBox:
    box = QSpinBox(minimum=0, maximum=MOST)
    box.setSpecialValueText(least)
    box.setGroupSeparatorShown(True)
    box.setValue(value)
    return box
