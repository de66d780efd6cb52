"""What an empty window says: what to do, in three lines with a button each; it does nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from stream_gui.models.link_state import LinkState

__all__ = ["Welcome"]

Step = tuple[str, QAction]


class Welcome(QFrame):
    """Shown where there are no panels.

    Args:
        state: of the link.
        before: the steps of somebody who has joined no server: what it is for, and what does it.
        joined: the steps of somebody who has.
    """

    def __init__(self, state: LinkState, before: Sequence[Step], joined: Sequence[Step]) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self._state = state
        self.before = _steps("No server yet", before)
        self.joined = _steps("No plots yet", joined)
        column = QVBoxLayout(self)
        for page in (self.before, self.joined):
            column.addWidget(page, 0, Qt.AlignmentFlag.AlignCenter)
        state.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.before.setVisible(not self._state.connected)
        self.joined.setVisible(self._state.connected)


def _steps(title: str, steps: Sequence[Step]) -> QWidget:
    page = QWidget()
    grid = QGridLayout(page)
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(10)
    heading = QLabel(title)
    heading.setObjectName("title")
    grid.addWidget(heading, 0, 0, 1, 2)
    for row, (text, action) in enumerate(steps, start=1):
        grid.addWidget(QLabel(text), row, 0)
        button = QPushButton(action.text().replace("&", ""))
        button.setToolTip(action.shortcut().toString())
        button.clicked.connect(action.trigger)
        grid.addWidget(button, row, 1)
    return page
