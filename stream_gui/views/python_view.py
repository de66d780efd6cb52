"""What the operator has done, as lines of Python to take along; it runs none of them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.python_log import PythonLog
from stream_gui.views.appearance import Appearance

__all__ = ["PythonView"]

MEANING = "What you do here, as the Python that does the same; client is a blocking Client."


class PythonView(QWidget):
    """Shows the lines, the latest last, and copies them.

    Args:
        log: the lines.
        appearance: gives icons.
    """

    def __init__(self, log: PythonLog, appearance: Appearance) -> None:
        super().__init__()
        self._log = log
        self._appearance = appearance
        self.list = QListView()
        self.list.setModel(log)
        self.list.setAccessibleName("Python")
        self.list.setFont(appearance.fixed_font())
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.copy_action = self._made("Copy as a program", "copy", self.copy)
        self.copy_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self.copy_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.clear_action = self._made("Clear the lines", "clear", log.clear)
        self._arrange()
        log.rowsInserted.connect(lambda *_: self.list.scrollToBottom())

    def copy(self) -> None:
        """Put the selected lines, or all, into the clipboard, with what they import."""
        rows = [index.row() for index in self.list.selectedIndexes()]
        QGuiApplication.clipboard().setText(self._log.script(rows or None))

    def _made(self, text: str, icon: str, deed: Callable[[], object]) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(lambda _=False: deed())
        self._appearance.dress(action, icon)
        self.list.addAction(action)
        return action

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 6, 2)
        row.setSpacing(3)
        meaning = QLabel(MEANING)
        meaning.setObjectName("dim")
        row.addWidget(meaning, 1)
        for action in (self.copy_action, self.clear_action):
            button = QToolButton()
            button.setDefaultAction(action)
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.list, 1)
        self.setFocusProxy(self.list)
