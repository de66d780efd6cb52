"""The columns of the table of clients: what each shows of a client, and what it is sorted by."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import stream_core as sc
from stream_gui.models.heading_table import Heading
from stream_gui.models.value_text import bytes_text, duration_text, rate_text, span_text

__all__ = ["COLUMNS", "SPARK", "ClientRow", "Column"]

Client = sc.ClientStatistics
SPARK = 1
"""The column in which a view may draw what a client's load was."""

KNOWN_NAMES = 4096


@dataclass(frozen=True, slots=True)
class ClientRow:
    """What is known of a client.

    Attributes:
        load: as it was measured last.
        info: what the server tells of it beside that, or None.
        now_ns: the server's time at the measurement.
    """

    load: Client
    info: sc.ClientInfo | None
    now_ns: int


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        heading: what stands above it.
        text: what it shows.
        key: what it is sorted by.
    """

    heading: Heading
    text: Callable[[ClientRow], str]
    key: Callable[[ClientRow], Any]


def _of_load(
    heading: str, tip: str, text: Callable[[Client], str], key: Callable[[Client], Any]
) -> Column:
    return Column(
        Heading(heading, tip, True), lambda row: text(row.load), lambda row: key(row.load)
    )


def _told(heading: str, tip: str, text: Callable[[sc.ClientInfo], str]) -> Column:
    def shown(row: ClientRow) -> str:
        return "" if row.info is None else text(row.info)

    return Column(Heading(heading, tip), shown, shown)


@lru_cache(KNOWN_NAMES)
def _by_name(name: str) -> list[tuple[bool, int, str]]:
    """Letters as letters and numbers as numbers: "daq 10" comes after "daq 9"."""
    parts = re.split(r"(\d+)", name.lower())
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def _connected(row: ClientRow) -> str:
    if row.info is None:
        return ""
    return span_text(max(0.0, (row.now_ns - row.info.connected_since_ns) * 1e-9))


COLUMNS = (
    Column(
        Heading("Client", "name of the client"),
        lambda row: row.load.name,
        lambda row: _by_name(row.load.name),
    ),
    Column(
        Heading("Last minute", "bytes a second in and out together, in the last minute"),
        lambda row: "",
        lambda row: row.load.bytes_in_per_s + row.load.bytes_out_per_s,
    ),
    _of_load(
        "In",
        "bytes a second that the client sends to the server",
        lambda load: bytes_text(load.bytes_in_per_s, "/s"),
        lambda load: load.bytes_in_per_s,
    ),
    _of_load(
        "Out",
        "bytes a second that the server sends to the client",
        lambda load: bytes_text(load.bytes_out_per_s, "/s"),
        lambda load: load.bytes_out_per_s,
    ),
    _of_load(
        "Items in",
        "items a second that it publishes",
        lambda load: rate_text(load.items_in_per_s),
        lambda load: load.items_in_per_s,
    ),
    _of_load(
        "Items out",
        "items a second that it reads",
        lambda load: rate_text(load.items_out_per_s),
        lambda load: load.items_out_per_s,
    ),
    _of_load(
        "Buffered",
        "bytes that wait for it at the server",
        lambda load: bytes_text(load.buffered_bytes),
        lambda load: load.buffered_bytes,
    ),
    _of_load(
        "Dropped",
        "items that it lost since it connected",
        lambda load: str(load.dropped),
        lambda load: load.dropped,
    ),
    _of_load(
        "Round trip",
        "how long a message to it and back takes",
        lambda load: "" if load.round_trip_s is None else duration_text(load.round_trip_s),
        lambda load: load.round_trip_s or 0.0,
    ),
    _of_load(
        "Channels",
        "channels that it owns",
        lambda load: str(load.channels),
        lambda load: load.channels,
    ),
    _of_load(
        "Readers",
        "channels that it reads",
        lambda load: str(load.readers),
        lambda load: load.readers,
    ),
    Column(
        Heading("Connected", "for how long it has been connected", True),
        _connected,
        lambda row: -row.info.connected_since_ns if row.info is not None else 0,
    ),
    _told("Version", "version of its library", lambda info: info.version),
    _told("User", "whom it has proven to be", lambda info: info.user),
    Column(
        Heading("Address", "where it connects from"),
        lambda row: row.load.address,
        lambda row: row.load.address,
    ),
)
