"""Fields that hold other fields: records, and the members of lists and dicts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QGroupBox, QToolButton

from stream_gui.models.console.expressions import CommandError
from stream_gui.models.console.form_field import FieldKind, FormField
from stream_gui.models.console.sources import (
    joined_dict,
    joined_list,
    joined_record,
    members,
    named_members,
    record_texts,
)
from stream_gui.views.appearance import Appearance
from stream_gui.views.console.field_view import Changed, FieldView, LineField, label_of
from stream_gui.views.console.line_edit import LineEdit

__all__ = ["MembersField", "RecordField"]

Make = Callable[[FormField, Changed], FieldView]
MOST_ROWS = 100


class RecordField(FieldView):
    """The fields of a record, in a frame; one that need not be given is given when it is ticked."""

    def __init__(self, field: FormField, changed: Changed, make: Make) -> None:
        self.box = QGroupBox(field.annotation.removesuffix(" | None"))
        super().__init__(field, self.box)
        self._changed = changed
        self._other = ""
        self.parts = [make(part, self._edited) for part in field.parts]
        grid = QGridLayout(self.box)
        grid.setContentsMargins(8, 4, 8, 6)
        grid.setVerticalSpacing(4)
        for row, part in enumerate(self.parts):
            grid.addWidget(label_of(part.field), row, 0)
            grid.addWidget(part.row, row, 1)
        grid.setColumnStretch(1, 1)
        self.focus_chain += [each for part in self.parts for each in part.focus_chain]
        if not field.required or field.optional:
            self.box.setCheckable(True)
            self.box.setChecked(False)
            self.box.toggled.connect(lambda _: self._edited())

    @property
    def text(self) -> str:
        if self._other:
            return self._other
        if self.box.isCheckable() and not self.box.isChecked():
            return "None" if self.field.required else ""
        return joined_record(
            {
                part.field.name: _source(part.field, part.text)
                for part in self.parts
                if part.field.is_given(part.text)
            }
        )

    def set_text(self, text: str) -> None:
        if text == self.text:
            return
        try:
            texts = record_texts(text) if text.strip() not in ("", "None") else None
            self._other = ""
        except CommandError:
            texts, self._other = None, text  # an expression that is no dict: found wrong
        with QSignalBlocker(self.box):
            if self.box.isCheckable():
                self.box.setChecked(texts is not None)
        for part in self.parts:
            part.set_text(part.field.shown((texts or {}).get(part.field.name, "")))
        self._changed()

    def show_problem(self, problem: str) -> None:
        """Say it at the field inside that it speaks of, where it names one."""
        inside = next((each for each in self.parts if f".{each.field.name} " in problem), None)
        for part in self.parts:
            said = problem.partition(f".{part.field.name} ")[2] if part is inside else ""
            part.show_problem(said)
        super().show_problem("" if inside is not None else problem)

    def _edited(self) -> None:
        self._other = ""
        self._changed()


class MembersField(LineField):
    """A list or a dict: a line, and on request one row for each member."""

    def __init__(
        self, field: FormField, changed: Changed, make: Make, appearance: Appearance
    ) -> None:
        self.unfold = QToolButton()
        self.unfold.setCheckable(True)
        self.unfold.setToolTip("One row for each member")
        self.unfold.setAccessibleName(f"Members of {field.name}")
        appearance.dress(self.unfold, "detail")
        super().__init__(field, changed, LineEdit(), (self.unfold,))
        self._make, self._appearance = make, appearance
        self._writing = False
        self._rows: list[tuple[FieldView, ...]] = []
        self._frame = QFrame()
        self._grid = QGridLayout(self._frame)
        self._grid.setContentsMargins(8, 0, 0, 4)
        self._grid.setVerticalSpacing(3)
        self._frame.hide()
        self._column.addWidget(self._frame)
        self.unfold.toggled.connect(lambda _: self._show_rows())
        self.edit.textChanged.connect(lambda _: None if self._writing else self._show_rows())

    @property
    def rows(self) -> list[tuple[FieldView, ...]]:
        """The views of each member: of a dict key and value."""
        return list(self._rows)

    def add(self) -> None:
        """Add an empty member."""
        self._rows.append(self._made_row())
        self._lay_out()
        self._rows[-1][0].widget.setFocus()

    def _show_rows(self) -> None:
        self._frame.setVisible(self.unfold.isChecked())
        if not self.unfold.isChecked():
            return
        try:
            texts = self._members()
        except CommandError:
            return  # what is being typed; the rows stay
        if len(texts) > MOST_ROWS:
            self.unfold.setChecked(False)
            return
        self._writing = True
        while len(self._rows) > len(texts):
            self._drop(self._rows[-1])
        while len(self._rows) < len(texts):
            self._rows.append(self._made_row())
        for row, sources in zip(self._rows, texts, strict=True):
            for view, source in zip(row, sources, strict=True):
                view.set_text(view.field.shown(source))
        self._writing = False
        self._lay_out()

    def _members(self) -> list[tuple[str, ...]]:
        if self.field.kind is FieldKind.DICT:
            return list(named_members(self.text))
        return [(each,) for each in members(self.text)]

    def _made_row(self) -> tuple[FieldView, ...]:
        return tuple(self._make(part, self._write) for part in self.field.parts)

    def _write(self) -> None:
        """Let the line say what the rows hold."""
        if self._writing:
            return
        sources = [tuple(_source(view.field, view.text) for view in row) for row in self._rows]
        given = [row for row in sources if all(row)]
        self._writing = True
        if self.field.kind is FieldKind.DICT:
            self.edit.setText(joined_dict([(row[0], row[1]) for row in given]))
        else:
            self.edit.setText(joined_list([row[0] for row in given]))
        self._writing = False

    def _remove(self, row: tuple[FieldView, ...]) -> None:
        self._drop(row)
        self._lay_out()
        self._write()

    def _drop(self, row: tuple[FieldView, ...]) -> None:
        self._rows = [each for each in self._rows if each is not row]
        for view in row:
            view.row.deleteLater()

    def _lay_out(self) -> None:
        """Put the rows in order, each with a button that removes it, and one that adds another."""
        kept = {view.row for row in self._rows for view in row}
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget not in kept:
                widget.deleteLater()
        for place, row in enumerate(self._rows):
            for column, view in enumerate(row):
                self._grid.addWidget(view.row, place, column)
            button = self._made_button("close", "Remove this member")
            button.clicked.connect(lambda _=False, row=row: self._remove(row))
            self._grid.addWidget(button, place, len(row))
        add = self._made_button("plot_add", "Add a member")
        add.clicked.connect(self.add)
        self._grid.addWidget(add, len(self._rows), 0, Qt.AlignmentFlag.AlignLeft)

    def _made_button(self, icon: str, meaning: str) -> QToolButton:
        button = QToolButton()
        button.setToolTip(meaning)
        button.setAccessibleName(meaning)
        self._appearance.dress(button, icon)
        return button


def _source(field: FormField, text: str) -> str:
    """What stands in the line; of a text that is no choice the text itself."""
    try:
        return field.source(text) if field.is_given(text) else ""
    except CommandError:
        return text
