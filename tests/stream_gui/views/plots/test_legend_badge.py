from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtGui import QPalette

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.legend_badge import badge_of, tip_of
from stream_gui.views.plots.panel_curves import PanelCurves, ShownCurve
from stream_gui.views.plots.plot_colours import PlotColours

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds


@pytest.fixture
def shown(layout: PlotLayout, feeds: FakeFeeds) -> ShownCurve:
    feeds["a"].become_live("x")
    (shown,) = PanelCurves(layout, layout.plot("a", "x"), feeds, lambda: None)
    return shown


@pytest.mark.parametrize(
    ("state", "reduced", "lost", "text", "short"),
    [
        ("live", 1, 0, "full rate", "1:1"),
        ("live", 64, 0, "decimated 1:64", "1:64"),
        ("live", 1, 12, "12 lost", "12 lost"),
        ("live", 64, 12, "decimated 1:64, 12 lost", "1:64, 12 lost"),
        ("ended", 1, 12, "ended, 12 lost", "ended, 12 lost"),
        ("waiting", 1, 0, "waiting", "waiting"),
        ("error", 1, 0, "error", "error"),
    ],
)
def test_every_curve_says_how_it_fares(
    shown: ShownCurve,
    feeds: FakeFeeds,
    state: str,
    reduced: int,
    lost: int,
    text: str,
    short: str,
) -> None:
    feed = feeds["a"]
    feed.state, feed.reduced, feed.lost = state, reduced, lost
    badge = badge_of(shown, PlotColours.of(QPalette()))
    assert (badge.text, badge.short) == (text, short)
    assert badge.is_quiet == (text == "full rate")


def test_a_column_that_is_there_no_more_is_told(layout: PlotLayout, feeds: FakeFeeds) -> None:
    feeds["a"].become_live("x", "y")
    (shown,) = PanelCurves(layout, layout.plot("a", "gone"), feeds, lambda: None)
    assert badge_of(shown, PlotColours.of(QPalette())).text == "no such column"
    assert "x, y" in tip_of(shown)


def test_what_is_no_number_among_numbers_is_told(shown: ShownCurve, feeds: FakeFeeds) -> None:
    feeds["a"].problem = "a carries str, not numbers"
    assert badge_of(shown, PlotColours.of(QPalette())).text == "not only numbers"
    assert "carries str" in tip_of(shown)


def test_the_tip_explains_decimation_losses_and_what_is_no_number(
    shown: ShownCurve, feeds: FakeFeeds
) -> None:
    assert "Full rate" in tip_of(shown)
    feeds["a"].append(1.0, np.nan, np.inf, np.nan)
    feeds["a"].reduced, feeds["a"].lost = 64, 3
    tip = tip_of(shown)
    assert "envelope 64" in tip
    assert "3 items were lost" in tip
    assert "NaN so far: 2" in tip
    assert "Infinite so far: 1" in tip
