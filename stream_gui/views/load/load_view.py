"""The page of the load: the server, its clients, their graph, and what the selected one has."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.load.client_table import ClientTable
from stream_gui.models.load.load_stack import StackKind
from stream_gui.models.value_text import bytes_text, duration_text
from stream_gui.session.administration import Administration
from stream_gui.session.calls import Calls
from stream_gui.session.load import Load
from stream_gui.views.appearance import Appearance
from stream_gui.views.load.client_details import ClientDetails
from stream_gui.views.load.client_rows import ClientRows
from stream_gui.views.load.kick_dialog import KickDialog
from stream_gui.views.load.stack_graph import StackGraph
from stream_gui.views.plain_table import make_plain
from stream_gui.views.plots.elided_label import ElidedLabel

__all__ = ["LoadView"]

WIDTHS = (140, 84, 76, 76, 70, 70, 70, 62, 72, 62, 58, 72, 64, 60, 130)
TOLD_MS = 8000


class LoadView(QWidget):
    """Who is connected and what it costs.

    Signals:
        method_chosen(str, str): a method of the selected client was double-clicked.

    Args:
        load: gives the models.
        calls: asks clients what they offer.
        administration: kicks, deletes and changes.
        appearance: gives colours and icons.
    """

    method_chosen = Signal(str, str)

    def __init__(
        self, load: Load, calls: Calls, administration: Administration, appearance: Appearance
    ) -> None:
        super().__init__()
        self._load = load
        self._administration = administration
        self._appearance = appearance
        self.server = ElidedLabel(Qt.TextElideMode.ElideRight, 12)
        self.server.setText("No server")
        self.server.setObjectName("dim")
        self.told = QLabel(wordWrap=True)
        self.told.setContentsMargins(8, 0, 8, 4)
        self.told.hide()
        self._told_long = QTimer(self, interval=TOLD_MS, singleShot=True)
        self._told_long.timeout.connect(self.told.hide)
        self.filter = QLineEdit(clearButtonEnabled=True)
        self.filter.setPlaceholderText("Filter clients")
        self.filter.setAccessibleName("Filter clients")
        self.filter.setFixedWidth(150)
        self.filter.textChanged.connect(load.clients.choose)
        self.table = self._make_table()
        self.graph = StackGraph(load.history, load.cost, appearance)
        self.kinds = QComboBox()
        for kind in StackKind:
            self.kinds.addItem(str(kind), kind)
        self.kinds.setAccessibleName("What the graph shows")
        self.kinds.currentIndexChanged.connect(lambda _: self._choose_kind())
        self.details = ClientDetails(self.graph, load, calls, administration, appearance)
        self._arrange()
        self.disconnect_action = self._make_disconnect()
        self._connect()

    def _make_table(self) -> ClientRows:
        load = self._load
        table = ClientRows(load.clients, load.history, load.cost, self._appearance)
        make_plain(table, "Clients", 24)
        table.setSortingEnabled(True)
        table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        table.horizontalHeader().setStretchLastSection(True)
        for column, width in enumerate(WIDTHS):
            table.setColumnWidth(column, width)
        return table

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 6, 4)
        row.setSpacing(8)
        row.addWidget(self.server)
        row.addStretch()
        row.addWidget(self.filter)
        row.addWidget(self.kinds)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setObjectName("load_splitter")
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.details)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setSizes([480, 440])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.told)
        column.addWidget(self.splitter, 1)
        self.setFocusProxy(self.table)

    def _connect(self) -> None:
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._selected())
        self._load.history.changed.connect(self._show_server)
        self._administration.refused.connect(lambda text: self._tell(text, problem=True))
        self._administration.done.connect(lambda text: self._tell(f"{text}: done", problem=False))
        self.details.method_chosen.connect(self.method_chosen)
        self.graph.chosen.connect(self._layer_chosen)

    def _show_server(self) -> None:
        server = self._load.history.server
        if server is None:
            self.server.setText("No server")
            return
        if not self.isVisible():
            return
        count = self._load.clients.count
        facts = [
            server.name or server.address,
            f"{count} client" if count == 1 else f"{count} clients",
            f"processor {server.cpu:.0%} of a core",
            f"this page {self._load.cost.share:.1%}",
            f"loop delay {duration_text(server.loop_delay_s)}",
            f"memory {bytes_text(server.memory_bytes)}",
            f"buffered {bytes_text(server.buffered_bytes)}",
        ]
        self.server.setToolTip("\n".join(facts))
        self.server.setText("  ·  ".join(facts))

    def _tell(self, text: str, *, problem: bool) -> None:
        """Say for a while what was done or refused."""
        self.told.setText(text)
        self.told.setProperty("problem", problem)
        self.told.style().unpolish(self.told)
        self.told.style().polish(self.told)
        self.told.show()
        self._told_long.start()

    def _make_disconnect(self) -> QAction:
        action = QAction("Disconnect the selected &clients …", self)
        action.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(self._ask_to_disconnect)
        action.setEnabled(False)
        self._appearance.dress(action, "disconnect")
        self.table.addAction(action)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        return action

    def _selected(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        self.disconnect_action.setEnabled(bool(rows))
        number = rows[0].data(ClientTable.NumberRole) if len(rows) == 1 else None
        self._load.look_at(number)
        self.graph.mark(number if self.graph.kind is not StackKind.CHANNELS else None)

    def _choose_kind(self) -> None:
        self.graph.show_kind(self.kinds.currentData())
        self._selected()
        self.details.setCurrentIndex(0)

    def _layer_chosen(self, key: object) -> None:
        """Select the client whose layer was clicked."""
        row = self._load.clients.row_of(key) if isinstance(key, int) else None
        if row is not None:
            self.table.selectRow(row)

    def _ask_to_disconnect(self) -> None:
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        names = [self._load.clients.shown(row).load.name for row in rows]
        if names:
            KickDialog(names, self._administration, self).open()
