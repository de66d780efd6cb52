from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.panel_sleep import PanelSleep
from stream_gui.views.plots.plot_area import PlotArea

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds

pytestmark = pytest.mark.qt_log_ignore("does not support (propagateSizeHints|raise)")

Tabs = Callable[[], QTabBar]
"""Gives the bar of tabs, which Qt makes anew now and then."""


@pytest.fixture
def tabs(area: PlotArea, layout: PlotLayout, qtbot: QtBot) -> Tabs:
    """A time plot of "a" behind an event table of "b", the latter in front."""
    layout.plot("a", "x", layout.add_panel("time"))
    layout.plot("b", "", layout.add_panel("events"))
    area.deck.tab_current()
    settle(area, qtbot)  # Qt makes the bar of tabs anew while the panels find their places
    qtbot.waitUntil(lambda: any(bar.isVisible() for bar in area.findChildren(QTabBar)))
    return lambda: next(bar for bar in area.findChildren(QTabBar) if bar.isVisible())


def settle(area: PlotArea, qtbot: QtBot) -> None:
    with qtbot.waitSignal(area.deck.arranged, timeout=5000):
        area.deck.look_again()


def channels_open(feeds: FakeFeeds) -> tuple[list[str], list[str]]:
    return (
        [feed.channel for feed in feeds.is_open],
        [feed.channel for feed in feeds.items.is_open],
    )


def pass_time(area: PlotArea, qtbot: QtBot) -> None:
    """As if all had been as it is for longer than panels may be out of sight."""
    settle(area, qtbot)
    area.findChild(PanelSleep).put_to_sleep()


def test_a_table_behind_a_tab_gives_its_feeds_back_and_gets_them_again(
    area: PlotArea, tabs: Tabs, feeds: FakeFeeds, qtbot: QtBot
) -> None:
    pass_time(area, qtbot)
    assert channels_open(feeds) == (["a"], ["b"])
    tabs().setCurrentIndex(0)
    pass_time(area, qtbot)
    assert channels_open(feeds) == (["a"], [])
    assert tabs().tabText(1) == "b"
    tabs().setCurrentIndex(1)
    qtbot.waitUntil(lambda: channels_open(feeds) == (["a"], ["b"]), timeout=5000)
    feeds.items["b"].say("hello")
    area.paint_frame(1_000_000_000)
    assert area.panels[2].view.table.rowCount() == 1


def test_a_plot_keeps_its_history_unless_it_is_told_otherwise(
    area: PlotArea, layout: PlotLayout, tabs: Tabs, feeds: FakeFeeds, qtbot: QtBot
) -> None:
    pass_time(area, qtbot)
    assert channels_open(feeds)[0] == ["a"]
    assert area.panels[1].keeps.isChecked()
    area.panels[1].keeps.trigger()
    assert layout.undo_text == "keeping no history while hidden"
    pass_time(area, qtbot)
    assert channels_open(feeds)[0] == []
    layout.undo()
    assert area.panels[1].keeps.isChecked()
    assert channels_open(feeds)[0] == ["a"]


def test_in_a_minimised_or_hidden_window_nobody_sees_them(
    area: PlotArea, tabs: Tabs, feeds: FakeFeeds, qtbot: QtBot
) -> None:
    area.setWindowState(Qt.WindowState.WindowMinimized)
    area.findChild(PanelSleep).put_to_sleep()
    assert channels_open(feeds) == (["a"], [])
    area.setWindowState(Qt.WindowState.WindowNoState)
    qtbot.waitUntil(lambda: channels_open(feeds)[1] == ["b"], timeout=5000)
    area.hide()
    area.findChild(PanelSleep).put_to_sleep()
    assert channels_open(feeds)[1] == []
    area.show()
    assert channels_open(feeds)[1] == ["b"]


def test_a_floating_panel_is_seen(
    area: PlotArea, layout: PlotLayout, tabs: Tabs, feeds: FakeFeeds, qtbot: QtBot
) -> None:
    area.deck.float_current()
    layout.set_current(1)
    pass_time(area, qtbot)
    assert channels_open(feeds) == (["a"], ["b"])


def test_a_panel_that_sleeps_can_be_changed_closed_and_brought_back(
    area: PlotArea, layout: PlotLayout, tabs: Tabs, feeds: FakeFeeds, qtbot: QtBot
) -> None:
    tabs().setCurrentIndex(0)
    pass_time(area, qtbot)
    layout.plot("c", "", 2)
    layout.set_current(1)
    layout.remove_curve(2, "b")
    layout.remove_panel(2)
    assert channels_open(feeds)[1] == []
    layout.undo()
    layout.set_current(2)
    qtbot.waitUntil(lambda: channels_open(feeds)[1] == ["c"], timeout=5000)
    area.shut_down()
    assert channels_open(feeds) == ([], [])
