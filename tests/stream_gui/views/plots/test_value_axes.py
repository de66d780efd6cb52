"""Axes on screen: seen, grasped by wheel, drag and double click, and typed into."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDragMoveEvent, QDropEvent, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from stream_gui.models.channel_mime import CHANNEL_MIME, CURVE_MIME, curve_to_mime
from stream_gui.models.measuring import Measuring
from stream_gui.models.plot_layout import SECONDS, PlotLayout
from stream_gui.views.plots.limit_editor import LimitEditor
from stream_gui.views.plots.panel_scales import NEW_AXIS
from stream_gui.views.plots.panels.time_panel import TimePanel
from stream_gui.views.plots.plot_area import PlotArea
from stream_gui.views.plots.range_dialog import RangeDialog
from stream_gui.views.plots.value_axis_item import ValueAxisItem

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds

pytestmark = pytest.mark.qt_log_ignore("does not support (propagateSizeHints|raise)")

Paint = Callable[[float], bool]
UNITS = {"u": "V", "t": "°C", "n": ""}


@pytest.fixture
def panel(area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint) -> TimePanel:
    """Three curves of different units."""
    for channel, unit in UNITS.items():
        number = layout.plot(channel)
        feeds[channel].become_live(unit=unit)
        feeds[channel].append(*np.linspace(0, 9, 10) * (1 + len(unit)))
    for frame in range(3):
        paint(frame * 0.1)
        QApplication.processEvents()
    view = area.panels[number].view
    assert isinstance(view, TimePanel)
    return view


def axis(panel: TimePanel, name: str) -> ValueAxisItem:
    return next(item for item in panel.canvas.axes.items if item.picture.name == name)


def place_on(panel: TimePanel, item: ValueAxisItem, share: float = 0.5) -> QPoint:
    """A place on an axis, at this share of its height from the top, in the viewport."""
    rect = item.rect()
    inside = QPointF(rect.center().x(), rect.top() + share * rect.height())
    return panel.canvas.mapFromScene(item.mapToScene(inside))


def names(panel: TimePanel) -> list[str]:
    return [item.picture.name for item in panel.canvas.axes.items]


def test_every_unit_has_an_axis_with_its_labels(panel: TimePanel) -> None:
    assert names(panel) == ["V", "°C", "1"]
    assert [item.unit_text for item in panel.canvas.axes.items] == ["V", "°C", ""]
    assert all(len(item.labels) >= 2 for item in panel.canvas.axes.items)
    assert [item.is_left for item in panel.canvas.axes.items] == [True, False, True]


def test_an_axis_with_one_curve_among_others_has_its_colour(
    panel: TimePanel, layout: PlotLayout, paint: Paint
) -> None:
    (number,) = layout.panels
    assert [axis(panel, name).picture.colours for name in ("V", "°C")] == [
        (panel.curve_colours[0],),
        (panel.curve_colours[1],),
    ]
    for channel in "tn":
        layout.set_visible(number, channel, "", False)
    paint(1)
    assert [item.picture.colours for item in panel.canvas.axes.items] == [()]


def test_a_drag_on_an_axis_shifts_it_alone(
    panel: TimePanel, layout: PlotLayout, qtbot: QtBot
) -> None:
    (number,) = layout.panels
    low, high = panel.scales.current("°C")
    start = place_on(panel, axis(panel, "°C"))
    viewport = panel.canvas.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for step in (10, 40, 60):
        qtbot.mouseMove(viewport, start + QPoint(0, step))
        QApplication.processEvents()
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(0, 60))
    moved = layout.axis_range(number, "°C")
    assert moved is not None
    assert moved[0] > low
    assert moved[1] - moved[0] == pytest.approx(high - low)
    assert layout.axis_range(number, "V") is None
    assert not layout.paused
    layout.undo()
    assert layout.axis_range(number, "°C") is None


def double_click(panel: TimePanel, qtbot: QtBot, place: QPoint) -> None:
    viewport = panel.canvas.viewport()
    qtbot.mouseMove(viewport, place)
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=place)
    QApplication.processEvents()


def test_a_double_click_fits_an_axis(panel: TimePanel, layout: PlotLayout, qtbot: QtBot) -> None:
    (number,) = layout.panels
    for name in ("V", "°C"):
        panel.scales.set(name, -7, 7)
    double_click(panel, qtbot, place_on(panel, axis(panel, "V")))
    assert layout.axis_range(number, "V") is None
    assert layout.axis_range(number, "°C") == (-7, 7)


def test_at_an_end_of_an_axis_its_limit_is_typed(
    panel: TimePanel, layout: PlotLayout, qtbot: QtBot
) -> None:
    (number,) = layout.panels
    low, _ = panel.scales.current("V")
    double_click(panel, qtbot, place_on(panel, axis(panel, "V"), 0.03))
    (editor,) = panel.canvas.findChildren(LimitEditor)
    editor.selectAll()
    qtbot.keyClicks(editor, "oops")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert editor.isVisible()
    editor.selectAll()
    qtbot.keyClicks(editor, "20000 mV")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert layout.axis_range(number, "V") == (low, 20.0)
    assert not editor.isVisible()


def test_the_range_is_set_by_keyboard(
    panel: TimePanel, layout: PlotLayout, area: PlotArea, qtbot: QtBot
) -> None:
    (number,) = layout.panels
    area.setFocus()
    qtbot.keyClick(area, Qt.Key.Key_R)
    (dialog,) = panel.findChildren(RangeDialog)
    assert dialog.axis_box.count() == 3
    dialog.low_edit.setText("-3")
    dialog.accept()
    fixed = layout.axis_range(number, "V")
    assert fixed is not None
    assert fixed[0] == -3


def test_a_curve_moves_to_another_axis_and_back(
    panel: TimePanel, layout: PlotLayout, paint: Paint
) -> None:
    panel.legend.axis_wanted.emit("u", "", "°C")
    paint(1)
    assert names(panel) == ["°C", "1"]
    assert panel.canvas.axes.items[0].unit_text == "V, °C"
    panel.legend.axis_wanted.emit("u", "", NEW_AXIS)
    paint(2)
    assert names(panel) == ["V 2", "°C", "1"]
    panel.legend.axis_wanted.emit("u", "", "")
    paint(3)
    assert names(panel) == ["V", "°C", "1"]
    layout.undo()
    layout.undo()
    paint(4)
    assert names(panel) == ["°C", "1"]


def test_the_menu_of_a_curve_offers_the_axes(panel: TimePanel, layout: PlotLayout) -> None:
    (number,) = layout.panels
    menu = panel.legend.menu(panel.legend.entries[0], "u", "")
    (axes,) = (action.menu() for action in menu.actions() if action.text() == "Axis")
    texts = {action.text(): action for action in axes.actions()}
    assert [text for text in texts if text] == [
        "V", "°C", "no unit", "New axis", "The axis of its unit",
    ]  # fmt: skip
    texts["°C"].trigger()
    assert layout.curves(number)[0].axis == "°C"
    menu.deleteLater()


def drag(panel: TimePanel, place: QPointF, number: int, channel: str) -> bool:
    """Drop a curve of a panel there; tell whether it was taken."""
    data = QMimeData()
    data.setData(CURVE_MIME, curve_to_mime(number, channel, ""))
    data.setData(CHANNEL_MIME, channel.encode())
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    keys = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place.toPoint(), copy, data, left, keys)
    panel.dragEnterEvent(enter)
    if enter.isAccepted():
        panel.dragMoveEvent(QDragMoveEvent(place.toPoint(), copy, data, left, keys))
        panel.dropEvent(QDropEvent(place, copy, data, left, keys))
    return enter.isAccepted()


def test_a_curve_is_dropped_on_an_axis_or_beside_them(panel: TimePanel, layout: PlotLayout) -> None:
    (number,) = layout.panels
    on_axis = QPointF(panel.canvas.mapTo(panel, place_on(panel, axis(panel, "°C"))))
    assert drag(panel, on_axis, number, "u")
    assert layout.curves(number)[0].axis == "°C"
    middle = QPointF(panel.canvas.mapTo(panel, panel.canvas.rect().center()))
    assert drag(panel, middle, number, "u")
    assert layout.curves(number)[0].axis == "V 2"
    assert not drag(panel, middle, number + 1, "u")


def test_staggered_axes_stand_above_each_other(
    panel: TimePanel, layout: PlotLayout, area: PlotArea, paint: Paint, qtbot: QtBot
) -> None:
    (number,) = layout.panels
    area.setFocus()
    qtbot.keyClick(area, Qt.Key.Key_S)
    assert layout.panel(number).staggered
    paint(1)
    tops = [item.sceneBoundingRect().center().y() for item in panel.canvas.axes.items]
    assert tops == sorted(tops)
    assert all(item.is_left for item in panel.canvas.axes.items)
    rows = {}
    pixels = panel.canvas.curves_item._raster.pixels & 0xFFFFFF
    for item, colour in zip(panel.canvas.axes.items, panel.curve_colours, strict=True):
        found = np.flatnonzero((pixels == colour).any(axis=1))
        rows[item.picture.name] = (int(found.min()), int(found.max()))
    assert rows["V"][1] < rows["°C"][0]
    assert rows["°C"][1] < rows["1"][0]
    qtbot.keyClick(area, Qt.Key.Key_S)
    assert not layout.panel(number).staggered


def test_curves_stand_where_their_own_axis_says(panel: TimePanel, paint: Paint) -> None:
    panel.scales.set("V", 0, 100)
    panel.scales.set("°C", -1000, 40)
    paint(1)
    item = panel.canvas.curves_item
    pixels = item._raster.pixels & 0xFFFFFF
    height = pixels.shape[0]
    for channel, colour in zip("ut", panel.curve_colours, strict=False):
        scale = panel.canvas.axes.scale({"u": "V", "t": "°C"}[channel])
        assert scale is not None
        last = 9.0 * (1 + len(UNITS[channel]))
        column = np.flatnonzero((pixels == colour).any(axis=0)).max()
        row = np.flatnonzero(pixels[:, column] == colour).mean()
        assert row == pytest.approx(scale.place(last) * height, abs=2.5)


def test_times_stand_at_the_same_place_in_all_panels(
    panel: TimePanel, area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint
) -> None:
    other = area.panels[layout.plot_in_new_panel("u")].view
    assert isinstance(other, TimePanel)
    for frame in range(4):
        paint(1 + frame)
        QApplication.processEvents()
    rects = [each.canvas.box.sceneBoundingRect() for each in (panel, other)]
    assert rects[0].left() == rects[1].left()
    assert rects[0].width() == rects[1].width()
    assert rects[0].left() > 80
    assert rects[0].left() == int(rects[0].left())


def test_no_time_label_is_cut_off(panel: TimePanel, paint: Paint, feeds: FakeFeeds) -> None:
    canvas = panel.canvas
    for step in range(25):
        feeds["u"].append(1.0, start_s=10 + step / 7)
        paint(10 + step / 7)
        QApplication.processEvents()
        left = canvas.time_axis.sceneBoundingRect().left() + canvas.axes.widths[0]
        for label, place in canvas.time_axis._placed():
            width = canvas.time_axis.metrics.horizontalAdvance(label)
            assert left + place >= 0
            assert left + place + width <= canvas.width()
    assert canvas.time_axis.labels


def test_seconds_count_back_from_the_right_edge_and_stand_still(
    panel: TimePanel, area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, paint: Paint,
    qtbot: QtBot,
) -> None:  # fmt: skip
    area.setFocus()
    qtbot.keyClick(area, Qt.Key.Key_T)
    paint(1)
    labels = panel.canvas.time_axis.labels
    assert labels[-1] == "0 s"
    assert "\N{MINUS SIGN}2 s" in labels
    feeds["u"].append(*range(30), start_s=10, interval_s=0.1)
    paint(3)
    assert panel.canvas.time_axis.labels == labels
    assert layout.shared(SECONDS)
    qtbot.keyClick(area, Qt.Key.Key_T)
    paint(4)
    assert ":" in panel.canvas.time_axis.labels[0]


def test_a_loss_is_marked_and_told_where_the_pointer_rests(
    panel: TimePanel, feeds: FakeFeeds, paint: Paint
) -> None:
    feeds["u"].series[0].mark_gap("the reader was too slow", 42)
    feeds["u"].append(*range(8), start_s=13)
    paint(20)
    (mark,) = panel.canvas.curves_item._picture.gaps
    assert mark.is_loss
    middle = (mark.first + mark.last) / 2 / panel.canvas.devicePixelRatioF()
    text = panel.canvas.gap_text_at(middle)
    assert text == "42 samples lost in 4 s: the reader was too slow"
    assert panel.canvas.gap_text_at(middle - 0.3 * panel.canvas.width()) == ""
    place = panel.canvas.mapFromScene(panel.canvas.box.mapToScene(QPointF(middle, 20)))
    event = QHelpEvent(QEvent.Type.ToolTip, place, panel.canvas.mapToGlobal(place))
    QApplication.sendEvent(panel.canvas.viewport(), event)
    assert QToolTip.text() == text
    QToolTip.hideText()


def test_infinite_samples_are_seen_at_the_edges(
    panel: TimePanel, feeds: FakeFeeds, layout: PlotLayout, paint: Paint
) -> None:
    (number,) = layout.panels
    for channel in "tn":
        layout.remove_curve(number, channel, "")
    feeds["u"].append(*[np.inf] * 2, start_s=10)
    feeds["u"].append(*[-np.inf] * 2, start_s=12)
    paint(30)
    pixels = panel.canvas.curves_item._raster.pixels & 0xFFFFFF
    colour = panel.curve_colours[0]
    assert (pixels[0] == colour).sum() == 2
    assert (pixels[-1] == colour).sum() == 2


def test_seconds_count_from_cursor_a_where_there_is_one(
    panel: TimePanel, area: PlotArea, layout: PlotLayout, paint: Paint
) -> None:
    layout.set_shared(SECONDS, True)
    view = area.time_view.columns(100)
    assert view is not None
    Measuring(layout).show(view.start_ns, view.stop_ns)
    paint(1)
    labels = panel.canvas.time_axis.labels
    assert labels[0].startswith("\N{MINUS SIGN}")
    assert not labels[-1].startswith("\N{MINUS SIGN}")
    assert "0 s" in labels
    assert layout.shared(SECONDS)


def test_the_bar_says_day_and_offset_and_what_seconds_count_from(
    panel: TimePanel, area: PlotArea, layout: PlotLayout, paint: Paint
) -> None:
    paint(1)
    assert "2023, UTC" in area.bar.zone_text
    layout.set_shared(SECONDS, True)
    paint(2)
    assert "right edge" in area.bar.zone_text


def test_a_right_click_on_an_axis_offers_what_can_be_done_with_it(panel: TimePanel) -> None:
    wanted: list[str] = []
    panel.canvas.axes.menu_wanted.disconnect()
    panel.canvas.axes.menu_wanted.connect(wanted.append)
    place = place_on(panel, axis(panel, "°C"))
    reason = QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(reason, place, panel.canvas.mapToGlobal(place))
    QApplication.sendEvent(panel.canvas.viewport(), event)
    assert wanted == ["°C"]
    assert event.isAccepted()


@pytest.mark.parametrize("bounds", [(-4.53, 4.43), (0.0, 1.0), (99.9, 100.4), (-7e-9, 2e12)])
def test_an_axis_has_at_least_two_ticks(
    panel: TimePanel, paint: Paint, area: PlotArea, bounds: tuple[float, float]
) -> None:
    area.resize(800, 230)
    QApplication.processEvents()
    panel.scales.set("V", *bounds)
    paint(1)
    item = axis(panel, "V")
    assert len(item.labels) >= 2
    assert len(item.labels) * item.metrics.height() < item.height() + item.metrics.height()


def test_the_menu_key_on_a_curve_is_the_curves(panel: TimePanel, qtbot: QtBot) -> None:
    wanted: list[int] = []
    entry = panel.legend.entries[1]
    entry.menu_wanted.disconnect()
    entry.menu_wanted.connect(lambda: wanted.append(1))
    entry.setFocus()
    qtbot.keyClick(entry, Qt.Key.Key_Menu)
    qtbot.keyClick(entry, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert wanted == [1, 1]


def test_the_legend_reads_as_the_axes_do(
    panel: TimePanel, feeds: FakeFeeds, layout: PlotLayout, paint: Paint
) -> None:
    (number,) = layout.panels
    panel.scales.set("V", 0.0, 0.01)
    feeds["u"].append(0.0042, start_s=10)
    for frame in range(2):
        paint(11 + frame)
    assert panel.legend.entries[0].text == "u, 4.20 mV, full rate"
    layout.set_axis(number, "u", "", "°C")
    for frame in range(2):
        paint(13 + frame)
    assert "V" in panel.legend.entries[0].text
    assert "mV" not in panel.legend.entries[0].text
