"""The dock of problems: what is wrong, why, and what to do; it dismisses none."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QStackedLayout,
    QTableView,
    QWidget,
)

from stream_gui.models.problem_list import ProblemList
from stream_gui.views.appearance import Appearance
from stream_gui.views.plain_table import make_plain
from stream_gui.views.severity_delegate import SeverityDelegate

__all__ = ["ProblemsView"]


class ProblemsView(QWidget):
    """What stands now.

    Signals:
        remedy_wanted(str): the action of this name is to be done.

    Args:
        problems: the list.
        appearance: gives colours and icons.
    """

    remedy_wanted = Signal(str)

    def __init__(self, problems: ProblemList, appearance: Appearance) -> None:
        super().__init__()
        self._problems = problems
        self.table = QTableView()
        make_plain(self.table, "Problems", 25)
        self.table.setWordWrap(True)
        self.table.setModel(problems)
        self.table.setItemDelegate(
            SeverityDelegate(appearance, ProblemList.SeverityRole, self.table, bold=1)
        )
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header = self.table.horizontalHeader()
        header.resizeSection(0, 100)
        header.resizeSection(1, 250)
        for column in (2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        nothing = QLabel("Nothing is wrong")
        nothing.setObjectName("dim")
        nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(nothing)
        self._stack.addWidget(self.table)
        self.setFocusProxy(self.table)
        self.remedy = self._action("Do what helps", "", self._want_remedy)
        copy = self._action("Copy", "Ctrl+C", self._copy)
        self.table.addActions([self.remedy, copy])
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.table.activated.connect(lambda _: self._want_remedy())
        problems.changed.connect(self._show)
        appearance.changed.connect(self.table.viewport().update)
        self._show()

    def _action(self, text: str, key: str, slot: object) -> QAction:
        action = QAction(text, self.table)
        action.setShortcut(key)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(slot)
        return action

    def _show(self) -> None:
        self._stack.setCurrentIndex(1 if self._problems.rowCount() else 0)

    def _want_remedy(self) -> None:
        action = self.table.currentIndex().data(ProblemList.ActionRole)
        if action:
            self.remedy_wanted.emit(action)

    def _copy(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        texts = [row.data(ProblemList.TextRole) for row in rows]
        QGuiApplication.clipboard().setText("\n\n".join(texts))
