"""The console for remote calls: methods, form, text line and history put together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSplitter,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.console.call_form import blamed_field
from stream_gui.models.console.call_record import CallRecord, CallStatus
from stream_gui.models.console.command_line import Command, CommandError, parse, split
from stream_gui.models.console.completion import complete, known_target
from stream_gui.session.calls import Calls
from stream_gui.views.appearance import Appearance
from stream_gui.views.confirmation import confirm
from stream_gui.views.console.call_history_view import CallHistoryView
from stream_gui.views.console.command_line_view import CommandLineView
from stream_gui.views.console.console_actions import ConsoleActions
from stream_gui.views.console.method_tree import MethodTree
from stream_gui.views.console.method_view import MethodView
from stream_gui.views.console.saved_view import SavedView, ask_for_path

__all__ = ["RpcConsoleView"]

TYPING_MS = 150


class RpcConsoleView(QWidget):
    """Call remote methods by form or by text, several at once.

    Args:
        calls: makes them.
        appearance: gives colours and icons.
        lines: typed before.
    """

    def __init__(self, calls: Calls, appearance: Appearance, lines: Sequence[str] = ()) -> None:
        super().__init__()
        self._calls = calls
        self._appearance = appearance
        self._of_form = 0
        self.methods = MethodTree(calls, appearance)
        self.saved = SavedView(calls.saved, appearance)
        self.method = MethodView(appearance)
        self.line = CommandLineView(lambda text: complete(text, calls.catalog), lines)
        self.line.setFont(appearance.fixed_font())
        self.hint = QLabel(wordWrap=True)
        self.hint.setObjectName("dim")
        self.hint.setContentsMargins(8, 0, 8, 2)
        self.hint.hide()
        self.history = CallHistoryView(calls.history, appearance)
        self.actions_of_console = self._make_actions()
        self._following = QTimer(self, interval=TYPING_MS, singleShot=True)
        self._following.timeout.connect(self.follow_line)
        self._arrange()
        self._connect()

    def call(self, text: str) -> None:
        """Make the call that the text stands for, or say what is wrong with it."""
        try:
            command = parse(text, self._calls.catalog.targets)
        except CommandError as error:
            self._say(str(error), is_problem=True)
            return
        self._say("")
        self.follow_line()
        self._of_form = self._calls.call(command, text)
        self.line.clear()

    def focus_line(self) -> None:
        """Let the operator type a call."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def show_line(self, text: str) -> None:
        """Bring a call into the line and the form."""
        self.line.setText(text)
        self.follow_line()

    def follow_line(self) -> None:
        """Let the form say what the line says, as far as that is a call."""
        self._following.stop()
        try:
            call = split(self.line.text(), self._calls.catalog.targets)
        except CommandError:
            return  # it is being typed
        if self._calls.catalog.method(call.target, call.method) is None:
            self.methods.choose(call.target, call.method)
            return
        if self.method.is_of != (call.target, call.method):
            self.methods.choose(call.target, call.method)
        try:
            self.method.fill_in(call)
        except CommandError as error:
            self._say(str(error), is_problem=True)

    def _make_actions(self) -> dict[str, QAction]:
        actions = ConsoleActions(self, self._appearance)
        return {
            "type": actions.made("Type a call", "Ctrl+R", "console", self.focus_line),
            "fill_in": actions.made(
                "Fill in the form", "Ctrl+I", "detail", self.method.form.focus_first
            ),
            "call": actions.made("Call as filled in", "Ctrl+Return", "call", self.method.call),
            "repeat": self.method.once_a_second,
            "cancel": actions.made(
                "Cancel call",
                "Ctrl+.",
                "stop",
                self._cancel,
                "Give up the selected calls, or the latest that is under way",
            ),
            "again": actions.made("Call again", "Ctrl+Shift+R", "refresh", self._call_again),
            "keep": actions.made("Keep this call …", "Ctrl+B", "folder", self._keep),
            "search": actions.made("Search calls", "Ctrl+H", "find", self.history.begin_search),
            "copy_python": actions.made("Copy as Python", "Ctrl+Alt+C", "copy", self._copy_python),
            "copy": self.history.result.copy_action,
            "clear": actions.made(
                "Clear calls",
                "Ctrl+Shift+L",
                "clear",
                self._ask_to_clear,
                "Forget the calls that have ended, those of earlier starts too",
            ),
        }

    def _arrange(self) -> None:
        lower = QWidget()
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._line_row())
        column.addWidget(self.hint)
        column.addWidget(self.history, 1)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setObjectName("rpc_splitter")
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self._upper())
        self.splitter.addWidget(lower)
        self.splitter.setSizes([470, 360])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.splitter)
        self.setFocusProxy(self.line)
        names = ("again", "cancel", "keep", "copy", "copy_python", "clear")
        self.history.add_actions([self.actions_of_console[name] for name in names])

    def _upper(self) -> QWidget:
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.trees = QTabWidget()
        self.trees.setDocumentMode(True)
        self.trees.addTab(self.methods, "Methods")
        self.trees.addTab(self.saved, "Saved")
        column.addWidget(self.trees, 1)
        column.addWidget(self.method)
        return upper

    def _line_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 6, 6, 4)
        row.setSpacing(3)
        row.addWidget(self.line)
        for name in ("cancel", "keep", "search"):
            row.addWidget(self._button(name))
        return row

    def _button(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self.actions_of_console[name])
        return button

    def _connect(self) -> None:
        self.methods.chosen.connect(self._method_chosen)
        self.methods.activated.connect(self._fill_in)
        self.saved.chosen.connect(self.show_line)
        self.saved.activated.connect(self._call_line)
        self.method.composed.connect(self._composed)
        self.method.called.connect(self._call_form)
        self.method.repeated.connect(self._repeat_form)
        self.line.submitted.connect(self.call)
        self.line.textEdited.connect(self._typed)
        self.history.chosen.connect(self.show_line)
        self._calls.history.ended.connect(self._ended)
        self._method_chosen(self.methods.target, self.methods.path)

    def _method_chosen(self, target: str, path: str) -> None:
        self.method.show_method(target, self._calls.catalog.method(target, path))
        if self.line.text() and self.method.is_of[1]:
            self.follow_line_of(target, path)

    def follow_line_of(self, target: str, path: str) -> None:
        """A method that the line was waiting for is there: fill its form in."""
        try:
            call = split(self.line.text(), self._calls.catalog.targets)
            if (call.target, call.method) == (target, path):
                self.method.fill_in(call)
        except CommandError:
            return  # it is being typed, or said already

    def _fill_in(self) -> None:
        if not self.method.form.focus_first():
            self.method.call()

    def _composed(self, line: str) -> None:
        self.line.setText(line)
        self._say("")

    def _call_form(self, command: Command, line: str) -> None:
        self._of_form = self._calls.call(command, line)

    def _repeat_form(self, command: Command, line: str, every_s: float) -> None:
        self._of_form = self._calls.repeat(command, line, every_s)

    def _call_line(self, line: str) -> None:
        self.show_line(line)
        self.call(line)

    def _call_again(self) -> None:
        for record in self.history.records()[:1]:
            self._call_line(record.text)

    def _ended(self, record: CallRecord) -> None:
        """Show at the form what was refused of the call that it stands for."""
        if record.number != self._of_form or record.status is not CallStatus.FAILED:
            return
        fields = [view.field for view in self.method.form.fields]
        self.method.show_refusal(record.result, blamed_field(record.result, fields))

    def _typed(self, text: str) -> None:
        """Learn of the target that is being typed, show what is meant, and let the form follow."""
        self._following.start()
        found = known_target(text, self._calls.catalog)
        if found is None:
            self._say("")
            return
        target, rest = found
        self._calls.learn(target)
        method = self._calls.catalog.method(target, rest.partition("(")[0].strip())
        if method is None or self.method.is_of == (target, method.path):
            self._say("")
        else:
            self._say(f"{method.path.rpartition('.')[0]} {method.text}".strip())

    def _say(self, text: str, *, is_problem: bool = False) -> None:
        self.hint.setText(text)
        self.hint.setVisible(bool(text))
        if self.hint.property("problem") != is_problem:
            self.hint.setProperty("problem", is_problem)
            self.hint.setObjectName("" if is_problem else "dim")
            self.hint.style().unpolish(self.hint)
            self.hint.style().polish(self.hint)

    def _cancel(self) -> None:
        running = self._calls.history.running
        chosen = [number for number in self.history.selected() if number in running]
        for number in chosen or running[:1]:
            self._calls.cancel(number)

    def _ask_to_clear(self) -> None:
        confirm(
            self,
            "Forget the calls that have ended?",
            "Their results go, and those of earlier starts. Saved calls stay.",
            "Forget them",
            self._calls.forget,
        )

    def _current_line(self) -> str:
        """The call of the line, or else of the selected row."""
        if self.line.text().strip():
            return self.line.text().strip()
        return next((record.text for record in self.history.records()), "")

    def _keep(self) -> None:
        line = self._current_line()
        if not line:
            self._say("fill in a call first, or select one", is_problem=True)
            return
        name = line.partition("(")[0].replace(".", "/")
        ask_for_path(self, name, lambda path: self._keep_as(path, line))

    def _keep_as(self, path: str, line: str) -> None:
        try:
            self._calls.saved.save(path, line)
        except ValueError as error:
            self._say(str(error), is_problem=True)
            return
        self.trees.setCurrentWidget(self.saved)

    def _copy_python(self) -> None:
        try:
            script = self._calls.script(self._current_line())
        except CommandError as error:
            self._say(str(error), is_problem=True)
            return
        QGuiApplication.clipboard().setText(script)
        self._say("a program that makes this call is in the clipboard")
