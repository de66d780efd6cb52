"""The channel tree as the filter field leaves it; it changes nothing below."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel

from stream_gui.models.channel_tree import ChannelTree

__all__ = ["ChannelFilter"]


class ChannelFilter(QSortFilterProxyModel):
    """Keeps what contains every word of the filter, with what is above and below it."""

    def __init__(self, tree: ChannelTree) -> None:
        super().__init__()
        self._words: list[str] = []
        self.setRecursiveFilteringEnabled(True)
        self.setAutoAcceptChildRows(True)
        self.setSourceModel(tree)

    @property
    def active(self) -> bool:
        """Whether anything may be left out."""
        return bool(self._words)

    def set_text(self, text: str) -> None:
        """Take what stands in the filter field."""
        self._words = text.lower().split()
        self.invalidate()

    def filterAcceptsRow(
        self, source_row: int, source_parent: QModelIndex | QPersistentModelIndex
    ) -> bool:
        """Whether a row contains every word."""
        if not self._words:
            return True
        index = self.sourceModel().index(source_row, 0, source_parent)
        text = str(index.data(ChannelTree.SearchRole)).lower()
        return all(word in text for word in self._words)
