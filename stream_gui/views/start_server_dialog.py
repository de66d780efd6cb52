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
from stream_gui.models.sentence import sentence
from stream_gui.session.servers import ServerPlan, Servers
from stream_gui.views.appearance import Appearance
from stream_gui.views.file_field import FileField
from stream_gui.views.fitting import fit, steady
from stream_gui.views.limits_fields import LimitsFields

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
        self.users = FileField("Users file", "none, or one of 'streamscope user add'")
        self.user = QLineEdit(placeholderText="as whom this window joins")
        self.secret = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        for changed in (self.users.changed, self.user.textChanged, self.secret.textChanged):
            changed.connect(self._check)
        self.tls = QCheckBox("&Encrypt, and prove who this server is")
        self.certificate = FileField("Certificate of the server", "such as server.pem")
        self.key = FileField("Key of the certificate", "such as server.key")
        self.authority = FileField("Authority of the certificate", "one that the system knows")
        self.asks = QCheckBox("Let in only c&lients with a certificate of this authority")
        self.own_certificate = FileField("Certificate of this window", "such as monitor.pem")
        self.own_key = FileField(
            "Key of the certificate of this window", "in the file of the certificate"
        )
        for field in (self.certificate, self.key, self.authority, self.own_certificate):
            field.changed.connect(self._check)
        for box in (self.tls, self.asks):
            box.toggled.connect(self._check)
        self.certificate.chosen.connect(self._look_beside)
        self.limits = LimitsFields()
        self.limits.box.toggled.connect(self._unfold_limits)
        self.problem = QLabel(wordWrap=True)
        self.problem.setProperty("problem", True)
        self.start_button = QPushButton("Start", default=True)
        self.start_button.clicked.connect(self._start)
        self._form = QFormLayout()
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
            asks=self.tls.isChecked() and self.asks.isChecked(),
            own_certificate=self.own_certificate.path,
            own_key=self.own_key.path,
            users=self.users.path,
            user=self.user.text().strip(),
            limits=self.limits.limits,
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
        form = self._form
        form.setVerticalSpacing(9)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("It lives in", self.own_process)
        form.addRow("", self.in_window)
        form.addRow("&Reachable from", self.host)
        label = QLabel("&Port")
        label.setBuddy(self.port)
        form.addRow(label, port)
        form.addRow("&Name", self.name)
        form.addRow("&Users", self.users)
        form.addRow("&Join as", self.user)
        form.addRow("&Secret", self.secret)
        form.addRow("TLS", self.tls)
        form.addRow("&Certificate", self.certificate)
        form.addRow("&Key", self.key)
        form.addRow("Au&thority", self.authority)
        form.addRow("", self.asks)
        form.addRow("Own cert&ificate", self.own_certificate)
        form.addRow("Own ke&y", self.own_key)
        form.addRow("&Limits", self.limits.box)
        steady(form)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self.start_button)
        sides = QHBoxLayout()
        sides.setSpacing(24)
        sides.addLayout(form, 1)
        sides.addWidget(self.limits, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(12)
        for widget in (title, note):
            column.addWidget(widget)
        column.addLayout(sides)
        column.addWidget(self.problem)
        column.addStretch()
        column.addLayout(buttons)

    def _unfold_limits(self, unfolded: bool) -> None:
        """Beside the rest: below it they would not fit on a small screen."""
        if not unfolded:
            self.resize(self.minimumWidth(), self.height())
        fit(self)

    def _check(self) -> None:
        """Ask for what is needed, and say what is missing."""
        encrypted, asks, users = self.tls.isChecked(), self.asks.isChecked(), self.users.path
        for field in (self.certificate, self.key, self.authority, self.asks):
            self._form.setRowVisible(field, encrypted)
        for field in (self.own_certificate, self.own_key):
            self._form.setRowVisible(field, encrypted and asks)
        self._form.setRowVisible(self.user, bool(users))
        self.secret.setPlaceholderText("that of this user" if users else "none")
        missing = self._missing()
        self.problem.setText(missing)
        fit(self)
        self.start_button.setEnabled(not missing)

    def _missing(self) -> str:
        """What the server still needs; "" for nothing."""
        plan = self.plan
        if self.tls.isChecked() and not plan.certificate:
            return "TLS needs a certificate; 'streamscope certificate' in a terminal makes one."
        if plan.asks and not plan.authority:
            return "Whose certificates are let in? Choose the authority."
        if plan.asks and not plan.own_certificate:
            return "This window needs a certificate of its own to join."
        if plan.users and not (plan.user and plan.secret):
            return "As whom does this window join? Give a user of the file, and its secret."
        if plan.host == EVERYWHERE and not (plan.secret or plan.users or plan.asks):
            return "A server for the whole network needs a secret, or users."
        return ""

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
            self.problem.setText(sentence(self._servers.problem))
            fit(self)
        else:
            self.accept()
