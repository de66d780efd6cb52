"""The servers of this computer as a table: where they are, whose, and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt

from stream_gui.models.heading_table import Heading, HeadingTable
from stream_gui.models.value_text import bytes_text, duration_text

__all__ = ["HERE", "OTHER", "OWN", "ServerRow", "ServerTable"]

HERE, OWN, OTHER = "in this window", "of this window", "of an earlier window"
HEADINGS = (
    Heading("Address"),
    Heading("Name"),
    Heading("Whose", "A server in this window ends with it; the others stay."),
    Heading("Processor", "Of one core; a server in this window is counted with it.", True),
    Heading("Memory", "Resident.", True),
    Heading("Runs since", is_number=True),
)


@dataclass(frozen=True)
class ServerRow:
    """One server.

    Attributes:
        address: where it is joined from here.
        name: of it.
        whose: one of `HERE`, `OWN`, `OTHER`.
        outside: where other computers join it; "" if they cannot.
        log: the file of its log; "" if there is none.
        cpu: share of one core; None if it is not known.
        memory_bytes: None if it is not known.
        age_s: since it was started; None if it is not known.
        needs_secret: whether it asks for one.
        joined: whether this window has joined it.
    """

    address: str
    name: str = ""
    whose: str = OTHER
    outside: str = ""
    log: str = ""
    cpu: float | None = None
    memory_bytes: int | None = None
    age_s: float | None = None
    needs_secret: bool = False
    joined: bool = False


class ServerTable(HeadingTable):
    """The servers in the order in which they are found."""

    RowRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self) -> None:
        super().__init__(HEADINGS)
        self._rows: list[ServerRow] = []

    @property
    def rows(self) -> tuple[ServerRow, ...]:
        """The servers."""
        return tuple(self._rows)

    def show(self, rows: Sequence[ServerRow]) -> None:
        """Take other figures, or other servers."""
        if [each.address for each in rows] != [each.address for each in self._rows]:
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()
            return
        for number, row in enumerate(rows):
            if row != self._rows[number]:
                self._rows[number] = row
                self.row_changed(number)

    def row_count(self) -> int:
        """How many there are."""
        return len(self._rows)

    def cell(self, row: int, column: int, role: int) -> Any:
        """What a cell shows in this role."""
        server = self._rows[row]
        if role == self.RowRole:
            return server
        if role == Qt.ItemDataRole.DisplayRole:
            return _texts(server)[column]
        if role == Qt.ItemDataRole.ToolTipRole and server.outside:
            return f"Other computers join it at {server.outside}"
        return None


def _texts(server: ServerRow) -> tuple[str, ...]:
    return (
        server.address + (" (joined)" if server.joined else ""),
        server.name,
        server.whose,
        f"{server.cpu:.0%}" if server.cpu is not None else "",
        bytes_text(server.memory_bytes) if server.memory_bytes is not None else "",
        duration_text(server.age_s) if server.age_s is not None else "",
    )
