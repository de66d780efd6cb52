from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QPalette
from pytestqt.qtbot import QtBot

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.legend import Legend, value_text
from stream_gui.views.plots.legend_entry import Density
from stream_gui.views.plots.panel_curves import PanelCurves
from stream_gui.views.plots.plot_colours import PlotColours

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds


pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (None, 0.5, ""),
        (0.0, 0.5, "0.000"),
        (-0.123456, 0.5, "\N{MINUS SIGN}0.123"),
        (24.387, 0.05, "24.3870"),
        (35.26, 20.0, "35.26"),
        (101_304.640625, 0.0005, "101305"),
        (1.5e9, 0.5, "1.500e+09"),
        (math.nan, 0.5, "nan"),
        (-math.inf, 0.5, "\N{MINUS SIGN}\N{INFINITY}"),
        (0.5, 0.0, "0.50"),
    ],
)
def test_values_have_the_decimals_that_matter_beside_the_axis(
    value: float | None, step: float, text: str
) -> None:
    assert value_text(value, step) == text


@pytest.fixture
def legend(qtbot: QtBot, layout: PlotLayout, feeds: FakeFeeds) -> Legend:
    """Eight curves at full rate, with values."""
    feeds["a"].become_live(*(f"ch{number}" for number in range(8)), unit="V")
    feeds["a"].append(1.0, -2.0)
    panel = layout.plot("a")
    curves = PanelCurves(layout, panel, feeds, lambda: None)
    legend = Legend(panel, curves, PlotColours.of(QPalette()))
    qtbot.addWidget(legend)
    legend.refresh()
    legend.show()
    return legend


def rows(legend: Legend, width: int) -> int:
    legend.resize(width, legend.heightForWidth(width))
    return len({entry.y() for entry in legend.entries})


def test_the_narrower_the_legend_the_less_its_entries_say(legend: Legend) -> None:
    for density in Density:
        entries = [entry.size_at(density).width() for entry in legend.entries]
        four_in_a_row = 4 * max(entries) + 10
        assert rows(legend, four_in_a_row) == 2
        assert {entry.density for entry in legend.entries} == {density}
    assert rows(legend, 100) > 2  # no name is left out


def test_what_an_entry_leaves_out_is_in_its_tool_tip(legend: Legend) -> None:
    rows(legend, 360)
    entry = legend.entries[0]
    assert entry.badge == ""
    assert "Full rate" in entry.toolTip()
    assert "\N{MINUS SIGN}2.00 V" in entry.toolTip()
    assert "full rate" in entry.accessibleName()


def test_a_badge_that_is_news_has_its_words_in_any_room(legend: Legend, feeds: FakeFeeds) -> None:
    feeds["a"].lost = 12
    legend.refresh()
    rows(legend, 360)
    assert {entry.badge for entry in legend.entries} == {"12 lost"}


def test_no_entry_is_wider_than_the_legend(
    qtbot: QtBot, layout: PlotLayout, feeds: FakeFeeds
) -> None:
    feeds["a" * 200].become_live()
    panel = layout.plot("a" * 200)
    curves = PanelCurves(layout, panel, feeds, lambda: None)
    legend = Legend(panel, curves, PlotColours.of(QPalette()))
    qtbot.addWidget(legend)
    legend.refresh()
    legend.show()
    assert rows(legend, 300) == 1
    assert legend.entries[0].width() <= 300
