"""A line for a number: the arrows step it, and a slider shows its range where that has ends."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QSlider

from stream_gui.models.console.expressions import CommandError, literal
from stream_gui.models.console.field_range import FieldRange
from stream_gui.views.console.line_edit import LineEdit

__all__ = ["NumberEdit"]

PLACES = 1000
SLIDER_WIDTH = 96


class NumberEdit(LineEdit):
    """Takes a number, or an expression for one.

    Attributes:
        slider: shows and chooses it; None if the range is open.

    Args:
        within: the range.
    """

    def __init__(self, within: FieldRange) -> None:
        super().__init__()
        self._range = within
        self.slider: QSlider | None = self._make_slider() if within.closed else None
        self.textChanged.connect(lambda _: self._show_place())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down step the number."""
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        value = self._value()
        if step is None or value is None:
            super().keyPressEvent(event)
            return
        self.setText(f"{self._stepped(value, step):.12g}")

    def _stepped(self, value: float, direction: int) -> float:
        """One of its last decimal place up or down, kept within the range."""
        step = self._range.step or 1
        if not self._range.step and not self._range.whole:
            digits = self.text().partition(".")[2]
            step = 10.0 ** -sum(each.isdigit() for each in digits.partition("e")[0])
        stepped = value + direction * step
        low = -math.inf if self._range.low is None else self._range.low
        high = math.inf if self._range.high is None else self._range.high
        return min(max(stepped, low), high)

    def _value(self) -> float | None:
        try:
            value = literal(self.text()) if self.text().strip() else None
        except CommandError:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        return float(value) if math.isfinite(value) else None

    def _make_slider(self) -> QSlider:
        slider = _Slider(Qt.Orientation.Horizontal)
        slider.setRange(0, PLACES)
        slider.setFixedWidth(SLIDER_WIDTH)
        slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrows step the number in the line
        slider.setAccessibleName("Range")
        slider.setToolTip(f"from {self._range.low:g} to {self._range.high:g}")
        slider.valueChanged.connect(self._choose_place)
        return slider

    def _choose_place(self, place: int) -> None:
        self.setText(f"{self._range.value_at(place / PLACES):.12g}")

    def _show_place(self) -> None:
        value = self._value()
        if self.slider is not None and value is not None:
            self.slider.blockSignals(True)
            self.slider.setValue(round(PLACES * self._range.share_of(value)))
            self.slider.blockSignals(False)


class _Slider(QSlider):
    """A slider that lets the form scroll under the mouse."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pass it on."""
        event.ignore()
