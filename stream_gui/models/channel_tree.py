"""The channel tree: names split at "/", with what is known of each channel; it reads no channel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt

import stream_core as sc
from stream_gui.models.channel_mime import CHANNEL_MIME, channels_to_mime
from stream_gui.models.channel_node import ChannelNode, column_names, column_value, plottable
from stream_gui.models.panel_kinds import kind_for, kind_for_item
from stream_gui.models.value_text import rate_text, value_text

__all__ = ["ChannelTree"]

Index = QModelIndex | QPersistentModelIndex
HEADINGS = ("Channel", "Value", "Unit", "Rate", "Readers", "Owner")
NAME, VALUE, UNIT, RATE, READERS, OWNER = range(6)
ROOT = QModelIndex()
IDLE = "idle"


class ChannelTree(QAbstractItemModel):
    """All public channels of the server joined.

    `PathRole` gives the channel's name (None for a folder), `ColumnRole` the column's name (None
    for a channel), `KindRole` "folder", "samples", "objects" or "column".
    """

    PathRole = Qt.ItemDataRole.UserRole + 1
    ColumnRole = Qt.ItemDataRole.UserRole + 2
    KindRole = Qt.ItemDataRole.UserRole + 3
    IdleRole = Qt.ItemDataRole.UserRole + 4
    SearchRole = Qt.ItemDataRole.UserRole + 5

    def __init__(self) -> None:
        super().__init__()
        self._root = ChannelNode(0, "", "", None)
        self._nodes: dict[int, ChannelNode] = {0: self._root}
        self._channels: dict[str, ChannelNode] = {}
        self._next = 1

    # what the session tells

    def put(self, info: sc.ChannelInfo) -> None:
        """A channel is there, or is described anew."""
        node = self._make_path(info.name)
        renewed = column_names(node.info) != column_names(info)
        node.info = info
        self._channels[info.name] = node
        if renewed:
            self._set_columns(node, column_names(info))
        self._changed(node, NAME, OWNER)

    def drop(self, name: str) -> None:
        """A channel is gone; folders left empty go with it."""
        node = self._channels.pop(name, None)
        if node is None:
            return
        self._set_columns(node, ())
        node.info, node.value, node.kind, node.items_per_s = None, None, "", 0.0
        self._changed(node, NAME, OWNER)
        self._remove_empty(node)

    def clear(self) -> None:
        """Forget all channels."""
        self.beginResetModel()
        self._root = ChannelNode(0, "", "", None)
        self._nodes = {0: self._root}
        self._channels.clear()
        self.endResetModel()

    def set_value(self, name: str, value: Any) -> None:
        """The latest value of a channel; its columns take their parts of it."""
        node = self._channels.get(name)
        if node is None:
            return
        node.kind = kind_for_item(value)
        self._set_text(node, value_text(value))
        for child in node.children:
            if child.position is not None:
                self._set_text(child, value_text(column_value(value, child.position)))

    def forget_values(self, names: Iterable[str]) -> None:
        """The values of these channels are followed no more, so they would grow old."""
        for name in names:
            node = self._channels.get(name)
            if node is not None:
                for each in (node, *(child for child in node.children if child.is_column)):
                    self._set_text(each, None)

    def set_load(self, statistics: Iterable[sc.ChannelStatistics]) -> None:
        """The load of the channels, as measured over the last interval."""
        rows: dict[int, tuple[ChannelNode, list[int]]] = {}
        for load in statistics:
            node = self._channels.get(load.name)
            if node is None or node.info is None or node.parent is None:
                continue
            if self._set_load(node, node.info, load):
                rows.setdefault(node.parent.number, (node.parent, []))[1].append(node.row)
        for parent, changed in rows.values():
            self._rows_changed(parent, min(changed), max(changed))

    def forget_load(self) -> None:
        """Nothing is measured any more: what was is no news."""
        for node in self._channels.values():
            node.items_per_s = 0.0
            self._changed(node, RATE, RATE)

    # what views and the session ask

    @property
    def names(self) -> list[str]:
        """The names of all channels."""
        return list(self._channels)

    def info(self, name: str) -> sc.ChannelInfo | None:
        """What is known of a channel."""
        node = self._channels.get(name)
        return node.info if node is not None else None

    def panel_kind(self, name: str) -> str:
        """The kind of panel that can show a channel; "" while nothing tells."""
        node = self._channels.get(name)
        return kind_for(node.info) or node.kind if node is not None else ""

    def index_of(self, name: str, column: int = 0) -> QModelIndex:
        """Where a channel is; invalid if there is none of that name."""
        node = self._channels.get(name)
        return self._index(node, column) if node is not None else ROOT

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many rows there are."""
        return len(self._node(parent).children) if parent.column() <= 0 else 0

    def columnCount(self, parent: Index = ROOT) -> int:
        """How many columns there are."""
        return len(HEADINGS)

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        """The index of a row below `parent`."""
        children = self._node(parent).children
        if not (0 <= row < len(children) and 0 <= column < len(HEADINGS)):
            return QModelIndex()
        return self.createIndex(row, column, children[row].number)

    def parent(self, index: Index = ROOT) -> QModelIndex:  # type: ignore[override]
        """The index of the node above."""
        node = self._node(index).parent
        return self._index(node, 0) if node is not None else QModelIndex()

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows that can be plotted can be dragged."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if plottable(self._node(index).described):
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def mimeTypes(self) -> list[str]:
        """What a dragged row can be dropped as."""
        return [CHANNEL_MIME]

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData:
        """The dragged rows as channels and columns."""
        nodes = {index.internalId(): self._node(index) for index in indexes}
        curves = [_curve(node) for node in nodes.values() if plottable(node.described)]
        data = QMimeData()
        data.setData(CHANNEL_MIME, channels_to_mime(curves))
        data.setText("\n".join(" ".join(curve).strip() for curve in curves))
        return data

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """A column's heading."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (VALUE, RATE, READERS):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows in this role."""
        node = self._node(index)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(node, index.column())
            case Qt.ItemDataRole.TextAlignmentRole if index.column() in (VALUE, RATE, READERS):
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ToolTipRole:
                return _tool_tip(node)
            case self.PathRole:
                return node.path if node.described is not None else None
            case self.ColumnRole:
                return node.name if node.is_column else None
            case self.KindRole:
                return _kind(node)
            case self.IdleRole:
                return index.column() == VALUE and node.described is not None and node.value is None
            case self.SearchRole:
                return f"{node.path} {node.name}" if node.is_column else node.path
        return None

    # within

    def _node(self, index: Index) -> ChannelNode:
        return self._nodes.get(index.internalId(), self._root) if index.isValid() else self._root

    def _index(self, node: ChannelNode, column: int) -> QModelIndex:
        if node.parent is None:
            return QModelIndex()
        return self.createIndex(node.row, column, node.number)

    def _text(self, node: ChannelNode, column: int) -> str:
        if column == NAME:
            return node.name
        info = node.described
        if info is None:
            return ""
        if column == VALUE:
            return IDLE if node.value is None else node.value
        if column == UNIT:
            return info.unit
        if node.is_column:
            return ""
        if column == RATE:
            return rate_text(node.items_per_s)
        return str(info.readers) if column == READERS else info.owner

    def _make_path(self, name: str) -> ChannelNode:
        node, parts = self._root, name.split("/")
        for depth, part in enumerate(parts, start=1):
            below = node.find(part)
            node = below if below is not None else self._add(node, part, "/".join(parts[:depth]))
        return node

    def _add(
        self, parent: ChannelNode, name: str, path: str, position: int | None = None
    ) -> ChannelNode:
        node = ChannelNode(self._next, name, path, parent, position)
        self._next += 1
        row = parent.row_for(node)
        self.beginInsertRows(self._index(parent, 0), row, row)
        parent.insert(node)
        self._nodes[node.number] = node
        self.endInsertRows()
        return node

    def _remove(self, node: ChannelNode) -> None:
        parent = node.parent
        if parent is None:
            return
        row = node.row
        self.beginRemoveRows(self._index(parent, 0), row, row)
        parent.remove(node)
        for each in node.walk():
            del self._nodes[each.number]
        self.endRemoveRows()

    def _remove_empty(self, node: ChannelNode) -> None:
        parent = node.parent
        if parent is not None and node.info is None and not node.children:
            self._remove(node)
            self._remove_empty(parent)

    def _set_columns(self, node: ChannelNode, columns: tuple[str, ...]) -> None:
        for child in [child for child in node.children if child.is_column]:
            self._remove(child)
        for position, name in enumerate(columns):
            self._add(node, name, node.path, position)

    def _set_load(
        self, node: ChannelNode, info: sc.ChannelInfo, load: sc.ChannelStatistics
    ) -> bool:
        """Take the load of one channel; tells whether that can be seen."""
        if (node.items_per_s, info.readers) == (load.items_per_s, load.readers):
            return False
        before = self._text(node, RATE), self._text(node, READERS)
        node.items_per_s = load.items_per_s
        if info.readers != load.readers:
            node.info = msgspec.structs.replace(info, readers=load.readers)
        return before != (self._text(node, RATE), self._text(node, READERS))

    def _rows_changed(self, parent: ChannelNode, first: int, last: int) -> None:
        above = self._index(parent, 0)
        self.dataChanged.emit(self.index(first, RATE, above), self.index(last, READERS, above))

    def _set_text(self, node: ChannelNode, text: str | None) -> None:
        if node.value != text:
            node.value = text
            self._changed(node, VALUE, VALUE)

    def _changed(self, node: ChannelNode, first: int, last: int) -> None:
        self.dataChanged.emit(self._index(node, first), self._index(node, last))


def _curve(node: ChannelNode) -> tuple[str, str]:
    return node.path, node.name if node.is_column else ""


def _kind(node: ChannelNode) -> str:
    if node.is_column:
        return "column"
    if node.info is None:
        return "folder"
    return "samples" if node.info.codec == "samples" or node.info.dtype else "objects"


def _tool_tip(node: ChannelNode) -> str:
    info = node.described
    if info is None:
        return node.path
    if node.is_column:
        return f"{node.path}, column {node.name}"
    facts = [info.name, info.description, f"owner: {info.owner}", _form(info)]
    if info.history:
        facts.append(f"keeps the last {info.history} items for new readers")
    facts.extend(f"{key}: {text}" for key, text in info.labels.items())
    return "\n".join(fact for fact in facts if fact)


def _form(info: sc.ChannelInfo) -> str:
    if not info.dtype:
        return f"codec: {info.codec}" if info.codec else "objects of any kind"
    shape = f", items of {' by '.join(map(str, info.shape))}" if info.shape else ""
    rate = f" at {rate_text(info.rate_hz)}" if info.rate_hz else ""
    return f"samples: {info.dtype}{shape}{rate}"
