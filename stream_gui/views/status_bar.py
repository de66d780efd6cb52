"""The status bar: the state of the link, the server's load, and what nobody has read yet."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton, QWidget

from stream_gui.models.feedback_list import FeedbackList
from stream_gui.models.link_state import LinkPhase, LinkState
from stream_gui.models.load.load_history import LoadHistory
from stream_gui.models.problem_list import ProblemList
from stream_gui.models.value_text import bytes_text
from stream_gui.views.appearance import Appearance
from stream_gui.views.severity_delegate import LOOKS

__all__ = ["StatusBar"]

COLOURS = {
    LinkPhase.DISCONNECTED: "dim",
    LinkPhase.CONNECTING: "warning",
    LinkPhase.CONNECTED: "good",
    LinkPhase.RECONNECTING: "warning",
}


class StatusBar(QStatusBar):
    """Always visible.

    Signals:
        link_clicked(): the state of the link was clicked.
        feedback_clicked(): the count of unread reports was clicked.
        problems_clicked(): the count of problems was clicked.

    Args:
        state: of the link.
        history: the load of the server.
        reports: what there is to read.
        problems: what stands.
        kept: shows the memory that plots take.
        appearance: light or dark.
    """

    link_clicked = Signal()
    feedback_clicked = Signal()
    problems_clicked = Signal()

    def __init__(
        self,
        state: LinkState,
        history: LoadHistory,
        reports: FeedbackList,
        problems: ProblemList,
        kept: QWidget,
        appearance: Appearance,
    ) -> None:
        super().__init__()
        self._state = state
        self._history = history
        self._reports = reports
        self._problems = problems
        self._appearance = appearance
        self.link = QToolButton()
        self.link.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.link.setAccessibleName("Connection")
        self.link.clicked.connect(self.link_clicked)
        self.load = QLabel()
        self.load.setObjectName("dim")
        self.unread = QToolButton()
        self.unread.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.unread.setAccessibleName("Unread feedback")
        self.unread.clicked.connect(self.feedback_clicked)
        self.problems = QToolButton()
        self.problems.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.problems.setAccessibleName("Problems")
        self.problems.clicked.connect(self.problems_clicked)
        self.setSizeGripEnabled(False)
        self.addWidget(self.link)
        self.addPermanentWidget(self.load)
        self.addPermanentWidget(kept)
        self.addPermanentWidget(self.problems)
        self.addPermanentWidget(self.unread)
        state.changed.connect(self._show_link)
        state.changed.connect(self._show_load)
        history.changed.connect(self._show_load)
        reports.unread_changed.connect(lambda _: self._show_unread())
        problems.changed.connect(self._show_problems)
        appearance.changed.connect(self._show_all)
        self._show_all()

    def _show_all(self) -> None:
        self._show_link()
        self._show_load()
        self._show_unread()
        self._show_problems()

    def _show_link(self) -> None:
        colour = str(getattr(self._appearance.theme, COLOURS[self._state.phase]))
        self.link.setIcon(self._appearance.icon("dot", colour))
        self.link.setText(self._state.describe())

    def _show_load(self) -> None:
        server = self._history.server
        if server is None or not self._state.connected:
            self.load.setText("")
            return
        clients = self._history.latest()
        received = bytes_text(sum(rates[0] for rates in clients), "/s")
        sent = bytes_text(sum(rates[1] for rates in clients), "/s")
        self.load.setText(f"in {received}   out {sent}   processor {server.cpu:.0%}")

    def _show_unread(self) -> None:
        count = self._reports.unread
        theme = self._appearance.theme
        self.unread.setIcon(self._appearance.icon("warning", theme.warning if count else theme.dim))
        self.unread.setText(str(count) if count else "")
        self.unread.setToolTip(
            f"{count} reports that nobody has read" if count else "Nothing to report"
        )

    def _show_problems(self) -> None:
        problems = self._problems.problems
        self.problems.setVisible(bool(problems))
        if problems:
            name, colour = LOOKS[problems[0].severity]
            shade = str(getattr(self._appearance.theme, colour))
            self.problems.setIcon(self._appearance.icon(name, shade))
            self.problems.setText(f"{len(problems)} problem{'s' if problems[1:] else ''}")
            self.problems.setToolTip("\n".join(problem.what for problem in problems))
