"""The dialog that asks what server to start; it starts none itself."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.address import DEFAULT_PORT
from stream_gui.session.servers import ServerPlan, Servers
from stream_gui.views.appearance import Appearance
from stream_gui.views.file_field import FileField

__all__ = ["StartServerDialog"]

HERE, EVERYWHERE = "127.0.0.1", "0.0.0.0"


class StartServerDialog(QDialog):
    """Where it lives, where it listens, and who may join."""

    def __init__(self, servers: Servers, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Start a server")
        self.setMinimumWidth(480)
        self._servers = servers
        self._asked = False
        self.own_process = QRadioButton("a process of its &own: it may stay when this window goes")
        self.in_window = QRadioButton("this &window: it ends with it")
        self.own_process.setChecked(True)
        self.host = QComboBox()
        self.host.addItem("this computer only (127.0.0.1)", HERE)
        self.host.addItem("the whole network (all interfaces)", EVERYWHERE)
        self.host.currentIndexChanged.connect(self._check)
        self.port = QSpinBox(minimum=1, maximum=65535, value=DEFAULT_PORT)
        self.port.lineEdit().setTextMargins(6, 0, 2, 0)
        self.any_port = QCheckBox("any that is &free")
        self.any_port.toggled.connect(self.port.setDisabled)
        self.name = QLineEdit(placeholderText="optional")
        self.secret = QLineEdit(echoMode=QLineEdit.EchoMode.Password, placeholderText="none")
        self.secret.textChanged.connect(self._check)
        self.tls = QCheckBox("&Encrypt, and prove who this server is")
        self.certificate = FileField("Certificate of the server", "such as server.pem")
        self.key = FileField("Key of the certificate", "such as server.key")
        self.authority = FileField("Authority of the certificate", "one that the system knows")
        self._files = (self.certificate, self.key, self.authority)
        for field in self._files:
            field.setEnabled(False)
            self.tls.toggled.connect(field.setEnabled)
            field.changed.connect(self._check)
        self.tls.toggled.connect(self._check)
        self.certificate.chosen.connect(self._look_beside)
        self.problem = QLabel(wordWrap=True)
        self.problem.setProperty("problem", True)
        self.start_button = QPushButton("Start", default=True)
        self.start_button.clicked.connect(self._start)
        self._arrange()
        self._check()
        servers.changed.connect(self._follow)

    @property
    def plan(self) -> ServerPlan:
        """What was filled in."""
        return ServerPlan(
            host=str(self.host.currentData()),
            port=0 if self.any_port.isChecked() else self.port.value(),
            name=self.name.text().strip(),
            secret=self.secret.text(),
            in_window=self.in_window.isChecked(),
            certificate=self.certificate.path if self.tls.isChecked() else "",
            key=self.key.path if self.tls.isChecked() else "",
            authority=self.authority.path if self.tls.isChecked() else "",
        )

    def _arrange(self) -> None:
        title = QLabel("Start a server")
        title.setObjectName("title")
        note = QLabel("This window joins it as soon as it listens.")
        note.setObjectName("dim")
        port = QHBoxLayout()
        port.setSpacing(10)
        port.addWidget(self.port)
        port.addWidget(self.any_port)
        port.addStretch()
        form = QFormLayout()
        form.setVerticalSpacing(9)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("It lives in", self.own_process)
        form.addRow("", self.in_window)
        form.addRow("&Reachable from", self.host)
        label = QLabel("&Port")
        label.setBuddy(self.port)
        form.addRow(label, port)
        form.addRow("&Name", self.name)
        form.addRow("&Secret", self.secret)
        form.addRow("TLS", self.tls)
        form.addRow("&Certificate", self.certificate)
        form.addRow("&Key", self.key)
        form.addRow("A&uthority", self.authority)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self.start_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(12)
        for widget in (title, note):
            column.addWidget(widget)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addStretch()
        column.addLayout(buttons)

    def _check(self) -> None:
        open_to_all = self.host.currentData() == EVERYWHERE and not self.secret.text()
        unproven = self.tls.isChecked() and not self.certificate.path
        if open_to_all:
            self.problem.setText("A server for the whole network needs a secret.")
        elif unproven:
            self.problem.setText(
                "TLS needs a certificate; 'streamscope certificate' in a terminal makes one."
            )
        else:
            self.problem.clear()
        self.start_button.setEnabled(not open_to_all and not unproven)

    def _look_beside(self, file: str) -> None:
        """Take key and authority from where `streamscope certificate` puts them."""
        certificate = Path(file)
        for field, beside in (
            (self.key, certificate.with_suffix(".key")),
            (self.authority, certificate.with_name("authority.pem")),
        ):
            if not field.path and beside.is_file():
                field.path = str(beside)

    def _start(self) -> None:
        self._asked = True
        self._servers.start(self.plan)

    def _follow(self) -> None:
        if not self._asked:
            return
        self.start_button.setEnabled(not self._servers.starting)
        self.start_button.setText("Starting …" if self._servers.starting else "Start")
        if self._servers.starting:
            return
        if self._servers.problem:
            self.problem.setText(self._servers.problem)
        else:
            self.accept()
