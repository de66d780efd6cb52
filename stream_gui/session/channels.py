"""Which channels there are: the tree follows the server's list; no channel is read here."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

import stream_core as sc
from stream_gui.models.channel_tree import ChannelTree
from stream_gui.session.bridge import Bridge
from stream_gui.session.following import Following, Surroundings

__all__ = ["Channels"]

PATTERNS = ("**", "server/**")


class Channels(QObject):
    """Keeps the tree equal to the server's list of public channels.

    Signals:
        came(str), gone(str): the name of a channel that is there now, or no more.

    Attributes:
        tree: the model.
    """

    came = Signal(str)
    gone = Signal(str)

    def __init__(self, around: Surroundings, bridge: Bridge, tree: ChannelTree) -> None:
        super().__init__()
        self.tree = tree
        self._bridge = bridge
        self._around = around
        self._following = [
            Following(around, f"watch {pattern}", partial(self._watch, pattern))
            for pattern in PATTERNS
        ]
        around.link.closed.connect(tree.clear)

    def delete(self, name: str) -> None:
        """Have the server delete a channel."""
        client = self._around.link.client
        if client is not None:
            self._around.tasks.start(
                self._around.portal.call(client.delete_channel(name)), doing=f"delete {name}"
            )

    async def _watch(self, pattern: str, client: sc.Client) -> None:
        there = {info.name for info in await client.channels(pattern)}
        self._bridge.post(self._keep_only, there, pattern != "**")
        async for change in client.watch(pattern):
            self._bridge.post(self._apply, change)

    def _keep_only(self, there: set[str], of_server: bool) -> None:
        """Drop what went away while nobody watched."""
        for name in self.tree.names:
            if name.startswith("server/") == of_server and name not in there:
                self.tree.drop(name)
                self.gone.emit(name)

    def _apply(self, change: sc.ChannelChange) -> None:
        if change.kind == "removed":
            self.tree.drop(change.info.name)
            self.gone.emit(change.info.name)
        else:
            self.tree.put(change.info)
            self.came.emit(change.info.name)
