"""The status bar and the banner: the state of the link is always visible."""

from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from stream_gui.models.link_state import LinkPhase
from stream_gui.models.problem import Problem
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.views.appearance import Appearance
from stream_gui.views.link_banner import LinkBanner
from stream_gui.views.status_bar import StatusBar

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ADDRESS = "10.0.0.5:50012"


@pytest.fixture
def bar(qtbot: Any, session: MonitorSession, appearance: Appearance) -> StatusBar:
    bar = StatusBar(
        session.state,
        session.load.history,
        session.reports,
        session.problems,
        QLabel("kept"),
        appearance,
    )
    qtbot.addWidget(bar)
    return bar


@pytest.fixture
def banner(qtbot: Any, session: MonitorSession, appearance: Appearance) -> LinkBanner:
    banner = LinkBanner(session.state, appearance)
    qtbot.addWidget(banner)
    return banner


@pytest.mark.parametrize(
    ("phase", "problem", "words"),
    [
        (LinkPhase.DISCONNECTED, "", "Not connected"),
        (LinkPhase.DISCONNECTED, "no route", "no route"),
        (LinkPhase.CONNECTING, "", f"Connecting to {ADDRESS}"),
        (LinkPhase.CONNECTED, "", f"Connected to {ADDRESS} as eye"),
        (LinkPhase.RECONNECTING, "", "trying again"),
    ],
)
def test_the_link_is_described(
    bar: StatusBar,
    banner: LinkBanner,
    session: MonitorSession,
    phase: LinkPhase,
    problem: str,
    words: str,
) -> None:
    session.state.update(phase, address=ADDRESS, client_name="eye", problem=problem)
    assert words in bar.link.text()
    assert words in banner.text.text()
    assert banner.isHidden() == (phase is LinkPhase.CONNECTED)


def test_unread_problems_are_counted(bar: StatusBar, session: MonitorSession) -> None:
    session.feedback.error("x", "broken")
    assert bar.unread.text() == "1"
    session.reports.mark_read()
    assert bar.unread.text() == ""


def test_attempts_can_be_ended(qtbot: Any, banner: LinkBanner, session: MonitorSession) -> None:
    session.state.update(LinkPhase.RECONNECTING, address=ADDRESS)
    with qtbot.waitSignal(banner.stop_wanted):
        banner._stop.click()


def test_problems_are_counted_while_they_stand(
    qtbot: Any, bar: StatusBar, session: MonitorSession
) -> None:
    bar.show()
    assert not bar.problems.isVisible()
    session.problems.put(Problem("a", "No connection", "why", "how"))
    session.problems.put(Problem("b", "Clock", "why", "how"))
    assert (bar.problems.isVisible(), bar.problems.text()) == (True, "2 problems")
    assert "No connection" in bar.problems.toolTip()
    with qtbot.waitSignal(bar.problems_clicked):
        bar.problems.click()
    session.problems.clear("a")
    assert bar.problems.text() == "1 problem"
    session.problems.clear("b")
    assert not bar.problems.isVisible()
