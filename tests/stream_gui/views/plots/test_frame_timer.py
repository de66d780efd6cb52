from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from stream_gui.views.plots.frame_timer import FramePace, FrameTimer


def test_it_paints_again_and_again_until_it_is_stopped(qtbot: QtBot) -> None:
    painted: list[int] = []
    timer = FrameTimer(lambda: painted.append(1))
    timer.start()
    timer.start()
    qtbot.waitUntil(lambda: len(painted) >= 3)
    timer.stop()
    assert not timer.is_running


def test_a_painter_may_stop_it(qtbot: QtBot) -> None:
    painted: list[int] = []

    def paint() -> None:
        painted.append(1)
        timer.stop()

    timer = FrameTimer(paint)
    timer.start()
    qtbot.waitUntil(lambda: bool(painted))
    assert not timer.is_running


@pytest.mark.parametrize("late_s", [0.0, 0.0004, 0.003])
@pytest.mark.parametrize("taken_s", [0.0005, 0.004, 0.0115])
def test_there_are_at_least_sixty_frames_a_second_if_there_is_time(
    late_s: float, taken_s: float
) -> None:
    """However late the timer of whole milliseconds fires."""
    pace, now_s = FramePace(), 100.0
    for _ in range(600):
        begun_s = now_s
        pace.begin(begun_s)
        now_s += taken_s
        now_s += pace.wait_ms(begun_s, now_s) / 1000 + late_s
    assert 60 <= 600 / (now_s - 100) < 70


def test_long_frames_leave_time_to_others_and_are_not_made_up_for() -> None:
    pace = FramePace()
    pace.begin(1.0)
    assert pace.wait_ms(1.0, 1.1) == 25
    pace.begin(1.125)
    assert 15 <= pace.wait_ms(1.125, 1.125) <= 16
