"""How a cell of the channel tree is painted: its icon and its shade; it changes no data."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from stream_gui.models.channel_tree import ChannelTree
from stream_gui.views.appearance import Appearance

__all__ = ["ChannelDelegate"]

ICONS = {
    "folder": ("folder", "dim"),
    "samples": ("channel", "accent"),
    "objects": ("object", "accent"),
    "column": ("column", "dim"),
}


class ChannelDelegate(QStyledItemDelegate):
    """Marks folders, channels and columns by icons and dims what is idle."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Add what only this view shows."""
        super().initStyleOption(option, index)
        if index.column() == 0:
            self._add_icon(option, str(index.data(ChannelTree.KindRole)))
        elif index.column() > 1 or index.data(ChannelTree.IdleRole):
            dim = self._appearance.colour("dim")
            option.palette.setColor(QPalette.ColorRole.Text, dim)

    def _add_icon(self, option: QStyleOptionViewItem, kind: str) -> None:
        name, colour = ICONS.get(kind, ICONS["folder"])
        shade = str(getattr(self._appearance.theme, colour))
        option.icon = self._appearance.icon(name, shade)
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
