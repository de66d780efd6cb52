"""The load of the server and its clients, once a second while connected; it judges nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

import stream_core as sc
from stream_gui.models.channel_tree import ChannelTree
from stream_gui.models.console.method_catalog import MethodCatalog
from stream_gui.models.link_state import LinkPhase
from stream_gui.models.load.client_table import ClientTable
from stream_gui.models.load.load_history import LoadHistory
from stream_gui.models.load.own_cost import OwnCost
from stream_gui.models.load.owned_table import OwnedTable
from stream_gui.models.load.reader_table import ReaderTable
from stream_gui.session.bridge import Bridge
from stream_gui.session.following import Following, Surroundings

__all__ = ["Load"]

CHANNEL = "server/statistics"
ASKED_EVERY_S = 1.0
INFOS_S = 2.0


class Load(QObject):
    """Reads the server's statistics and hands them to the models that show them.

    Signals:
        focused(): another client is looked at, or none.
        problem_changed(): the accounts of the readers came, or why they do not.

    Attributes:
        clients: the table.
        history: the graph.
        owned, readers: the channels and the readers of the client that is looked at.
        focus: the number of that client, or None.
        problem: why its readers are not told, or "".
        cost: what all this takes of the processor.
    """

    focused = Signal()
    problem_changed = Signal()

    def __init__(
        self, around: Surroundings, bridge: Bridge, tree: ChannelTree, catalog: MethodCatalog
    ) -> None:
        super().__init__()
        self.clients = ClientTable()
        self.history = LoadHistory()
        self.owned = OwnedTable()
        self.readers = ReaderTable()
        self.focus: int | None = None
        self.problem = ""
        self.cost = OwnCost()
        self._channels: tuple[sc.ChannelStatistics, ...] = ()
        self._bridge = bridge
        self._around = around
        self._tree = tree
        self._catalog = catalog
        self._described_s = 0.0
        self._asking: asyncio.Task[None] | None = None
        self._following = Following(around, "read the server's statistics", self._read)
        around.link.closed.connect(self._clear)
        around.link.state.changed.connect(self._follow_link)

    def look_at(self, number: int | None) -> None:
        """Follow the channels and the readers of a client, or of none."""
        if number == self.focus:
            return
        self.focus = number
        self.readers.update(())
        self._tell_problem("")
        self._show_focus()
        self.focused.emit()

    @property
    def focus_name(self) -> str:
        """The name of the client that is looked at, or ""."""
        client = self.clients.client(self.focus) if self.focus is not None else None
        return client.name if client is not None else ""

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
                await self._take(client, await client.statistics())
        try:
            while True:
                value = await reader.get()
                with self.cost.counted():
                    statistics = msgspec.convert(value, sc.Statistics)
                await self._take(client, statistics)
        finally:
            await reader.close()

    async def _take(self, client: sc.Client, statistics: sc.Statistics) -> None:
        """Show a measurement, and now and then what else is told of clients that are new."""
        self._bridge.post(self._show, statistics)
        now_s = asyncio.get_running_loop().time()
        if now_s < self._described_s + INFOS_S or self.clients.knows(statistics.clients):
            return
        self._described_s = now_s
        infos = {each.number: each for each in await client.clients()}
        self._bridge.post(self.clients.describe, infos)

    def _show(self, statistics: sc.Statistics) -> None:
        if self._around.link.client is None:
            return
        with self.cost.counted():
            self.clients.update(statistics.clients, statistics.time_ns)
            self.history.add(statistics)
            self._tree.set_load(statistics.channels)
            self._catalog.set_targets(self.clients.names)
            self._channels = statistics.channels
            self._show_focus()

    def _show_focus(self) -> None:
        """What the client that is looked at has; asked only while there is one."""
        name = self.focus_name
        self.owned.update([each for each in self._channels if name and each.owner == name])
        client = self._around.link.client
        if not name or client is None or (self._asking is not None and not self._asking.done()):
            return
        self._asking = self._around.tasks.start(
            self._ask(client, name), doing=f"ask for the readers of {name}"
        )

    async def _ask(self, client: sc.Client, name: str) -> None:
        try:
            found = await self._around.portal.call(_readers_of(client, name))
        except (sc.StreamError, TimeoutError) as error:
            self._tell_problem(str(error))
            return
        if name == self.focus_name:
            self.readers.update(found)
            self._tell_problem("")

    def _tell_problem(self, problem: str) -> None:
        if problem != self.problem:
            self.problem = problem
            self.problem_changed.emit()

    def _follow_link(self) -> None:
        """While the server is gone nobody knows its load."""
        if self._around.link.state.phase is LinkPhase.RECONNECTING:
            self.clients.clear()
            self._tree.forget_load()

    def _clear(self) -> None:
        self._channels = ()
        self.clients.clear()
        self.history.clear()
        self.look_at(None)
        self._catalog.set_targets(())


async def _readers_of(client: sc.Client, name: str) -> list[sc.ReaderStatistics]:
    remote: Any = await client.remote("server")
    found = msgspec.convert(await remote.reader_statistics(), list[sc.ReaderStatistics])
    return [reader for reader in found if reader.client == name]
