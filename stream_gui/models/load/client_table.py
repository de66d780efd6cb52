"""The table of the server's clients and the load of each; it measures nothing itself."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt

import stream_core as sc
from stream_gui.models.heading_table import NOWHERE, Heading, HeadingTable
from stream_gui.models.value_text import bytes_text, duration_text, rate_text, span_text

__all__ = ["CONNECTED", "SPARK", "ClientTable"]

Client = sc.ClientStatistics
SPARK = 1
"""The column in which a view may draw what a client's load was."""
_HEADINGS = (
    Heading("Client", "name of the client"),
    Heading("Last minute", "bytes a second in and out together, in the last minute"),
    Heading("In", "bytes a second that the client sends to the server", True),
    Heading("Out", "bytes a second that the server sends to the client", True),
    Heading("Items in", "items a second that it publishes", True),
    Heading("Items out", "items a second that it reads", True),
    Heading("Buffered", "bytes that wait for it at the server", True),
    Heading("Dropped", "items that it lost since it connected", True),
    Heading("Round trip", "how long a message to it and back takes", True),
    Heading("Channels", "channels that it owns", True),
    Heading("Readers", "channels that it reads", True),
    Heading("Connected", "for how long it has been connected", True),
    Heading("Version", "version of its library"),
    Heading("User", "whom it has proven to be"),
    Heading("Address", "where it connects from"),
)
CONNECTED, VERSION, USER, ADDRESS = range(11, 15)
_SHOWN: tuple[Callable[[Client], str], ...] = (
    lambda client: client.name,
    lambda client: "",
    lambda client: bytes_text(client.bytes_in_per_s, "/s"),
    lambda client: bytes_text(client.bytes_out_per_s, "/s"),
    lambda client: rate_text(client.items_in_per_s),
    lambda client: rate_text(client.items_out_per_s),
    lambda client: bytes_text(client.buffered_bytes),
    lambda client: str(client.dropped),
    lambda client: "" if client.round_trip_s is None else duration_text(client.round_trip_s),
    lambda client: str(client.channels),
    lambda client: str(client.readers),
)
_SORTED: tuple[Callable[[Client], Any], ...] = (
    lambda client: client.name.lower(),
    lambda client: client.bytes_in_per_s + client.bytes_out_per_s,
    lambda client: client.bytes_in_per_s,
    lambda client: client.bytes_out_per_s,
    lambda client: client.items_in_per_s,
    lambda client: client.items_out_per_s,
    lambda client: client.buffered_bytes,
    lambda client: client.dropped,
    lambda client: client.round_trip_s or 0.0,
    lambda client: client.channels,
    lambda client: client.readers,
)


class ClientTable(HeadingTable):
    """One row for each client, in the order of their numbers.

    `NumberRole` gives the client's number, `SortRole` what to sort a column by. A measurement
    touches the rows that it changes, those beside each other at once; others stay untouched.
    """

    NumberRole = Qt.ItemDataRole.UserRole + 1
    SortRole = Qt.ItemDataRole.UserRole + 2
    NameRole = Qt.ItemDataRole.UserRole + 3
    ConnectedRole = Qt.ItemDataRole.UserRole + 4

    def __init__(self) -> None:
        super().__init__(_HEADINGS)
        self._rows: list[Client] = []
        self._infos: Mapping[int, sc.ClientInfo] = {}
        self._now_ns = 0

    def update(self, clients: Sequence[Client], now_ns: int = 0) -> None:
        """Take the latest measurement; rows that are still there stay the same rows.

        Args:
            clients: all there are.
            now_ns: the server's time.
        """
        self._now_ns = now_ns
        fresh = {client.number: client for client in clients}
        self._remove([row for row, each in enumerate(self._rows) if each.number not in fresh])
        known = {client.number: row for row, client in enumerate(self._rows)}
        changed = []
        for number, row in known.items():
            if self._rows[row] != fresh[number]:
                self._rows[row] = fresh[number]
                changed.append(row)
        self._tell(changed)
        for number in sorted(fresh.keys() - known.keys()):
            self._insert(fresh[number])

    def describe(self, infos: Mapping[int, sc.ClientInfo]) -> None:
        """Take what the server tells of its clients beside their load, by their numbers."""
        before, self._infos = self._infos, infos
        numbers = [client.number for client in self._rows]
        self._tell([row for row, each in enumerate(numbers) if before.get(each) != infos.get(each)])

    def knows(self, clients: Sequence[Client]) -> bool:
        """Whether it has been told of all these clients."""
        return all(client.number in self._infos for client in clients)

    def clear(self) -> None:
        """Forget all clients."""
        self.update(())
        self._infos = {}

    @property
    def names(self) -> list[str]:
        """The names of the clients that are connected."""
        return [client.name for client in self._rows if client.connected]

    def client(self, number: int) -> Client | None:
        """The client of that number."""
        row = bisect_left(self._rows, number, key=lambda each: each.number)
        found = row < len(self._rows) and self._rows[row].number == number
        return self._rows[row] if found else None

    def row_count(self) -> int:
        """How many clients there are."""
        return len(self._rows)

    def cell(self, row: int, column: int, role: int) -> Any:
        """What a cell shows in a role, other than how it is aligned."""
        client = self._rows[row]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._shown(client, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return client.name if client.connected else f"{client.name}: its link is broken"
        if role == self.NumberRole:
            return client.number
        if role == self.SortRole:
            return self._sorted_by(client, column)
        if role == self.NameRole:
            return client.name
        if role == self.ConnectedRole:
            return client.connected
        return None

    def _shown(self, client: Client, column: int) -> str:
        if column < CONNECTED:
            return _SHOWN[column](client)
        if column == ADDRESS:
            return client.address
        info = self._infos.get(client.number)
        if info is None:
            return ""
        if column == CONNECTED:
            return span_text(max(0.0, (self._now_ns - info.connected_since_ns) * 1e-9))
        return info.version if column == VERSION else info.user

    def _sorted_by(self, client: Client, column: int) -> Any:
        if column < CONNECTED:
            return _SORTED[column](client)
        if column == CONNECTED:
            info = self._infos.get(client.number)
            return -info.connected_since_ns if info is not None else 0
        return self._shown(client, column)

    def _tell(self, rows: Sequence[int]) -> None:
        """Have these rows shown anew, those beside each other at once."""
        first = 0
        for place, row in enumerate(rows):
            if place + 1 == len(rows) or rows[place + 1] != row + 1:
                top, bottom = self.index(rows[first], 0), self.index(row, len(_HEADINGS) - 1)
                self.dataChanged.emit(top, bottom)
                first = place + 1

    def _insert(self, client: Client) -> None:
        row = bisect_left(self._rows, client.number, key=lambda each: each.number)
        self.beginInsertRows(NOWHERE, row, row)
        self._rows.insert(row, client)
        self.endInsertRows()

    def _remove(self, rows: Sequence[int]) -> None:
        for row in reversed(rows):
            self.beginRemoveRows(NOWHERE, row, row)
            del self._rows[row]
            self.endRemoveRows()
