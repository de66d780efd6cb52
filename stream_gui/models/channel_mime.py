"""Channels and columns as the data of a drag; knows neither where they come from nor go to."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["CHANNEL_MIME", "channels_from_mime", "channels_to_mime"]

CHANNEL_MIME = "application/x-streamscope-channel"
"""The type of what is dragged to a plot: UTF-8 lines, a channel and, after a tab, a column."""


def channels_to_mime(entries: Iterable[tuple[str, str]]) -> bytes:
    """The data of a drag: channels, each with a column or "" for all."""
    lines = (f"{channel}\t{column}" if column else channel for channel, column in entries)
    return "\n".join(lines).encode()


def channels_from_mime(data: bytes) -> list[tuple[str, str]]:
    """What was dragged; lines that name no channel are left out."""
    lines = data.decode("utf-8", "replace").splitlines()
    pairs = [line.partition("\t") for line in lines]
    return [(channel, column) for channel, _, column in pairs if channel]
