"""How a cell of the channel tree is painted: its icon and its shade; it changes no data."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QStyleOptionViewItem

from stream_gui.models.channel_tree import ChannelTree
from stream_gui.views.sign_delegate import SignDelegate

__all__ = ["ChannelDelegate"]

ICONS = {
    "folder": ("folder", "dim"),
    "samples": ("channel", "accent"),
    "objects": ("object", "accent"),
    "column": ("column", "dim"),
}


class ChannelDelegate(SignDelegate):
    """Marks folders, channels and columns by icons and dims what is idle."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Add what only this view shows."""
        super().initStyleOption(option, index)
        if index.column() == 0:
            kind = str(index.data(ChannelTree.KindRole))
            self.put_sign(option, *ICONS.get(kind, ICONS["folder"]))
        elif index.column() > 1 or index.data(ChannelTree.IdleRole):
            dim = self._appearance.colour("dim")
            option.palette.setColor(QPalette.ColorRole.Text, dim)
