from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from stream_gui.models.measuring import Cursors
from stream_gui.views.plots.measuring.note_editor import NoteEditor

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.measuring.conftest import Scope

pytestmark = pytest.mark.qt_log_ignore("does not support")

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def cursors(scope: Scope) -> Cursors:
    found = scope.area.measure.measuring.cursors
    assert found is not None
    return found


def seconds(time_ns: int) -> float:
    return (time_ns - T0) / SECOND


def editor(scope: Scope) -> NoteEditor:
    (found,) = [each for each in scope.canvas.findChildren(NoteEditor) if each.isVisible()]
    return found


def test_m_brings_the_cursors_into_view_and_takes_them_away(scope: Scope, qtbot: QtBot) -> None:
    assert not scope.area.measure.view.isVisible()
    qtbot.keyClick(scope.area, Qt.Key.Key_M)
    scope.frame()
    assert 2.5 < seconds(cursors(scope).a_ns) < 4
    assert 6 < seconds(cursors(scope).b_ns) < 7.5
    assert scope.area.measure.view.isVisible()
    qtbot.keyClick(scope.area, Qt.Key.Key_M)
    assert scope.area.measure.measuring.cursors is None
    assert not scope.area.measure.view.isVisible()


def test_the_table_tells_of_what_lies_between(scope: Scope) -> None:
    tools = scope.area.measure
    tools.toggle_cursors()
    tools.measuring.move("a", T0 + 2 * SECOND)
    tools.measuring.move("b", T0 + 4 * SECOND)
    scope.frame()
    (row,) = tools.view.model.rows
    assert (row.at_a, row.at_b, row.figures.count) == (20.0, 40.0, 21)
    assert row.figures.mean == pytest.approx(30.0)
    assert row.figures.slope == pytest.approx(10.0)
    assert "2 s" in tools.view.facts
    assert "500 mHz" in tools.view.facts
    assert tools.view.warning == ""


def test_it_goes_on_while_data_comes_in(scope: Scope) -> None:
    tools = scope.area.measure
    tools.toggle_cursors()
    tools.measuring.move("b", T0 + 12 * SECOND)
    scope.frame()
    (row,) = tools.view.model.rows
    assert math.isnan(row.at_b)
    assert "ends after the newest sample" in tools.view.warning
    scope.feeds["a"].append(*range(101, 151), start_s=10.1, interval_s=0.1)
    scope.frame()
    (row,) = tools.view.model.rows
    assert row.at_b == 120.0
    assert tools.view.warning == ""


def test_arrow_keys_move_the_chosen_cursor_by_pixels_and_samples(
    scope: Scope, qtbot: QtBot
) -> None:
    qtbot.keyClick(scope.area, Qt.Key.Key_M)
    before = cursors(scope)
    pixel_ns = 10 * SECOND / scope.canvas.box.rect().width()
    qtbot.keyClick(scope.area, Qt.Key.Key_Right)
    moved_ns = cursors(scope).a_ns - before.a_ns
    assert 0.3 * pixel_ns < moved_ns < 2 * pixel_ns
    qtbot.keyClick(scope.area, Qt.Key.Key_Left)
    qtbot.keyClick(scope.area, Qt.Key.Key_Left)
    assert cursors(scope).a_ns < before.a_ns
    qtbot.keyClick(scope.area, Qt.Key.Key_C)
    qtbot.keyClick(scope.area, Qt.Key.Key_Right, SHIFT)
    first = seconds(cursors(scope).b_ns)
    assert first == pytest.approx(round(first, 1))
    qtbot.keyClick(scope.area, Qt.Key.Key_Right, SHIFT)
    assert seconds(cursors(scope).b_ns) == pytest.approx(first + 0.1)
    qtbot.keyClick(scope.area, Qt.Key.Key_Left, SHIFT)
    assert seconds(cursors(scope).b_ns) == pytest.approx(first)


def test_without_a_chosen_cursor_the_arrow_keys_move_the_view(scope: Scope, qtbot: QtBot) -> None:
    qtbot.keyClick(scope.area, Qt.Key.Key_M)
    before, stop_ns = cursors(scope), scope.area.time_view.stop_ns or 0
    qtbot.keyClick(scope.area, Qt.Key.Key_Escape)
    qtbot.keyClick(scope.area, Qt.Key.Key_Left)
    assert cursors(scope) == before
    assert scope.area.time_view.stop_ns == stop_ns - 2 * SECOND


def test_a_cursor_is_dragged_with_the_mouse_and_the_view_stays(scope: Scope, qtbot: QtBot) -> None:
    qtbot.keyClick(scope.area, Qt.Key.Key_M)
    scope.frame()
    layer = scope.area.measure.layer(scope.panel)
    before, stop_ns = cursors(scope), scope.area.time_view.stop_ns
    viewport, left = scope.canvas.viewport(), Qt.MouseButton.LeftButton
    x = layer.x_of(before.b_ns)
    scope.point(x)
    qtbot.mousePress(viewport, left, pos=scope.at(x))
    for step in (10, 40, 80):
        qtbot.mouseMove(viewport, scope.at(x + step))
        QApplication.processEvents()
    qtbot.mouseRelease(viewport, left, pos=scope.at(x + 80))
    assert layer.x_of(cursors(scope).b_ns) == pytest.approx(x + 80, abs=2)
    assert cursors(scope).a_ns == before.a_ns
    assert scope.area.measure.measuring.chosen == "b"
    assert scope.area.time_view.stop_ns == stop_ns
    scope.layout.undo()
    assert cursors(scope) == before


def test_cursors_ride_along_with_live_data(scope: Scope, qtbot: QtBot) -> None:
    qtbot.keyClick(scope.area, Qt.Key.Key_M)
    qtbot.keyClick(scope.area, Qt.Key.Key_M, SHIFT)
    assert not scope.layout.paused
    scope.frame()
    before = cursors(scope)
    facts = scope.area.measure.view.facts
    assert "ago" in facts
    picture = scope.area.measure.view.figures(T0, T0 + SECOND)
    assert picture is not None
    assert "ago" not in picture.facts[0]  # a picture is of one time
    scope.feeds["a"].append(*range(101, 151), start_s=10.1, interval_s=0.1)
    scope.frame()
    scope.frame()
    after = cursors(scope)
    assert after.a_ns > before.a_ns
    assert after.distance_ns == before.distance_ns
    assert scope.area.measure.view.facts == facts
    (row,) = scope.area.measure.view.model.rows
    assert row.at_a == pytest.approx(seconds(after.a_ns) * 10, abs=0.51)
    qtbot.keyClick(scope.area, Qt.Key.Key_Space)
    assert not scope.area.measure.actions.ride.isChecked()
    assert cursors(scope) == after


def test_a_cursor_out_of_view_is_found_at_the_edge(scope: Scope, qtbot: QtBot) -> None:
    qtbot.keyClick(scope.area, Qt.Key.Key_M)
    scope.area.measure.measuring.move("a", T0 - 30 * SECOND)
    scope.frame()
    place = scope.at(8, 8 / scope.canvas.box.rect().height())
    qtbot.mouseClick(scope.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    scope.frame()
    assert 0 <= scope.area.measure.layer(scope.panel).x_of(cursors(scope).a_ns)


def test_the_table_is_copied_with_headings_and_units(scope: Scope, qtbot: QtBot) -> None:
    qtbot.keyClick(scope.area, Qt.Key.Key_M)
    scope.frame()
    qtbot.keyClick(scope.area, Qt.Key.Key_C, CONTROL)
    lines = QGuiApplication.clipboard().text().splitlines()
    head = next(line for line in lines if line.startswith("curve\t")).split("\t")
    cells = dict(zip(head, lines[-1].split("\t"), strict=True))
    assert cells["curve"] == "a"
    assert cells["unit"] == "V"
    assert float(cells["mean"]) == pytest.approx(50, abs=5)


def test_the_copy_is_in_the_order_of_the_table(scope: Scope, qtbot: QtBot) -> None:
    scope.layout.plot("b")
    scope.feeds["b"].become_live(unit="A")
    scope.feeds["b"].append(*[500.0] * 101, interval_s=0.1)
    qtbot.keyClick(scope.area, Qt.Key.Key_M)
    scope.frame()
    view = scope.area.measure.view
    for order, wanted in (
        (Qt.SortOrder.DescendingOrder, ["b", "a"]),
        (Qt.SortOrder.AscendingOrder, ["a", "b"]),
    ):
        view.table.sortByColumn(4, order)
        view.copy()
        lines = QGuiApplication.clipboard().text().splitlines()
        assert [line.split("\t")[0] for line in lines[-2:]] == wanted


def test_values_are_shown_at_the_mouse(scope: Scope) -> None:
    layer = scope.area.measure.layer(scope.panel)
    assert layer.hover is None
    scope.point(layer.x_of(T0 + 5 * SECOND) + 0.2)
    hover = layer.hover
    assert hover is not None
    ((_, name, value),) = hover.rows
    assert (name, value) == ("a", "50 V")
    scope.area.measure.hide_hover()
    assert layer.hover is None
    scope.frame()
    assert layer.hover == hover
    QApplication.sendEvent(scope.canvas.viewport(), QEvent(QEvent.Type.Leave))
    scope.frame()
    assert layer.hover is None


def test_n_puts_a_marker_at_the_mouse(scope: Scope, qtbot: QtBot) -> None:
    layer = scope.area.measure.layer(scope.panel)
    scope.point(layer.x_of(T0 + 5 * SECOND))
    qtbot.keyClick(scope.area, Qt.Key.Key_N)
    qtbot.keyClicks(editor(scope), "valve man")  # letters that are keys elsewhere
    qtbot.keyClick(editor(scope), Qt.Key.Key_Return)
    (marker,) = scope.area.measure.measuring.markers
    assert marker.text == "valve man"
    assert seconds(marker.time_ns) == pytest.approx(5, abs=0.05)
    assert scope.area.focusWidget() is scope.area
    scope.layout.undo()
    assert scope.area.measure.measuring.markers == ()


def test_without_the_mouse_a_marker_goes_to_the_chosen_cursor_else_now(
    scope: Scope, qtbot: QtBot
) -> None:
    qtbot.keyClick(scope.area, Qt.Key.Key_N)
    qtbot.keyClick(editor(scope), Qt.Key.Key_Return)
    qtbot.keyClick(scope.area, Qt.Key.Key_M)
    qtbot.keyClick(scope.area, Qt.Key.Key_N)
    qtbot.keyClick(editor(scope), Qt.Key.Key_Return)
    at_cursor, now = (marker.time_ns for marker in scope.area.measure.measuring.markers)
    assert at_cursor == cursors(scope).a_ns
    assert now == scope.area.time_view.stop_ns


def test_esc_gives_a_marker_up(scope: Scope, qtbot: QtBot) -> None:
    qtbot.keyClick(scope.area, Qt.Key.Key_N)
    qtbot.keyClicks(editor(scope), "no")
    qtbot.keyClick(editor(scope), Qt.Key.Key_Escape)
    assert scope.area.measure.measuring.markers == ()


def test_a_marker_is_edited_in_its_place(scope: Scope, qtbot: QtBot) -> None:
    measuring = scope.area.measure.measuring
    measuring.add_marker(T0 + 5 * SECOND, "valve")
    scope.frame()
    layer = scope.area.measure.layer(scope.panel)
    height = scope.canvas.box.rect().height()
    place = scope.at(layer.x_of(T0 + 5 * SECOND) + 4, 1 - 10 / height)
    viewport, left = scope.canvas.viewport(), Qt.MouseButton.LeftButton
    qtbot.mouseClick(viewport, left, pos=place)
    qtbot.mouseDClick(viewport, left, pos=place)
    qtbot.mouseRelease(viewport, left, pos=place)
    assert editor(scope).text() == "valve"
    qtbot.keyClicks(editor(scope), "pump")
    qtbot.keyClick(editor(scope), Qt.Key.Key_Return)
    assert [marker.text for marker in measuring.markers] == ["pump"]


def test_the_list_of_markers_jumps_and_deletes(scope: Scope, qtbot: QtBot) -> None:
    measuring = scope.area.measure.measuring
    measuring.add_marker(T0 + 1 * SECOND, "one")
    measuring.add_marker(T0 + 2 * SECOND, "two")
    qtbot.keyClick(scope.area, Qt.Key.Key_N, SHIFT)
    listed = scope.area.measure.view.markers
    assert listed.isVisible()
    listed.selectRow(0)
    qtbot.keyClick(listed, Qt.Key.Key_Return)
    stop_ns = scope.area.time_view.stop_ns or 0
    assert seconds(stop_ns) == pytest.approx(1 + 5)
    qtbot.keyClick(listed, Qt.Key.Key_Delete)
    assert [marker.text for marker in measuring.markers] == ["two"]
    qtbot.keyClick(scope.area, Qt.Key.Key_N, SHIFT)
    assert not scope.area.measure.view.isVisible()


def test_a_closed_panel_is_measured_no_more(scope: Scope) -> None:
    scope.area.measure.toggle_cursors()
    scope.frame()
    scope.layout.remove_panel(scope.panel)
    scope.frame()
    assert scope.area.measure.view.model.rows == ()
    scope.area.measure.measuring.move("a", T0)
    scope.area.measure.nudge(1)
    scope.area.measure.step(1)
    scope.area.measure.ask_for_marker()
    assert scope.area.measure.measuring.markers == ()
