from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.plotdata.levels import Levels
from stream_gui.views.plots.panels.image_panel import ImagePanel
from stream_gui.views.plots.plot_area import PlotArea

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeChannelFeed, FakeFeeds

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

Paint = Callable[[float], bool]


@pytest.fixture
def number(layout: PlotLayout) -> int:
    return layout.plot("rig/camera", panel=layout.add_panel("image"))


@pytest.fixture
def panel(area: PlotArea, number: int) -> ImagePanel:
    return area.panels[number].view


@pytest.fixture
def feed(feeds: FakeFeeds, panel: ImagePanel) -> FakeChannelFeed:
    return feeds.frames["rig/camera"]


def ramp(scale: float = 1.0, dtype: str = "f4") -> np.ndarray:
    return (np.arange(200).reshape(10, 20) * scale).astype(dtype)


def test_an_empty_panel_asks_for_a_channel(area: PlotArea, layout: PlotLayout) -> None:
    panel = area.panels[layout.add_panel("image")].view
    assert panel.canvas.note.startswith("Drag a channel of pictures")
    assert panel.title == "Image"


def test_the_newest_frame_is_shown(
    panel: ImagePanel, feed: FakeChannelFeed, area: PlotArea, paint: Paint
) -> None:
    assert panel.canvas.note == "Waiting for rig/camera"
    feed.show(ramp(), 0.0, 1)
    feed.show(ramp(2), 1.0, 5)
    feed.tell("live", unit="counts")
    assert paint(1)
    area._show_values()
    assert panel.canvas.frame_shown is feed.frames.newest
    assert panel.canvas.note == ""
    for said in ("newest only, 1/s of 4/s", "#5", "20\N{MULTIPLICATION SIGN}10 float32"):
        assert said in panel.status.text()
    assert not paint(2)


def test_the_pixel_under_the_mouse_is_told(
    panel: ImagePanel, feed: FakeChannelFeed, paint: Paint, qtbot: QtBot
) -> None:
    feed.show(ramp())
    feed.tell("live", unit="counts")
    paint(1)
    middle = panel.canvas.rect().center()
    qtbot.mouseMove(panel.canvas, middle)
    pixel = panel.canvas.pixel_under_mouse()
    assert pixel is not None
    row, column = pixel
    value = int(ramp()[row, column])
    assert panel.status.text().startswith(f"x {column}, y {row}: {value} counts")


def test_a_paused_panel_shows_the_frame_of_the_time_shown(
    panel: ImagePanel, feed: FakeChannelFeed, area: PlotArea, layout: PlotLayout, paint: Paint
) -> None:
    for second in range(10):
        feed.show(ramp(second), second, second)
    feed.tell("live")
    paint(9)
    layout.paused = True
    area.time_view.pan(-0.4)
    paint(9.1)
    shown = panel.canvas.frame_shown
    assert shown is not None
    assert shown.sequence == 5
    assert "paused" in panel.status.text()
    feed.show(ramp(), 10, 10)
    paint(9.2)
    assert panel.canvas.frame_shown is shown
    layout.paused = False
    paint(9.3)
    assert panel.canvas.frame_shown is feed.frames.newest


def test_levels_are_found_chosen_and_found_again(
    panel: ImagePanel, feed: FakeChannelFeed, layout: PlotLayout, number: int, paint: Paint
) -> None:
    pixels = ramp()
    pixels[0, 0] = -1e6
    feed.show(pixels)
    paint(1)
    assert panel.levels.low > -10
    panel.choices.modes.activated.emit(1)
    paint(2)
    assert panel.levels == Levels(-1e6, 199)
    panel.bar.chosen.emit(5, 50)
    panel.bar.chosen.emit(6, 60)
    paint(3)
    assert panel.levels == Levels(6, 60)
    assert panel.choices.modes.currentText() == "Fixed"
    layout.undo()
    paint(4)
    assert panel.levels == Levels(-1e6, 199)
    panel.fit()
    paint(5)
    assert panel.levels.low > -10
    assert layout.options(number) == {}


def test_choices_are_remembered_and_undone(
    panel: ImagePanel, layout: PlotLayout, number: int, qtbot: QtBot
) -> None:
    marks, fills = panel.tools()
    qtbot.mouseClick(marks, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(fills, Qt.MouseButton.LeftButton)
    panel.choices.maps.activated.emit(2)
    name = panel.choices.maps.currentText()
    assert layout.options(number) == {"marks_saturated": True, "fills": True, "colour_map": name}
    again = PlotLayout()
    again.read(layout.write())
    assert again.options(number) == layout.options(number)
    for _ in range(3):
        layout.undo()
    assert layout.options(number) == {}
    assert not marks.isChecked()
    assert panel.choices.maps.currentText() == "viridis"


def test_other_types_and_shapes_come_and_go(
    panel: ImagePanel, feed: FakeChannelFeed, paint: Paint
) -> None:
    for second, pixels in enumerate(
        (
            ramp(),
            ramp(100, "u2"),
            ramp(1, "?"),
            np.full((4, 4), np.nan),
            np.zeros((30, 7, 3), np.uint8),
            np.zeros((30, 7, 4), np.float32),
            ramp(1e300, "f8"),
        )
    ):
        feed.show(pixels, second, second)
        assert paint(second)
        assert not panel.grab().isNull()
        shown = panel.canvas.frame_shown
        assert shown is not None
        assert shown.pixels.shape == pixels.shape


def test_colours_of_8_bits_have_no_levels(
    panel: ImagePanel, feed: FakeChannelFeed, paint: Paint
) -> None:
    feed.show(ramp())
    paint(1)
    assert not panel.bar.isHidden()
    feed.show(np.zeros((30, 7, 3), np.uint8), 1)
    paint(2)
    assert panel.bar.isHidden()
    assert not panel.choices.modes.isEnabled()


def test_a_channel_that_stops_says_so(
    panel: ImagePanel, feed: FakeChannelFeed, area: PlotArea, paint: Paint
) -> None:
    feed.show(ramp())
    feed.tell("live")
    paint(1)
    paint(4)
    area._show_values()
    assert "no frame" not in panel.status.text()
    paint(9)
    area._show_values()
    assert "no frame for 8.0 s" in panel.status.text()
    feed.tell("ended")
    assert "ended" in panel.status.text()
    assert panel.canvas.frame_shown is not None


def test_a_channel_that_cannot_be_read_says_why(panel: ImagePanel, feed: FakeChannelFeed) -> None:
    feed.tell("error", "not allowed")
    assert panel.canvas.note == "not allowed"


def test_saturated_and_missing_pixels_are_counted(
    panel: ImagePanel, feed: FakeChannelFeed, area: PlotArea, paint: Paint
) -> None:
    feed.show(np.array([[255, 255, 3]], np.uint8))
    paint(1)
    area._show_values()
    assert "2 saturated" in panel.status.text()
    feed.show(np.array([[np.nan, 1.0]]), 1)
    paint(2)
    area._show_values()
    assert "1 NaN" in panel.status.text()


def test_another_channel_gives_the_first_one_back(
    panel: ImagePanel, feeds: FakeFeeds, layout: PlotLayout, number: int
) -> None:
    layout.remove_curve(number, "rig/camera")
    layout.plot("rig/screen", panel=number)
    assert [feed.channel for feed in feeds.frames.is_open] == ["rig/screen"]
    layout.remove_panel(number)
    assert feeds.frames.is_open == []


def test_the_picture_is_zoomed_by_key(
    panel: ImagePanel, feed: FakeChannelFeed, paint: Paint, qtbot: QtBot
) -> None:
    feed.show(ramp())
    paint(1)
    panel.activateWindow()
    panel.canvas.setFocus()
    whole = panel.canvas.part.width
    qtbot.keyClick(panel.canvas, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert panel.canvas.part.width < whole
    qtbot.keyClick(panel.canvas, Qt.Key.Key_0)
    assert panel.canvas.is_fitted


def test_a_tiny_panel_leaves_its_room_to_the_picture(
    panel: ImagePanel, feed: FakeChannelFeed, paint: Paint
) -> None:
    feed.show(ramp())
    paint(1)
    panel.resize(140, 80)
    panel.layout().activate()
    assert panel.bar.isHidden()
    assert panel.canvas.width() > 120
