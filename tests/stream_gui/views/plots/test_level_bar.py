"""Levels are dragged, typed, and moved by keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from stream_gui.plotdata.levels import Histogram, Levels
from stream_gui.views.plots.level_bar import LevelBar, level_text

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


@pytest.fixture
def bar(qtbot: QtBot) -> LevelBar:
    bar = LevelBar()
    qtbot.addWidget(bar)
    bar.resize(80, 300)
    bar.show()
    bar.chosen.connect(lambda low, high: bar.show_levels(Levels(low, high), None, "grey"))
    bar.show_levels(Levels(10, 90), None, "grey")
    return bar


def drag(qtbot: QtBot, bar: LevelBar, start: float, stop: float) -> None:
    scale = bar.scale
    at = [QPoint(20, round(scale.height_of(value))) for value in (start, stop)]
    qtbot.mousePress(scale, Qt.MouseButton.LeftButton, pos=at[0])
    qtbot.mouseMove(scale, at[1])
    qtbot.mouseRelease(scale, Qt.MouseButton.LeftButton, pos=at[1])


@pytest.mark.parametrize(
    ("start", "stop", "low", "high"),
    [(10, 40, 40, 90), (90, 60, 10, 60), (50, 60, 20, 100), (10, 200, 90, 90)],
)
def test_lines_are_dragged(
    bar: LevelBar, qtbot: QtBot, start: float, stop: float, low: float, high: float
) -> None:
    drag(qtbot, bar, start, stop)
    assert bar.scale.levels.low == pytest.approx(low, abs=1)
    assert bar.scale.levels.high == pytest.approx(high, abs=1)


def test_levels_that_meet_can_be_parted(bar: LevelBar, qtbot: QtBot) -> None:
    bar.show_levels(Levels(50, 50), None, "grey")
    drag(qtbot, bar, 50, 50.3)
    assert bar.scale.levels.high > bar.scale.levels.low


def test_levels_are_typed(bar: LevelBar, qtbot: QtBot) -> None:
    assert (bar.low.text(), bar.high.text()) == ("10", "90")
    bar.low.selectAll()
    qtbot.keyClicks(bar.low, "-2,5")
    qtbot.keyClick(bar.low, Qt.Key.Key_Return)
    assert bar.scale.levels == Levels(-2.5, 90)
    bar.high.selectAll()
    qtbot.keyClicks(bar.high, "-7")
    qtbot.keyClick(bar.high, Qt.Key.Key_Return)
    assert bar.scale.levels == Levels(-7, -2.5)


def test_nonsense_is_no_level(bar: LevelBar, qtbot: QtBot) -> None:
    bar.low.selectAll()
    qtbot.keyClicks(bar.low, "much")
    qtbot.keyClick(bar.low, Qt.Key.Key_Return)
    assert bar.scale.levels == Levels(10, 90)
    assert bar.low.text() == "10"


def test_what_is_being_typed_is_left_alone(bar: LevelBar, qtbot: QtBot) -> None:
    bar.low.selectAll()
    qtbot.keyClicks(bar.low, "4")
    bar.show_levels(Levels(11, 91), None, "grey")
    assert bar.low.text() == "4"


def test_keys_move_a_level(bar: LevelBar, qtbot: QtBot) -> None:
    qtbot.keyClick(bar.scale, Qt.Key.Key_Up)
    assert bar.scale.levels.high > 90
    qtbot.keyClick(bar.scale, Qt.Key.Key_PageDown)
    qtbot.keyClick(bar.scale, Qt.Key.Key_Down)
    assert bar.scale.levels.low < 10


def test_a_double_click_has_them_found(bar: LevelBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.automatic):
        qtbot.mouseDClick(bar.scale, Qt.MouseButton.LeftButton, pos=QPoint(20, 100))
    qtbot.mouseRelease(bar.scale, Qt.MouseButton.LeftButton)


def test_all_values_of_the_histogram_are_in_sight(bar: LevelBar) -> None:
    histogram = Histogram(np.ones(4), -100.0, 300.0, -100.0, 300.0, 0, 0)
    bar.show_levels(Levels(10, 90), histogram, "magma")
    assert 0 < bar.scale.height_of(300) < bar.scale.height_of(-100) < bar.scale.height()
    assert not bar.grab().isNull()


@pytest.mark.parametrize(
    ("level", "span", "text"),
    [
        (1234.0, 2000, "1234"),
        (0.12345, 1, "0.12"),
        (1e9, 5, "1e+09"),
        (5.0, 0, "5"),
        (2.5, 10, "2.5"),
    ],
)
def test_levels_have_the_digits_that_matter(level: float, span: float, text: str) -> None:
    assert level_text(level, span) == text
