"""The memory that plots may take: seen in the status bar, set in a menu."""

from typing import Any

import numpy as np
import pytest

from stream_gui.plotdata.series import Series
from stream_gui.session.history import History
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.views.history_menu import HistoryButton, HistoryMenu

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_the_button_says_what_is_used_and_how_far_back_one_can_scroll(
    qtbot: Any, session: MonitorSession
) -> None:
    series, now_s = Series("a"), [0.0]
    history = History(session.around, lambda: [series], 16_000_000, clock=lambda: now_s[0])
    button = HistoryButton(history, HistoryMenu(history))
    qtbot.addWidget(button)
    assert button.text() == "history 0 B of 16 MB"
    for second in range(3):
        series.append(np.zeros(100_000), time_ns=second * 10**9, interval_ns=10_000)
        now_s[0] += 1.0
        history.share()
    assert button.text() == "history 1.36 MB of 16 MB, 35 s"
    assert "35 s" in button.toolTip()
    history.close()


def test_another_budget_is_chosen_from_the_menu(qtbot: Any, session: MonitorSession) -> None:
    menu = HistoryMenu(session.history)
    qtbot.addWidget(menu)
    menu.aboutToShow.emit()
    marked = [action.text() for action in menu.actions() if action.isChecked()]
    assert marked == ["1 GB"]
    next(action for action in menu.actions() if action.text() == "4 GB").trigger()
    assert session.history.budget_bytes == 4_000_000_000
