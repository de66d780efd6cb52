"""The dock of reports: a table, and the detail of one; it opens no dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QPlainTextEdit,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.feedback_list import FeedbackList
from stream_gui.views.appearance import Appearance
from stream_gui.views.plain_table import make_plain
from stream_gui.views.severity_delegate import SeverityDelegate

__all__ = ["FeedbackView"]


class FeedbackView(QWidget):
    """What went wrong, and what happened by itself.

    Args:
        reports: the list.
        appearance: gives colours and icons.
    """

    def __init__(self, reports: FeedbackList, appearance: Appearance) -> None:
        super().__init__()
        self._reports = reports
        self.table = QTableView()
        make_plain(self.table, "Feedback", 25)
        self.table.setModel(reports)
        self.table.setItemDelegate(
            SeverityDelegate(appearance, FeedbackList.SeverityRole, self.table)
        )
        header = self.table.horizontalHeader()
        header.resizeSection(0, 92)
        header.resizeSection(1, 220)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.detail = QPlainTextEdit(readOnly=True)
        self.detail.setObjectName("flat")
        self.detail.setFont(appearance.fixed_font())
        self.detail.setPlaceholderText("The whole of the selected report")
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.table)
        splitter.addWidget(self.detail)
        splitter.setSizes([600, 320])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(splitter)
        self.setFocusProxy(self.table)
        self.clear_action = QAction("Clear feedback", self)
        self.clear_action.triggered.connect(reports.clear)
        appearance.dress(self.clear_action, "clear")
        copy = QAction("Copy", self.table)
        copy.setShortcut("Ctrl+C")
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy)
        self.table.addAction(copy)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.table.addAction(self.clear_action)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show())
        reports.rowsInserted.connect(self._came)
        reports.modelReset.connect(self._show)
        appearance.changed.connect(self.table.viewport().update)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin what only a visible view needs."""
        super().showEvent(event)
        self._reports.mark_read()

    def _came(self) -> None:
        if self.isVisible() and not self.visibleRegion().isEmpty():
            self._reports.mark_read()

    def _show(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        self.detail.setPlainText(rows[0].data(FeedbackList.DetailRole) if rows else "")

    def _copy(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        details = [row.data(FeedbackList.DetailRole) for row in rows]
        QGuiApplication.clipboard().setText("\n\n".join(details))
