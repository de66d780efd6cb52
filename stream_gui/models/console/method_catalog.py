"""What each target offers to be called, as far as it is known; it asks nobody."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

import stream_core as sc

__all__ = ["MethodCatalog", "method_names"]

SERVER = "server"


class MethodCatalog(QObject):
    """The targets by name and their descriptions.

    Signals:
        targets_changed(): a target came or went.
        described(str): the description of that target is there, or why there is none.
    """

    targets_changed = Signal()
    described = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._targets: list[str] = []
        self._descriptions: dict[str, sc.Description] = {}
        self._problems: dict[str, str] = {}

    @property
    def targets(self) -> list[str]:
        """The names of all targets, the server first."""
        return list(self._targets)

    def set_targets(self, names: Iterable[str]) -> None:
        """Take the names of the clients that are connected now; none: there is no link."""
        clients = sorted(set(names), key=str.lower)
        targets = [SERVER, *clients] if clients else []
        if targets == self._targets:
            return
        self._targets = targets
        for gone in (set(self._descriptions) | set(self._problems)) - set(targets):
            self._descriptions.pop(gone, None)
            self._problems.pop(gone, None)
        self.targets_changed.emit()

    def put(self, target: str, description: sc.Description) -> None:
        """A target has described itself."""
        self._problems.pop(target, None)
        self._descriptions[target] = description
        self.described.emit(target)

    def failed(self, target: str, problem: str) -> None:
        """A target could not be asked."""
        self._descriptions.pop(target, None)
        self._problems[target] = problem
        self.described.emit(target)

    def description(self, target: str) -> sc.Description | None:
        """What the target offers, if it is known."""
        return self._descriptions.get(target)

    def problem(self, target: str) -> str:
        """Why it is not known, or ""."""
        return self._problems.get(target, "")

    def method(self, target: str, path: str) -> sc.MethodDescription | None:
        """One method of a target, if it is known."""
        description = self._descriptions.get(target)
        if description is None:
            return None
        return next((each for each in description.methods if each.path == path), None)


def method_names(description: sc.Description) -> list[str]:
    """The paths of its methods in order, those that everybody answers last."""
    everybody = {"echo", "describe"}
    paths = [method.path for method in description.methods]
    return sorted(paths, key=lambda path: (path in everybody, path.count(".") > 0, path))
