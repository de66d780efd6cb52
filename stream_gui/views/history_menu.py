"""The memory for the history of plots: what it takes, and a menu to set it."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from stream_gui.models.value_text import bytes_text, span_text
from stream_gui.plotdata.history_share import LONGEST_S
from stream_gui.session.history import History

__all__ = ["HistoryButton", "HistoryMenu"]

_CHOICES = (64e6, 128e6, 256e6, 512e6, 1e9, 2e9, 4e9, 8e9, 16e9, 32e9)


class HistoryMenu(QMenu):
    """Budgets to choose from, the present one marked.

    Args:
        history: has the budget.
        parent: the owner.
    """

    def __init__(self, history: History, parent: QWidget | None = None) -> None:
        super().__init__("Memory for &history", parent)
        self._history = history
        self._group = QActionGroup(self)
        self.aboutToShow.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        self.clear()
        present = self._history.budget_bytes
        for choice in sorted({*map(int, _CHOICES), present}):
            action = self.addAction(bytes_text(choice))
            action.triggered.connect(partial(setattr, self._history, "budget_bytes", choice))
            action.setCheckable(True)
            action.setChecked(choice == present)
            self._group.addAction(action)


class HistoryButton(QToolButton):
    """What history takes of its budget, and how far back it reaches; a click opens the menu.

    Args:
        history: has the figures.
        menu: opened by a click.
    """

    def __init__(self, history: History, menu: HistoryMenu) -> None:
        super().__init__()
        self._history = history
        self.setObjectName("dim")
        self.setAccessibleName("Memory for history")
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        history.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        history = self._history
        budget = bytes_text(history.budget_bytes)
        text = f"history {bytes_text(history.used_bytes)} of {budget}"
        if history.span_s < LONGEST_S:
            text += f", {span_text(history.span_s)}"
        self.setText(text)
        self.setToolTip(
            f"The samples of all plots take {bytes_text(history.used_bytes)}.\n"
            f"With {budget}, at today's rates, one can scroll back {span_text(history.span_s)};\n"
            "older samples give way to new ones. Click to choose another budget."
        )
