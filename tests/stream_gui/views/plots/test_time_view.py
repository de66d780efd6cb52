from __future__ import annotations

import pytest

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.time_view import TimeView

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND


@pytest.fixture
def view(layout: PlotLayout) -> TimeView:
    view = TimeView(layout)
    view.advance(T0, 0, is_live=True)
    return view


def test_before_data_there_is_nothing_to_show(layout: PlotLayout) -> None:
    view = TimeView(layout)
    view.advance(None, 0, is_live=True)
    assert view.columns(100) is None
    view.pan(-1)
    assert not layout.paused


def test_the_columns_end_at_the_newest_data(view: TimeView) -> None:
    columns = view.columns(1000)
    assert columns is not None
    assert columns.column_ns == 10_000_000
    assert columns.start_ns < columns.stop_ns - 9 * SECOND
    assert 0 < columns.stop_ns - T0 <= columns.column_ns


def test_a_pause_holds_the_edge_and_counts_how_far_it_falls_behind(
    view: TimeView, layout: PlotLayout
) -> None:
    layout.paused = True
    view.advance(T0 + 5 * SECOND, 5 * SECOND, is_live=True)
    assert view.stop_ns == T0
    assert view.behind_s == 5
    layout.paused = False
    assert view.stop_ns == T0 + 5 * SECOND
    assert view.behind_s == 0


def test_zooming_live_keeps_the_edge_and_paused_the_place_under_the_pointer(
    view: TimeView, layout: PlotLayout
) -> None:
    view.zoom(0.5, 0.0)
    assert layout.window_s == 5
    assert view.stop_ns == T0
    view.pan(-1)
    assert view.stop_ns == T0 - 5 * SECOND
    middle = T0 - 5 * SECOND - round(2.5 * SECOND)
    view.zoom(0.5, 0.5)
    assert layout.window_s == 2.5
    assert view.stop_ns == middle + round(1.25 * SECOND)


def test_zooming_out_never_shows_the_future(view: TimeView, layout: PlotLayout) -> None:
    layout.paused = True
    view.zoom(10, 0.5)
    assert view.stop_ns == T0
