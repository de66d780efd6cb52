from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from stream_gui.models.plot_layout import Curve, PlotLayout
from stream_gui.models.plot_state import NO_UNIT_AXIS, axis_name


@pytest.fixture
def layout(qapp: object) -> PlotLayout:
    return PlotLayout()


def columns(layout: PlotLayout, panel: int) -> list[str]:
    return [curve.column for curve in layout.curves(panel)]


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
    state = layout.write()
    other = PlotLayout()
    other.read(state)
    assert other.write() == layout.write()
    assert other.window_s == 60


def test_all_of_a_panel_comes_back(layout: PlotLayout) -> None:
    layout.plot("camera", panel=layout.add_panel("image"))
    panel = layout.plot_in_new_panel("a", "x")
    layout.set_axis(panel, "a", "x", "mine")
    layout.set_axis_range(panel, "mine", (0.0, 1.0))
    layout.set_axis_range(panel, "V", None)
    layout.set_staggered(panel, True)
    layout.set_option(panel, "limits", [1.0, 2.0])
    layout.set_arrangement("AAAA")
    layout.set_shared("markers", [[1, "begun"]])
    layout.remove_panel(layout.add_panel())
    other = PlotLayout()
    other.read(layout.write())
    assert other.state == layout.state
    assert not other.can_undo
    assert other.add_panel() not in layout.panels


def test_an_axis_is_fixed_and_freed_apart_from_the_others(layout: PlotLayout) -> None:
    panel = layout.add_panel()
    layout.set_y_range(panel, (0.0, 1.0))
    layout.set_axis_range(panel, "V", (2.0, 3.0))
    layout.set_axis_range(panel, "A", None)
    assert [layout.axis_range(panel, axis) for axis in ("V", "A", "s")] == [(2, 3), None, (0, 1)]
    layout.set_y_range(panel, None)
    assert [layout.axis_range(panel, axis) for axis in ("V", "A", "s")] == [None, None, None]


def test_a_curve_stands_on_the_axis_of_its_unit_until_it_is_moved(layout: PlotLayout) -> None:
    panel = layout.plot("a", "x")
    assert [axis_name(layout.curves(panel)[0], unit) for unit in ("V", "")] == ["V", NO_UNIT_AXIS]
    layout.set_axis(panel, "a", "x", "A")
    assert axis_name(layout.curves(panel)[0], "V") == "A"


CHANGES: list[Callable[[PlotLayout, int], object]] = [
    lambda layout, panel: layout.add_panel("image"),
    lambda layout, panel: layout.remove_panel(panel),
    lambda layout, panel: layout.clear(),
    lambda layout, panel: layout.plot("b", "y", panel),
    lambda layout, panel: layout.plot_in_new_panel("b"),
    lambda layout, panel: layout.remove_curve(panel, "a", "x"),
    lambda layout, panel: layout.set_visible(panel, "a", "x", False),
    lambda layout, panel: layout.set_axis(panel, "a", "x", "other"),
    lambda layout, panel: layout.set_axis_range(panel, "V", (0.0, 1.0)),
    lambda layout, panel: layout.set_y_range(panel, (0.0, 1.0)),
    lambda layout, panel: layout.set_staggered(panel, True),
    lambda layout, panel: layout.set_option(panel, "levels", [0, 1]),
    lambda layout, panel: layout.set_shared("markers", [1]),
    lambda layout, panel: layout.set_arrangement("AAAA"),
    lambda layout, panel: layout.step_window(1),
]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_undone_by_one_step_and_done_again(
    layout: PlotLayout, change: Callable[[PlotLayout, int], object], qtbot: QtBot
) -> None:
    panel = layout.plot("a", "x")
    layout.add_panel()
    layout.set_current(panel)
    before, doing = layout.state, layout.undo_text
    with qtbot.waitSignal(layout.undo_changed, timeout=0):
        change(layout, panel)
    after = layout.state
    assert after != before
    assert layout.undo_text
    layout.undo()
    assert (layout.state, layout.undo_text) == (before, doing)
    layout.redo()
    assert layout.state == after
    assert not layout.can_redo


def test_what_changes_nothing_leaves_nothing_to_undo(layout: PlotLayout) -> None:
    panel = layout.plot("a", "x")
    layout.forget_changes()
    layout.plot("a", "x")
    layout.set_visible(panel, "a", "x", True)
    layout.set_axis_range(panel, "V", None)
    layout.set_option(panel, "levels", None)
    layout.remove_curve(panel, "b")
    layout.window_s = layout.window_s
    layout.set_current(panel)
    assert not layout.can_undo
    layout.undo()
    layout.redo()
    assert layout.panels == (panel,)


def test_what_belongs_together_is_undone_together(layout: PlotLayout) -> None:
    with layout.one_change("plotting what was dropped"):
        layout.plot_in_new_panel("a")
        layout.plot("b")
        with layout.one_change("more"):
            layout.plot_in_new_panel("c")
    assert layout.undo_text == "plotting what was dropped"
    layout.undo()
    assert layout.panels == ()
    assert not layout.can_undo


def test_a_turn_of_the_wheel_is_undone_as_one(layout: PlotLayout) -> None:
    panel = layout.add_panel()
    for notch in range(5):
        layout.set_axis_range(panel, "V", (0.0, 2.0 + notch))
    layout.undo()
    assert layout.axis_range(panel, "V") is None


def test_columns_that_become_known_are_no_change_to_undo(layout: PlotLayout) -> None:
    panel = layout.plot("a")
    layout.resolve_columns(panel, "a", ("x", "y"))
    layout.set_visible(panel, "a", "x", False)
    layout.undo()
    assert columns(layout, panel) == ["x", "y"]
    layout.undo()
    assert layout.panels == ()
    layout.redo()
    assert columns(layout, panel) == ["x", "y"]


def test_undoing_tells_what_has_changed(layout: PlotLayout, qtbot: QtBot) -> None:
    first = layout.plot("a")
    second = layout.plot_in_new_panel("b")
    layout.remove_panel(first)
    told: list[tuple[str, int]] = []
    layout.panel_added.connect(lambda panel: told.append(("added", panel)))
    layout.panel_removed.connect(lambda panel: told.append(("removed", panel)))
    layout.panel_changed.connect(lambda panel: told.append(("changed", panel)))
    layout.undo()
    assert told == [("added", first)]
    assert layout.panels == (first, second)
    with qtbot.waitSignal(layout.current_changed, timeout=0):
        layout.undo()
    assert told[1:] == [("removed", second)]


def test_shared_values_are_told_by_name(layout: PlotLayout, qtbot: QtBot) -> None:
    with qtbot.waitSignal(layout.shared_changed, timeout=0) as told:
        layout.set_shared("cursors", [1, 2])
    assert told.args == ["cursors"]
    assert layout.shared("cursors") == [1, 2]
    layout.set_shared("cursors", None)
    assert layout.shared("cursors", "none") == "none"
