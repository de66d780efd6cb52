"""The table of the server's clients and the load of each; it measures nothing itself."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt

import stream_core as sc
from stream_gui.models.heading_table import NOWHERE, Heading, HeadingTable
from stream_gui.models.value_text import bytes_text, duration_text, rate_text

__all__ = ["ClientTable"]

_HEADINGS = (
    Heading("Client", "name of the client"),
    Heading("In", "bytes a second that the client sends to the server", is_number=True),
    Heading("Out", "bytes a second that the server sends to the client", is_number=True),
    Heading("Items in", "items a second that it publishes", is_number=True),
    Heading("Items out", "items a second that it reads", is_number=True),
    Heading("Buffered", "bytes that wait for it at the server", is_number=True),
    Heading("Dropped", "items that it lost since it connected", is_number=True),
    Heading("Round trip", "how long a message to it and back takes", is_number=True),
    Heading("Channels", "channels that it owns", is_number=True),
    Heading("Readers", "channels that it reads", is_number=True),
    Heading("Address", "where it connects from"),
)


class ClientTable(HeadingTable):
    """One row for each client, in the order of their numbers.

    `NumberRole` gives the client's number, `SortRole` what to sort a column by.
    """

    NumberRole = Qt.ItemDataRole.UserRole + 1
    SortRole = Qt.ItemDataRole.UserRole + 2
    NameRole = Qt.ItemDataRole.UserRole + 3
    ConnectedRole = Qt.ItemDataRole.UserRole + 4

    def __init__(self) -> None:
        super().__init__(_HEADINGS)
        self._rows: list[sc.ClientStatistics] = []

    def update(self, clients: Sequence[sc.ClientStatistics]) -> None:
        """Take the latest measurement; rows that are still there stay the same rows."""
        fresh = {client.number: client for client in clients}
        for row in reversed(range(len(self._rows))):
            if self._rows[row].number not in fresh:
                self._remove(row)
        for number in sorted(fresh):
            self._put(fresh[number])

    def clear(self) -> None:
        """Forget all clients."""
        self.update(())

    @property
    def names(self) -> list[str]:
        """The names of the clients that are connected."""
        return [client.name for client in self._rows if client.connected]

    def row_count(self) -> int:
        """One for each client."""
        return len(self._rows)

    def cell(self, row: int, column: int, role: int) -> Any:
        """What a cell shows in a role."""
        client = self._rows[row]
        if role == Qt.ItemDataRole.DisplayRole:
            return _shown(client)[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return client.name if client.connected else f"{client.name}: its link is broken"
        if role == self.NumberRole:
            return client.number
        if role == self.SortRole:
            return _sorted_by(client)[column]
        if role == self.NameRole:
            return client.name
        if role == self.ConnectedRole:
            return client.connected
        return None

    def _put(self, client: sc.ClientStatistics) -> None:
        row = bisect_left(self._rows, client.number, key=lambda each: each.number)
        if row < len(self._rows) and self._rows[row].number == client.number:
            if self._rows[row] != client:
                self._rows[row] = client
                self.row_changed(row)
            return
        self.beginInsertRows(NOWHERE, row, row)
        self._rows.insert(row, client)
        self.endInsertRows()

    def _remove(self, row: int) -> None:
        self.beginRemoveRows(NOWHERE, row, row)
        del self._rows[row]
        self.endRemoveRows()


def _shown(client: sc.ClientStatistics) -> tuple[str, ...]:
    trip_s = client.round_trip_s
    return (
        client.name,
        bytes_text(client.bytes_in_per_s, "/s"),
        bytes_text(client.bytes_out_per_s, "/s"),
        rate_text(client.items_in_per_s),
        rate_text(client.items_out_per_s),
        bytes_text(client.buffered_bytes),
        str(client.dropped),
        duration_text(trip_s) if trip_s is not None else "",
        str(client.channels),
        str(client.readers),
        client.address,
    )


def _sorted_by(client: sc.ClientStatistics) -> tuple[Any, ...]:
    return (
        client.name.lower(),
        client.bytes_in_per_s,
        client.bytes_out_per_s,
        client.items_in_per_s,
        client.items_out_per_s,
        client.buffered_bytes,
        client.dropped,
        client.round_trip_s or 0.0,
        client.channels,
        client.readers,
        client.address,
    )
