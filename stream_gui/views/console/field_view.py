"""The widgets of one field of a form: an editor, what helps with it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from stream_gui.models.console.form_field import FormField
from stream_gui.views.console.line_edit import LineEdit

__all__ = ["Changed", "ChoiceField", "FieldView", "LineField", "SwitchField", "label_of"]

Changed = Callable[[], None]


class FieldView:
    """What all fields have; a view of one kind says how its editor is read and filled.

    Attributes:
        field: what it stands for.
        widget: the editor, which takes the focus.
        row: the editor with all that is around it.
        focus_chain: what Tab goes through, in order.

    Args:
        field: what it stands for.
        widget: the editor.
        helpers: stand to the right of it.
    """

    def __init__(
        self, field: FormField, widget: QWidget, helpers: tuple[QWidget, ...] = ()
    ) -> None:
        self.field = field
        self.widget = widget
        self.row = QWidget()
        self._problem = QLabel(wordWrap=True)
        self._problem.setProperty("problem", True)
        self._problem.hide()
        self._meaning = f"{field.name}: {field.annotation}".strip(": ")
        widget.setAccessibleName(field.name)
        widget.setToolTip(self._meaning)
        self._column = QVBoxLayout(self.row)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)
        beside = QHBoxLayout()
        beside.setSpacing(4)
        beside.addWidget(widget, 1)
        for helper in helpers:
            beside.addWidget(helper)
        self.focus_chain = [widget, *helpers]
        self._column.addLayout(beside)
        self._column.addWidget(self._problem)

    @property
    def text(self) -> str:
        """What stands in it; "" keeps the default."""
        raise NotImplementedError

    def set_text(self, text: str) -> None:
        """Let this stand in it."""
        raise NotImplementedError

    @property
    def problem(self) -> str:
        """What is shown to be wrong, or ""."""
        return self._problem.text()

    def show_problem(self, problem: str) -> None:
        """Say what is wrong with what stands in it; "": nothing is."""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        if bool(self.widget.property("problem")) != bool(problem):
            self.widget.setProperty("problem", bool(problem))
            self.widget.style().unpolish(self.widget)
            self.widget.style().polish(self.widget)
        self.widget.setToolTip(problem or self._meaning)

    def explain(self, meaning: str) -> None:
        """Tell under the mouse what the target's docstring says of it."""
        if meaning:
            self._meaning = f"{self.field.name}: {self.field.annotation}\n{meaning}"
            self.widget.setToolTip(self._meaning)


class LineField(FieldView):
    """A field that is typed."""

    def __init__(
        self,
        field: FormField,
        changed: Changed,
        edit: LineEdit,
        helpers: tuple[QWidget, ...] = (),
        below: QWidget | None = None,
    ) -> None:
        super().__init__(field, edit, helpers)
        if below is not None:
            self._column.addWidget(below)
        self.edit = edit
        hint = field.default if not field.required and field.default else field.annotation
        edit.setPlaceholderText(hint)
        edit.textChanged.connect(lambda _: changed())

    @property
    def text(self) -> str:
        """What is typed."""
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """Let this stand in the line."""
        if text != self.edit.text():
            self.edit.setText(text)


class SwitchField(FieldView):
    """A field that is on or off."""

    def __init__(self, field: FormField, changed: Changed) -> None:
        self.box = QCheckBox()
        super().__init__(field, self.box)
        self.box.setChecked(field.default == "True")
        self.box.toggled.connect(lambda _: changed())

    @property
    def text(self) -> str:
        """How it is switched; "" where that is the default."""
        shown = str(self.box.isChecked())
        return "" if shown == self.field.default and not self.field.required else shown

    def set_text(self, text: str) -> None:
        """Switch it; "": as the default is."""
        self.box.setChecked((text or self.field.default) == "True")


class ChoiceField(FieldView):
    """A field with a list to choose from."""

    def __init__(self, field: FormField, changed: Changed) -> None:
        self.box = QComboBox()
        super().__init__(field, self.box)
        if not field.required:
            self.box.addItem(f"default: {field.default}" if field.default else "not given", "")
        for shown, _ in field.choices:
            self.box.addItem(shown, shown)
        if field.optional:
            self.box.addItem("None", "None")
        self._known = self.box.count()
        self.box.currentIndexChanged.connect(lambda _: changed())

    @property
    def text(self) -> str:
        """The choice."""
        return str(self.box.currentData())

    def set_text(self, text: str) -> None:
        """Choose it; what is no choice stands there too, and is found wrong."""
        if text == self.text:
            return
        place = self.box.findData(text)
        if place < 0 and text:
            while self.box.count() > self._known:
                self.box.removeItem(self._known)
            self.box.addItem(text, text)
            place = self.box.count() - 1
        self.box.setCurrentIndex(max(place, 0))


def label_of(field: FormField) -> QLabel:
    """The name of a field, with a star where it must be given."""
    label = QLabel(field.name if not field.required else f"{field.name} *")
    label.setToolTip(field.annotation + ("; must be given" if field.required else ""))
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    label.setContentsMargins(0, 5, 0, 0)
    return label
