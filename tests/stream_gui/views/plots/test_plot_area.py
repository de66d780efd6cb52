from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from stream_gui.models.channel_mime import CHANNEL_MIME, channels_to_mime
from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.plot_area import PlotArea

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

Paint = Callable[[float], bool]
COPY = Qt.DropAction.CopyAction


def drop(target: QWidget, *entries: tuple[str, str], at: QPoint | None = None) -> bool:
    """Drop these channels in the middle or at another place; tell whether the drag was taken."""
    place = at if at is not None else target.rect().center()
    data = QMimeData()
    data.setData(CHANNEL_MIME, channels_to_mime(entries))
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, COPY, data, buttons, keys)
    target.dragEnterEvent(enter)
    target.dropEvent(QDropEvent(QPointF(place), COPY, data, buttons, keys))
    return enter.isAccepted()


def colours_in(image: QImage) -> set[int]:
    return {
        image.pixel(x, y) & 0xFFFFFF for x in range(image.width()) for y in range(image.height())
    }


def test_without_panels_it_says_what_to_do(area: PlotArea, layout: PlotLayout) -> None:
    assert area.empty_text
    layout.add_panel()
    assert not area.empty_text
    layout.clear()
    assert area.empty_text


def test_a_drop_beside_the_panels_makes_one(area: PlotArea, layout: PlotLayout) -> None:
    assert drop(area, ("a", ""), ("b", "x"))
    (panel,) = layout.panels
    assert [(c.channel, c.column) for c in layout.curves(panel)] == [("a", ""), ("b", "x")]
    assert drop(area, ("c", ""))
    assert len(layout.panels) == 2


def test_a_drop_on_a_panel_joins_it(area: PlotArea, layout: PlotLayout) -> None:
    first = layout.plot("a")
    layout.add_panel()
    assert drop(area.panels[first], ("b", ""))
    assert [curve.channel for curve in layout.curves(first)] == ["a", "b"]
    assert layout.current == first


def test_a_drag_over_the_curves_reaches_the_panel(area: PlotArea, layout: PlotLayout) -> None:
    panel = area.panels[layout.add_panel()]
    data = QMimeData()
    data.setData(CHANNEL_MIME, channels_to_mime([("a", "")]))
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    viewport = panel.view.canvas.viewport()
    middle = viewport.rect().center()
    enter = QDragEnterEvent(middle, COPY, data, buttons, keys)
    QApplication.sendEvent(viewport, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(viewport, QDropEvent(QPointF(middle), COPY, data, buttons, keys))
    assert [shown.curve.channel for shown in panel.view.curves] == ["a"]


def test_what_is_no_channel_is_not_taken(area: PlotArea) -> None:
    data = QMimeData()
    data.setText("hello")
    event = QDragEnterEvent(
        QPoint(5, 5), COPY, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    event.ignore()
    area.dragEnterEvent(event)
    assert not event.isAccepted()


def test_a_curve_appears_in_its_colour(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    panel = layout.plot("a")
    feeds["a"].become_live()
    feeds["a"].append(*range(10))
    paint(0)
    canvas = area.panels[panel].view.canvas
    before = colours_in(canvas.grab().toImage())
    layout.set_visible(panel, "a", "", False)
    paint(0.1)
    hidden = colours_in(canvas.grab().toImage())
    assert area.panels[panel].view.curve_colours[0] in before
    assert area.panels[panel].view.curve_colours[0] not in hidden


def test_only_what_has_changed_is_painted(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    layout.plot("a")
    layout.plot_in_new_panel("b")
    for channel in "ab":
        feeds[channel].become_live()
        feeds[channel].append(1, 2, 3)
    paint(0)
    frames = area.frames
    assert not paint(0)
    assert area.frames == frames
    assert paint(1)
    assert area.frames == frames + 2


def test_the_view_follows_the_data(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    panel = layout.plot("a")
    feeds["a"].become_live()
    feeds["a"].append(*range(5))
    paint(0)
    labels = area.panels[panel].view.canvas.time_axis.labels
    feeds["a"].append(*range(60), start_s=5)
    paint(60)
    assert labels
    assert area.panels[panel].view.canvas.time_axis.labels != labels


def test_paused_the_view_stands_still_and_no_data_is_lost(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    panel = layout.plot("a")
    feeds["a"].become_live()
    feeds["a"].append(*range(10))
    paint(0)
    layout.paused = True
    paint(0.2)
    canvas = area.panels[panel].view.canvas
    labels, image = canvas.time_axis.labels, canvas.grab().toImage()
    feeds["a"].append(*range(60), start_s=10)
    paint(60)
    assert canvas.time_axis.labels == labels
    assert canvas.grab().toImage() == image
    assert canvas.corner == "paused"
    assert "60 s behind" in area.bar.state_text or "1 min behind" in area.bar.state_text
    assert feeds["a"].series[0].length == 70
    layout.paused = False
    paint(60.1)
    assert canvas.corner == ""
    assert canvas.time_axis.labels != labels


def test_moving_to_earlier_times_pauses_and_back_at_the_edge_goes_no_further(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    layout.plot("a")
    feeds["a"].become_live()
    feeds["a"].append(*range(60))
    paint(0)
    newest = area.time_view.stop_ns
    area.plot_actions.earlier.trigger()
    assert layout.paused
    assert area.time_view.stop_ns is not None
    assert newest is not None
    assert newest - area.time_view.stop_ns == pytest.approx(2e9)
    for _ in range(3):
        area.plot_actions.later.trigger()
    assert area.time_view.stop_ns == newest
    area.plot_actions.live.trigger()
    assert not layout.paused


@pytest.mark.parametrize(
    ("key", "window_s"), [(Qt.Key.Key_Plus, 5.0), (Qt.Key.Key_Minus, 30.0), (Qt.Key.Key_Equal, 5.0)]
)
def test_keys_change_the_window(
    area: PlotArea, layout: PlotLayout, qtbot: QtBot, key: Qt.Key, window_s: float
) -> None:
    qtbot.waitActive(area)
    area.setFocus()
    qtbot.keyClick(area, key)
    assert layout.window_s == window_s


def test_space_pauses_and_goes_live(area: PlotArea, layout: PlotLayout, qtbot: QtBot) -> None:
    area.setFocus()
    qtbot.keyClick(area, Qt.Key.Key_Space)
    assert layout.paused
    qtbot.keyClick(area, Qt.Key.Key_Space)
    assert not layout.paused


def test_keys_add_close_and_change_panels(area: PlotArea, layout: PlotLayout, qtbot: QtBot) -> None:
    area.setFocus()
    control = Qt.KeyboardModifier.ControlModifier
    for _ in range(3):
        qtbot.keyClick(area, Qt.Key.Key_T, control)
    first, second, third = layout.panels
    qtbot.keyClick(area, Qt.Key.Key_Up, control)
    assert layout.current == second
    qtbot.keyClick(area, Qt.Key.Key_W, control | Qt.KeyboardModifier.ShiftModifier)
    assert layout.panels == (first, third)


def test_every_action_has_a_key(area: PlotArea) -> None:
    assert all(not action.shortcut().isEmpty() for action in area.actions())


def time_axis_height(area: PlotArea, panel: int) -> float:
    return float(area.panels[panel].view.canvas.time_axis.maximumHeight())


def test_only_the_bottom_panel_shows_the_times(
    area: PlotArea, layout: PlotLayout, qtbot: QtBot
) -> None:
    first = layout.add_panel()
    full = time_axis_height(area, first)
    second = layout.add_panel()
    qtbot.waitUntil(lambda: time_axis_height(area, first) < full, timeout=5000)
    assert time_axis_height(area, second) == full
    layout.remove_panel(second)
    qtbot.waitUntil(lambda: time_axis_height(area, first) == full, timeout=5000)


def test_feeds_are_given_back(area: PlotArea, layout: PlotLayout, feeds: FakeFeeds) -> None:
    first = layout.plot("a", "x")
    layout.plot("a", "y")
    layout.plot("b")
    second = layout.plot_in_new_panel("a")
    assert [feed.channel for feed in feeds.is_open] == ["a", "b", "a"]
    layout.remove_curve(first, "a", "x")
    assert len(feeds.is_open) == 3
    layout.remove_curve(first, "a", "y")
    assert [feed.channel for feed in feeds.is_open] == ["b", "a"]
    layout.remove_panel(second)
    area.shut_down()
    assert not feeds.is_open


def test_a_remembered_layout_comes_up(qtbot: QtBot, layout: PlotLayout, feeds: FakeFeeds) -> None:
    layout.plot("a")
    layout.plot_in_new_panel("b")
    area = PlotArea(layout, feeds)
    qtbot.addWidget(area, before_close_func=lambda widget: widget.shut_down())
    assert len(area.panels) == 2
    assert len(feeds.is_open) == 2


def test_frames_are_painted_only_while_there_is_something_to_be_seen(
    qtbot: QtBot, layout: PlotLayout, feeds: FakeFeeds
) -> None:
    area = PlotArea(layout, feeds)
    qtbot.addWidget(area, before_close_func=lambda widget: widget.shut_down())
    area.show()
    assert not area.frame_timer.is_running
    layout.plot("a")
    assert area.frame_timer.is_running
    area.hide()
    assert not area.frame_timer.is_running
    area.show()
    assert area.frame_timer.is_running
    layout.remove_panel(layout.panels[0])
    assert not area.frame_timer.is_running
    area.shut_down()
    layout.plot("a")
    assert not area.frame_timer.is_running


def test_when_all_channels_have_ended_the_view_rests_at_the_last_sample(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    layout.plot("a")
    feeds["a"].become_live()
    feeds["a"].append(1, 2, 3)
    paint(0)
    paint(5)
    feeds["a"].state = "ended"
    feeds["a"].changed.emit()
    paint(100)
    assert area.time_view.stop_ns == feeds["a"].series[0].newest_time_ns


def test_a_new_panel_comes_into_sight(qtbot: QtBot, area: PlotArea, layout: PlotLayout) -> None:
    area.resize(500, 300)
    for _ in range(6):
        panel = area.panels[layout.add_panel()]
    qtbot.waitUntil(lambda: not panel.visibleRegion().isEmpty(), timeout=5000)


def test_a_panel_of_a_kind_from_later_says_so_and_is_kept(
    area: PlotArea, layout: PlotLayout, paint: Paint
) -> None:
    panel = layout.add_panel("hologram")
    assert "hologram" in area.panels[panel].view.note
    paint(0)
    assert layout.write().panels[0].kind == "hologram"


def test_a_closed_panel_comes_back_by_undo(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds
) -> None:
    panel = layout.plot("a", "x")
    layout.remove_panel(panel)
    assert not feeds.is_open
    layout.undo()
    assert [shown.curve.channel for shown in area.panels[panel].view.curves] == ["a"]
    assert [feed.channel for feed in feeds.is_open] == ["a"]


def test_panels_that_are_closed_and_become_others_leave_nothing_that_is_painted(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    first, second = layout.plot("a"), layout.plot_in_new_panel("b")
    for channel in "ab":
        feeds[channel].become_live()
        feeds[channel].append(*range(10))
    paint(0)
    area.measure.toggle_cursors()
    paint(0.1)
    changes = [
        lambda: layout.remove_panel(first),
        layout.undo,
        lambda: layout.resolve_kind(second, "b", "events"),
        layout.undo,
    ]
    for number, change in enumerate(changes):
        change()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        paint(0.2 + number)
        area.measure.toggle_cursors()


def test_panels_show_their_newest_values_by_turns(
    area: PlotArea, layout: PlotLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcd":
        layout.plot_in_new_panel(name)
    area.paint_frame(10_000_000_000)
    shown: list[int] = []
    for number, dock in area.panels.items():
        monkeypatch.setattr(dock.view, "show_values", lambda number=number: shown.append(number))
    most = 0
    for frame in range(1, 61):
        before = len(shown)
        area.paint_frame(10_000_000_000 + frame * 16_666_667)
        most = max(most, len(shown) - before)
    assert most == 1
    assert all(4 <= shown.count(number) <= 6 for number in area.panels)
