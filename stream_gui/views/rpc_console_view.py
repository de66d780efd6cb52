"""The console for remote calls: methods, form, text line and history put together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QToolButton, QVBoxLayout, QWidget

from stream_gui.models.command_line import Command, CommandError, command_text, parse
from stream_gui.models.completion import complete, known_target
from stream_gui.session.calls import Calls
from stream_gui.views.appearance import Appearance
from stream_gui.views.call_history_view import CallHistoryView
from stream_gui.views.command_line_view import CommandLineView
from stream_gui.views.method_list import MethodList
from stream_gui.views.method_view import MethodView

__all__ = ["RpcConsoleView"]


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
        self.methods = MethodList(calls, appearance)
        self.method = MethodView(appearance)
        self.line = CommandLineView(lambda text: complete(text, calls.catalog), lines)
        self.line.setFont(appearance.fixed_font())
        self.hint = QLabel(wordWrap=True)
        self.hint.setObjectName("dim")
        self.hint.setContentsMargins(8, 0, 8, 2)
        self.hint.hide()
        self.history = CallHistoryView(calls.history, appearance)
        self.actions_of_console = self._make_actions()
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
        self._calls.call(command, text)
        self.line.clear()

    def focus_line(self) -> None:
        """Let the operator type a call."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def _make_actions(self) -> dict[str, QAction]:
        cancel = QAction("Cancel call", self, shortcut=QKeySequence("Ctrl+."))
        cancel.setToolTip("Give up the selected calls, or the latest that is under way")
        cancel.triggered.connect(self._cancel)
        self._appearance.dress(cancel, "stop")
        clear = QAction("Clear calls", self, shortcut=QKeySequence("Ctrl+Shift+L"))
        clear.triggered.connect(self._calls.history.clear)
        self._appearance.dress(clear, "clear")
        make = QAction("Call as filled in", self, shortcut=QKeySequence("Ctrl+Return"))
        make.triggered.connect(self.method.call)
        self._appearance.dress(make, "call")
        type_it = QAction("Type a call", self, shortcut=QKeySequence("Ctrl+R"))
        type_it.triggered.connect(self.focus_line)
        self._appearance.dress(type_it, "console")
        return {"type": type_it, "call": make, "cancel": cancel, "clear": clear}

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 6, 6, 4)
        row.setSpacing(3)
        row.addWidget(self.line)
        for name in ("cancel", "clear"):
            button = QToolButton()
            button.setDefaultAction(self.actions_of_console[name])
            row.addWidget(button)
        lower = QWidget()
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.hint)
        column.addWidget(self.history, 1)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setObjectName("rpc_splitter")
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self._upper())
        self.splitter.addWidget(lower)
        self.splitter.setSizes([430, 400])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.splitter)
        self.setFocusProxy(self.line)

    def _upper(self) -> QWidget:
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.methods, 1)
        column.addWidget(self.method)
        return upper

    def _connect(self) -> None:
        self.methods.chosen.connect(self._method_chosen)
        self.methods.activated.connect(self._fill_in)
        self.method.composed.connect(self._composed)
        self.method.called.connect(self._call_form)
        self.line.submitted.connect(self.call)
        self.line.textEdited.connect(self._typed)
        self.history.chosen.connect(self.line.setText)
        self._method_chosen(self.methods.target, self.methods.path)

    def _method_chosen(self, target: str, path: str) -> None:
        self.method.show_method(target, self._calls.catalog.method(target, path))

    def _fill_in(self) -> None:
        if not self.method.form.focus_first():
            self.method.call()

    def _composed(self, command: Command) -> None:
        self.line.setText(command_text(command))
        self._say("")

    def _call_form(self, command: Command) -> None:
        self._calls.call(command)

    def _typed(self, text: str) -> None:
        """Learn of the target that is being typed, and show the method that is meant."""
        found = known_target(text, self._calls.catalog)
        if found is None:
            self._say("")
            return
        target, rest = found
        self._calls.learn(target)
        method = self._calls.catalog.method(target, rest.partition("(")[0].strip())
        self._say(f"{method.path.rpartition('.')[0]} {method.text}".strip() if method else "")

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
