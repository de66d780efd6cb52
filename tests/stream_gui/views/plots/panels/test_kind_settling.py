"""A channel that a panel cannot show goes to one that can."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.panels.events_panel import EventsPanel
from stream_gui.views.plots.panels.image_panel import ImagePanel
from stream_gui.views.plots.panels.time_panel import TimePanel
from stream_gui.views.plots.plot_area import PlotArea

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeed, FakeFeeds

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

Paint = Callable[[float], bool]


def fail(feed: FakeFeed, suits: str) -> None:
    feed.state, feed.problem, feed.suits = "error", "no numbers", suits
    feed.changed.emit()


def shown(layout: PlotLayout) -> list[tuple[str, list[str]]]:
    return [
        (layout.kind(panel), [curve.channel for curve in layout.curves(panel)])
        for panel in layout.panels
    ]


@pytest.mark.parametrize(("suits", "view"), [("events", EventsPanel), ("image", ImagePanel)])
def test_a_panel_of_one_channel_becomes_what_it_needs(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, qtbot: QtBot, suits: str, view: type
) -> None:
    number = layout.plot("rig/events")
    dock = area.panels[number]
    assert isinstance(dock.view, TimePanel)
    fail(feeds["rig/events"], suits)
    qtbot.waitUntil(lambda: isinstance(area.panels[number].view, view))
    assert area.panels[number] is dock
    assert dock.title == "rig/events"
    assert feeds.is_open == []
    assert len(feeds.items.is_open + feeds.frames.is_open) == 1
    layout.undo()
    assert layout.panels == ()
    assert feeds.items.is_open + feeds.frames.is_open == []


def test_a_channel_among_others_gets_a_panel_of_its_own(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, qtbot: QtBot
) -> None:
    layout.plot("rig/adc")
    feeds["rig/adc"].become_live()
    layout.plot("rig/events")
    fail(feeds["rig/events"], "events")
    qtbot.waitUntil(lambda: len(layout.panels) == 2)
    assert shown(layout) == [("time", ["rig/adc"]), ("events", ["rig/events"])]
    layout.undo()
    assert shown(layout) == [("time", ["rig/adc"])]


def test_a_channel_that_was_drawn_before_stays(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, qtbot: QtBot
) -> None:
    layout.plot("rig/adc")
    feeds["rig/adc"].become_live()
    fail(feeds["rig/adc"], "events")
    qtbot.wait(1)
    assert shown(layout) == [("time", ["rig/adc"])]


def test_a_failure_of_another_sort_changes_nothing(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, qtbot: QtBot
) -> None:
    layout.plot("rig/adc")
    fail(feeds["rig/adc"], "")
    qtbot.wait(1)
    assert shown(layout) == [("time", ["rig/adc"])]


def test_no_picture_in_an_image_panel_becomes_a_curve(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, qtbot: QtBot, paint: Paint
) -> None:
    number = layout.plot("rig/adc", panel=layout.add_panel("image"))
    feeds.frames["rig/adc"].tell("error", "no picture", "time")
    qtbot.waitUntil(lambda: layout.kind(number) == "time")
    feeds["rig/adc"].become_live()
    feeds["rig/adc"].append(1, 2, 3)
    assert paint(1)


def test_channels_open_the_panels_that_suit_them(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds
) -> None:
    feeds.kinds = {"rig/camera": "image", "rig/log": "events", "rig/adc": "time"}
    area.plot([("rig/camera", ""), ("rig/log", ""), ("rig/adc", "x")])
    assert [kind for kind, _ in shown(layout)] == ["image", "events", "time"]
    feeds.frames["rig/camera"].show(np.zeros((3, 4)))
    layout.undo()
    assert shown(layout) == []
