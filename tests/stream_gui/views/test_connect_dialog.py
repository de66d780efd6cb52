"""The dialogs that ask for a server."""

from pathlib import Path
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
        RecentServer("old:1234", tls=True, authority="/old/ca.pem", certificate="/old/me.pem"),
        RecentServer("club:5", needs_secret=True, keeps_secret=True, user="ann"),
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
    files = (dialog.authority, dialog.certificate, dialog.key)
    assert not any(field.isVisibleTo(dialog) for field in files)
    dialog.tls.setChecked(True)
    assert all(field.isVisibleTo(dialog) for field in files)
    dialog.authority.path = "/lab/authority.pem"
    dialog.certificate.path = "/lab/me.pem"
    dialog.key.path = "/lab/me.key"
    dialog.connect_button.click()
    dialog.tls.setChecked(False)
    dialog.connect_button.click()
    targets = [target for target, _ in joins]
    assert [(each.tls, each.authority, each.certificate, each.key) for each in targets] == [
        (True, "/lab/authority.pem", "/lab/me.pem", "/lab/me.key"),
        (False, "", "", ""),
    ]
    dialog.servers.setCurrentRow(dialog.servers.currentRow() + 1)
    assert dialog.address.text() == "old:1234"
    assert dialog.tls.isChecked()
    assert dialog.authority.path == "/old/ca.pem"
    assert dialog.certificate.path == "/old/me.pem"


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
    assert dialog.problem.text() == "Nobody answers."
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
    assert [each.address for each in session.settings.recent] == ["lab:50012", "club:5"]
    dialog.hide()


def test_a_secret_is_never_shown(dialog: ConnectDialog) -> None:
    dialog.secret.setText("s3cret")
    assert "s3cret" not in dialog.secret.displayText()


def test_a_user_comes_with_its_secret(dialog: ConnectDialog, joins: Any) -> None:
    dialog.address.setText("club:6")
    dialog.user.setText(" bob ")
    dialog.connect_button.click()
    assert joins == []
    assert dialog.problem.text() == "Type the secret of user 'bob'."
    dialog.secret.setText("s3cret")
    dialog.connect_button.click()
    ((target, _),) = joins
    assert (target.user, target.secret) == ("bob", "s3cret")
    assert dialog.problem.text() == ""


def test_a_secret_is_recalled_for_the_user_that_it_was_kept_for(
    dialog: ConnectDialog, joins: Any
) -> None:
    dialog.servers.setCurrentRow(dialog.servers.currentRow() + 2)
    assert (dialog.address.text(), dialog.user.text()) == ("club:5", "ann")
    dialog.connect_button.click()
    ((target, how),) = joins
    assert (target.account, how["recall_secret"]) == ("ann@club:5", True)
    dialog.user.setText("bob")
    dialog.connect_button.click()
    assert len(joins) == 1


def test_a_server_that_has_users_has_the_cursor_put_there(
    qtbot: Any, dialog: ConnectDialog, session: MonitorSession
) -> None:
    with qtbot.waitExposed(dialog):
        dialog.open()
    dialog.connect_button.click()
    problem = "this server asks for a user and its secret"
    session.state.update(LinkPhase.DISCONNECTED, problem=problem, wants_secret=True)
    assert dialog.focusWidget() is dialog.user
    dialog.reject()


def test_a_key_beside_its_certificate_is_found(dialog: ConnectDialog, tmp_path: Path) -> None:
    (tmp_path / "me.key").touch()
    dialog.certificate.chosen.emit(str(tmp_path / "me.pem"))
    assert dialog.key.path == str(tmp_path / "me.key")


def test_without_a_keyring_nothing_is_kept(dialog: ConnectDialog, session: MonitorSession) -> None:
    for available, text in [
        (None, "Keep the secret in the system's keyring"),
        (False, "No keyring here: the secret is not kept"),
    ]:
        session.keyring.available = available
        session.keyring.changed.emit()
        assert dialog.keep.text() == text
        assert not dialog.keep.isEnabled()
        assert not dialog.keep.isChecked()
    session.keyring.available = True
    session.keyring.changed.emit()
    assert dialog.keep.isEnabled()
    assert dialog.keep.isChecked()  # this server's was kept
