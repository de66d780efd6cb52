"""The dialog in which the limits of a panel's axes are typed; it changes nothing itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from stream_gui.plotdata.units import TIMES, axis_scale, parsed_value

__all__ = ["RangeDialog", "TypedAxis", "limit_text"]


@dataclass(frozen=True, slots=True)
class TypedAxis:
    """An axis whose limits may be typed.

    Attributes:
        name: under which the layout knows it.
        title: what it is called.
        unit: of its values.
        bounds: its limits now.
    """

    name: str
    title: str
    unit: str
    bounds: tuple[float, float]

    @property
    def divisor(self) -> float:
        """By what the axis divides its values, where it does so by a prefix of the unit."""
        divisor, text = axis_scale(*self.bounds, self.unit)
        return 1.0 if text.startswith(TIMES) else divisor

    def parsed(self, text: str) -> float:
        """The value that was typed.

        Raises:
            ValueError: it is none of this axis.
        """
        return parsed_value(text, self.unit, self.divisor)


def limit_text(axis: TypedAxis, value: float) -> str:
    """A limit as it is offered to be changed, as exact as can be seen, in the labels' unit."""
    unit = axis_scale(*axis.bounds, axis.unit)[1]
    shown = axis.unit if unit.startswith(TIMES) else unit
    span = abs(axis.bounds[1] - axis.bounds[0]) or 1.0
    digits = 4 - math.floor(math.log10(span / axis.divisor))
    rounded = round(value / axis.divisor, digits) + 0.0
    return f"{rounded:.12g} {shown}".strip()


class RangeDialog(QDialog):
    """Asks for an axis and its limits.

    Args:
        axes: those to choose from.
        chosen: the name of the one to begin with; the first if it is none of them.
        set_range: called with an axis and its new limits.
        fit: called with an axis that is to fit itself to the data.
        parent: the window it belongs to.
    """

    def __init__(
        self,
        axes: Sequence[TypedAxis],
        chosen: str,
        set_range: Callable[[str, float, float], None],
        fit: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Set range")
        self._axes = tuple(axes)
        self._set_range = set_range
        self._fit = fit
        self.axis_box = QComboBox()
        self.high_edit, self.low_edit = QLineEdit(), QLineEdit()
        self._problem = QLabel()
        self._problem.setProperty("problem", True)
        self._problem.setWordWrap(True)
        self._build()
        names = [axis.name for axis in self._axes]
        self.axis_box.setCurrentIndex(names.index(chosen) if chosen in names else 0)
        self._show_axis()
        self.axis_box.currentIndexChanged.connect(self._show_axis)
        self.high_edit.textEdited.connect(self._check)
        self.low_edit.textEdited.connect(self._check)

    @property
    def problem(self) -> str:
        """What is wrong with what was typed; "" if nothing."""
        return self._problem.text()

    def accept(self) -> None:
        """Fix the range, if it is one."""
        bounds = self._check()
        if bounds is not None:
            self._set_range(self._axis.name, *bounds)
            super().accept()

    @property
    def _axis(self) -> TypedAxis:
        return self._axes[max(0, self.axis_box.currentIndex())]

    def _build(self) -> None:
        for axis in self._axes:
            self.axis_box.addItem(axis.title, axis.name)
        form = QFormLayout()
        form.addRow("&Axis", self.axis_box)
        form.setRowVisible(self.axis_box, len(self._axes) > 1)
        form.addRow("&Upper limit", self.high_edit)
        form.addRow("&Lower limit", self.low_edit)
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        self.fit_button = QPushButton("&Fit to the data")
        self.buttons.addButton(self.fit_button, QDialogButtonBox.ButtonRole.ResetRole)
        self.fit_button.clicked.connect(self._on_fit)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self._problem)
        column.addWidget(self.buttons)
        self.setMinimumWidth(320)

    def _show_axis(self) -> None:
        low, high = self._axis.bounds
        self.high_edit.setText(limit_text(self._axis, high))
        self.low_edit.setText(limit_text(self._axis, low))
        self.high_edit.setFocus()
        self.high_edit.selectAll()
        self._check()

    def _check(self) -> tuple[float, float] | None:
        """The limits as typed; else None, and what is wrong is said."""
        problem, bounds = "", None
        try:
            low, high = self._typed(self.low_edit, 0), self._typed(self.high_edit, 1)
        except ValueError as error:
            problem = str(error)
        else:
            if low < high:
                bounds = (low, high)
            else:
                problem = "The upper limit must be above the lower one."
        self._problem.setText(problem)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bounds is not None)
        return bounds

    def _typed(self, edit: QLineEdit, end: int) -> float:
        """A limit as typed; what was not touched stays exactly what it was."""
        axis, text = self._axis, edit.text()
        bound = axis.bounds[end]
        return bound if text == limit_text(axis, bound) else axis.parsed(text)

    def _on_fit(self) -> None:
        self._fit(self._axis.name)
        super().accept()
