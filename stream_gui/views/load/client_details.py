"""What the selected client has: its channels, its readers' buffers, and the methods it offers."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.console.method_catalog import method_names
from stream_gui.models.heading_table import HeadingTable
from stream_gui.models.load.reader_table import ReaderTable
from stream_gui.session.administration import Administration
from stream_gui.session.calls import Calls
from stream_gui.session.load import Load
from stream_gui.views.appearance import Appearance
from stream_gui.views.confirmation import confirm
from stream_gui.views.load.reader_dialog import ReaderDialog
from stream_gui.views.plain_table import make_plain

__all__ = ["ClientDetails"]

BUFFERED = 2


class FillDelegate(QStyledItemDelegate):
    """Shows how full a buffer is by a bar under its number."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        fill = float(index.data(ReaderTable.FillRole))
        bar = option.rect.adjusted(2, option.rect.height() - 4, -2, -1)
        bar.setWidth(round(bar.width() * fill))
        colour = "bad" if fill > 0.9 else "accent"
        painter.fillRect(bar, QColor(getattr(self._appearance.theme, colour)))


class ClientDetails(QTabWidget):
    """Three pages of the client that is looked at; the first one is given, and is of all.

    Signals:
        method_chosen(str, str): a method was double-clicked: the client and the path.

    Args:
        graph: the first page.
        load: what the server tells.
        calls: asks the client what it offers.
        administration: changes and deletes.
        appearance: gives colours and icons.
    """

    method_chosen = Signal(str, str)

    def __init__(
        self,
        graph: QWidget,
        load: Load,
        calls: Calls,
        administration: Administration,
        appearance: Appearance,
    ) -> None:
        super().__init__()
        self._load = load
        self._calls = calls
        self._administration = administration
        self._appearance = appearance
        self.setDocumentMode(True)
        self.channels = self._made_table(load.owned, "Channels of the client")
        self.readers = self._made_table(load.readers, "Readers of the client")
        self.readers.setItemDelegateForColumn(BUFFERED, FillDelegate(appearance, self.readers))
        self.problem = QLabel(wordWrap=True)
        self.problem.setProperty("problem", True)
        self.problem.setContentsMargins(8, 4, 8, 4)
        self.methods = QListWidget()
        self.methods.setAccessibleName("Methods of the client")
        self.methods.setFont(appearance.fixed_font())
        self.methods.itemActivated.connect(lambda item: self._choose_method(item.text()))
        self.addTab(graph, "Graph")
        self.addTab(self.channels, "Channels")
        self.addTab(self._with_problem(self.readers), "Readers")
        self.addTab(self.methods, "Methods")
        self.delete_action = self._made_action(
            self.channels, "Delete the selected channels …", "Delete", "clear", self._ask_to_delete
        )
        self.change_action = self._made_action(
            self.readers, "Change this reader …", "F2", "detail", self._change_reader
        )
        self.readers.doubleClicked.connect(lambda _: self._change_reader())
        load.focused.connect(self._focused)
        load.problem_changed.connect(self._show_problem)
        calls.catalog.described.connect(self._described)
        self._focused()

    def _made_table(self, model: HeadingTable, name: str) -> QTableView:
        table = QTableView()
        make_plain(table, name, 23)
        table.setModel(model)
        table.horizontalHeader().setDefaultSectionSize(68)
        table.setColumnWidth(0, 170)
        return table

    def _made_action(
        self, table: QTableView, text: str, keys: str, icon: str, deed: object
    ) -> QAction:
        action = QAction(text, self, shortcut=QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(deed)
        self._appearance.dress(action, icon)
        table.addAction(action)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        return action

    def _with_problem(self, table: QTableView) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.problem)
        column.addWidget(table, 1)
        return page

    def _focused(self) -> None:
        name = self._load.focus_name
        for place in range(1, 4):
            self.setTabEnabled(place, bool(name))
            self.setTabToolTip(place, f"of {name}" if name else "select a client")
        if not name:
            self.setCurrentIndex(0)
        else:
            self._calls.learn(name)
        self._show_problem()
        self._described(name)

    def _show_problem(self) -> None:
        self.problem.setText(self._load.problem)
        self.problem.setVisible(bool(self._load.problem))

    def _described(self, name: str) -> None:
        if name != self._load.focus_name:
            return
        self.methods.clear()
        description = self._calls.catalog.description(name)
        if description is not None:
            self.methods.addItems(method_names(description))
        elif self._calls.catalog.problem(name):
            self.methods.addItem(self._calls.catalog.problem(name))

    def _choose_method(self, path: str) -> None:
        name = self._load.focus_name
        if self._calls.catalog.method(name, path) is not None:
            self.method_chosen.emit(name, path)

    def _ask_to_delete(self) -> None:
        rows = sorted(self.channels.selectionModel().selectedRows())
        names = [index.data(self._load.owned.RowRole).name for index in rows]
        if not names:
            return
        many = len(names) > 1
        confirm(
            self,
            f"Delete {len(names)} channels?" if many else f"Delete {names[0]}?",
            ("They end for their" if many else "It ends for its")
            + " writers and readers, who get what is still buffered.",
            "Delete",
            lambda: self._administration.delete_channels(*names),
            named=names if many else (),
        )

    def _change_reader(self) -> None:
        index = self.readers.currentIndex()
        if index.isValid():
            reader = index.data(ReaderTable.RowRole)
            ReaderDialog(reader, self._administration, self).open()
