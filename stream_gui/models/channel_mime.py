"""Channels and columns as the data of a drag; knows neither where they come from nor go to."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "CHANNEL_MIME",
    "CURVE_MIME",
    "channels_from_mime",
    "channels_to_mime",
    "curve_from_mime",
    "curve_to_mime",
]

CHANNEL_MIME = "application/x-streamscope-channel"
"""The type of what is dragged to a plot: UTF-8 lines, a channel and, after a tab, a column."""

CURVE_MIME = "application/x-streamscope-curve"
"""The type of a curve dragged out of a legend: UTF-8, panel, channel and column after tabs."""


def channels_to_mime(entries: Iterable[tuple[str, str]]) -> bytes:
    """The data of a drag: channels, each with a column or "" for all."""
    lines = (f"{channel}\t{column}" if column else channel for channel, column in entries)
    return "\n".join(lines).encode()


def channels_from_mime(data: bytes) -> list[tuple[str, str]]:
    """What was dragged; lines that name no channel are left out."""
    lines = data.decode("utf-8", "replace").splitlines()
    pairs = [line.partition("\t") for line in lines]
    return [(channel, column) for channel, _, column in pairs if channel]


def curve_to_mime(panel: int, channel: str, column: str) -> bytes:
    """The data of a drag: a curve that stands in a panel."""
    return f"{panel}\t{channel}\t{column}".encode()


def curve_from_mime(data: bytes) -> tuple[int, str, str] | None:
    """The panel, channel and column that were dragged; None if that is no curve."""
    panel, _, rest = data.decode("utf-8", "replace").partition("\t")
    channel, _, column = rest.partition("\t")
    return (int(panel), channel, column) if panel.isdecimal() and channel else None
