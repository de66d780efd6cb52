"""The load of the server and its clients, once a second while connected; it judges nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

import stream_core as sc
from stream_gui.models.channel_tree import ChannelTree
from stream_gui.models.client_table import ClientTable
from stream_gui.models.console.method_catalog import MethodCatalog
from stream_gui.models.link_state import LinkPhase
from stream_gui.models.load_history import LoadHistory
from stream_gui.session.bridge import Bridge
from stream_gui.session.following import Following, Surroundings

__all__ = ["Load"]

CHANNEL = "server/statistics"
ASKED_EVERY_S = 1.0


class Load:
    """Reads the server's statistics and hands them to the models that show them.

    Attributes:
        clients: the table.
        history: the graph.
    """

    def __init__(
        self, around: Surroundings, bridge: Bridge, tree: ChannelTree, catalog: MethodCatalog
    ) -> None:
        self.clients = ClientTable()
        self.history = LoadHistory()
        self._bridge = bridge
        self._around = around
        self._tree = tree
        self._catalog = catalog
        self._following = Following(around, "read the server's statistics", self._read)
        around.link.closed.connect(self._clear)
        around.link.state.changed.connect(self._follow_link)

    def disconnect_client(self, name: str) -> None:
        """Have the server end another client's connection."""
        client = self._around.link.client
        if client is not None:
            self._around.tasks.start(
                self._around.portal.call(client.kick(name, reason="asked for by the monitor")),
                doing=f"disconnect client {name}",
            )

    async def _read(self, client: sc.Client) -> None:
        self._bridge.post(self._show, await client.statistics())
        try:
            await self._go_on(client)
        except sc.ConnectionLost as error:
            self._bridge.post(self._around.link.explain_end, client, str(error))
            raise

    async def _go_on(self, client: sc.Client) -> None:
        try:
            reader = await client.subscribe(CHANNEL, buffer_size=1, overflow="ring", wait=True)
        except sc.NotAllowed:  # it names channels that this user may not know of
            while True:
                await asyncio.sleep(ASKED_EVERY_S)
                self._bridge.post(self._show, await client.statistics())
        try:
            while True:
                self._bridge.post(self._show, _statistics(await reader.get()))
        finally:
            await reader.close()

    def _show(self, statistics: sc.Statistics) -> None:
        if self._around.link.client is None:
            return
        self.clients.update(statistics.clients)
        self.history.add(statistics)
        self._tree.set_load(statistics.channels)
        self._catalog.set_targets(self.clients.names)

    def _follow_link(self) -> None:
        """While the server is gone nobody knows its load."""
        if self._around.link.state.phase is LinkPhase.RECONNECTING:
            self.clients.clear()
            self._tree.forget_load()

    def _clear(self) -> None:
        self.clients.clear()
        self.history.clear()
        self._catalog.set_targets(())


def _statistics(value: Any) -> sc.Statistics:
    return msgspec.convert(value, sc.Statistics)
