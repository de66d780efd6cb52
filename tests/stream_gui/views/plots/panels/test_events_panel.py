from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from stream_gui.models.event_table import CHANNEL, VALUE
from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.panels.events_panel import EventsPanel
from stream_gui.views.plots.plot_area import PlotArea

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeChannelFeed, FakeFeeds

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

Paint = Callable[[float], bool]


@pytest.fixture
def number(layout: PlotLayout) -> int:
    panel = layout.add_panel("events")
    return layout.plot("rig/events", panel=panel)


@pytest.fixture
def panel(area: PlotArea, number: int) -> EventsPanel:
    return area.panels[number].view


@pytest.fixture
def feed(feeds: FakeFeeds, panel: EventsPanel) -> FakeChannelFeed:
    return feeds.items["rig/events"]


def rows(panel: EventsPanel) -> list[str]:
    table = panel.table
    return [table.index(row, VALUE).data() for row in range(table.rowCount())]


def test_an_empty_table_asks_for_a_channel(area: PlotArea, layout: PlotLayout) -> None:
    panel = area.panels[layout.add_panel("events")].view
    assert panel.note.text().startswith("Drag a channel here")
    assert panel.title == "Events"


def test_items_come_by_themselves(panel: EventsPanel, feed: FakeChannelFeed, paint: Paint) -> None:
    assert panel.note.text() == "Waiting for rig/events"
    assert panel.title == "rig/events"
    feed.say("valve opened", {"event": "closed"})
    assert paint(1)
    assert rows(panel) == ["event: closed", "valve opened"]
    assert panel.note.text() == ""
    assert panel.list.isColumnHidden(CHANNEL)
    assert panel.status.text() == "2 rows"
    assert not paint(2)


def test_several_channels_say_which_they_are(
    panel: EventsPanel, feed: FakeChannelFeed, feeds: FakeFeeds, layout: PlotLayout, paint: Paint
) -> None:
    feed.say("a", "c")
    paint(1)
    layout.plot("server/events", panel=layout.current)
    feeds.items["server/events"].say("b", at_s=0.5)
    paint(2)
    assert rows(panel) == ["c", "b", "a"]
    assert not panel.list.isColumnHidden(CHANNEL)
    layout.undo()
    assert rows(panel) == ["c", "a"]
    assert feeds.items.is_open == [feed]


def test_a_paused_table_stands_still_and_loses_nothing(
    panel: EventsPanel, feed: FakeChannelFeed, layout: PlotLayout, paint: Paint
) -> None:
    feed.say("a")
    paint(1)
    layout.paused = True
    feed.say("b", at_s=2)
    paint(3)
    assert rows(panel) == ["a"]
    assert "paused, 1 new" in panel.status.text()
    layout.paused = False
    paint(4)
    assert rows(panel) == ["b", "a"]


def test_losses_and_ends_are_told(panel: EventsPanel, feed: FakeChannelFeed, paint: Paint) -> None:
    feed.say("a")
    feed.log.mark_loss(1, 3, "buffer full")
    paint(1)
    assert rows(panel)[0] == "3 items lost: buffer full"
    feed.tell("ended")
    assert "rig/events: ended" in panel.status.text()
    feed.tell("error", "not allowed")
    assert "rig/events: not allowed" in panel.status.text()


def test_a_channel_that_cannot_be_read_says_why(panel: EventsPanel, feed: FakeChannelFeed) -> None:
    feed.tell("error", "not allowed")
    assert panel.note.text() == "not allowed"


def test_what_is_typed_filters_and_is_undone_as_one(
    panel: EventsPanel, feed: FakeChannelFeed, layout: PlotLayout, paint: Paint, qtbot: QtBot
) -> None:
    feed.say("valve opened", "pump ready")
    paint(1)
    qtbot.keyClicks(panel.filter, "val")
    assert rows(panel) == ["valve opened"]
    assert panel.status.text() == "1 of 2 rows"
    assert layout.write().panels[0].options == {"filter": "val"}
    layout.undo()
    assert rows(panel) == ["pump ready", "valve opened"]
    assert panel.filter.text() == ""


def test_the_order_can_be_turned_and_turned_back(
    panel: EventsPanel, feed: FakeChannelFeed, layout: PlotLayout, paint: Paint, qtbot: QtBot
) -> None:
    feed.say("a", "b")
    paint(1)
    order, _ = panel.tools()
    qtbot.mouseClick(order, Qt.MouseButton.LeftButton)
    assert rows(panel) == ["a", "b"]
    assert "bottom" in order.toolTip()
    layout.undo()
    assert rows(panel) == ["b", "a"]


def test_the_whole_of_a_row_is_shown_on_wish(
    panel: EventsPanel, feed: FakeChannelFeed, paint: Paint, qtbot: QtBot
) -> None:
    feed.say({"event": "client_left", "reason": "x" * 1000})
    paint(1)
    assert panel.detail.isHidden()
    panel.list.selectRow(0)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert not panel.detail.isHidden()
    text = panel.detail.toPlainText()
    assert text.startswith("rig/events")
    assert "#0" in text
    assert "x" * 1000 in text


def test_a_row_stays_selected_while_others_come(
    panel: EventsPanel, feed: FakeChannelFeed, paint: Paint
) -> None:
    feed.say("a")
    paint(1)
    panel.list.selectRow(0)
    feed.say("b", "c", at_s=5)
    paint(2)
    current = panel.list.current
    assert current is not None
    assert current.value == "a"
    assert [row.value for row in panel.list.selected] == ["a"]


@pytest.mark.parametrize("newest_first", [True, False])
def test_it_follows_until_it_is_scrolled_away(
    panel: EventsPanel,
    feed: FakeChannelFeed,
    layout: PlotLayout,
    number: int,
    paint: Paint,
    qtbot: QtBot,
    newest_first: bool,
) -> None:
    layout.set_option(number, "newest_first", newest_first)
    feed.say(*range(300))
    paint(1)
    bar = panel.list.verticalScrollBar()
    assert bar.maximum() > 1000
    newest = bar.minimum() if newest_first else bar.maximum()
    assert bar.value() == newest
    bar.setValue(bar.maximum() // 2)
    assert not panel.list.follows
    seen = panel.list.indexAt(QPoint(5, 25)).siblingAtColumn(VALUE).data()
    feed.say(*range(1000, 1050), at_s=500)
    paint(2)
    assert panel.list.indexAt(QPoint(5, 25)).siblingAtColumn(VALUE).data() == seen
    assert "not following" in panel.status.text()
    qtbot.keyClick(panel.list, Qt.Key.Key_End)
    assert panel.list.follows
    assert bar.value() == (bar.minimum() if newest_first else bar.maximum())


def test_rows_are_copied_as_a_table_and_as_json(
    panel: EventsPanel, feed: FakeChannelFeed, paint: Paint, qtbot: QtBot
) -> None:
    feed.say("a", {"b": 1})
    paint(1)
    panel.list.selectAll()
    qtbot.keyClick(panel.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[3] for line in lines] == ["value", '{"b": 1}', "a"]
    next(a for a in panel.actions() if a.text() == "Copy rows as JSON").trigger()
    copied = json.loads(QGuiApplication.clipboard().text())
    assert [entry["value"] for entry in copied] == [{"b": 1}, "a"]


def test_the_row_of_the_time_shown_is_picked(
    panel: EventsPanel, feed: FakeChannelFeed, area: PlotArea, layout: PlotLayout, paint: Paint
) -> None:
    feed.say(*range(10))
    feed.tell("live")
    paint(9)
    layout.paused = True
    paint(9.1)
    assert panel.list.current is None
    area.time_view.pan(-0.45)
    paint(9.2)
    current = panel.list.current
    assert current is not None
    assert current.value == 4


def test_the_time_of_a_row_is_shown_by_all_panels(
    panel: EventsPanel, feed: FakeChannelFeed, area: PlotArea, layout: PlotLayout, paint: Paint
) -> None:
    feed.say(*range(40))
    feed.tell("live")
    paint(39)
    panel.list.selectRow(30)
    next(a for a in panel.actions() if a.text().startswith("Show the time")).trigger()
    paint(39.1)
    assert layout.paused
    assert area.time_view.stop_ns == panel.table.log_row(30).time_ns + 5_000_000_000
    current = panel.list.current
    assert current is not None
    assert current.value == 9


def test_the_filter_is_reached_by_key(panel: EventsPanel, qtbot: QtBot) -> None:
    panel.activateWindow()
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Slash)
    assert panel.filter.hasFocus()


def test_dropped_rows_are_counted(panel: EventsPanel, feed: FakeChannelFeed, paint: Paint) -> None:
    feed.say(*range(10_004))
    paint(1)
    space = "\N{NARROW NO-BREAK SPACE}"
    assert panel.status.text() == f"10{space}000 rows  ·  4 older ones dropped"


def test_a_closed_panel_gives_its_feeds_back(
    panel: EventsPanel, feeds: FakeFeeds, layout: PlotLayout, number: int
) -> None:
    assert len(feeds.items.is_open) == 1
    layout.remove_panel(number)
    assert feeds.items.is_open == []
