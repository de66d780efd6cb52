"""What an operator can do with cursors and markers, each thing with its key; does none of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from stream_gui.models.measuring import Measuring

__all__ = ["MeasureActions", "MeasureDeeds"]


class MeasureDeeds(Protocol):
    """Who does it."""

    def toggle_cursors(self) -> None:
        """Bring the cursors into view, or take them away."""

    def toggle_riding(self) -> None:
        """Let the cursors keep their distance to the live edge, or their times."""

    def nudge(self, pixels: int) -> None:
        """Move the chosen cursor by so many pixels."""

    def step(self, samples: int) -> None:
        """Move the chosen cursor by so many samples."""

    def ask_for_marker(self) -> None:
        """Put a marker where the operator is, and ask for its note."""

    def show_markers(self, shown: bool) -> None:
        """Show the list of markers, or take it away."""

    def copy_table(self) -> None:
        """Copy the table to the clipboard."""


class MeasureActions:
    """The actions of measuring, reachable while the plot area or a part of it has the focus.

    Args:
        area: the plot area.
        measuring: says what can be done.
        deeds: does it.
        moving: actions that the arrow keys do while no cursor is chosen.
    """

    def __init__(
        self,
        area: QWidget,
        measuring: Measuring,
        deeds: MeasureDeeds,
        moving: Sequence[QAction],
    ) -> None:
        self._area = area
        self._measuring = measuring
        self._view_keys = [(action, action.shortcuts()) for action in moving]
        self.cursors = self._make("Cursors", "M", deeds.toggle_cursors)
        self.cursors.setCheckable(True)
        self.ride = self._make("Cursors ride along with live data", "Shift+M", deeds.toggle_riding)
        self.ride.setCheckable(True)
        self.other = self._make("Choose the other cursor", "C", self._choose_other)
        self.release = self._make("Let the arrow keys move the view", "Esc", self._choose_none)
        self.left = self._make("Cursor left", "Left", lambda: deeds.nudge(-1))
        self.right = self._make("Cursor right", "Right", lambda: deeds.nudge(1))
        self.back = self._make("Cursor one sample back", "Shift+Left", lambda: deeds.step(-1))
        self.on = self._make("Cursor one sample on", "Shift+Right", lambda: deeds.step(1))
        self.copy = self._make("Copy the table", "Ctrl+C", deeds.copy_table)
        self.marker = self._make("Add a marker …", "N", deeds.ask_for_marker)
        self.markers = self._make("List of markers", "Shift+N", self._toggle_markers)
        self.markers.setCheckable(True)
        self._show_markers = deeds.show_markers
        moves = (self.left, self.right, self.back, self.on, self.release)
        self._cursor_keys = [(action, action.shortcuts()) for action in moves]
        measuring.cursors_changed.connect(self.follow)
        measuring.chosen_changed.connect(self.follow)
        self.follow()

    def all(self) -> list[QAction]:
        """Every action, in the order of a menu."""
        return [
            self.cursors, self.ride, self.other, self.left, self.right, self.back, self.on,
            self.release, self.copy, self.marker, self.markers,
        ]  # fmt: skip

    def follow(self) -> None:
        """Let what can be done follow the cursors."""
        shown = self._measuring.cursors is not None
        chosen = self._measuring.chosen is not None
        self.cursors.setChecked(shown)
        self.other.setEnabled(shown)
        self.ride.setEnabled(shown)
        self.ride.setChecked(self._measuring.is_riding)
        self.copy.setEnabled(shown)
        for action, keys in self._cursor_keys:
            action.setEnabled(chosen)
            action.setShortcuts(keys if chosen else [])
        for action, keys in self._view_keys:  # else the arrows would mean two things
            action.setShortcuts([] if chosen else keys)

    def _make(self, text: str, key: str, slot: Callable[[], object]) -> QAction:
        action = QAction(text, self._area)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setToolTip(f"{text} ({QKeySequence(key).toString()})")
        action.triggered.connect(lambda: slot())
        self._area.addAction(action)
        return action

    def _choose_other(self) -> None:
        self._measuring.choose("b" if self._measuring.chosen == "a" else "a")

    def _choose_none(self) -> None:
        self._measuring.choose(None)

    def _toggle_markers(self) -> None:
        self._show_markers(self.markers.isChecked())
