"""When panels that nobody sees give their feeds back, and get them again; it gives none itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.panels.panel_kinds import PANEL_KINDS

__all__ = ["PanelSleep"]

_KEEP = "keep_history"
_PATIENCE_MS = 1000
"""So long a panel may be out of sight: tabs that are gone through cost nothing."""


class PanelSleep(QObject):
    """Knows which panels sleep.

    Signals:
        slept(int): this panel is to give its feeds back.
        woken(int): this one is to get them again.

    Args:
        layout: says which panels keep their history while they are hidden.
        is_seen: whether a panel is in sight.
        parent: the owner.
    """

    slept = Signal(int)
    woken = Signal(int)

    def __init__(self, layout: PlotLayout, is_seen: Callable[[int], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._layout = layout
        self._is_seen = is_seen
        self._window: QWidget | None = None
        self._asleep: set[int] = set()
        self._waiting = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._waiting.timeout.connect(self.put_to_sleep)

    def keeps(self, number: int) -> bool:
        """Whether a panel goes on reading while it is hidden."""
        kind = PANEL_KINDS.get(self._layout.kind(number))
        usual = kind.keeps_history if kind is not None else False
        return bool(self._layout.options(number).get(_KEEP, usual))

    def set_keeps(self, number: int, keeps: bool) -> None:
        """Let a panel go on reading while it is hidden, or not."""
        doing = "keeping history while hidden" if keeps else "keeping no history while hidden"
        self._layout.set_option(number, _KEEP, keeps, doing=doing)

    def watch(self, window: QWidget) -> None:
        """Notice when this window is minimised."""
        if window is not self._window:
            if self._window is not None:
                self._window.removeEventFilter(self)
            self._window = window
            window.installEventFilter(self)

    def look(self) -> None:
        """Wake what is seen; what is not goes to sleep in a while."""
        self._asleep &= set(self._layout.panels)
        for number in [number for number in self._asleep if self._is_awaited(number)]:
            self._asleep.discard(number)
            self.woken.emit(number)
        if any(not self._is_awaited(number) for number in self._layout.panels):
            self._waiting.start()

    def note_awake(self, number: int) -> None:
        """A panel has been made anew for another reason, and has its feeds."""
        self._asleep.discard(number)

    def put_to_sleep(self) -> None:
        """Let all panels sleep that are hidden and keep no history."""
        for number in self._layout.panels:
            if number not in self._asleep and not self._is_awaited(number):
                self._asleep.add(number)
                self.slept.emit(number)

    def stop(self) -> None:
        """Decide nothing any more."""
        self._waiting.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See whether the window is minimised, or comes back."""
        if event.type() == QEvent.Type.WindowStateChange:
            self.look()
        return False

    def _is_awaited(self, number: int) -> bool:
        return self._is_seen(number) or self.keeps(number)
