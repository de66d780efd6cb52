"""The dock of servers: those of this computer, what they cost and what they log; it runs none."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.server_table import HERE, OTHER, ServerRow, ServerTable
from stream_gui.session.servers import Servers
from stream_gui.views.appearance import Appearance
from stream_gui.views.confirmation import confirm
from stream_gui.views.plain_table import make_plain

__all__ = ["ServersView"]

LOOK_MS = 1000
_NO_LOG = "The log of the selected server"
_HERE_LOG = "What this server says stands in the feedback of this window."
_OTHER_LOG = "This server was started by a version that kept no log."


class ServersView(QWidget):
    """What runs here, and buttons to join, stop and start it again.

    Signals:
        start_wanted(): a server is to be started.
        join_wanted(object): the `ServerRow` to join.

    Args:
        servers: knows them.
        appearance: gives fonts.
    """

    start_wanted = Signal()
    join_wanted = Signal(object)

    def __init__(self, servers: Servers, appearance: Appearance) -> None:
        super().__init__()
        self._servers = servers
        self._shown = ""
        self.table = self._make_table(servers.table)
        self.log = QPlainTextEdit(readOnly=True)
        self.log.setObjectName("flat")
        self.log.setAccessibleName("Log of the server")
        self.log.setFont(appearance.fixed_font())
        self.log.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.log.setPlaceholderText(_NO_LOG)
        self.buttons = {
            "join": self._button("Join", self._join),
            "copy": self._button("Copy address for others", self._copy),
            "restart": self._button("Start again", self._restart),
            "stop": self._button("Stop …", self._stop),
        }
        self._arrange()
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self._look)
        servers.changed.connect(self._look)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._follow())
        servers.table.modelReset.connect(self._select_something)
        self._follow()

    @property
    def selected(self) -> ServerRow | None:
        """The server that the buttons are for."""
        row: ServerRow | None = self.table.currentIndex().data(ServerTable.RowRole)
        return row

    def showEvent(self, event: QShowEvent) -> None:
        """Look at processes and logs only while it is seen."""
        super().showEvent(event)
        self._look()
        self._looking.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Look no more."""
        super().hideEvent(event)
        self._looking.stop()

    def _make_table(self, model: ServerTable) -> QTableView:
        table = QTableView()
        make_plain(table, "Servers of this computer", 25)
        table.setModel(model)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        header.setStretchLastSection(True)
        for column, width in enumerate((196, 70, 130, 74, 70)):
            header.resizeSection(column, width)
        table.activated.connect(lambda _: self._join())
        return table

    def _button(self, text: str, slot: object) -> QPushButton:
        button = QPushButton(text)
        button.clicked.connect(slot)
        return button

    def _arrange(self) -> None:
        start = self._button("Start a server …", self.start_wanted)
        row = QHBoxLayout()
        row.setContentsMargins(6, 4, 6, 4)
        row.setSpacing(6)
        for button in (start, *self.buttons.values()):
            row.addWidget(button)
        row.addStretch()
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table)
        column.addLayout(row)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(self.log)
        splitter.setSizes([660, 420])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(splitter)
        self.setFocusProxy(self.table)
        copy = QAction("Copy address", self.table)
        copy.setShortcut("Ctrl+C")
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy_inside)
        self.table.addAction(copy)

    def _look(self) -> None:
        if self.isVisible():
            self._servers.look()
            self._follow()

    def _select_something(self) -> None:
        if self._servers.table.rowCount():
            self.table.selectRow(0)
        self._follow()

    def _follow(self) -> None:
        row, buttons = self.selected, self.buttons
        buttons["join"].setEnabled(row is not None and not row.joined)
        buttons["stop"].setEnabled(row is not None)
        buttons["restart"].setEnabled(row is not None and row.whose != OTHER)
        buttons["restart"].setToolTip(
            "Only the window that started a server knows its secret and its limits"
            if row is not None and row.whose == OTHER
            else "With the same port, secret and limits; its clients come back by themselves"
        )
        buttons["copy"].setEnabled(row is not None and bool(row.outside))
        buttons["copy"].setToolTip(
            (row.outside or "It listens for this computer only") if row is not None else ""
        )
        self._show_log(row)

    def _show_log(self, row: ServerRow | None) -> None:
        self.log.setPlaceholderText(
            _NO_LOG if row is None else _HERE_LOG if row.whose == HERE else _OTHER_LOG
        )
        text = self._servers.log_of(row) if row is not None else ""
        if text != self._shown:
            self._shown = text
            self.log.setPlainText(text)
            bar = self.log.verticalScrollBar()
            bar.setValue(bar.maximum())

    def _join(self) -> None:
        if self.selected is not None and not self.selected.joined:
            self.join_wanted.emit(self.selected)

    def _copy(self) -> None:
        if self.selected is not None:
            QGuiApplication.clipboard().setText(self.selected.outside)

    def _copy_inside(self) -> None:
        if self.selected is not None:
            QGuiApplication.clipboard().setText(self.selected.address)

    def _restart(self) -> None:
        if self.selected is not None:
            self._servers.restart(self.selected.address)

    def _stop(self) -> None:
        row = self.selected
        if row is not None:
            confirm(
                self,
                f"Stop the server at {row.address}?",
                "All its clients lose their connection, and its channels end.",
                "Stop the server",
                lambda: self._servers.stop(row.address),
            )
