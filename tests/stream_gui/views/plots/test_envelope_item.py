from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.plot_area import PlotArea

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

Paint = Callable[[float], bool]


def drawn_afresh(area: PlotArea, panel: int) -> np.ndarray:
    """The image of a panel as it would be if all of it were drawn now."""
    item = area.panels[panel].view.canvas.curves_item
    item._stale_from = 0
    item._draw(item._picture)
    return item._raster.pixels.copy()


@pytest.mark.parametrize("window_s", [2.0, 10.0])
def test_an_image_moved_on_is_the_same_as_one_drawn_afresh(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint, window_s: float
) -> None:
    layout.window_s = window_s
    panel = layout.plot("a")
    layout.plot("slow")
    feeds["a"].become_live("x", "y")
    feeds["slow"].become_live()
    rng = np.random.default_rng(4)
    item = area.panels[panel].view.canvas.curves_item
    for frame in range(60):
        now_s = frame * 0.05
        feeds["a"].append(*rng.normal(size=50), start_s=now_s, interval_s=0.001)
        if frame % 20 == 0:
            feeds["slow"].append(rng.normal(), start_s=now_s)
        if frame == 30:
            feeds["a"].series[0].mark_gap("lost")
        paint(now_s)
        moved_on = item._raster.pixels.copy()
        assert np.array_equal(moved_on, drawn_afresh(area, panel))


def test_a_frame_that_was_not_painted_is_made_up_for(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    panel = layout.plot("a")
    feeds["a"].become_live()
    for frame in range(40):
        now_s = frame * 0.1
        feeds["a"].append(*np.sin(np.arange(100)), start_s=now_s, interval_s=0.001)
        area.paint_frame(round(now_s * 1e9))
    paint(4)
    item = area.panels[panel].view.canvas.curves_item
    moved_on = item._raster.pixels.copy()
    assert np.array_equal(moved_on, drawn_afresh(area, panel))


def test_most_of_a_scrolling_image_is_not_drawn_again(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint, drawn_widths: list[int]
) -> None:
    layout.plot("a")
    feeds["a"].become_live()
    feeds["a"].append(*np.sin(np.arange(10_000)), interval_s=0.001)
    paint(0)
    drawn_widths.clear()
    for frame in range(1, 20):
        feeds["a"].append(*np.sin(np.arange(50)), start_s=10 + frame * 0.05, interval_s=0.001)
        paint(frame * 0.05)
    assert drawn_widths
    assert max(drawn_widths) < 100


@pytest.fixture
def drawn_widths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The widths of all that is drawn."""
    from stream_gui.plotdata.raster import Raster

    widths: list[int] = []
    fill = Raster.fill

    def counted(raster: Raster, colour: int) -> None:
        widths.append(raster.width)
        fill(raster, colour)

    monkeypatch.setattr(Raster, "fill", counted)
    return widths
