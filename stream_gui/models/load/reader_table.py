"""The readers of one client, what waits for each and what each has lost; it changes none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt

import stream_core as sc
from stream_gui.models.heading_table import Heading
from stream_gui.models.load.keyed_table import KeyedTable
from stream_gui.models.value_text import bytes_text, duration_text

__all__ = ["ReaderTable"]

Reader = sc.ReaderStatistics
_HEADINGS = (
    Heading("Channel", "what it reads"),
    Heading("Policy", "what happens when its buffer is full"),
    Heading("Buffered", "items that wait for it at the server", True),
    Heading("of", "size of its buffer in items", True),
    Heading("Bytes", "size of what waits for it", True),
    Heading("Delivered", "items that it has consumed", True),
    Heading("Dropped", "items that it has lost", True),
    Heading("Every", "it takes each n-th item", True),
    Heading("Interval", "it is served at most once in this time", True),
    Heading("Envelope", "samples for each pair of minimum and maximum", True),
)
_SHOWN: tuple[Callable[[Reader], str], ...] = (
    lambda reader: reader.channel,
    lambda reader: str(reader.overflow),
    lambda reader: str(reader.buffered),
    lambda reader: "any" if reader.buffer_size is None else str(reader.buffer_size),
    lambda reader: bytes_text(reader.buffered_bytes),
    lambda reader: str(reader.delivered),
    lambda reader: str(reader.dropped),
    lambda reader: str(reader.every),
    lambda reader: duration_text(reader.min_interval_s) if reader.min_interval_s else "",
    lambda reader: str(reader.envelope) if reader.envelope else "",
)


class ReaderTable(KeyedTable[Reader]):
    """One row for each reader, in the order of their numbers.

    `FillRole` gives how full its buffer is, from 0 to 1.
    """

    FillRole = Qt.ItemDataRole.UserRole + 2

    def __init__(self) -> None:
        super().__init__(_HEADINGS, _SHOWN, lambda reader: reader.number)

    def cell(self, row: int, column: int, role: int) -> Any:
        """What a cell shows in a role, other than how it is aligned."""
        if role != self.FillRole:
            return super().cell(row, column, role)
        reader: Reader = super().cell(row, column, self.RowRole)
        return min(1.0, reader.buffered / reader.buffer_size) if reader.buffer_size else 0.0
