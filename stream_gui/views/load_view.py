"""The load: the server's own, the table of clients, and their graph; it measures nothing."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QKeySequence, QPalette, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.client_table import ClientTable
from stream_gui.models.value_text import bytes_text, duration_text
from stream_gui.session.load import Load
from stream_gui.views.appearance import Appearance
from stream_gui.views.confirmation import confirm
from stream_gui.views.load_graph import LoadGraph, client_colour

__all__ = ["LoadView"]

WIDTHS = (150, 78, 78, 74, 74, 70, 66, 76, 66, 60, 130)
SWATCH = 10
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ClientDelegate(QStyledItemDelegate):
    """Puts the client's colour before its name and dims those whose link is broken."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        if not index.data(ClientTable.ConnectedRole):
            dim = self._appearance.colour("dim")
            option.palette.setColor(QPalette.ColorRole.Text, dim)
        if index.column() == 0:
            colour = client_colour(index.data(ClientTable.NumberRole), self._appearance.theme.name)
            option.icon = _swatch(colour)
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration


class LoadView(QWidget):
    """Who is connected and what it costs.

    Args:
        load: gives the models and takes the commands.
        appearance: gives colours and icons.
    """

    def __init__(self, load: Load, appearance: Appearance) -> None:
        super().__init__()
        self._load = load
        self._appearance = appearance
        self.server = QLabel("No server")
        self.server.setObjectName("dim")
        self.server.setContentsMargins(8, 5, 8, 4)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(load.clients)
        self._sorted.setSortRole(ClientTable.SortRole)
        self._sorted.setDynamicSortFilter(True)
        self.table = self._make_table()
        self.graph = LoadGraph(load.history, appearance)
        self._arrange()
        self.disconnect_action = self._make_disconnect()
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._highlight())
        load.history.changed.connect(self._show_server)
        appearance.changed.connect(self.table.viewport().update)

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setAccessibleName("Clients")
        table.setModel(self._sorted)
        table.setItemDelegate(ClientDelegate(self._appearance, table))
        table.setSortingEnabled(True)
        table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(24)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setDefaultAlignment(LEFT)
        table.horizontalHeader().setStretchLastSection(True)
        for column, width in enumerate(WIDTHS):
            table.setColumnWidth(column, width)
        return table

    def _arrange(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setObjectName("load_splitter")
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.graph)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setSizes([520, 400])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.server)
        column.addWidget(self.splitter, 1)
        self.setFocusProxy(self.table)

    def _show_server(self) -> None:
        server = self._load.history.server
        if server is None:
            self.server.setText("No server")
            return
        count = self._load.clients.rowCount()
        facts = [
            server.name or server.address,
            f"processor {server.cpu:.0%} of a core",
            f"memory {bytes_text(server.memory_bytes)}",
            f"loop delay {duration_text(server.loop_delay_s)}",
            f"buffered {bytes_text(server.buffered_bytes)}",
            f"{count} client" if count == 1 else f"{count} clients",
        ]
        self.server.setText("   ·   ".join(facts))

    def _make_disconnect(self) -> QAction:
        action = QAction("Disconnect the selected &client …", self)
        action.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(self._ask_to_disconnect)
        action.setEnabled(False)
        self._appearance.dress(action, "disconnect")
        self.table.addAction(action)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        return action

    def _highlight(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        self.disconnect_action.setEnabled(len(rows) == 1)
        self.graph.highlight(frozenset(row.data(ClientTable.NumberRole) for row in rows))

    def _ask_to_disconnect(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if len(rows) != 1:
            return
        name = rows[0].data(ClientTable.NameRole)
        confirm(
            self,
            f"Disconnect {name}?",
            "Its channels end and its readers lose them. It does not come back by itself.",
            "Disconnect",
            lambda: self._load.disconnect_client(name),
        )


def _swatch(colour: QColor) -> QIcon:
    pixmap = QPixmap(SWATCH, SWATCH)
    pixmap.fill(colour)
    return QIcon(pixmap)
