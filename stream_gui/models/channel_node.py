"""One node of the channel tree: a folder, a channel, or one column of a channel; it knows no Qt."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import stream_core as sc

__all__ = ["ChannelNode", "plottable"]

SortKey = tuple[int, tuple[tuple[int, int, str], ...], str]
DIGITS = re.compile(r"(\d+)")


@dataclass(eq=False)
class ChannelNode:
    """A folder, a channel (which may also be a folder), or a column.

    Attributes:
        number: of this node in its tree; never used again there.
        name: its own part of the path, or the column's name.
        path: the full name of the channel (of a column: of the channel it belongs to).
        parent: the node above; None for the root.
        position: of a column its place in the item, else None.
        info: the channel as the server describes it; None for a folder or a column.
        value: the last value as text, or None if none is known.
        kind: of the panel that the last value known asks for; "" if none was.
        items_per_s: how many items a second are published.
        children: the nodes below, in order.
    """

    number: int
    name: str
    path: str
    parent: ChannelNode | None
    position: int | None = None
    info: sc.ChannelInfo | None = None
    value: str | None = None
    kind: str = ""
    items_per_s: float = 0.0
    children: list[ChannelNode] = field(default_factory=list)
    keys: list[SortKey] = field(default_factory=list)

    @property
    def is_column(self) -> bool:
        """Whether this is one column of a channel."""
        return self.position is not None

    @property
    def described(self) -> sc.ChannelInfo | None:
        """The channel that this is, or whose column this is."""
        return self.parent.info if self.is_column and self.parent is not None else self.info

    @property
    def row(self) -> int:
        """Its place among its siblings."""
        return self.parent.row_of(self) if self.parent is not None else 0

    def key(self) -> SortKey:
        """By what siblings are in order: columns by place, the rest by name, digits as numbers."""
        if self.position is not None:
            return 0, ((0, self.position, ""),), self.name
        return 1, natural_key(self.name), self.name

    def row_for(self, child: ChannelNode) -> int:
        """Where a new child belongs."""
        return bisect_left(self.keys, child.key())

    def row_of(self, child: ChannelNode) -> int:
        """Where a child is."""
        return bisect_left(self.keys, child.key())

    def find(self, name: str) -> ChannelNode | None:
        """The folder or channel of that name right below, if there is one."""
        key: SortKey = (1, natural_key(name), name)
        row = bisect_left(self.keys, key)
        if row < len(self.keys) and self.keys[row] == key:
            return self.children[row]
        return None

    def insert(self, child: ChannelNode) -> None:
        """Take a child in its place."""
        row = self.row_for(child)
        self.children.insert(row, child)
        self.keys.insert(row, child.key())

    def remove(self, child: ChannelNode) -> None:
        """Give a child up."""
        row = self.row_of(child)
        del self.children[row]
        del self.keys[row]

    def walk(self) -> Iterator[ChannelNode]:
        """This node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Orders "ch2" before "ch10"."""
    parts = DIGITS.split(name)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def plottable(info: sc.ChannelInfo | None) -> bool:
    """Whether it can be shown in a panel: every channel can, in one kind or another."""
    return info is not None


def column_names(info: sc.ChannelInfo | None) -> tuple[str, ...]:
    """The columns to list below a channel."""
    return tuple(info.columns) if info is not None and info.columns else ()


def column_value(value: Any, position: int) -> Any:
    """The part of an item that belongs to one column, or None if there is no such part."""
    try:
        return value[position]
    except (IndexError, KeyError, TypeError):
        return None
