"""The dialogs that ask for a server."""

from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from stream_gui.models.link_state import LinkPhase
from stream_gui.session.link import Target
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.settings import RecentServer
from stream_gui.views.appearance import Appearance
from stream_gui.views.connect_dialog import ConnectDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def joins(
    session: MonitorSession, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[Target, dict[str, bool]]]:
    asked: list[tuple[Target, dict[str, bool]]] = []
    monkeypatch.setattr(session, "join", lambda target, **how: asked.append((target, how)))
    return asked


@pytest.fixture
def dialog(
    qtbot: Any, session: MonitorSession, appearance: Appearance, joins: object
) -> ConnectDialog:
    session.settings.recent = [
        RecentServer("lab:50012", "eye", needs_secret=True, keeps_secret=True),
        RecentServer("old:1234", tls=True, authority="/old/ca.pem"),
    ]
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ConnectDialog(session, appearance, parent)
    dialog.parent_kept = parent  # type: ignore[attr-defined]
    return dialog


def test_the_latest_server_is_offered_first(dialog: ConnectDialog, joins: Any) -> None:
    assert dialog.address.text() == "lab:50012"
    assert dialog.name.text() == "eye"
    assert dialog.secret.placeholderText() == "kept in the keyring"
    dialog.connect_button.click()
    ((target, how),) = joins
    assert (target.address, target.name, target.secret) == ("lab:50012", "eye", "")
    assert how["recall_secret"]


def test_another_server_is_typed(dialog: ConnectDialog, joins: Any) -> None:
    dialog.address.setText(" 10.0.0.5 ")
    dialog.name.setText("me")
    dialog.secret.setText("s3cret")
    dialog.connect_button.click()
    ((target, how),) = joins
    assert (target.address, target.name, target.secret) == ("10.0.0.5:50012", "me", "s3cret")
    assert not how["recall_secret"]


def test_tls_is_remembered_with_its_server(
    dialog: ConnectDialog, joins: Any, session: MonitorSession
) -> None:
    assert not dialog.authority.isEnabled()
    dialog.tls.setChecked(True)
    dialog.authority.path = "/lab/authority.pem"
    dialog.connect_button.click()
    dialog.tls.setChecked(False)
    dialog.connect_button.click()
    targets = [target for target, _ in joins]
    assert [(target.tls, target.authority) for target in targets] == [
        (True, "/lab/authority.pem"),
        (False, ""),
    ]
    dialog.servers.setCurrentRow(dialog.servers.currentRow() + 1)
    assert dialog.address.text() == "old:1234"
    assert dialog.tls.isChecked()
    assert dialog.authority.path == "/old/ca.pem"


def test_nonsense_is_refused_in_the_dialog(dialog: ConnectDialog, joins: Any) -> None:
    dialog.address.setText("host:port")
    dialog.connect_button.click()
    assert joins == []
    assert "no port" in dialog.problem.text()


def test_it_follows_the_link_and_goes_when_connected(
    qtbot: Any, dialog: ConnectDialog, session: MonitorSession
) -> None:
    dialog.open()
    dialog.connect_button.click()
    session.state.update(LinkPhase.CONNECTING, address="lab:50012")
    assert not dialog.connect_button.isEnabled()
    session.state.update(LinkPhase.DISCONNECTED, problem="nobody answers")
    assert dialog.connect_button.isEnabled()
    assert dialog.problem.text() == "nobody answers"
    with qtbot.waitSignal(dialog.accepted):
        session.state.update(LinkPhase.CONNECTED)


def test_a_missing_secret_is_asked_for(
    qtbot: Any, dialog: ConnectDialog, session: MonitorSession
) -> None:
    with qtbot.waitExposed(dialog):
        dialog.open()
    dialog.connect_button.click()
    session.state.update(LinkPhase.DISCONNECTED, problem="wrong secret", wants_secret=True)
    assert dialog.focusWidget() is dialog.secret
    dialog.reject()


def test_a_recent_server_can_be_forgotten(
    qtbot: Any, dialog: ConnectDialog, session: MonitorSession
) -> None:
    dialog.show()
    (old,) = [
        row
        for row in range(dialog.servers.count())
        if dialog.servers.item(row).text() == "old:1234"
    ]
    dialog.servers.setCurrentRow(old)
    dialog._forget()
    assert [each.address for each in session.settings.recent] == ["lab:50012"]
    dialog.hide()


def test_a_secret_is_never_shown(dialog: ConnectDialog) -> None:
    dialog.secret.setText("s3cret")
    assert "s3cret" not in dialog.secret.displayText()


def test_without_a_keyring_nothing_is_kept(dialog: ConnectDialog) -> None:
    assert not dialog.keep.isEnabled()
    assert not dialog.keep.isChecked()
