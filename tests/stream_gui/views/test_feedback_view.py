"""The dock of reports."""

from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from stream_gui.session.monitor_session import MonitorSession
from stream_gui.views.appearance import Appearance
from stream_gui.views.feedback_view import FeedbackView

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def view(qtbot: Any, session: MonitorSession, appearance: Appearance) -> FeedbackView:
    view = FeedbackView(session.reports, appearance)
    qtbot.addWidget(view)
    return view


def test_the_whole_of_a_report_can_be_read_and_copied(
    view: FeedbackView, session: MonitorSession
) -> None:
    session.feedback.error("link", "it broke", "first line\nsecond line")
    view.table.selectRow(0)
    assert view.detail.toPlainText() == "first line\nsecond line"
    view._copy()
    assert QGuiApplication.clipboard().text() == "first line\nsecond line"


def test_what_is_seen_is_read(qtbot: Any, view: FeedbackView, session: MonitorSession) -> None:
    session.feedback.error("link", "it broke")
    assert session.reports.unread == 1
    view.show()
    assert session.reports.unread == 0
    view.hide()


def test_clear_empties_it(view: FeedbackView, session: MonitorSession) -> None:
    session.feedback.error("link", "it broke")
    view.table.selectRow(0)
    view.clear_action.trigger()
    assert session.reports.rowCount() == 0
    assert view.detail.toPlainText() == ""
