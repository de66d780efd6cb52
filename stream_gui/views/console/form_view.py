"""The form made from a method's signature: one field a parameter; it calls nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFormLayout, QFrame, QLineEdit, QScrollArea, QWidget

from stream_gui.models.console.call_form import problems
from stream_gui.models.console.form_field import FormField
from stream_gui.views.appearance import Appearance
from stream_gui.views.console.field_view import FieldView, label_of
from stream_gui.views.console.field_views import made_field_view

__all__ = ["FormView"]


class FormView(QScrollArea):
    """The fields of one method.

    Signals:
        changed(): something was filled in by hand.
        submitted(): Return was pressed in a field.

    Args:
        appearance: gives icons.
    """

    changed = Signal()
    submitted = Signal()

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._views: list[FieldView] = []
        self._filling = False
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.show_fields(())

    @property
    def fields(self) -> list[FieldView]:
        """The widgets of the fields."""
        return list(self._views)

    @property
    def focus_chain(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        tab = Qt.FocusPolicy.TabFocus  # what takes no focus would break the chain
        chain = (each for view in self._views for each in view.focus_chain)
        return [each for each in chain if each.focusPolicy() & tab]

    @property
    def texts(self) -> dict[str, str]:
        """What stands in the fields."""
        return {view.field.name: view.text for view in self._views}

    def show_fields(
        self, fields: Sequence[FormField], meanings: Mapping[str, str] | None = None
    ) -> None:
        """Make the form for another method, whose docstring says this of its parameters."""
        body = QWidget()
        body.setObjectName("form_body")
        form = QFormLayout(body)
        form.setContentsMargins(8, 4, 8, 4)
        form.setVerticalSpacing(5)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._views = [made_field_view(self._appearance, each, self._edited) for each in fields]
        for view in self._views:
            view.explain((meanings or {}).get(view.field.keyword, ""))
            form.addRow(label_of(view.field), view.row)
        self.setWidget(body)
        body.installEventFilter(self)
        self.setVisible(bool(fields))
        self._fit()

    def fill_in(self, texts: Mapping[str, str]) -> None:
        """Let these stand in the fields; the others are empty."""
        self._filling = True
        for view in self._views:
            view.set_text(texts.get(view.field.name, ""))
        self._filling = False
        self.check()

    def check(self, *, complete: bool = False) -> bool:
        """Show what is wrong at each field; gives whether nothing is."""
        found = problems([view.field for view in self._views], self.texts, complete=complete)
        for view in self._views:
            view.show_problem(found.get(view.field.name, ""))
        return not found

    def blame(self, name: str, problem: str) -> None:
        """Show at one field what the target has said of it."""
        for view in self._views:
            if view.field.name == name:
                view.show_problem(problem.rpartition(f"argument {name!r} ")[2])
                self.ensureWidgetVisible(view.row)

    def focus_first(self) -> bool:
        """Let the operator fill in the first field; False if there is none."""
        if self._views:
            self._views[0].widget.setFocus(Qt.FocusReason.OtherFocusReason)
        return bool(self._views)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The form is as high as its fields, up to the room there is."""
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return in a line makes the call."""
        in_line = isinstance(self.focusWidget(), QLineEdit)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and in_line:
            self.submitted.emit()
            return
        super().keyPressEvent(event)

    def _edited(self) -> None:
        if self._filling:
            return
        self.check()
        self.changed.emit()

    def _fit(self) -> None:
        body = self.widget()
        height = body.sizeHint().height() + 4 if self._views and body is not None else 0
        self.setMaximumHeight(height)
        self.setMinimumHeight(min(height, 64))
