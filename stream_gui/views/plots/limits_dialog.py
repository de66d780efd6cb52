"""Asks for the limits of a value; it changes nothing itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.limits import Limits

__all__ = ["LimitsDialog"]

_FIELDS = {
    "alarm_high": "Alarm &above",
    "warning_high": "&Warning above",
    "warning_low": "Warning &below",
    "alarm_low": "Alarm b&elow",
}


class LimitsDialog(QDialog):
    """Four numbers, each of which may be left out.

    Args:
        name: of the value.
        unit: of the numbers, without a prefix.
        limits: those that hold now.
        take: called with the new ones.
        parent: above which it stands.
    """

    def __init__(
        self,
        name: str,
        unit: str,
        limits: Limits,
        take: Callable[[Limits], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Limits of {name}")
        self.setMinimumWidth(320)
        self._take = take
        self.fields = {field: QLineEdit(placeholderText="none") for field in _FIELDS}
        self.problem = QLabel(wordWrap=True)
        self.problem.setProperty("problem", True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        form = QFormLayout()
        form.setVerticalSpacing(8)
        for field, label in _FIELDS.items():
            value = getattr(limits, field)
            self.fields[field].setText("" if value is None else f"{value:.10g}")
            self.fields[field].setAlignment(Qt.AlignmentFlag.AlignRight)
            self.fields[field].textChanged.connect(self._check)
            form.addRow(f"{label} ({unit})" if unit else label, self.fields[field])
        title = QLabel(name)
        title.setObjectName("heading")
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(title)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        self._check()

    @property
    def limits(self) -> Limits:
        """What is filled in.

        Raises:
            ValueError: it is no number.
        """
        return Limits(**{field: _number(edit.text()) for field, edit in self.fields.items()})

    def _check(self) -> None:
        try:
            problem = self.limits.problem
        except ValueError as error:
            problem = str(error)
        self.problem.setText(problem)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not problem)

    def _accept(self) -> None:
        self._take(self.limits)
        self.accept()


def _number(text: str) -> float | None:
    """A number as it is typed; None for nothing.

    Raises:
        ValueError: it is none.
    """
    plain = text.strip().replace("\N{MINUS SIGN}", "-").replace(",", ".")
    if not plain:
        return None
    try:
        value = float(plain)
    except ValueError:
        raise ValueError(f"{text.strip()} is no number") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"{text.strip()} is no limit")
    return value
