from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.panel_curves import PanelCurves, common_path

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds


@pytest.mark.parametrize(
    ("channels", "path"),
    [
        ((), ""),
        (("a/b",), "a/b"),
        (("a/b", "a/c"), "a"),
        (("a/bc", "a/bd"), "a"),
        (("a", "b"), ""),
        (("a/b", "a/b/c"), "a/b"),
    ],
)
def test_the_common_path_has_whole_parts(channels: tuple[str, ...], path: str) -> None:
    assert common_path(channels) == path


def test_columns_known_before_are_shown_at_once(layout: PlotLayout, feeds: FakeFeeds) -> None:
    feeds["a"].become_live("x", "y")
    panel = layout.plot("a")
    curves = PanelCurves(layout, panel, feeds, lambda: None)
    assert [shown.curve.column for shown in curves] == ["x", "y"]
    assert [shown.series for shown in curves] == list(feeds["a"].series)


def test_a_column_that_is_not_there_has_no_data(layout: PlotLayout, feeds: FakeFeeds) -> None:
    feeds["a"].become_live("x")
    curves = PanelCurves(layout, layout.plot("a", "gone"), feeds, lambda: None)
    assert [shown.series for shown in curves] == [None]


def test_a_closed_panel_hears_of_no_feed(layout: PlotLayout, feeds: FakeFeeds) -> None:
    heard: list[str] = []
    curves = PanelCurves(layout, layout.plot("a"), feeds, lambda: heard.append("news"))
    curves.close()
    heard.clear()
    feeds["a"].become_live("x")
    assert not heard
    assert not feeds.is_open
