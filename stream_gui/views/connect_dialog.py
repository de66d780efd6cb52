"""The dialog that asks which server to join; it connects nothing itself."""

from __future__ import annotations

from pathlib import Path

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
from stream_gui.models.sentence import sentence
from stream_gui.session.link import Target
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.settings import RecentServer
from stream_gui.views.appearance import Appearance
from stream_gui.views.file_field import FileField
from stream_gui.views.fitting import fit, steady

__all__ = ["ConnectDialog"]

SERVER = Qt.ItemDataRole.UserRole + 1
KEPT = "kept in the keyring"


class ConnectDialog(QDialog):
    """Address, name, user, secret and TLS; servers here and recent ones to choose from.

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
        self.user = QLineEdit(placeholderText="none: the secret is shared by all")
        self.secret = QLineEdit(echoMode=QLineEdit.EchoMode.Password, placeholderText="none")
        self.keep = QCheckBox()
        self.tls = QCheckBox("&Encrypt, and check who the server is")
        self.authority = FileField("Authority of the server", "authorities that the system knows")
        self.certificate = FileField("Certificate of this client", "none, unless the server asks")
        self.key = FileField("Key of the certificate", "in the file of the certificate")
        self.certificate.chosen.connect(self._look_beside)
        self.problem = QLabel(wordWrap=True)
        self.problem.setProperty("problem", True)
        self.connect_button = QPushButton("Connect", default=True)
        self.connect_button.clicked.connect(self._connect)
        self._form = QFormLayout()
        self._arrange()
        self._fill_list()
        self.tls.toggled.connect(self._show_files)
        self._show_files()
        session.keyring.changed.connect(self._show_keyring)
        self._show_keyring()
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
        form = self._form
        form.setVerticalSpacing(9)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("&Address", self.address)
        form.addRow("&Name", self.name)
        form.addRow("&User", self.user)
        form.addRow("&Secret", self.secret)
        form.addRow("", self.keep)
        form.addRow("TLS", self.tls)
        form.addRow("Au&thority", self.authority)
        form.addRow("&Certificate", self.certificate)
        form.addRow("&Key", self.key)
        steady(form)
        start = QPushButton("Sta&rt a server …")
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

    def _show_files(self) -> None:
        """Ask for the files of TLS where it is spoken."""
        for field in (self.authority, self.certificate, self.key):
            self._form.setRowVisible(field, self.tls.isChecked())
        fit(self)

    def _look_beside(self, file: str) -> None:
        """Take the key from where `streamscope certificate` puts it."""
        beside = Path(file).with_suffix(".key")
        if not self.key.path and beside.is_file():
            self.key.path = str(beside)

    def _show_keyring(self) -> None:
        available = self._session.keyring.available
        self.keep.setEnabled(bool(available))
        self.keep.setText(
            "No keyring here: the secret is not kept"
            if available is False
            else "Keep the secret in the system's keyring"
        )
        server = self._chosen()
        self.keep.setChecked(bool(available) and server is not None and server.keeps_secret)

    def _fill_list(self) -> None:
        joined = {each.address: each for each in self._session.settings.recent}
        here = [
            joined.get(each.address)
            or RecentServer(
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
            self.user.setText(server.user)
            self.secret.clear()
            self.secret.setPlaceholderText(KEPT if server.keeps_secret else "none")
            self.keep.setChecked(server.keeps_secret and self.keep.isEnabled())
            self.tls.setChecked(server.tls)
            self.authority.path = server.authority
            self.certificate.path = server.certificate
            self.key.path = server.key

    def _connect(self) -> None:
        try:
            address = full_address(self.address.text())
        except AddressError as error:
            self._say(str(error))
            return
        recent, user = self._chosen(), self.user.text().strip()
        recall = recent is not None and recent.keeps_secret and recent.user == user
        if user and not self.secret.text() and not recall:
            self._ask_again(f"Type the secret of user '{user}'.", self.secret)
            return
        self.problem.clear()
        self._asked = True
        encrypted = self.tls.isChecked()
        self._session.join(
            Target(
                address,
                self.name.text().strip(),
                self.secret.text(),
                tls=encrypted,
                authority=self.authority.path if encrypted else "",
                user=user,
                certificate=self.certificate.path if encrypted else "",
                key=self.key.path if encrypted else "",
            ),
            keep_secret=self.keep.isChecked(),
            recall_secret=recall,
        )

    def _say(self, problem: str) -> None:
        self.problem.setText(sentence(problem))
        fit(self)

    def _ask_again(self, problem: str, field: QLineEdit) -> None:
        self._say(problem)
        field.setFocus()
        field.selectAll()

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
            if state.wants_secret:
                wants_user = "a user" in state.problem and not self.user.text()
                self._ask_again(state.problem, self.user if wants_user else self.secret)
            else:
                self._say(state.problem)
