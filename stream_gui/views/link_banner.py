"""The band above the plots that tells when there is no server, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from stream_gui.models.link_state import LinkPhase, LinkState
from stream_gui.views.appearance import Appearance

__all__ = ["LinkBanner"]


class LinkBanner(QFrame):
    """Hidden while connected, and where the window says itself what to do first.

    Signals:
        connect_wanted(), start_wanted(), stop_wanted(): a button was pressed; the last one ends
            the attempts to reconnect.
    """

    connect_wanted = Signal()
    start_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, state: LinkState, appearance: Appearance) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._state = state
        self._appearance = appearance
        self._told = False
        self.text = QLabel(wordWrap=True)
        self._sign = QLabel()
        self._connect = QPushButton("Connect …")
        self._start = QPushButton("Start a server …")
        self._stop = QPushButton("Stop trying")
        self._connect.clicked.connect(self.connect_wanted)
        self._start.clicked.connect(self.start_wanted)
        self._stop.clicked.connect(self.stop_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 7, 8, 7)
        row.addWidget(self._sign)
        row.addWidget(self.text, 1)
        for button in (self._start, self._connect, self._stop):
            row.addWidget(button)
        state.changed.connect(self._show)
        appearance.changed.connect(self._show)
        self._show()

    def set_told(self, told: bool) -> None:
        """The window says itself how to get a server."""
        self._told = told
        self._show()

    def _show(self) -> None:
        phase = self._state.phase
        nothing_wrong = phase is LinkPhase.DISCONNECTED and not self._state.problem
        self.setVisible(phase is not LinkPhase.CONNECTED and not (self._told and nothing_wrong))
        self.text.setText(self._state.describe())
        waiting = phase in (LinkPhase.CONNECTING, LinkPhase.RECONNECTING)
        self._stop.setVisible(waiting)
        self._connect.setVisible(not waiting)
        self._start.setVisible(not waiting)
        bad = phase is LinkPhase.RECONNECTING or bool(self._state.problem)
        colour = str(self._appearance.theme.warning if bad else self._appearance.theme.dim)
        name = "warning" if bad else "disconnect"
        self._sign.setPixmap(self._appearance.icon(name, colour).pixmap(18, 18))
