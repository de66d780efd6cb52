"""Snapshots to go back to, and forward again; knows nothing of what they hold."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["UndoStack"]

_LIMIT = 200
_FOLD_WITHIN_S = 1.0
"""The changes of one drag or one turn of the wheel follow each other quicker than this."""

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class _Step(Generic[State]):
    doing: str
    state: State


class UndoStack(Generic[State]):
    """The states before each change, for values that are never changed in place.

    Args:
        limit: so many changes can be undone.
        clock: seconds that never go back.
    """

    def __init__(self, limit: int = _LIMIT, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._past: list[_Step[State]] = []
        self._future: list[_Step[State]] = []
        self._fold = ""
        self._changed_s = 0.0

    @property
    def undo_text(self) -> str:
        """What would be undone; "" if there is nothing."""
        return self._past[-1].doing if self._past else ""

    @property
    def redo_text(self) -> str:
        """What would be done again; "" if there is nothing."""
        return self._future[-1].doing if self._future else ""

    def push(self, doing: str, before: State, fold: str = "") -> None:
        """Take note of a change.

        Args:
            doing: what it does, in the operator's words.
            before: the state that it changed.
            fold: changes that follow each other quickly under the same name, which is not "", are
                undone as one.
        """
        now_s = self._clock()
        same = fold and fold == self._fold and now_s - self._changed_s < _FOLD_WITHIN_S
        if not same:
            self._past.append(_Step(doing, before))
            del self._past[: -self._limit]
        self._fold, self._changed_s = fold, now_s
        self._future.clear()

    def undo(self, now: State) -> State:
        """The state before the last change.

        Args:
            now: the present one, for going forward again.

        Raises:
            IndexError: There is nothing to undo.
        """
        return self._step(now, self._past, self._future)

    def redo(self, now: State) -> State:
        """The state that was undone last.

        Args:
            now: the present one, for going back again.

        Raises:
            IndexError: There is nothing to do again.
        """
        return self._step(now, self._future, self._past)

    def clear(self) -> None:
        """Forget everything."""
        self._past.clear()
        self._future.clear()
        self._fold = ""

    def _step(self, now: State, here: list[_Step[State]], there: list[_Step[State]]) -> State:
        step = here.pop()
        there.append(_Step(step.doing, now))
        self._fold = ""
        return step.state
