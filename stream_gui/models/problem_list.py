"""The conditions that stand now, the worst first; each goes by itself, none is dismissed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal

from stream_gui.feedback import Severity
from stream_gui.models.heading_table import Heading, HeadingTable
from stream_gui.models.problem import Problem

__all__ = ["ProblemList"]

HEADINGS = (Heading("Since"), Heading("Problem"), Heading("Cause"), Heading("What to do"))
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFORMATION)


@dataclass(frozen=True)
class Standing:
    """A problem and since when it stands, as `time.time()`."""

    problem: Problem
    since_s: float


class ProblemList(HeadingTable):
    """Problems by their keys.

    Signals:
        changed(): others stand than before.

    Args:
        clock: seconds as `time.time()`.
    """

    SeverityRole = Qt.ItemDataRole.UserRole + 1
    ActionRole = Qt.ItemDataRole.UserRole + 2
    TextRole = Qt.ItemDataRole.UserRole + 3

    changed = Signal()

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__(HEADINGS)
        self._clock = clock
        self._standing: dict[str, Standing] = {}
        self._rows: list[Standing] = []

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What stands, the worst first, of equals the oldest."""
        return tuple(each.problem for each in self._rows)

    @property
    def worst(self) -> Severity | None:
        """How bad the worst of them is; None if there is none."""
        return self._rows[0].problem.severity if self._rows else None

    def put(self, problem: Problem) -> None:
        """It stands; one of the same key stands so from now on."""
        before = self._standing.get(problem.key)
        if before is None or before.problem != problem:
            since_s = before.since_s if before is not None else self._clock()
            self._standing[problem.key] = Standing(problem, since_s)
            self._renew()

    def clear(self, key: str) -> None:
        """It stands no more."""
        if self._standing.pop(key, None) is not None:
            self._renew()

    def replace(self, family: str, problems: Iterable[Problem]) -> None:
        """Of those whose key begins so, these stand and no others."""
        wanted = {problem.key: problem for problem in problems}
        for key in [each for each in self._standing if each.startswith(family)]:
            if key not in wanted:
                self.clear(key)
        for problem in wanted.values():
            self.put(problem)

    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def cell(self, row: int, column: int, role: int) -> Any:
        """What a cell shows in this role."""
        standing = self._rows[row]
        problem = standing.problem
        if role == Qt.ItemDataRole.DisplayRole:
            clock = time.strftime("%H:%M:%S", time.localtime(standing.since_s))
            return (clock, problem.what, problem.cause, problem.remedy)[column]
        if role == self.SeverityRole:
            return str(problem.severity)
        if role == self.ActionRole:
            return problem.action
        if role == self.TextRole:
            return f"{problem.what}\n{problem.cause}\n{problem.remedy}"
        return None

    def _renew(self) -> None:
        self.beginResetModel()
        self._rows = sorted(
            self._standing.values(), key=lambda each: _ORDER.index(each.problem.severity)
        )
        self.endResetModel()
        self.changed.emit()
