from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QPalette
from pytestqt.qtbot import QtBot

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.panel_curves import MOST_COLUMNS
from stream_gui.views.plots.panels.time_panel import TimePanel
from stream_gui.views.plots.plot_area import PlotArea

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

Paint = Callable[[float], bool]


def legend(panel: TimePanel) -> list[str]:
    return [entry.text for entry in panel.legend.entries]


def test_an_empty_panel_asks_for_a_channel(area: PlotArea, layout: PlotLayout) -> None:
    panel = area.panels[layout.add_panel()].view
    assert panel.canvas.note.startswith("Drag a channel here")
    assert panel.title == ""


def test_a_channel_goes_from_waiting_to_live_to_ended(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    panel = area.panels[layout.plot("rig/adc")].view
    assert legend(panel) == ["adc, waiting"]
    assert panel.canvas.note == "Waiting for rig/adc"
    feeds["rig/adc"].become_live("x", "y")
    assert legend(panel) == ["x, full rate", "y, full rate"]
    feeds["rig/adc"].append(1, 2)
    paint(1)
    assert panel.canvas.note == ""
    assert [text.split(",")[0] for text in legend(panel)] == ["x", "y"]
    assert "2.00" in legend(panel)[0]
    assert "V" in legend(panel)[0]
    feeds["rig/adc"].state = "ended"
    feeds["rig/adc"].problem = "its owner left"
    feeds["rig/adc"].changed.emit()
    assert legend(panel)[0].endswith("ended")
    assert "its owner left" in panel.legend.entries[0].toolTip()


def test_a_channel_that_cannot_be_read_says_why(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds
) -> None:
    panel = area.panels[layout.plot("secret")].view
    feeds["secret"].state = "error"
    feeds["secret"].problem = "not allowed"
    feeds["secret"].changed.emit()
    assert panel.canvas.note == "not allowed"
    assert legend(panel) == ["secret, error"]


def test_a_channel_that_failed_is_tried_again_by_its_entry_or_by_the_panel(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds
) -> None:
    number = layout.plot("secret")
    layout.plot("other", panel=number)
    panel = area.panels[number].view

    def offered() -> list[list[QAction]]:
        entries = panel.legend.entries
        menus = [panel.legend.menu(entries[n], name, "") for n, name in enumerate(names)]
        menus.append(area.panels[number].menu())
        return [[each for each in menu.actions() if each.text() == "Try again"] for menu in menus]

    names = ("secret", "other")
    assert offered() == [[], [], []]
    feeds["secret"].state, feeds["secret"].problem = "error", "not allowed"
    feeds["secret"].changed.emit()
    assert "try again" in panel.legend.entries[0].toolTip()
    by_entry, by_other, by_panel = offered()
    assert not by_other
    for (action,) in (by_entry, by_panel):
        action.trigger()
    assert feeds.tried_again == [feeds["secret"]] * 2


def test_losses_are_told_at_every_curve_of_the_channel(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds
) -> None:
    panel = area.panels[layout.plot("a")].view
    feeds["a"].become_live("x", "y")
    feeds["a"].lost = 1204
    feeds["a"].changed.emit()
    assert all("1\N{NARROW NO-BREAK SPACE}204 lost" in text for text in legend(panel))


def test_names_leave_out_what_the_title_says(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds
) -> None:
    panel = area.panels[layout.plot("rig/a", "x")].view
    assert (panel.title, legend(panel)) == ("rig/a", ["x, waiting"])
    layout.plot("rig/b")
    assert panel.title == "rig"
    assert legend(panel) == ["a · x, waiting", "b, waiting"]
    layout.plot("other")
    assert panel.title == ""
    assert legend(panel)[0] == "rig/a · x, waiting"


def test_a_channel_of_very_many_columns_shows_some_and_says_so(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds
) -> None:
    number = layout.plot("a")
    feeds["a"].become_live(*(str(n) for n in range(MOST_COLUMNS + 7)))
    assert len(layout.curves(number)) == MOST_COLUMNS
    assert area.panels[number].view.legend.more_text == "7 more columns"


def test_an_entry_hides_and_removes_its_curve(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, qtbot: QtBot
) -> None:
    number = layout.plot("a")
    feeds["a"].become_live("x", "y")
    panel = area.panels[number].view
    qtbot.mouseClick(panel.legend.entries[1], Qt.MouseButton.LeftButton)
    assert [curve.visible for curve in layout.curves(number)] == [True, False]
    qtbot.keyClick(panel.legend.entries[1], Qt.Key.Key_Return)
    assert [curve.visible for curve in layout.curves(number)] == [True, True]
    qtbot.keyClick(panel.legend.entries[0], Qt.Key.Key_Delete)
    assert [curve.column for curve in layout.curves(number)] == ["y"]
    assert legend(panel) == ["y, full rate"]


def test_the_scale_fits_itself_until_it_is_fixed(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    number = layout.plot("a")
    panel = area.panels[number].view
    feeds["a"].become_live()
    feeds["a"].append(-1, 1)
    paint(0)
    low, high = panel.canvas.value_axis.picture.bounds
    assert low <= -1 < 1 <= high
    panel.canvas.stretched.emit(2.0, 0.5)
    paint(0.1)
    assert panel.canvas.value_axis.picture.bounds == pytest.approx((2 * low, 2 * high))
    panel.canvas.lifted.emit(0.5)
    feeds["a"].append(100, start_s=2)
    paint(2)
    assert panel.canvas.value_axis.picture.bounds == pytest.approx((0, 4 * high))
    panel.canvas.fit_wanted.emit()
    paint(2.1)
    assert layout.y_range(number) is None
    assert panel.canvas.value_axis.picture.bounds[1] >= 100


def test_a_panel_without_data_shows_no_scale(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    layout.plot("a")
    empty = area.panels[layout.add_panel()].view
    feeds["a"].become_live()
    feeds["a"].append(1, 2)
    paint(0)
    assert empty.canvas.value_axis.labels == []
    assert area.panels[layout.panels[0]].view.canvas.value_axis.labels


def test_units_take_prefixes(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    panel = area.panels[layout.plot("a")].view
    feeds["a"].become_live(unit="V")
    feeds["a"].append(0.001, 0.004)
    paint(0)
    assert panel.canvas.unit_text == "mV"
    assert "4.0" in panel.canvas.value_axis.labels


def test_numbers_that_are_none_break_nothing(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    panel = area.panels[layout.plot("a")].view
    feeds["a"].become_live()
    feeds["a"].append(math.nan, math.inf, -math.inf, 1e308, -1e308, 0.0, math.nan)
    assert paint(0)
    assert panel.frames == 1


def test_other_colours_are_taken_over(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    panel = area.panels[layout.plot("a")].view
    feeds["a"].become_live()
    feeds["a"].append(1, 2)
    paint(0)
    light = panel.curve_colours[0]
    palette = QPalette(area.palette())
    palette.setColor(QPalette.ColorRole.Base, QColor("#101418"))
    palette.setColor(QPalette.ColorRole.Text, QColor("#ffffff"))
    area.setPalette(palette)
    paint(0.1)
    assert panel.curve_colours[0] != light
    image = panel.canvas.grab().toImage()
    assert image.pixelColor(image.width() - 3, 3) == QColor("#101418")


def test_the_panel_closes_by_its_button(area: PlotArea, layout: PlotLayout) -> None:
    panel = area.panels[layout.add_panel()]
    panel.closed.emit()
    assert layout.panels == ()


def test_a_legend_of_many_rows_leaves_room_for_the_curves(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, qtbot: QtBot
) -> None:
    for channel in ("a", "b", "c"):
        layout.plot_in_new_panel(channel)
    feeds["a"].become_live(*(f"column{number}" for number in range(MOST_COLUMNS)))
    area.resize(420, 480)
    frame = area.panels[layout.panels[0]]
    panel = frame.view
    legend = panel.legend
    qtbot.waitUntil(lambda: legend.height() >= legend.heightForWidth(legend.width()), timeout=2000)
    assert panel.geometry().bottom() < frame.height()
    assert panel.canvas.geometry().bottom() < panel.height()
    assert panel.canvas.height() >= panel.canvas.minimumHeight()
