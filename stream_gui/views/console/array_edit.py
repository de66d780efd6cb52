"""A line for an array: an expression, a list, or a file; it says what it makes."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtWidgets import QFileDialog, QLabel, QToolButton

from stream_gui.models.console.array_files import COLUMN_FILES
from stream_gui.models.console.command_line import literal_text
from stream_gui.models.console.expressions import CommandError
from stream_gui.models.console.form_field import FormField
from stream_gui.views.appearance import Appearance
from stream_gui.views.console.line_edit import LineEdit

__all__ = ["ArrayEdit"]

FILES = f"Arrays (*.npy {' '.join('*' + ending for ending in COLUMN_FILES)});;All files (*)"


class ArrayEdit(LineEdit):
    """Takes an array.

    Attributes:
        button: asks for a file.
        summary: shape, kind and range of the array that stands there.
    """

    def __init__(self, field: FormField, appearance: Appearance) -> None:
        super().__init__()
        self._field = field
        self.button = QToolButton()
        self.button.setToolTip("Take the array from a file: .npy, or columns of numbers")
        self.button.setAccessibleName(f"File for {field.name}")
        self.button.clicked.connect(self.ask_for_file)
        appearance.dress(self.button, "folder")
        self.summary = QLabel()
        self.summary.setObjectName("dim")
        self.summary.hide()
        self.textChanged.connect(lambda _: self._summarise())

    def ask_for_file(self) -> None:
        """Ask for a file and take the array in it."""
        dialog = QFileDialog(self, "An array from a file", "", FILES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_file)
        dialog.open()

    def take_file(self, name: str) -> None:
        """Take the array in a file."""
        self.setText(f"load({literal_text(name)})")

    def _summarise(self) -> None:
        self.summary.setText(_summary(self._field, self.text()))
        self.summary.setVisible(bool(self.summary.text()))


def _summary(field: FormField, text: str) -> str:
    if not text.strip():
        return ""
    try:
        array: Any = field.read(text)
    except CommandError:
        return ""
    if not isinstance(array, np.ndarray):
        return ""
    shape = " by ".join(map(str, array.shape)) or "single"
    if not array.size or array.dtype.kind not in "biuf":
        return f"{shape} {array.dtype}"
    return f"{shape} {array.dtype}, {np.nanmin(array):.4g} … {np.nanmax(array):.4g}"
