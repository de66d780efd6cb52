"""The list of an event table: follows the newest row until it is scrolled away from it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from stream_gui.models.event_table import CHANNEL, TIME, VALUE, EventTable
from stream_gui.plotdata.item_log import LogRow

__all__ = ["EventList"]

Index = QModelIndex | QPersistentModelIndex
_MARGIN = 8
_WIDEST_CHANNEL = 0.35


class EventList(QTableView):
    """Shows the rows of a table.

    Signals:
        picked(): another row is the current one.
        copy_wanted(): the rows that are selected are to be copied.

    Args:
        table: the rows.
    """

    picked = Signal()
    copy_wanted = Signal()

    def __init__(self, table: EventTable) -> None:
        super().__init__()
        self._table = table
        self._follows = True
        self._delegate = _EventDelegate(self)
        self.setModel(table)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Events")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Stretch)
        self._connect()
        self._fit()

    @property
    def follows(self) -> bool:
        """Whether the newest row is kept in sight."""
        return self._follows

    @property
    def selected(self) -> list[LogRow]:
        """The rows that are selected, from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._table.log_row(row) for row in rows]

    @property
    def current(self) -> LogRow | None:
        """The row that the operator stands on."""
        index = self.currentIndex()
        return self._table.log_row(index.row()) if index.isValid() else None

    def pick(self, row: int) -> None:
        """Make a row the current one, and show it; none if it is -1."""
        if row < 0:
            self.clearSelection()
            return
        self.selectRow(row)
        self.scrollTo(self._table.index(row, 0))

    def go_to_newest(self) -> None:
        """Keep the newest row in sight from now on."""
        self._follows = True
        bar = self.verticalScrollBar()
        bar.setValue(bar.minimum() if self._table.newest_first else bar.maximum())

    def show_channels(self, channels: Sequence[str]) -> None:
        """Show which channel a row is from if there are several."""
        self.setColumnHidden(CHANNEL, len(channels) < 2)
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(name) for name in channels), default=0)
        most = round(max(self.width(), 300) * _WIDEST_CHANNEL)
        self.setColumnWidth(CHANNEL, min(widest + 2 * _MARGIN + 6, most))

    def recolour(self, warning: QColor) -> None:
        """Losses stand out in this colour."""
        self._delegate.warning = warning
        self.viewport().update()

    def event(self, event: QEvent) -> bool:
        """Take the key that copies before the plots around do."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.matches(QKeySequence.StandardKey.Copy):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies, End follows the newest row."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        elif event.key() == Qt.Key.Key_End:
            self.go_to_newest()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the newest row in sight."""
        super().resizeEvent(event)
        if self._follows:
            self.go_to_newest()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell whoever shows the row."""
        super().currentChanged(current, previous)
        self.picked.emit()

    def _connect(self) -> None:
        self._table.rowsAboutToBeRemoved.connect(self._before_rows_go)
        self._table.rowsInserted.connect(self._on_rows)
        self._table.modelReset.connect(self._on_reset)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._on_range)

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 7)
        self.setColumnWidth(TIME, metrics.horizontalAdvance("00:00:00.000") + 2 * _MARGIN + 6)

    def _is_at_newest(self) -> bool:
        bar = self.verticalScrollBar()
        if self._table.newest_first:
            return bar.value() <= bar.minimum() + 2
        return bar.value() >= bar.maximum() - 2

    def _on_rows(self, parent: QModelIndex, first: int, last: int) -> None:
        """What comes at the top must not push away what is being read."""
        if self._follows:
            self.go_to_newest()
        elif self._table.newest_first:
            self._shift((last - first + 1) * self.verticalHeader().defaultSectionSize())

    def _before_rows_go(self, parent: QModelIndex, first: int, last: int) -> None:
        if not self._table.newest_first and not self._follows:
            self._shift(-(last - first + 1) * self.verticalHeader().defaultSectionSize())

    def _shift(self, pixels: int) -> None:
        bar = self.verticalScrollBar()
        self.updateGeometries()
        bar.setValue(max(bar.minimum(), bar.value() + pixels))

    def _on_reset(self) -> None:
        self.picked.emit()
        if self._follows:
            self.go_to_newest()

    def _on_scrolled(self) -> None:
        self._follows = self._is_at_newest()

    def _on_range(self) -> None:
        if self._follows:
            self.go_to_newest()


class _EventDelegate(QStyledItemDelegate):
    """Times are dim, losses stand out."""

    warning = QColor()

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        role = QPalette.ColorRole
        if index.data(EventTable.LossRole):
            for each in (role.Text, role.HighlightedText):
                option.palette.setColor(each, self.warning)
            option.font.setItalic(True)
        elif index.column() != VALUE:
            option.palette.setColor(role.Text, option.palette.color(role.PlaceholderText))
        option.textElideMode = Qt.TextElideMode.ElideRight
