"""The list of markers: edits, deletes, and asks for their time to be shown; keeps none itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView

from stream_gui.models.marker_table import MarkerTable
from stream_gui.models.measuring import Marker, Measuring
from stream_gui.views.plain_table import make_plain

__all__ = ["MarkerList"]

_TIME_WIDTH = 150
_ROW = 22


class MarkerList(QTableView):
    """Markers with their notes.

    Signals:
        sought(object): show the time of this `Marker`.

    Args:
        measuring: keeps the markers.
    """

    sought = Signal(object)

    def __init__(self, measuring: Measuring) -> None:
        super().__init__()
        self._measuring = measuring
        self._table = MarkerTable(measuring)
        self.setModel(self._table)
        make_plain(self, "Markers", _ROW)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.EditKeyPressed | triggers.SelectedClicked)
        self.horizontalHeader().setStretchLastSection(True)
        self.setColumnWidth(0, _TIME_WIDTH)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._add("Show its time", "", self._seek)
        self._add("Edit the note", "F2", self._edit)
        self._add("Delete", QKeySequence(Qt.Key.Key_Delete).toString(), self._delete)
        self.doubleClicked.connect(self._on_double_click)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows the marker's time."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() in keys and self.state() is not QAbstractItemView.State.EditingState:
            self._seek()
            return
        super().keyPressEvent(event)

    def _add(self, text: str, key: str, slot: Callable[[], object]) -> None:
        action = QAction(text, self)
        if key:
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: slot())
        self.addAction(action)

    def _current(self) -> Marker | None:
        index = self.currentIndex()
        return self._table.marker(index.row()) if index.isValid() else None

    def _seek(self) -> None:
        marker = self._current()
        if marker is not None:
            self.sought.emit(marker)

    def _edit(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            self.edit(index.siblingAtColumn(1))

    def _delete(self) -> None:
        marker, row = self._current(), self.currentIndex().row()
        if marker is not None:
            self._measuring.remove_marker(marker)
            self.selectRow(min(row, self._table.rowCount() - 1))

    def _on_double_click(self, index: QModelIndex) -> None:
        self._edit() if index.column() else self._seek()
