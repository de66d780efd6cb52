"""One timer for all panels: calls a painter at frame rate and leaves the loop time to breathe."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

__all__ = ["FramePace", "FrameTimer"]

_FRAME_S = 1 / 62.5
"""A little over sixty a second, as screens have them: what did not move a pixel is not painted."""

_REST = 0.25
"""At least this share of a frame's own duration is left to input and other work after it."""


class FramePace:
    """When the next frame is due: by the clock, not by when a late timer fired last."""

    def __init__(self) -> None:
        self._due_s = 0.0

    def begin(self, now_s: float) -> None:
        """A frame begins."""
        self._due_s += _FRAME_S
        if not now_s < self._due_s < now_s + _FRAME_S:
            self._due_s = now_s + _FRAME_S

    def wait_ms(self, begun_s: float, now_s: float) -> int:
        """How long to wait for the next one, at the end of a frame that began then."""
        rest_s = (now_s - begun_s) * _REST
        return max(1, int(max(self._due_s - now_s, rest_s) * 1000))


class FrameTimer(QObject):
    """Calls `paint` about sixty times a second, less often if it takes long.

    Args:
        paint: does a frame's work.
        parent: the owner.
    """

    def __init__(self, paint: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paint = paint
        self._pace = FramePace()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)
        self._ended = False

    @property
    def is_running(self) -> bool:
        """Whether frames are being painted."""
        return self._timer.isActive()

    def start(self) -> None:
        """Begin, or go on."""
        if not self._timer.isActive() and not self._ended:
            self._timer.start(0)

    def stop(self) -> None:
        """Paint no more, until it is started again."""
        self._timer.stop()

    def end(self) -> None:
        """Paint no more, whoever starts it: the owner goes, or paints by itself."""
        self._ended = True
        self.stop()

    def _on_timeout(self) -> None:
        begun_s = time.perf_counter()
        self._pace.begin(begun_s)
        self._timer.start(self._pace.wait_ms(begun_s, begun_s))
        self._paint()
        if self._timer.isActive():
            self._timer.start(self._pace.wait_ms(begun_s, time.perf_counter()))
