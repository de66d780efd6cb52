from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from stream_gui.models.marker_table import MarkerTable
from stream_gui.models.measuring import Cursors, Marker, Measuring, resolution_ns
from stream_gui.models.plot_layout import PlotLayout
from stream_gui.models.plot_section import PlotSection

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND + 1


@pytest.fixture
def layout(qapp: object) -> PlotLayout:
    return PlotLayout()


@pytest.fixture
def measuring(layout: PlotLayout) -> Measuring:
    return Measuring(layout)


def test_cursors_come_into_view_and_go(measuring: Measuring) -> None:
    assert measuring.cursors is None
    assert measuring.chosen is None
    measuring.show(T0, T0 + 3 * SECOND)
    assert measuring.cursors == Cursors(T0 + SECOND, T0 + 2 * SECOND)
    assert measuring.chosen == "a"
    measuring.hide()
    assert measuring.cursors is None
    assert measuring.chosen is None


def test_b_may_lie_before_a(measuring: Measuring) -> None:
    measuring.show(T0, T0 + 3 * SECOND)
    measuring.move("b", T0)
    cursors = measuring.cursors
    assert cursors is not None
    assert (cursors.start_ns, cursors.stop_ns) == (T0, T0 + SECOND)
    assert cursors.distance_ns == -SECOND
    assert measuring.chosen == "b"


def test_hidden_cursors_cannot_be_moved(measuring: Measuring) -> None:
    measuring.move("a", T0)
    assert measuring.cursors is None


def test_a_drag_is_undone_as_one_and_told(
    measuring: Measuring, layout: PlotLayout, qtbot: QtBot
) -> None:
    measuring.show(T0, T0 + 3 * SECOND)
    with qtbot.waitSignal(measuring.cursors_changed):
        for step in range(10):
            measuring.move("a", T0 + step)
    assert layout.undo_text == "moving cursor A"
    layout.undo()
    assert measuring.cursors == Cursors(T0 + SECOND, T0 + 2 * SECOND)
    layout.undo()
    assert measuring.cursors is None


def test_cursors_can_keep_their_distance_to_the_live_edge(
    measuring: Measuring, layout: PlotLayout
) -> None:
    measuring.show(T0, T0 + 3 * SECOND)
    measuring.set_riding(True)
    assert not measuring.is_riding  # nobody knows where the edge is
    measuring.advance(T0 + 3 * SECOND)
    measuring.set_riding(True)
    assert measuring.is_riding
    measuring.advance(T0 + 13 * SECOND)
    assert measuring.cursors == Cursors(T0 + 11 * SECOND, T0 + 12 * SECOND)
    measuring.move("b", T0 + 13 * SECOND)
    measuring.advance(T0 + 14 * SECOND)
    assert measuring.cursors == Cursors(T0 + 12 * SECOND, T0 + 14 * SECOND)
    assert (measuring.behind_ns("a"), measuring.behind_ns("b")) == (2 * SECOND, 0)
    layout.undo()
    assert measuring.cursors == Cursors(T0 + 12 * SECOND, T0 + 13 * SECOND)


def test_they_stand_still_with_the_view(measuring: Measuring, layout: PlotLayout) -> None:
    measuring.show(T0, T0 + 3 * SECOND)
    measuring.advance(T0 + 3 * SECOND)
    measuring.set_riding(True)
    layout.paused = True
    assert not measuring.is_riding
    measuring.advance(None)
    assert measuring.cursors == Cursors(T0 + SECOND, T0 + 2 * SECOND)
    assert layout.undo_text == "letting the cursors ride along"  # pausing is no change


def test_riding_cursors_come_back_with_the_layout(
    measuring: Measuring, layout: PlotLayout, qtbot: QtBot
) -> None:
    measuring.show(T0, T0 + 3 * SECOND)
    measuring.advance(T0 + 3 * SECOND)
    measuring.set_riding(True)
    other = PlotLayout()
    found = Measuring(other)
    other.read(layout.write())
    assert found.cursors is None
    with qtbot.waitSignal(found.cursors_changed):
        found.advance(T0 + 100 * SECOND)
    assert found.cursors == Cursors(T0 + 98 * SECOND, T0 + 99 * SECOND)
    other.read(PlotSection(shared={"cursors": {"behind": [1]}}))
    assert found.cursors is None


def test_markers_stand_in_the_order_of_their_times(measuring: Measuring) -> None:
    measuring.add_marker(T0 + 5, "later")
    first = measuring.add_marker(T0, "  valve\nopened ")
    assert first == Marker(T0, "valve opened")
    assert [marker.text for marker in measuring.markers] == ["valve opened", "later"]
    measuring.edit_marker(first, "valve closed")
    assert measuring.markers[0] == Marker(T0, "valve closed")
    measuring.remove_marker(measuring.markers[0])
    assert [marker.text for marker in measuring.markers] == ["later"]


def test_a_marker_that_is_gone_stays_gone(measuring: Measuring) -> None:
    measuring.edit_marker(Marker(T0, "x"), "y")
    measuring.remove_marker(Marker(T0, "x"))
    assert measuring.markers == ()


def test_markers_can_be_undone(measuring: Measuring, layout: PlotLayout) -> None:
    measuring.add_marker(T0, "a")
    measuring.remove_marker(measuring.markers[0])
    layout.undo()
    assert measuring.markers == (Marker(T0, "a"),)
    layout.undo()
    assert measuring.markers == ()
    layout.redo()
    assert measuring.markers == (Marker(T0, "a"),)


def test_they_come_back_with_the_layout(measuring: Measuring, layout: PlotLayout) -> None:
    measuring.show(T0, T0 + 3 * SECOND)
    measuring.add_marker(T0 + 7, "pump on")
    written = layout.write()
    other = PlotLayout()
    found = Measuring(other)
    other.read(written)
    assert found.cursors == measuring.cursors
    assert found.markers == measuring.markers


def test_what_cannot_be_understood_is_left_out(measuring: Measuring, layout: PlotLayout) -> None:
    spoilt = {"cursors": [1], "markers": [[T0, "good"], ["x", "bad"], 3, [T0]]}
    layout.read(PlotSection(shared=spoilt))
    assert measuring.cursors is None
    assert measuring.markers == (Marker(T0, "good"),)
    layout.read(PlotSection(shared={"cursors": "ab", "markers": 7}))
    assert measuring.cursors is None
    assert measuring.markers == ()


@pytest.mark.parametrize(
    ("pixel_ns", "wanted"), [(0, 1), (1, 1), (999, 100), (1000, 1000), (12_500_000, 10_000_000)]
)
def test_times_pointed_at_are_as_fine_as_a_pixel(pixel_ns: int, wanted: int) -> None:
    assert resolution_ns(pixel_ns) == wanted


def test_the_table_of_markers_follows_and_edits(measuring: Measuring, qtmodeltester) -> None:
    table = MarkerTable(measuring)
    measuring.add_marker(T0, "a")
    measuring.add_marker(T0 + SECOND, "b")
    qtmodeltester.check(table)
    assert table.rowCount() == 2
    assert table.setData(table.index(1, 1), "c")
    assert not table.setData(table.index(1, 0), "c")
    assert [marker.text for marker in measuring.markers] == ["a", "c"]
    assert table.data(table.index(1, 1)) == "c"
    assert table.marker(0) == Marker(T0, "a")
