"""The calls made: a table that can be searched, and below it what one of them gave."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QAction, QColor, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QSplitter,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.console.call_history import CallHistory
from stream_gui.models.console.call_record import CallRecord, CallStatus
from stream_gui.views.appearance import Appearance
from stream_gui.views.console.result_view import ResultView
from stream_gui.views.plain_table import make_plain
from stream_gui.views.sign_delegate import SignDelegate

__all__ = ["CallHistoryView"]

TICK_MS = 200
LOOKS = {
    CallStatus.RUNNING: ("running", "accent"),
    CallStatus.DONE: ("done", "good"),
    CallStatus.FAILED: ("error", "bad"),
    CallStatus.CANCELLED: ("cancel", "dim"),
}


class CallDelegate(SignDelegate):
    """Shows how a call stands: an icon, and a bar of its progress."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        if index.column() == 0:
            self.put_sign(option, *LOOKS[CallStatus(index.data(CallHistory.StatusRole))])

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        record: CallRecord = index.data(CallHistory.RecordRole)
        super().paint(painter, option, index)
        if index.column() == 2 and record.status is CallStatus.RUNNING and record.fraction:
            area = option.rect
            bar = area.adjusted(2, area.height() - 4, 0, -1)
            bar.setWidth(round((area.width() - 4) * min(1.0, record.fraction)))
            painter.fillRect(bar, QColor(self._appearance.theme.accent))


class CallHistoryView(QWidget):
    """The calls, searched by what is typed, and the result of the selected one.

    Signals:
        chosen(str): a call was double-clicked: its text.

    Args:
        history: the calls.
        appearance: gives colours and icons.
    """

    chosen = Signal(str)

    def __init__(self, history: CallHistory, appearance: Appearance) -> None:
        super().__init__()
        self._history = history
        self._appearance = appearance
        self._found = QSortFilterProxyModel(self)
        self._found.setSourceModel(history)
        self._found.setFilterRole(CallHistory.SearchRole)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search = QLineEdit(clearButtonEnabled=True)
        self.search.setPlaceholderText("Search calls and results")
        self.search.setAccessibleName("Search calls")
        self.search.textChanged.connect(self._found.setFilterFixedString)
        self.search.hide()
        self.table = self._make_table()
        self.result = ResultView(appearance)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.result)
        self.splitter.setSizes([110, 230])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._search_row())
        column.addWidget(self.splitter)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._go_on)
        history.rowsInserted.connect(self._begun)
        history.dataChanged.connect(lambda *_: self._show())
        history.modelReset.connect(self._show)
        appearance.changed.connect(self.table.viewport().update)

    def selected(self) -> list[int]:
        """The numbers of the selected calls."""
        return [record.number for record in self.records()]

    def records(self) -> list[CallRecord]:
        """The selected calls."""
        rows = self.table.selectionModel().selectedRows()
        return [row.data(CallHistory.RecordRole) for row in rows]

    def add_actions(self, actions: Sequence[QAction]) -> None:
        """Offer these by the right mouse button, too."""
        self.table.addActions(list(actions))
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def begin_search(self) -> None:
        """Let the operator search the calls; Escape ends it."""
        self.search.show()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _end_search(self) -> None:
        self.search.clear()
        self.search.hide()

    def _search_row(self) -> QHBoxLayout:
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.search)
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        escape.activated.connect(self._end_search)
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 6, 0)
        row.addWidget(self.search)
        return row

    def _make_table(self) -> QTableView:
        table = QTableView()
        make_plain(table, "Calls", 25)
        table.setModel(self._found)
        table.setItemDelegate(CallDelegate(self._appearance, table))
        header = table.horizontalHeader()
        header.hide()
        for column, width in enumerate((92, 162, 110, 64)):
            header.resizeSection(column, width)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        table.selectionModel().selectionChanged.connect(lambda *_: self._show())
        table.doubleClicked.connect(
            lambda index: self.chosen.emit(index.data(CallHistory.RecordRole).text)
        )
        return table

    def _begun(self) -> None:
        if not self._history.running:
            return  # those of earlier starts
        self._end_search()
        self._tick.start()
        self.table.selectRow(0)

    def _go_on(self) -> None:
        self._history.tick()
        if not self._history.running:
            self._tick.stop()

    def _show(self) -> None:
        row = self.table.currentIndex()
        self.result.show_record(row.data(CallHistory.RecordRole) if row.isValid() else None)
