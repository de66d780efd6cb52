from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.plot_area import PlotArea
from stream_gui.views.plots.plot_canvas import PlotCanvas

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

NONE = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def canvas(area: PlotArea, layout: PlotLayout, feeds: FakeFeeds) -> PlotCanvas:
    panel = layout.plot("a")
    feeds["a"].become_live()
    feeds["a"].append(*range(60))
    area.paint_frame(0)
    QApplication.processEvents()
    return area.panels[panel].view.canvas


def wheel(canvas: PlotCanvas, place: QPointF, notches: int, keys: Qt.KeyboardModifier) -> None:
    viewport = canvas.viewport()
    event = QWheelEvent(
        place,
        QPointF(viewport.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def middle(canvas: PlotCanvas) -> QPointF:
    return QPointF(canvas.mapFromScene(canvas.box.sceneBoundingRect().center()))


def test_the_wheel_changes_how_much_time_is_shown(canvas: PlotCanvas, layout: PlotLayout) -> None:
    wheel(canvas, middle(canvas), 1, NONE)
    assert layout.window_s == pytest.approx(8)
    wheel(canvas, middle(canvas), -1, NONE)
    assert layout.window_s == pytest.approx(10)


def test_with_control_or_on_the_axis_it_changes_the_scale(
    canvas: PlotCanvas, layout: PlotLayout
) -> None:
    (panel,) = layout.panels
    wheel(canvas, middle(canvas), 1, CONTROL)
    first = layout.axis_range(panel, "V")
    assert first is not None
    on_axis = QPointF(canvas.mapFromScene(canvas.value_axis.sceneBoundingRect().center()))
    wheel(canvas, on_axis, -1, NONE)
    second = layout.axis_range(panel, "V")
    assert second is not None
    assert second[1] - second[0] == pytest.approx(1.25 * (first[1] - first[0]))
    assert layout.window_s == 10


def test_a_drag_moves_in_time_and_pauses(
    canvas: PlotCanvas, layout: PlotLayout, area: PlotArea, qtbot: QtBot
) -> None:
    before = area.time_view.stop_ns
    start = middle(canvas).toPoint()
    viewport = canvas.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for step in (10, 60, 110):
        qtbot.mouseMove(viewport, start + QPoint(step, 0))
        QApplication.processEvents()
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(110, 0))
    assert layout.paused
    assert before is not None
    assert area.time_view.stop_ns is not None
    assert area.time_view.stop_ns < before


def test_a_click_makes_the_panel_current_and_gives_the_plots_the_keys(
    canvas: PlotCanvas, layout: PlotLayout, area: PlotArea, qtbot: QtBot
) -> None:
    (panel,) = layout.panels
    layout.add_panel()
    QApplication.processEvents()
    place = middle(canvas).toPoint()
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert layout.current == panel
    assert area.isAncestorOf(area.focusWidget()) or area.focusWidget() is area
    qtbot.keyClick(area.focusWidget(), Qt.Key.Key_Space)
    assert layout.paused
