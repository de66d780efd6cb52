from __future__ import annotations

from pytestqt.qtbot import QtBot

from stream_gui.views.plots.frame_timer import FrameTimer


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
