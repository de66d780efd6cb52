"""The channels of one client and the load of each; it deletes none."""

from __future__ import annotations

from collections.abc import Callable

import stream_core as sc
from stream_gui.models.heading_table import Heading
from stream_gui.models.load.keyed_table import KeyedTable
from stream_gui.models.value_text import bytes_text, rate_text

__all__ = ["OwnedTable"]

Channel = sc.ChannelStatistics
_HEADINGS = (
    Heading("Channel", "its name"),
    Heading("Items", "items a second that are published", True),
    Heading("Bytes", "bytes a second that are published", True),
    Heading("Readers", "how many read it", True),
    Heading("Writers", "how many write to it", True),
    Heading("In all", "items published since its creation", True),
)
_SHOWN: tuple[Callable[[Channel], str], ...] = (
    lambda channel: channel.name,
    lambda channel: rate_text(channel.items_per_s),
    lambda channel: bytes_text(channel.bytes_per_s, "/s"),
    lambda channel: str(channel.readers),
    lambda channel: str(channel.writers),
    lambda channel: str(channel.items),
)


class OwnedTable(KeyedTable[Channel]):
    """One row for each channel, in the order of their names."""

    def __init__(self) -> None:
        super().__init__(_HEADINGS, _SHOWN, lambda channel: channel.name)
