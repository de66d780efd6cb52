"""A picture on screen is where and what it should be."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from stream_gui.plotdata.frames import Frame
from stream_gui.plotdata.levels import Levels
from stream_gui.plotdata.pixels import SATURATED, Colouring
from stream_gui.views.plots.image_canvas import ImageCanvas

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

GREY = Colouring("grey", Levels(0, 255))


def frame(pixels: np.ndarray) -> Frame:
    return Frame(pixels, 0, 0)


@pytest.fixture
def canvas(qtbot: QtBot) -> ImageCanvas:
    canvas = ImageCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(200, 100)
    canvas.show()
    return canvas


def colour(canvas: ImageCanvas, x: int, y: int) -> int:
    picture = canvas.grab()
    place = QPoint(x, y) * picture.devicePixelRatio()
    return QColor(picture.toImage().pixel(place)).rgb()


def wheel(canvas: ImageCanvas, x: int, y: int, steps: int) -> None:
    event = QWheelEvent(
        QPointF(x, y),
        canvas.mapToGlobal(QPointF(x, y)),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def test_row_0_is_on_top_and_pixels_are_square(canvas: ImageCanvas) -> None:
    canvas.show_frame(frame(np.array([[0, 255], [128, 64]], np.uint8)), GREY)
    assert [colour(canvas, x, y) for x, y in ((60, 10), (140, 10), (60, 90), (140, 90))] == [
        0xFF000000,
        0xFFFFFFFF,
        0xFF808080,
        0xFF404040,
    ]
    background = colour(canvas, 10, 50)
    assert background not in (0xFF000000, 0xFF808080)
    canvas.lock(False)
    assert colour(canvas, 10, 10) == 0xFF000000


def test_a_pixel_without_a_value_is_hatched(canvas: ImageCanvas) -> None:
    canvas.show_frame(frame(np.array([[np.nan, 255.0]])), GREY)
    seen = {colour(canvas, x, 50) for x in range(10, 90)}
    assert len(seen) > 1
    assert 0xFFFFFFFF not in seen
    assert colour(canvas, 150, 50) == 0xFFFFFFFF


def test_saturated_pixels_stand_out(canvas: ImageCanvas) -> None:
    colouring = Colouring("grey", Levels(0, 255), True)
    canvas.show_frame(frame(np.array([[0, 255]], np.uint8)), colouring)
    assert colour(canvas, 150, 50) == SATURATED


def test_a_hot_pixel_stays_in_a_picture_larger_than_the_screen(canvas: ImageCanvas) -> None:
    pixels = np.zeros((1000, 2000), np.uint8)
    pixels[501, 1003] = 255
    canvas.show_frame(frame(pixels), GREY)
    assert canvas.pooling == 10
    assert colour(canvas, 100, 50) == 0xFFFFFFFF


def test_the_wheel_zooms_about_the_mouse(canvas: ImageCanvas, qtbot: QtBot) -> None:
    canvas.show_frame(frame(np.arange(200, dtype=np.uint8).reshape(10, 20)), GREY)
    qtbot.mouseMove(canvas, QPoint(155, 25))
    assert canvas.pixel_under_mouse() == (2, 15)
    for _ in range(6):
        wheel(canvas, 155, 25, 1)
    assert canvas.part.width < 10
    assert canvas.pixel_under_mouse() == (2, 15)
    assert not canvas.is_fitted
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton)
    assert canvas.is_fitted


def test_the_mouse_drags_the_picture(canvas: ImageCanvas, qtbot: QtBot) -> None:
    canvas.show_frame(frame(np.zeros((10, 20), np.uint8)), GREY)
    wheel(canvas, 100, 50, 5)
    qtbot.mouseMove(canvas, QPoint(100, 50))
    before = canvas.pixel_under_mouse()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 50))
    qtbot.mouseMove(canvas, QPoint(70, 30))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(70, 30))
    assert canvas.pixel_under_mouse() == before


def test_keys_move_the_picture(canvas: ImageCanvas, qtbot: QtBot) -> None:
    canvas.show_frame(frame(np.zeros((10, 20), np.uint8)), GREY)
    canvas.zoom_step(1)
    assert canvas.part.width == pytest.approx(16)
    left = canvas.part.left
    qtbot.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.part.left == pytest.approx(left + 1.6)
    canvas.zoom_step(-1)
    assert canvas.part.width == pytest.approx(20)


def test_another_shape_is_shown_whole(canvas: ImageCanvas) -> None:
    canvas.show_frame(frame(np.zeros((10, 20), np.uint8)), GREY)
    canvas.zoom(0.3)
    canvas.show_frame(frame(np.ones((10, 20), np.uint8)), GREY)
    assert not canvas.is_fitted
    canvas.show_frame(frame(np.zeros((50, 20), np.uint8)), GREY)
    assert canvas.is_fitted


def test_outside_the_picture_there_is_no_pixel(canvas: ImageCanvas, qtbot: QtBot) -> None:
    canvas.show_frame(frame(np.zeros((10, 10), np.uint8)), GREY)
    qtbot.mouseMove(canvas, QPoint(10, 50))
    assert canvas.pixel_under_mouse() is None


def test_pixels_are_coloured_once_for_each_picture(canvas: ImageCanvas) -> None:
    canvas.show_frame(frame(np.zeros((10, 10), np.uint8)), GREY)
    canvas.grab()
    drawn = canvas.images_drawn
    canvas.grab()
    assert canvas.images_drawn == drawn
    canvas.show_frame(frame(np.zeros((10, 10), np.uint8)), GREY)
    canvas.grab()
    assert canvas.images_drawn == drawn + 1


@pytest.mark.parametrize("size", [(1, 1), (60, 40), (3000, 5)])
@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (33, 47)])
def test_any_size_shows_any_shape(
    canvas: ImageCanvas, size: tuple[int, int], shape: tuple[int, int]
) -> None:
    canvas.setMinimumSize(1, 1)
    canvas.resize(*size)
    canvas.show_frame(frame(np.zeros(shape, np.uint8)), GREY)
    canvas.zoom(0.2)
    canvas.move_by(3, 3)
    assert not canvas.grab().isNull()
