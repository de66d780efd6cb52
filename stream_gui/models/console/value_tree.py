"""A value as a tree: what is inside of what; branches are made when they are opened."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from stream_gui.models.value_text import value_text

__all__ = ["ValueTree"]

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
HEADINGS = ("Member", "Value", "Type")
MOST_MEMBERS = 1000


class _Node:
    """One value and its place."""

    def __init__(self, name: str, value: Any, above: _Node | None, row: int) -> None:
        self.name, self.value, self.above, self.row = name, value, above, row
        self._members: list[_Node] | None = None

    @property
    def is_branch(self) -> bool:
        return (self._members is not None and bool(self._members)) or _has_members(self.value)

    @property
    def members(self) -> list[_Node]:
        if self._members is None:
            few = list(islice(_members(self.value), MOST_MEMBERS))
            self._members = [_Node(name, each, self, row) for row, (name, each) in enumerate(few)]
            hidden = len(self.value) - len(few) if few else 0
            if hidden > 0:
                self._members.append(_Node("…", f"{hidden} more", self, len(few)))
        return self._members


class ValueTree(QAbstractItemModel):
    """Shows one value."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = _Node("", [], None, 0)

    def show_value(self, value: Any) -> None:
        """Take another value."""
        self.beginResetModel()
        holder = value if _has_members(value) else {"": value}
        self._root = _Node("", holder, None, 0)
        self.endResetModel()

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        """The index of a member."""
        members = self._node(parent).members
        if not (0 <= row < len(members) and 0 <= column < len(HEADINGS)):
            return QModelIndex()
        return self.createIndex(row, column, members[row])

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        """The index of what it is inside of."""
        above = self._node(index).above
        if above is None or above is self._root:
            return QModelIndex()
        return self.createIndex(above.row, 0, above)

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many members are shown."""
        return len(self._node(parent).members) if parent.column() <= 0 else 0

    def hasChildren(self, parent: Index = ROOT) -> bool:
        """Whether there is something inside; nothing is made for that."""
        return self._node(parent).is_branch if parent.column() <= 0 else False

    def columnCount(self, parent: Index = ROOT) -> int:
        """Member, value and type."""
        return len(HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """A column's heading."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return HEADINGS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows in this role."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        node = self._node(index)
        if index.column() == 0:
            return node.name
        if index.column() == 1:
            return _shown(node.value)
        return "" if node.name == "…" else _kind(node.value)

    def _node(self, index: Index) -> _Node:
        return index.internalPointer() if index.isValid() else self._root


def _has_members(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim > 0 and value.shape[0] > 0
    return isinstance(value, (dict, list, tuple, set, frozenset)) and bool(value)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if not _has_members(value):
        return iter(())
    if isinstance(value, dict):
        return ((_name(key), each) for key, each in value.items())
    return ((str(place), each) for place, each in enumerate(value))


def _name(key: Any) -> str:
    return key if isinstance(key, str) else value_text(key, 60)


def _shown(value: Any) -> str:
    if _has_members(value) and not isinstance(value, np.ndarray):
        count = len(value)
        return f"{count} member" if count == 1 else f"{count} members"
    return value_text(value, 300)


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"array of {value.dtype}"
    return type(value).__name__
