"""A line to type a few letters of a channel in, over a list of what they mean; it plots nothing."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from stream_gui.models.channel_finder import Found
from stream_gui.models.channel_node import natural_key
from stream_gui.models.channel_tree import ChannelTree
from stream_gui.views.appearance import Appearance
from stream_gui.views.finder_view import FinderView

__all__ = ["ChannelFinderView"]

_SETTLED_MS = 250
_HINT = (
    "<b>Return</b> plot  ·  <b>Shift+Return</b> in a new panel  ·  "
    "<b>Ctrl+Return</b> plot and stay  ·  <b>Esc</b> close"
)


class ChannelFinderView(FinderView):
    """Finds channels and columns.

    Signals:
        chosen(str, str, bool): this channel and column ("" for all) are to be plotted; in a new
            panel.

    Args:
        tree: the channels there are.
        appearance: light or dark.
        window: over which it comes up.
    """

    chosen = Signal(str, str, bool)

    def __init__(self, tree: ChannelTree, appearance: Appearance, window: QWidget) -> None:
        self._tree = tree
        ask = "A few letters of a channel or a column"
        super().__init__(appearance, window, name="Find a channel", ask=ask, hint=_HINT)
        self._renewing = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._renewing.timeout.connect(self.renew)
        for signal in (tree.rowsInserted, tree.rowsRemoved, tree.modelReset):
            signal.connect(self._on_tree)

    def entries(self) -> Iterable[tuple[str, str]]:
        """The channels that there are now, each followed by its columns."""
        for name in sorted(self._tree.names, key=natural_key):
            yield name, ""
            info = self._tree.info(name)
            columns = info.columns if info is not None else None
            yield from ((name, column) for column in columns or ())

    def remark(self, found: Found) -> tuple[str, str]:
        """The unit of a channel, and its icon."""
        info = self._tree.info(found.channel)
        unit = info.unit if info is not None else ""
        if found.column:
            return unit, "column"
        kind = self._tree.index_of(found.channel).data(ChannelTree.KindRole)
        return unit, "object" if kind == "objects" else "channel"

    def choose(self, found: Found, *, anew: bool) -> None:
        """Have it plotted."""
        self.chosen.emit(found.channel, found.column, anew)

    def nothing_found(self, typed: str) -> str:
        """Why the list is empty."""
        if not typed:
            return "There are no channels. Join a server to see its channels."
        return f"No channel has the letters “{typed}”"

    def _on_tree(self) -> None:
        if self.isVisible():
            self._renewing.start()
