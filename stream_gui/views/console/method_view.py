"""One method: its signature, its docstring, and the form for a call of it."""

from __future__ import annotations

import html
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

import stream_core as sc
from stream_gui.models.console.call_form import call_text, command_of, texts_of
from stream_gui.models.console.command_line import TIME_LIMIT, CallText, CommandError, literal
from stream_gui.models.console.docstring import Docstring
from stream_gui.models.console.form_field import form_fields
from stream_gui.views.appearance import Appearance
from stream_gui.views.console.form_view import FormView

__all__ = ["MethodView"]

DEFAULT_LIMIT_S = 20.0
SHORT = 60
INTERVALS_S = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0)


class MethodView(QWidget):
    """Shows a method and composes calls of it.

    Signals:
        composed(str): the form stands for this line now; "": for none yet.
        called(Command, str): make this call, which is this line.
        repeated(Command, str, float): make it every so many seconds.

    Args:
        appearance: gives colours and icons.
    """

    composed = Signal(str)
    called = Signal(object, str)
    repeated = Signal(object, str, float)

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._target = ""
        self._method: sc.MethodDescription | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.signature = QLabel(wordWrap=True)
        self.signature.setFont(appearance.fixed_font())
        self.documentation = QLabel(wordWrap=True)
        self.documentation.setObjectName("dim")
        self.more = QToolButton()
        self.more.setCheckable(True)
        self.more.setToolTip("The whole docstring")
        self.more.setAccessibleName("The whole docstring")
        appearance.dress(self.more, "information")
        self.more.toggled.connect(self._unfold_documentation)
        self.form = FormView(appearance)
        self.form.changed.connect(self._compose)
        self.form.submitted.connect(self.call)
        self.problem = QLabel(wordWrap=True)
        self.problem.setProperty("problem", True)
        self.problem.hide()
        self.limit = self._made_limit()
        self.button = QPushButton("Call")
        self.button.clicked.connect(self.call)
        appearance.dress(self.button, "call")
        self.repeat_button = self._made_repeat()
        self._arrange()
        self.show_method("", None)

    @property
    def is_of(self) -> tuple[str, str]:
        """Target and path of the method that is shown."""
        return self._target, self._method.path if self._method is not None else ""

    def show_method(self, target: str, method: sc.MethodDescription | None) -> None:
        """Take another method, or none; what stands in the form of the same one stays."""
        same = target == self._target and method == self._method
        self._target, self._method = target, method
        self.setEnabled(method is not None)
        if same and method is not None:
            return
        self._say("")
        self.signature.setText(_headline(method) if method is not None else _no_method(target))
        self.signature.setToolTip(method.text if method is not None else "")
        doc = Docstring.of(method.doc if method is not None else "")
        self.more.setChecked(False)
        self.more.setVisible(bool(doc.rest))
        self._show_documentation(doc)
        fields = form_fields(method) if method is not None else ()
        self.form.show_fields(fields, doc.parameters)
        chain = [self.more, *self.form.focus_chain, self.limit, self.repeat_button, self.button]
        for one, other in pairwise(chain):
            QWidget.setTabOrder(one, other)

    def fill_in(self, call: CallText) -> None:
        """Let the form say what a line says.

        Raises:
            CommandError: The method takes no such arguments.
        """
        if self._method is None:
            return
        self._say("")
        self.form.fill_in(texts_of(form_fields(self._method), call))
        self._take_limit(call.kwargs.get(TIME_LIMIT, ""))

    def call(self) -> None:
        """Make the call that the form stands for, or say what is wrong with it."""
        text = self._checked()
        if text is not None and self._method is not None:
            self.called.emit(command_of(form_fields(self._method), text), text.line)

    def repeat(self, every_s: float) -> None:
        """Make that call every so many seconds."""
        text = self._checked()
        if text is not None and self._method is not None:
            command = command_of(form_fields(self._method), text)
            self.repeated.emit(command, text.line, every_s)

    def show_refusal(self, problem: str, field: str) -> None:
        """Say what the server or the target has refused, at the field that it speaks of."""
        if field:
            self.form.blame(field, problem)
        else:
            self._say(problem)

    def _unfold_documentation(self) -> None:
        self._show_documentation(Docstring.of(self._method.doc if self._method else ""))

    def _show_documentation(self, doc: Docstring) -> None:
        whole = self._method is not None and self.more.isChecked()
        text = self._method.doc if whole and self._method is not None else doc.summary
        self.documentation.setText(_paragraphs(text) if text else "")
        self.documentation.setVisible(bool(text))

    def _checked(self) -> CallText | None:
        """The line, if nothing is wrong with the form."""
        self._say("")
        if self._method is None or not self.form.check(complete=True):
            return None
        try:
            return self._text()
        except CommandError as error:
            self._say(str(error))
            return None

    def _compose(self) -> None:
        self._say("")
        try:
            self.composed.emit(self._text().line)
        except CommandError:
            self.composed.emit("")

    def _text(self) -> CallText:
        if self._method is None:
            raise CommandError("no method is chosen")
        fields = form_fields(self._method)
        text = call_text(self._target, self._method.path, fields, self.form.texts)
        if self.limit.value() != DEFAULT_LIMIT_S:
            text.kwargs[TIME_LIMIT] = f"{self.limit.value():g}"
        return text

    def _take_limit(self, source: str) -> None:
        try:
            value = literal(source) if source else DEFAULT_LIMIT_S
        except CommandError:
            return
        self.limit.blockSignals(True)
        self.limit.setValue(float(value) if isinstance(value, (int, float)) else DEFAULT_LIMIT_S)
        self.limit.blockSignals(False)

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _made_limit(self) -> QDoubleSpinBox:
        limit = QDoubleSpinBox(minimum=0.1, maximum=86_400.0, decimals=1, suffix=" s")
        limit.setValue(DEFAULT_LIMIT_S)
        limit.setAccessibleName("Time limit")
        limit.setToolTip("When this time has passed the call is given up and its target told")
        limit.setFixedWidth(84)
        limit.lineEdit().setTextMargins(6, 0, 2, 0)
        limit.valueChanged.connect(lambda _: self._compose())
        return limit

    def _made_repeat(self) -> QToolButton:
        button = QToolButton()
        button.setText("Repeat")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip("Make the call again and again, and plot what it gives")
        self._appearance.dress(button, "refresh")
        menu = QMenu(button)
        for interval_s in INTERVALS_S:
            action = menu.addAction(f"Every {interval_s:g} s")
            action.triggered.connect(lambda _=False, s=interval_s: self.repeat(s))
        self.once_a_second = menu.actions()[INTERVALS_S.index(1.0)]
        self.once_a_second.setShortcut(QKeySequence("Ctrl+Shift+Return"))
        self.addAction(self.once_a_second)
        button.setMenu(menu)
        return button

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 2, 8, 6)
        row.setSpacing(6)
        row.addWidget(QLabel("Time limit"))
        row.addWidget(self.limit)
        row.addStretch()
        row.addWidget(self.repeat_button)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(4)
        for label in (self.documentation, self.problem):
            label.setContentsMargins(8, 0, 8, 0)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 6, 0)
        head.addWidget(self.signature, 1)
        head.addWidget(self.more, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        for widget in (self.documentation, self.form, self.problem):
            column.addWidget(widget)
        column.addLayout(row)


def _headline(method: sc.MethodDescription) -> str:
    """The signature, if it is short; else what the form does not say: name and result."""
    if len(method.text) <= SHORT:
        return str(method.text)
    return f"{method.name}(…)" + (f" -> {method.returns_text}" if method.returns_text else "")


def _no_method(target: str) -> str:
    return f"Choose a method of {target}" if target else "No method chosen"


def _paragraphs(doc: str) -> str:
    """A docstring as rich text: paragraphs flow, indented sections keep their lines."""
    blocks = []
    for block in doc.strip().split("\n\n"):
        lines = block.split("\n")
        indented = any(line.startswith(" ") for line in lines[1:])
        escaped = [html.escape(line).replace("  ", "&nbsp;&nbsp;") for line in lines]
        blocks.append(("<br>" if indented else " ").join(escaped))
    return "<p style='margin:0 0 4px 0'>" + "</p><p style='margin:0 0 4px 0'>".join(blocks) + "</p>"
