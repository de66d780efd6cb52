from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from stream_gui.models.limits import Limits
from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.limits_dialog import LimitsDialog
from stream_gui.views.plots.panels.readout_panel import ReadoutPanel
from stream_gui.views.plots.plot_area import PlotArea

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeed, FakeFeeds

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

Paint = Callable[[float], bool]


@pytest.fixture
def number(layout: PlotLayout) -> int:
    return layout.plot("rig/adc", panel=layout.add_panel("readout"))


@pytest.fixture
def panel(area: PlotArea, number: int) -> ReadoutPanel:
    return area.panels[number].view


@pytest.fixture
def feed(feeds: FakeFeeds, panel: ReadoutPanel) -> FakeFeed:
    return feeds["rig/adc"]


def texts(panel: ReadoutPanel) -> list[str]:
    return [tile.face.text for tile in panel.tiles]


def test_an_empty_readout_asks_for_a_channel(area: PlotArea, layout: PlotLayout) -> None:
    panel = area.panels[layout.add_panel("readout")].view
    panel.show_values()
    assert panel.note.text().startswith("Drag a channel here")


def test_a_value_has_a_unit_and_extremes(panel: ReadoutPanel, feed: FakeFeed, paint: Paint) -> None:
    paint(0)
    assert texts(panel) == ["adc, waiting"]
    feed.become_live(unit="V")
    feed.append(0.5)
    paint(1)
    feed.append(-2.0, 1.25, start_s=1)
    paint(2)
    low = "\N{MINUS SIGN}2.0000"
    assert texts(panel) == [f"adc, 1.2500 V, min {low}   max 1.2500"]
    assert panel.title == "rig/adc"


def test_every_column_has_a_tile(
    panel: ReadoutPanel, feed: FakeFeed, layout: PlotLayout, number: int, paint: Paint
) -> None:
    feed.become_live("x", "y", unit="")
    feed.append(3)
    paint(1)
    assert [tile.face.name for tile in panel.tiles] == ["x", "y"]
    layout.plot("rig/temperature", panel=number)
    assert [tile.face.name for tile in panel.tiles][2:] == [""]
    paint(2)
    assert texts(panel)[2] == "temperature, waiting"
    layout.remove_curve(number, "rig/adc", "x")
    assert len(panel.tiles) == 2
    layout.undo()
    assert len(panel.tiles) == 3


def test_limits_are_judged_and_undone(
    panel: ReadoutPanel, feed: FakeFeed, layout: PlotLayout, paint: Paint
) -> None:
    feed.become_live(unit="V")
    feed.append(7)
    panel.set_limits("rig/adc", "", Limits(warning_high=5, alarm_high=10))
    paint(1)
    (tile,) = panel.tiles
    assert (tile.face.level, tile.face.side, tile.face.state) == ("warning", "high", "warning high")
    feed.append(12, start_s=1)
    paint(2)
    assert tile.face.state == "alarm high"
    again = PlotLayout()
    again.read(layout.write())
    assert again.write() == layout.write()
    layout.undo()
    paint(3)
    assert (tile.face.level, tile.face.state) == ("none", "")


def test_limits_are_asked_for_by_key(
    panel: ReadoutPanel, feed: FakeFeed, paint: Paint, qtbot: QtBot
) -> None:
    feed.become_live("x", "y", unit="V")
    feed.append(1)
    paint(1)
    qtbot.keyClick(panel.tiles[1], Qt.Key.Key_Return)
    dialog = panel.findChild(LimitsDialog)
    assert dialog.windowTitle() == "Limits of rig/adc y"
    dialog.fields["alarm_high"].setText("0.5")
    dialog._accept()
    paint(2)
    assert [tile.face.level for tile in panel.tiles] == ["none", "alarm"]
    assert panel.limits("rig/adc", "y") == Limits(alarm_high=0.5)


def test_a_value_that_stops_coming_is_old(
    panel: ReadoutPanel, feed: FakeFeed, paint: Paint
) -> None:
    feed.become_live(unit="V")
    feed.append(1)
    paint(1)
    paint(5)
    (tile,) = panel.tiles
    assert not tile.face.is_old
    paint(9)
    assert (tile.face.state, tile.face.is_old) == ("no data for 8.0 s", True)
    feed.append(2, start_s=9)
    paint(10)
    assert not tile.face.is_old
    feed.state, feed.problem = "ended", "its owner left"
    feed.changed.emit()
    paint(11)
    assert (tile.face.state, tile.face.is_old) == ("its owner left", True)


def test_a_value_that_is_the_extreme_of_many_says_so(
    panel: ReadoutPanel, feed: FakeFeed, paint: Paint
) -> None:
    feed.become_live(unit="V")
    feed.append(1)
    feed.reduced = 100
    panel.set_limits("rig/adc", "", Limits(alarm_high=5))
    paint(1)
    assert panel.tiles[0].face.state == "OK \N{MIDDLE DOT} min/max of 100"


def test_a_paused_readout_shows_the_value_of_the_time_shown(
    panel: ReadoutPanel, feed: FakeFeed, area: PlotArea, layout: PlotLayout, paint: Paint
) -> None:
    feed.become_live(unit="V")
    feed.append(*range(10))
    paint(9)
    layout.paused = True
    area.time_view.pan(-0.4)
    feed.append(100, start_s=10)
    paint(10)
    (tile,) = panel.tiles
    assert tile.face.figures == "5.0000"
    assert tile.face.state == "paused"
    layout.paused = False
    paint(11)
    assert tile.face.figures == "100.00"


def test_extremes_are_reset(panel: ReadoutPanel, feed: FakeFeed, paint: Paint) -> None:
    feed.become_live(unit="V")
    feed.append(1)
    paint(0)
    feed.append(50, 2, start_s=1)
    paint(2)
    assert "max 50.000" in texts(panel)[0]
    panel.fit()
    paint(3)
    assert "min 2.0000   max 2.0000" in texts(panel)[0]


def test_what_is_no_number_says_so(panel: ReadoutPanel, feed: FakeFeed, paint: Paint) -> None:
    feed.become_live(unit="V")
    feed.append(1, np.nan)
    paint(1)
    (tile,) = panel.tiles
    assert (tile.face.figures, tile.face.level, tile.face.state) == (
        "NaN",
        "invalid",
        "not a number",
    )


def test_traces_can_be_left_out(
    panel: ReadoutPanel, feed: FakeFeed, layout: PlotLayout, number: int, paint: Paint
) -> None:
    feed.become_live(unit="V")
    feed.append(*range(100))
    paint(1)
    assert panel.tiles[0]._trace is not None
    next(a for a in panel.actions() if a.text().startswith("Show traces")).trigger()
    feed.append(1, start_s=200)
    paint(2)
    assert panel.tiles[0]._trace is None
    layout.undo()
    assert layout.options(number) == {}


def test_a_closed_readout_gives_its_feeds_back(
    panel: ReadoutPanel, feeds: FakeFeeds, layout: PlotLayout, number: int
) -> None:
    assert len(feeds.is_open) == 1
    layout.remove_panel(number)
    assert feeds.is_open == []
