"""One method: its signature, its docstring and the form for a call of it."""

from __future__ import annotations

import html

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

import stream_core as sc
from stream_gui.models.command_line import Command, CommandError
from stream_gui.models.form_field import form_fields
from stream_gui.views.appearance import Appearance
from stream_gui.views.form_view import FormView

__all__ = ["MethodView"]

TIME_LIMIT = "tto"
DEFAULT_LIMIT_S = 20.0


class MethodView(QWidget):
    """Shows a method and composes calls of it.

    Signals:
        composed(Command): the form stands for this call now.
        called(Command): make it.
    """

    composed = Signal(object)
    called = Signal(object)

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._target = ""
        self._method: sc.MethodDescription | None = None
        self.signature = QLabel(wordWrap=True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.signature.setFont(appearance.fixed_font())
        self.documentation = QLabel(wordWrap=True)
        self.documentation.setObjectName("dim")
        self.form = FormView()
        self.form.changed.connect(self._compose)
        self.form.submitted.connect(self.call)
        self.problem = QLabel(wordWrap=True)
        self.problem.setProperty("problem", True)
        self.problem.hide()
        self.limit = self._make_limit()
        self.button = QPushButton("Call")
        self.button.clicked.connect(self.call)
        appearance.dress(self.button, "call")
        self._arrange()
        self.show_method("", None)

    def show_method(self, target: str, method: sc.MethodDescription | None) -> None:
        """Take another method, or none."""
        same = target == self._target and method == self._method
        self._target, self._method = target, method
        self.setEnabled(method is not None)
        if same and method is not None:
            return
        self.problem.hide()
        self.signature.setText(method.text if method is not None else "No method chosen")
        self.documentation.setText(_paragraphs(method.doc) if method is not None else "")
        self.documentation.setVisible(bool(method is not None and method.doc))
        self.form.show_fields(form_fields(method) if method is not None else ())

    def call(self) -> None:
        """Make the call that the form stands for, or say what is wrong with it."""
        command = self._command(complain=True)
        if command is not None:
            self.called.emit(command)

    def _compose(self) -> None:
        self.problem.hide()
        command = self._command(complain=False)
        if command is not None:
            self.composed.emit(command)

    def _command(self, *, complain: bool) -> Command | None:
        if self._method is None:
            return None
        try:
            args, kwargs = self.form.arguments()
        except CommandError as error:
            if complain:
                self.problem.setText(str(error))
                self.problem.show()
            return None
        if self.limit.value() != DEFAULT_LIMIT_S:
            kwargs[TIME_LIMIT] = self.limit.value()
        return Command(self._target, self._method.path, args, kwargs)

    def _make_limit(self) -> QDoubleSpinBox:
        limit = QDoubleSpinBox(minimum=0.1, maximum=86_400.0, decimals=1, suffix=" s")
        limit.setValue(DEFAULT_LIMIT_S)
        limit.setAccessibleName("Time limit")
        limit.setToolTip("When this time has passed the call is given up and its target told")
        limit.setFixedWidth(84)
        limit.lineEdit().setTextMargins(6, 0, 2, 0)
        limit.valueChanged.connect(lambda _: self._compose())
        return limit

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 2, 8, 6)
        row.addWidget(QLabel("Time limit"))
        row.addWidget(self.limit)
        row.addStretch()
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(4)
        for label in (self.signature, self.documentation, self.problem):
            label.setContentsMargins(8, 0, 8, 0)
        for widget in (self.signature, self.documentation, self.form, self.problem):
            column.addWidget(widget)
        column.addLayout(row)


def _paragraphs(doc: str) -> str:
    """A docstring as rich text: paragraphs flow, indented sections keep their lines."""
    blocks = []
    for block in doc.strip().split("\n\n"):
        lines = block.split("\n")
        indented = any(line.startswith(" ") for line in lines[1:])
        escaped = [html.escape(line).replace("  ", "&nbsp;&nbsp;") for line in lines]
        blocks.append(("<br>" if indented else " ").join(escaped))
    return "<p style='margin:0 0 4px 0'>" + "</p><p style='margin:0 0 4px 0'>".join(blocks) + "</p>"
