"""One timer for all panels: calls a painter at frame rate and leaves the loop time to breathe."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

__all__ = ["FrameTimer"]

_FRAME_MS = 16
"""Sixty frames a second, as screens have them; what has not moved by a pixel is not painted."""

_REST = 0.25
"""At least this share of a frame's own duration is left to input and other work after it."""


class FrameTimer(QObject):
    """Calls `paint` about sixty times a second, less often if it takes long.

    Args:
        paint: does a frame's work.
        parent: the owner.
    """

    def __init__(self, paint: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paint = paint
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def is_running(self) -> bool:
        """Whether frames are being painted."""
        return self._timer.isActive()

    def start(self) -> None:
        """Begin, or go on."""
        if not self._timer.isActive():
            self._timer.start(0)

    def stop(self) -> None:
        """Paint no more."""
        self._timer.stop()

    def _on_timeout(self) -> None:
        begun = time.perf_counter()
        self._timer.start(_FRAME_MS)
        self._paint()
        taken_ms = (time.perf_counter() - begun) * 1000
        if self._timer.isActive():
            self._timer.start(round(max(_FRAME_MS - taken_ms, taken_ms * _REST, 1)))
