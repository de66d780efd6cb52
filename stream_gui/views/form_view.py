"""The form made from a method's signature: one field a parameter; it calls nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QScrollArea,
    QWidget,
)

from stream_gui.models.command_line import CommandError
from stream_gui.models.form_field import FieldKind, FormField, arguments

__all__ = ["FormView"]


class FieldView:
    """The widget of one field."""

    def __init__(self, field: FormField, changed: Callable[[], None]) -> None:
        self.field = field
        self.widget, self._text = _widget(field, changed)
        self.widget.setAccessibleName(field.name)
        self.widget.setToolTip(f"{field.name}: {field.annotation}")

    @property
    def text(self) -> str:
        """What stands in it; "" keeps the default."""
        return self._text()

    def check(self) -> str:
        """What is wrong with what stands in it, or ""; shows it too."""
        problem = ""
        try:
            if self.text.strip():
                self.field.read(self.text)
        except CommandError as error:
            problem = str(error)
        if self.widget.property("problem") != bool(problem):
            self.widget.setProperty("problem", bool(problem))
            self.widget.style().unpolish(self.widget)
            self.widget.style().polish(self.widget)
        self.widget.setToolTip(problem or f"{self.field.name}: {self.field.annotation}")
        return problem


class FormView(QScrollArea):
    """The fields of one method.

    Signals:
        changed(): something was filled in.
        submitted(): Return was pressed in a field.
    """

    changed = Signal()
    submitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._fields: list[FieldView] = []
        self.show_fields(())

    @property
    def fields(self) -> list[FieldView]:
        """The widgets with their fields."""
        return list(self._fields)

    def show_fields(self, fields: Sequence[FormField]) -> None:
        """Make the form for these fields."""
        body = QWidget()
        body.setObjectName("form_body")
        form = QFormLayout(body)
        form.setContentsMargins(8, 4, 8, 4)
        form.setVerticalSpacing(5)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._fields = [FieldView(field, self._edited) for field in fields]
        for view in self._fields:
            form.addRow(_label(view.field), view.widget)
            if isinstance(view.widget, QLineEdit):
                view.widget.returnPressed.connect(self.submitted)
        self.setWidget(body)
        self.setVisible(bool(fields))
        self.setMaximumHeight(body.sizeHint().height() + 4)
        self.setMinimumHeight(min(body.sizeHint().height() + 2, 120) if fields else 0)

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """What was filled in.

        Raises:
            CommandError: A field that must be given is empty, or holds no value of its kind.
        """
        texts = {view.field.name: view.text for view in self._fields}
        return arguments([view.field for view in self._fields], texts)

    def focus_first(self) -> bool:
        """Let the operator fill in the first field; False if there is none."""
        if self._fields:
            self._fields[0].widget.setFocus(Qt.FocusReason.OtherFocusReason)
        return bool(self._fields)

    def _edited(self) -> None:
        for view in self._fields:
            view.check()
        self.changed.emit()


def _label(field: FormField) -> QLabel:
    label = QLabel(field.name if not field.required else f"{field.name} *")
    label.setToolTip(field.annotation + ("; must be given" if field.required else ""))
    return label


def _widget(field: FormField, changed: Callable[[], None]) -> tuple[QWidget, Callable[[], str]]:
    if field.kind is FieldKind.SWITCH and not field.optional:
        return _switch(field, changed)
    if field.kind in (FieldKind.SWITCH, FieldKind.CHOICE):
        return _choice(field, changed)
    line = QLineEdit(placeholderText=field.default or field.annotation)
    line.textChanged.connect(lambda _: changed())
    return line, line.text


def _switch(field: FormField, changed: Callable[[], None]) -> tuple[QWidget, Callable[[], str]]:
    box = QCheckBox()
    box.setChecked(field.default == "True")
    box.toggled.connect(lambda _: changed())

    def text() -> str:
        shown = str(box.isChecked())
        return "" if shown == field.default and not field.required else shown

    return box, text


def _choice(field: FormField, changed: Callable[[], None]) -> tuple[QWidget, Callable[[], str]]:
    box = QComboBox()
    if not field.required:
        box.addItem(f"default: {field.default}", "")
    for shown, _ in field.choices:
        box.addItem(shown, shown)
    if field.optional:
        box.addItem("None", "None")
    box.currentIndexChanged.connect(lambda _: changed())
    return box, lambda: str(box.currentData())
