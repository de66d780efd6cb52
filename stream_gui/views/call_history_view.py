"""The calls made: a table, and below it the full result or the remote traceback of one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPlainTextEdit,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.call_history import CallHistory, CallRecord, CallStatus
from stream_gui.views.appearance import Appearance

__all__ = ["CallHistoryView"]

TICK_MS = 200
LOOKS = {
    CallStatus.RUNNING: ("running", "accent"),
    CallStatus.DONE: ("done", "good"),
    CallStatus.FAILED: ("error", "bad"),
    CallStatus.CANCELLED: ("cancel", "dim"),
}


class CallDelegate(QStyledItemDelegate):
    """Shows how a call stands: an icon, and a bar of its progress."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        name, colour = LOOKS[CallStatus(index.data(CallHistory.StatusRole))]
        if index.column() == 0:
            shade = str(getattr(self._appearance.theme, colour))
            option.icon = self._appearance.icon(name, shade)
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration

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
    """Results, errors and durations.

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
        self.table = self._make_table()
        self.detail = QPlainTextEdit(readOnly=True)
        self.detail.setObjectName("flat")
        self.detail.setAccessibleName("Result")
        self.detail.setPlaceholderText("The full result, or the remote traceback")
        self.detail.setFont(appearance.fixed_font())
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.detail)
        self.splitter.setSizes([150, 130])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.splitter)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._go_on)
        history.rowsInserted.connect(self._begun)
        history.dataChanged.connect(lambda *_: self._show())
        history.modelReset.connect(self._show)
        appearance.changed.connect(self.table.viewport().update)

    def selected(self) -> list[int]:
        """The numbers of the selected calls."""
        rows = self.table.selectionModel().selectedRows()
        return [row.data(CallHistory.RecordRole).number for row in rows]

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setAccessibleName("Calls")
        table.setModel(self._history)
        table.setItemDelegate(CallDelegate(self._appearance, table))
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(25)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
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
        self._tick.start()
        self.table.selectRow(0)

    def _go_on(self) -> None:
        self._history.tick()
        if not self._history.running:
            self._tick.stop()

    def _show(self) -> None:
        row = self.table.currentIndex()
        record = row.data(CallHistory.RecordRole) if row.isValid() else None
        text = _detail(record) if record is not None else ""
        if text != self.detail.toPlainText():
            self.detail.setPlainText(text)


def _detail(record: CallRecord) -> str:
    if record.status is CallStatus.RUNNING:
        return "\n".join(record.lines) or record.progress
    return record.detail
