"""The dialog that asks what server to start."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

import stream_core as sc
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.session.servers import ServerPlan
from stream_gui.views.appearance import Appearance
from stream_gui.views.start_server_dialog import StartServerDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def plans(session: MonitorSession, monkeypatch: pytest.MonkeyPatch) -> list[ServerPlan]:
    started: list[ServerPlan] = []
    monkeypatch.setattr(session.servers, "start", started.append)
    return started


@pytest.fixture
def dialog(
    qtbot: Any, session: MonitorSession, appearance: Appearance, plans: object
) -> StartServerDialog:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = StartServerDialog(session.servers, appearance, parent)
    dialog.parent_kept = parent  # type: ignore[attr-defined]
    return dialog


def test_a_process_on_this_computer_is_the_first_offer(
    dialog: StartServerDialog, plans: list[ServerPlan]
) -> None:
    dialog.start_button.click()
    assert plans == [ServerPlan("127.0.0.1", 50012, "", "", in_window=False)]


def test_any_port_in_this_window(dialog: StartServerDialog, plans: list[ServerPlan]) -> None:
    dialog.any_port.setChecked(True)
    dialog.in_window.setChecked(True)
    dialog.start_button.click()
    assert (plans[0].port, plans[0].in_window) == (0, True)
    assert not dialog.port.isEnabled()


def test_the_whole_network_needs_a_secret(dialog: StartServerDialog) -> None:
    dialog.host.setCurrentIndex(1)
    assert not dialog.start_button.isEnabled()
    assert "secret" in dialog.problem.text()
    dialog.secret.setText("s3cret")
    assert dialog.start_button.isEnabled()
    assert dialog.plan.host == "0.0.0.0"


def test_it_stays_until_the_server_listens(
    qtbot: Any, dialog: StartServerDialog, session: MonitorSession
) -> None:
    dialog.open()
    dialog.start_button.click()
    session.servers.starting = True
    session.servers.changed.emit()
    assert not dialog.start_button.isEnabled()
    session.servers.starting, session.servers.problem = False, "port 50012 is taken"
    session.servers.changed.emit()
    assert dialog.problem.text() == "Port 50012 is taken."
    session.servers.problem = ""
    with qtbot.waitSignal(dialog.accepted):
        session.servers.changed.emit()


def test_tls_needs_a_certificate_and_finds_what_lies_beside_it(
    dialog: StartServerDialog, plans: list[ServerPlan], tmp_path: Path
) -> None:
    assert not dialog.certificate.isVisibleTo(dialog)
    dialog.tls.setChecked(True)
    assert dialog.certificate.isVisibleTo(dialog)
    assert not dialog.start_button.isEnabled()
    assert "needs a certificate" in dialog.problem.text()
    for name in ("lab.pem", "lab.key", "authority.pem"):
        (tmp_path / name).touch()
    dialog.certificate.path = str(tmp_path / "lab.pem")
    dialog.certificate.chosen.emit(dialog.certificate.path)
    assert dialog.problem.text() == ""
    dialog.start_button.click()
    [plan] = plans
    assert (plan.certificate, plan.key, plan.authority) == tuple(
        str(tmp_path / name) for name in ("lab.pem", "lab.key", "authority.pem")
    )
    assert plan.tls is not None
    dialog.tls.setChecked(False)
    assert dialog.plan.tls is None
    assert dialog.plan.authority == ""


def test_clients_may_be_asked_for_certificates(
    dialog: StartServerDialog, plans: list[ServerPlan]
) -> None:
    dialog.host.setCurrentIndex(1)
    dialog.tls.setChecked(True)
    dialog.certificate.path = "/lab/server.pem"
    assert "a secret, or users" in dialog.problem.text()
    assert not dialog.own_certificate.isVisibleTo(dialog)
    dialog.asks.setChecked(True)
    assert "Choose the authority" in dialog.problem.text()
    dialog.authority.path = "/lab/authority.pem"
    assert "a certificate of its own" in dialog.problem.text()
    dialog.own_certificate.path = "/lab/me.pem"
    dialog.start_button.click()
    [plan] = plans
    assert plan.tls is not None
    assert plan.tls.authority == "/lab/authority.pem"
    assert plan.target("lab:1").certificate == "/lab/me.pem"


def test_a_server_with_users_is_joined_as_one_of_them(
    dialog: StartServerDialog, plans: list[ServerPlan]
) -> None:
    dialog.host.setCurrentIndex(1)
    assert not dialog.user.isVisibleTo(dialog)
    dialog.users.path = "/lab/users.toml"
    assert dialog.user.isVisibleTo(dialog)
    assert "As whom" in dialog.problem.text()
    dialog.user.setText("ann")
    dialog.secret.setText("tea")
    dialog.start_button.click()
    [plan] = plans
    assert (plan.arguments["users"], plan.arguments["secret"]) == ("/lab/users.toml", None)
    assert (plan.target("lab:1").user, plan.target("lab:1").secret) == ("ann", "tea")


def test_limits_are_the_usual_ones_until_they_are_changed(dialog: StartServerDialog) -> None:
    assert dialog.plan.limits == sc.Limits()
    assert not dialog.limits.fields["clients"].isVisibleTo(dialog)
    dialog.limits.box.setChecked(True)
    assert dialog.limits.fields["clients"].isVisibleTo(dialog)
    assert dialog.plan.limits == sc.Limits()
    dialog.limits.fields["clients"].setValue(5)
    dialog.limits.fields["buffer_bytes"].setValue(64)
    assert dialog.plan.limits == sc.Limits(clients=5, buffer_bytes=64 * 1024 * 1024)
    dialog.limits.box.setChecked(False)
    assert dialog.plan.limits == sc.Limits()


def test_with_everything_unfolded_it_has_room_on_a_small_screen(dialog: StartServerDialog) -> None:
    folded = dialog.width()
    dialog.tls.setChecked(True)
    dialog.asks.setChecked(True)
    dialog.users.path = "users.toml"
    dialog.limits.box.setChecked(True)
    assert dialog.height() < 720
    assert dialog.width() < 1200
    dialog.limits.box.setChecked(False)
    assert dialog.width() == folded
