from __future__ import annotations

import json
import logging

import pytest
from pytestqt.qtbot import QtBot

from stream_gui.models.plot_layout import (
    Curve,
    PlotLayout,
    channels_from_mime,
    channels_to_mime,
)


@pytest.fixture
def layout(qapp: object) -> PlotLayout:
    return PlotLayout()


def columns(layout: PlotLayout, panel: int) -> list[str]:
    return [curve.column for curve in layout.curves(panel)]


def test_what_is_dragged_comes_out() -> None:
    entries = [("rig/waveform", ""), ("rig/waveform", "ch0"), ("grüße/°C", "")]
    assert channels_from_mime(channels_to_mime(entries)) == entries
    assert channels_from_mime(b"\n\tx\na\n") == [("a", "")]


def test_the_first_channel_makes_a_panel_and_the_next_joins_it(layout: PlotLayout) -> None:
    panel = layout.plot("a")
    assert layout.plot("b") == panel
    assert layout.panels == (panel,)
    assert layout.curves(panel) == (Curve("a", "", 0), Curve("b", "", 1))
    other = layout.plot_in_new_panel("c")
    assert layout.current == other
    assert layout.panels == (panel, other)


def test_a_curve_is_added_once(layout: PlotLayout, qtbot: QtBot) -> None:
    panel = layout.plot("a", "x")
    with qtbot.assertNotEmitted(layout.panel_changed):
        layout.plot("a", "x")
    assert columns(layout, panel) == ["x"]


def test_a_whole_channel_becomes_its_columns_each_with_a_colour(layout: PlotLayout) -> None:
    panel = layout.plot("a", "y")
    layout.plot("a")
    layout.plot("b")
    layout.resolve_columns(panel, "a", ("x", "y", "z"))
    assert columns(layout, panel) == ["y", "x", "z", ""]
    assert sorted(curve.colour for curve in layout.curves(panel)) == [0, 1, 2, 3]
    layout.resolve_columns(panel, "b", ("",))
    assert columns(layout, panel) == ["y", "x", "z", ""]


def test_a_removed_curve_leaves_its_colour_to_the_next(layout: PlotLayout) -> None:
    panel = layout.plot("a", "x")
    layout.plot("a", "y")
    layout.remove_curve(panel, "a", "x")
    layout.plot("b")
    assert [curve.colour for curve in layout.curves(panel)] == [1, 0]


def test_hiding_keeps_the_curve(layout: PlotLayout, qtbot: QtBot) -> None:
    panel = layout.plot("a", "x")
    with qtbot.waitSignal(layout.panel_changed, timeout=0):
        layout.set_visible(panel, "a", "x", False)
    assert layout.curves(panel) == (Curve("a", "x", 0, visible=False),)


def test_removing_the_current_panel_makes_its_follower_current(layout: PlotLayout) -> None:
    first, second, third = (layout.add_panel() for _ in range(3))
    layout.set_current(second)
    layout.remove_panel(second)
    assert layout.current == third
    layout.remove_panel(third)
    assert layout.current == first
    layout.remove_panel(first)
    assert layout.current is None


def test_the_window_steps_through_the_usual_ones(layout: PlotLayout) -> None:
    layout.window_s = 12.5
    layout.step_window(1)
    assert layout.window_s == 30
    layout.step_window(-1)
    assert layout.window_s == 10
    layout.step_window(-99)
    assert layout.window_s == 1
    layout.step_window(-1)
    assert layout.window_s == 1
    layout.window_s = -5
    assert layout.window_s > 0


def test_changes_are_told_once(layout: PlotLayout, qtbot: QtBot) -> None:
    with qtbot.waitSignals([layout.window_changed, layout.paused_changed], timeout=0):
        layout.window_s = 60
        layout.paused = True
    with qtbot.assertNotEmitted(layout.window_changed):
        layout.window_s = 60
    with qtbot.assertNotEmitted(layout.paused_changed):
        layout.paused = True


def test_it_comes_back_from_the_settings(layout: PlotLayout) -> None:
    panel = layout.plot("a", "x")
    layout.set_y_range(panel, (-1.0, 2.5))
    layout.set_visible(panel, "a", "x", False)
    layout.plot_in_new_panel("b")
    layout.window_s = 60
    state = json.loads(json.dumps(layout.to_dict()))
    other = PlotLayout()
    other.from_dict(state)
    assert other.to_dict() == layout.to_dict()
    assert other.window_s == 60


def test_junk_in_the_settings_is_left_out_and_logged(
    layout: PlotLayout, caplog: pytest.LogCaptureFixture
) -> None:
    good = {"curves": [["a", "", 0, True]], "y_range": None}
    with caplog.at_level(logging.WARNING):
        layout.from_dict({"window_s": "long", "panels": [good, 5, {"curves": [["a"]]}]})
    assert len(layout.panels) == 1
    assert len(caplog.records) == 3
