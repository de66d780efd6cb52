"""The state of a layout with the way back: each change told by a signal; it makes none itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal

from stream_gui.models.plot_state import LayoutState
from stream_gui.models.undo_stack import UndoStack

__all__ = ["LayoutHistory"]


class LayoutHistory(QObject):
    """One value that is never changed in place, and those that were before it.

    What an operator does goes through `change`, which keeps the state before it for `undo`.

    Signals:
        panel_added: with the panel's number.
        panel_removed: with the panel's number.
        panel_changed: with the number of the panel of which anything has changed.
        current_changed: another panel takes what is added without naming one.
        window_changed: another stretch of time is shown.
        shared_changed: with the name of the shared value that has changed.
        restored: the state is one from before, so that the panels stand where it says.
        undo_changed: something else can be undone or done again.
    """

    panel_added = Signal(int)
    panel_removed = Signal(int)
    panel_changed = Signal(int)
    current_changed = Signal()
    window_changed = Signal()
    shared_changed = Signal(str)
    restored = Signal()
    undo_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = LayoutState()
        self._steps: UndoStack[LayoutState] = UndoStack()
        self._is_one_change = False

    @property
    def state(self) -> LayoutState:
        """All of it, as a value that is never changed in place."""
        return self._state

    def change(self, doing: str, state: LayoutState, fold: str = "") -> None:
        """Take another state, and keep the one before it for `undo`.

        Args:
            doing: what it does, in the operator's words, to be read after "Undo".
            state: the new one; nothing happens if it is as the old one.
            fold: changes that follow each other quickly under the same name, which is not "", are
                undone as one: those of one drag, or one turn of the wheel.
        """
        if state == self._state:
            return
        if not self._is_one_change:
            self._steps.push(doing, self._state, fold)
        self.amend(state)
        self.undo_changed.emit()

    def amend(self, state: LayoutState) -> None:
        """Take another state that is no change of the operator's: it cannot be undone."""
        before, self._state = self._state, state
        self._tell(before, state)

    @contextmanager
    def one_change(self, doing: str, fold: str = "") -> Iterator[None]:
        """What happens inside is undone as one; for `fold` see `change`."""
        if self._is_one_change:
            yield
            return
        before = self._state
        self._is_one_change = True
        try:
            yield
        finally:
            self._is_one_change = False
            if self._state != before:
                self._steps.push(doing, before, fold)
                self.undo_changed.emit()

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._steps.undo_text)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to do again."""
        return bool(self._steps.redo_text)

    @property
    def undo_text(self) -> str:
        """What would be undone."""
        return self._steps.undo_text

    @property
    def redo_text(self) -> str:
        """What would be done again."""
        return self._steps.redo_text

    def undo(self) -> None:
        """Take the last change back, if there is any."""
        if self.can_undo:
            self._restore(self._steps.undo(self._state))

    def redo(self) -> None:
        """Do again what was undone last, if anything."""
        if self.can_redo:
            self._restore(self._steps.redo(self._state))

    def forget_changes(self) -> None:
        """From here there is no way back."""
        self._steps.clear()
        self.undo_changed.emit()

    def _restore(self, state: LayoutState) -> None:
        self.amend(state)
        self.restored.emit()
        self.undo_changed.emit()

    def _tell(self, before: LayoutState, now: LayoutState) -> None:
        """Send a signal for everything that is not as it was."""
        for number in [each for each in before.panels if each not in now.panels]:
            self.panel_removed.emit(number)
        for number, panel in now.panels.items():
            if number not in before.panels:
                self.panel_added.emit(number)
            elif panel != before.panels[number]:
                self.panel_changed.emit(number)
        if now.current != before.current:
            self.current_changed.emit()
        if now.window_s != before.window_s:
            self.window_changed.emit()
        for name in dict.fromkeys([*before.shared, *now.shared]):
            if before.shared.get(name) != now.shared.get(name):
                self.shared_changed.emit(name)
