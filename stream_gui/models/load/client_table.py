"""The table of the server's clients and the load of each; it measures nothing itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, Qt

import stream_core as sc
from stream_gui.models.heading_table import NOWHERE, HeadingTable
from stream_gui.models.load.client_columns import COLUMNS, ClientRow

__all__ = ["ClientTable"]

Client = sc.ClientStatistics


class ClientTable(HeadingTable):
    """One row for each client that is wanted, in the order that is wanted.

    `NumberRole` gives the client's number. A measurement tells once of all that it changes, and
    moves rows only where their order is another one: sorting and choosing is done here, since a
    thousand rows would be asked for one by one from outside.
    """

    NumberRole = Qt.ItemDataRole.UserRole + 1
    NameRole = Qt.ItemDataRole.UserRole + 2

    def __init__(self) -> None:
        super().__init__([column.heading for column in COLUMNS])
        self._clients: dict[int, Client] = {}
        self._infos: Mapping[int, sc.ClientInfo] = {}
        self._now_ns = 0
        self._shown: list[int] = []
        self._wanted = ""
        self._sorted_by = 0
        self._descending = False

    def update(self, clients: Sequence[Client], now_ns: int = 0) -> None:
        """Take the latest measurement; rows that are still there stay the same rows.

        Args:
            clients: all there are.
            now_ns: the server's time.
        """
        self._now_ns = now_ns
        fresh = {client.number: client for client in clients}
        self._take_out(fresh)
        before, self._clients = self._clients, fresh
        self._arrange()
        self._tell({each.number for each in clients if before.get(each.number) != each})

    def describe(self, infos: Mapping[int, sc.ClientInfo]) -> None:
        """Take what the server tells of its clients beside their load, by their numbers."""
        before, self._infos = self._infos, infos
        self._arrange()
        self._tell({each for each in self._clients if before.get(each) != infos.get(each)})

    def choose(self, text: str) -> None:
        """Show only the clients whose name has this in it."""
        self._wanted = text.lower()
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Keep the rows in the order of a column."""
        self._sorted_by = max(0, column)
        self._descending = order is Qt.SortOrder.DescendingOrder
        self._arrange()

    def knows(self, clients: Sequence[Client]) -> bool:
        """Whether it has been told of all these clients."""
        return all(client.number in self._infos for client in clients)

    def clear(self) -> None:
        """Forget all clients."""
        self.update(())
        self._infos = {}

    @property
    def count(self) -> int:
        """How many clients there are, those that are not shown among them."""
        return len(self._clients)

    @property
    def names(self) -> list[str]:
        """The names of the clients that are connected, also of those that are not shown."""
        return [client.name for client in self._clients.values() if client.connected]

    def client(self, number: int) -> Client | None:
        """The client of that number, also if it is not shown."""
        return self._clients.get(number)

    def shown(self, row: int) -> ClientRow:
        """What is known of the client in a row."""
        number = self._shown[row]
        return ClientRow(self._clients[number], self._infos.get(number), self._now_ns)

    def row_of(self, number: int) -> int | None:
        """The row of the client of that number, if it is shown."""
        return self._shown.index(number) if number in self._shown else None

    def row_count(self) -> int:
        """How many clients are shown."""
        return len(self._shown)

    def cell(self, row: int, column: int, role: int) -> Any:
        """What a cell shows in a role, other than how it is aligned."""
        client = self._clients[self._shown[row]]
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[column].text(self.shown(row))
        if role == Qt.ItemDataRole.ToolTipRole:
            return client.name if client.connected else f"{client.name}: its link is broken"
        if role == self.NumberRole:
            return client.number
        return client.name if role == self.NameRole else None

    def _arrange(self) -> None:
        """Take out the rows of those that are gone, put in the new ones, and mind the order."""
        wanted = self._in_order()
        if wanted == self._shown:
            return
        self._take_out(set(wanted))
        new = sorted(set(wanted).difference(self._shown))
        if new:
            self.beginInsertRows(NOWHERE, len(self._shown), len(self._shown) + len(new) - 1)
            self._shown += new
            self.endInsertRows()
        if self._shown != wanted:
            self._reorder(wanted)

    def _in_order(self) -> list[int]:
        rows = [
            ClientRow(client, self._infos.get(number), 0)
            for number, client in sorted(self._clients.items())
            if self._wanted in client.name.lower()
        ]
        rows.sort(key=COLUMNS[self._sorted_by].key, reverse=self._descending)
        return [row.load.number for row in rows]

    def _take_out(self, kept: Collection[int]) -> None:
        last = len(self._shown) - 1
        while last >= 0:
            first = last
            while first >= 0 and self._shown[first] not in kept:
                first -= 1
            if first < last:
                self.beginRemoveRows(NOWHERE, first + 1, last)
                del self._shown[first + 1 : last + 1]
                self.endRemoveRows()
            last = first - 1

    def _reorder(self, wanted: list[int]) -> None:
        """Move rows, and with them what is selected."""
        self.layoutAboutToBeChanged.emit()
        before: list[QModelIndex] = self.persistentIndexList()
        places = {number: row for row, number in enumerate(wanted)} if before else {}
        after = [self.index(places[self._shown[each.row()]], each.column()) for each in before]
        self._shown = wanted
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _tell(self, numbers: Collection[int]) -> None:
        """Have these shown anew, from the first to the last at once."""
        rows = [row for row, number in enumerate(self._shown) if number in numbers]
        if rows:
            self.dataChanged.emit(self.index(rows[0], 0), self.index(rows[-1], len(COLUMNS) - 1))
