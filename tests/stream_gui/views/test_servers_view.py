"""The dock of servers."""

from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox

from stream_gui.models.server_table import HERE, OTHER, OWN, ServerRow
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.views.appearance import Appearance
from stream_gui.views.servers_view import ServersView

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LAB = ServerRow("127.0.0.1:1", "lab", OWN, outside="192.168.1.20:1", log="lab.log", joined=True)
OLD = ServerRow("127.0.0.1:2", "old", OTHER)
INSIDE = ServerRow("127.0.0.1:3", "", HERE)


@pytest.fixture
def view(
    qtbot: Any,
    session: MonitorSession,
    appearance: Appearance,
    monkeypatch: pytest.MonkeyPatch,
) -> ServersView:
    servers = session.servers
    monkeypatch.setattr(servers, "look", lambda: servers.table.show([LAB, OLD, INSIDE]))
    monkeypatch.setattr(servers, "log_of", lambda row: row.log and f"said by {row.name}")
    view = ServersView(servers, appearance)
    qtbot.addWidget(view)
    view.show()
    return view


def enabled(view: ServersView) -> set[str]:
    return {name for name, button in view.buttons.items() if button.isEnabled()}


def test_what_can_be_done_depends_on_whose_it_is(view: ServersView) -> None:
    assert enabled(view) == {"copy", "restart", "stop"}
    view.table.selectRow(1)
    assert enabled(view) == {"join", "stop"}
    view.table.selectRow(2)
    assert enabled(view) == {"join", "restart", "stop"}


def test_the_log_of_the_selected_one_is_shown(view: ServersView) -> None:
    assert view.log.toPlainText() == "said by lab"
    view.table.selectRow(1)
    assert view.log.toPlainText() == ""
    view.table.selectRow(2)
    assert "feedback of this window" in view.log.placeholderText()


def test_the_address_for_others_is_copied(view: ServersView) -> None:
    view.buttons["copy"].click()
    assert QGuiApplication.clipboard().text() == "192.168.1.20:1"


def test_it_asks_before_it_stops_one(
    view: ServersView, session: MonitorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(session.servers, "stop", stopped.append)
    view.buttons["stop"].click()
    (question,) = view.findChildren(QMessageBox)
    assert "127.0.0.1:1" in question.text()
    assert stopped == []
    next(each for each in question.buttons() if each.text() == "Stop the server").click()
    assert stopped == ["127.0.0.1:1"]


def test_one_is_joined_and_another_started(
    qtbot: Any, view: ServersView, session: MonitorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[str] = []
    monkeypatch.setattr(session.servers, "restart", again.append)
    view.buttons["restart"].click()
    assert again == ["127.0.0.1:1"]
    view.table.selectRow(1)
    with qtbot.waitSignal(view.join_wanted) as wanted:
        view.buttons["join"].click()
    assert wanted.args == [OLD]
