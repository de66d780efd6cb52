"""Feeds of pictures: only the newest frame is asked for, and only as often as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import stream_core as sc
from stream_gui.models.panel_kinds import kind_for_item
from stream_gui.models.value_text import value_text
from stream_gui.plotdata.frames import FrameRing, is_picture
from stream_gui.session.channel_feeds import ChannelFeed, ChannelFeeds, NotShowableError

__all__ = ["FrameFeed", "FrameFeeds"]

SHORTEST_S = 1 / 30
"""No eye follows more frames."""
MOST_BYTES_PER_S = 50e6
"""Large frames come less often: a camera costs the link no more than that, whatever it makes."""


class FrameFeed(ChannelFeed):
    """A channel of pictures.

    Attributes:
        frames: those that came last; the client's thread appends to them.
    """

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self.frames = FrameRing()

    @property
    def has_data(self) -> bool:
        """Whether a frame has come."""
        return bool(self.frames.total)

    def newest(self) -> object:
        """The newest frame's pixels; None if there is none."""
        newest = self.frames.newest
        return None if newest is None else newest.pixels


class FrameFeeds(ChannelFeeds[FrameFeed]):
    """Opens a feed once for all panels that show its pictures."""

    doing = "show pictures of"
    _limit_bytes = 256 * 1024 * 1024

    @property
    def limit_bytes(self) -> int:
        """How much the past frames of all channels may take together."""
        return self._limit_bytes

    @limit_bytes.setter
    def limit_bytes(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._share()

    @property
    def nbytes(self) -> int:
        """How much they take."""
        return sum(feed.frames.nbytes for feed in self.opened)

    def open(self, channel: str) -> FrameFeed:
        """The feed of a channel; all together keep so many bytes of past frames."""
        feed = super().open(channel)
        self._share()
        return feed

    def close(self, feed: FrameFeed) -> None:
        """One panel needs the feed no longer."""
        super().close(feed)
        self._share()

    def _share(self) -> None:
        for feed in self.opened:
            feed.frames.limit_bytes = self._limit_bytes // len(self.opened)

    def _make(self, channel: str) -> FrameFeed:
        return FrameFeed(channel)

    async def _read(self, client: sc.Client, feed: FrameFeed) -> None:
        interval_s = SHORTEST_S
        info: sc.ChannelInfo | None = None
        reader = await client.subscribe(
            feed.channel,
            buffer_size=1,
            overflow="ring",
            min_interval_s=interval_s,
            history=1,
            wait=True,
        )
        try:
            while True:
                block = await reader.get_block()
                if not len(block.sequences):
                    continue
                try:
                    pixels = _pixels(feed.channel, block.values)
                except NotShowableError as error:
                    if not feed.frames.total:
                        raise
                    info = None
                    self._bridge.post(feed.remark, str(error))
                    continue  # the next one may be a picture again
                feed.frames.append(pixels, int(block.times_ns[-1]), block.sequences[-1])
                if reader.info is not info:
                    info = reader.info
                    self._begin(feed, info)
                wanted_s = interval_for(pixels.nbytes)
                if abs(wanted_s - interval_s) > 0.1 * interval_s:
                    interval_s = wanted_s
                    await reader.configure(min_interval_s=interval_s)
        finally:
            await reader.close()


def interval_for(size_bytes: int) -> float:
    """How long to wait between frames of this size, in seconds."""
    return max(SHORTEST_S, size_bytes / MOST_BYTES_PER_S)


def _pixels(channel: str, values: Sequence[Any]) -> np.ndarray[Any, Any]:
    """The last of these items as an array.

    Raises:
        NotShowableError: it is no picture.
    """
    value = values[-1]
    if isinstance(value, np.ndarray) and is_picture(value.shape) and value.dtype.kind in "biuf":
        return value
    raise NotShowableError(
        f"{channel} carries {_described(value)}, which is no picture", kind_for_item(value)
    )


def _described(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} of shape {value.shape}" if value.ndim else value_text(value)
    return type(value).__name__
