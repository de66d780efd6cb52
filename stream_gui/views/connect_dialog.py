"""The dialog that asks which server to join; it connects nothing itself."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.address import AddressError, full_address
from stream_gui.models.link_state import LinkPhase
from stream_gui.session.link import Target
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.settings import RecentServer
from stream_gui.views.appearance import Appearance
from stream_gui.views.file_field import FileField

__all__ = ["ConnectDialog"]

SERVER = Qt.ItemDataRole.UserRole + 1
KEPT = "kept in the keyring"


class ConnectDialog(QDialog):
    """Address, name, secret and TLS; servers on this computer and recent ones to choose from.

    Signals:
        start_wanted(): the operator would rather start a server.
    """

    start_wanted = Signal()

    def __init__(self, session: MonitorSession, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Connect to a server")
        self.setMinimumWidth(640)
        self._session = session
        self._appearance = appearance
        self._asked = False
        self.servers = self._make_list()
        self.address = QLineEdit(placeholderText="host:port, such as 192.168.1.20:50012")
        self.name = QLineEdit(placeholderText="made from program, computer and process")
        self.secret = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self.keep = QCheckBox("Keep the secret in the system's keyring")
        self.keep.setEnabled(session.has_keyring)
        if not session.has_keyring:
            self.keep.setToolTip("This system has no keyring that keeps secrets safe")
        self.tls = QCheckBox("&Encrypt, and check who the server is")
        self.authority = FileField("Authority of the server", "authorities that the system knows")
        self.authority.setEnabled(False)
        self.tls.toggled.connect(self.authority.setEnabled)
        self.problem = QLabel(wordWrap=True)
        self.problem.setProperty("problem", True)
        self.connect_button = QPushButton("Connect", default=True)
        self.connect_button.clicked.connect(self._connect)
        self._arrange()
        self._fill_list()
        session.state.changed.connect(self._follow)
        self.servers.currentItemChanged.connect(lambda *_: self._take_over())
        self.servers.itemActivated.connect(lambda _: self._connect())
        self._begin_with_latest()

    def _make_list(self) -> QListWidget:
        servers = QListWidget()
        servers.setAccessibleName("Servers")
        servers.setFixedWidth(240)
        servers.setIconSize(QSize(16, 16))
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), servers)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._forget)
        return servers

    def _arrange(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(9)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("&Address", self.address)
        form.addRow("&Name", self.name)
        form.addRow("&Secret", self.secret)
        form.addRow("", self.keep)
        form.addRow("TLS", self.tls)
        form.addRow("A&uthority", self.authority)
        start = QPushButton("S&tart a server …")
        start.clicked.connect(self._start_instead)
        self._appearance.dress(start, "server_start")
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(start)
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self.connect_button)
        title = QLabel("Connect to a server")
        title.setObjectName("title")
        right = QVBoxLayout()
        right.setContentsMargins(18, 16, 18, 14)
        right.setSpacing(12)
        right.addWidget(title)
        right.addLayout(form)
        right.addWidget(self.problem)
        right.addStretch()
        right.addLayout(buttons)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.servers)
        whole.addLayout(right, 1)

    def _fill_list(self) -> None:
        here = [
            RecentServer(
                each.address,
                needs_secret=each.needs_secret,
                tls=each.tls,
                authority=each.authority,
            )
            for each in self._session.servers.known()
        ]
        recent = [
            each
            for each in self._session.settings.recent
            if each.address not in {server.address for server in here}
        ]
        self._add_section("On this computer", here, "server")
        self._add_section("Recent", recent, "connect")
        self.servers.setVisible(bool(here or recent))

    def _add_section(self, title: str, servers: list[RecentServer], icon: str) -> None:
        if not servers:
            return
        heading = QListWidgetItem(title)
        heading.setToolTip("Delete takes a server out of the list")
        heading.setFlags(Qt.ItemFlag.NoItemFlags)
        self.servers.addItem(heading)
        for server in servers:
            item = QListWidgetItem(self._appearance.icon(icon), server.address)
            item.setData(SERVER, server)
            if server.needs_secret:
                item.setIcon(self._appearance.icon("key"))
                item.setToolTip(
                    f"needs a secret, {KEPT}" if server.keeps_secret else "needs a secret"
                )
            self.servers.addItem(item)

    def _begin_with_latest(self) -> None:
        self.address.setText(self._session.state.address or "127.0.0.1:50012")
        for row in range(self.servers.count()):
            if self.servers.item(row).data(SERVER) is not None:
                self.servers.setCurrentRow(row)
                break
        self.address.setFocus()
        self.address.selectAll()

    def _chosen(self) -> RecentServer | None:
        """The server of the list whose address stands in the field."""
        for row in range(self.servers.count()):
            server: RecentServer | None = self.servers.item(row).data(SERVER)
            if server is not None and server.address == self.address.text().strip():
                return server
        return None

    def _take_over(self) -> None:
        item: QListWidgetItem | None = self.servers.currentItem()
        server = item.data(SERVER) if item is not None else None
        if server is not None:
            self.address.setText(server.address)
            self.name.setText(server.name)
            self.secret.clear()
            self.secret.setPlaceholderText(KEPT if server.keeps_secret else "none")
            self.keep.setChecked(server.keeps_secret and self.keep.isEnabled())
            self.tls.setChecked(server.tls)
            self.authority.path = server.authority

    def _connect(self) -> None:
        try:
            address = full_address(self.address.text())
        except AddressError as error:
            self.problem.setText(str(error))
            return
        self.problem.clear()
        self._asked = True
        recent = self._chosen()
        self._session.join(
            Target(
                address,
                self.name.text().strip(),
                self.secret.text(),
                tls=self.tls.isChecked(),
                authority=self.authority.path if self.tls.isChecked() else "",
            ),
            keep_secret=self.keep.isChecked(),
            recall_secret=recent is not None and recent.keeps_secret,
        )

    def _forget(self) -> None:
        """Take the current server out of the recent ones; those that run stay."""
        item: QListWidgetItem | None = self.servers.currentItem()
        server = item.data(SERVER) if item is not None else None
        if server is not None and server in self._session.settings.recent:
            self._session.forget(server.address)
            self.servers.takeItem(self.servers.currentRow())

    def _start_instead(self) -> None:
        self.reject()
        self.start_wanted.emit()

    def _follow(self) -> None:
        """The state of the link decides what the dialog shows, and when it goes."""
        state = self._session.state
        busy = state.phase is LinkPhase.CONNECTING
        self.connect_button.setEnabled(not busy)
        self.connect_button.setText("Connecting …" if busy else "Connect")
        if not self._asked:
            return
        if state.phase is LinkPhase.CONNECTED:
            self.accept()
        elif state.phase is LinkPhase.DISCONNECTED and state.problem:
            self.problem.setText(state.problem)
            if state.wants_secret:
                self.secret.setFocus()
                self.secret.selectAll()
