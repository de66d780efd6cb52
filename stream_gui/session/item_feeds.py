"""Feeds of whole items: every item of a channel, whatever it is, goes to a log."""

from __future__ import annotations

import stream_core as sc
from stream_gui.plotdata.item_log import ItemLog
from stream_gui.session.channel_feeds import ChannelFeed, ChannelFeeds

__all__ = ["ItemFeed", "ItemFeeds"]

KEPT = 10_000
"""So many rows of a channel are kept."""
WAITING = 5000
"""So many items may wait at the server: fewer, so that a table of a flood shows its losses."""
HISTORY = 1000
"""So many past items are asked for, where the channel keeps any."""
SERVED_EVERY_S = 0.05
"""Nobody reads faster; a channel that floods loses items at the server, and the table says so."""


class ItemFeed(ChannelFeed):
    """A channel of any objects.

    Attributes:
        log: its newest items, and what was lost; the client's thread appends to it.
    """

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self.log = ItemLog(channel, limit=KEPT)

    @property
    def has_data(self) -> bool:
        """Whether an item has come."""
        return bool(self.log.end)

    def newest(self) -> object:
        """The newest item; None if there is none."""
        rows = self.log.since(self.log.end - 1).rows
        return rows[0].value if rows else None


class ItemFeeds(ChannelFeeds[ItemFeed]):
    """Opens a feed once for all panels that list its items."""

    doing = "list"

    def _make(self, channel: str) -> ItemFeed:
        return ItemFeed(channel)

    async def _read(self, client: sc.Client, feed: ItemFeed) -> None:
        reader = await client.subscribe(
            feed.channel,
            buffer_size=WAITING,
            overflow="ring",
            min_interval_s=SERVED_EVERY_S,
            history=HISTORY,
            wait=True,
        )
        info: sc.ChannelInfo | None = None
        try:
            while True:
                block = await reader.get_block()
                for loss in block.lost:
                    feed.log.mark_loss(
                        loss.first, loss.count, loss.reason, is_exact=loss.last is not None
                    )
                if len(block.sequences):
                    feed.log.append(block.values, block.times_ns.tolist(), block.sequences)
                if reader.info is not info:
                    info = reader.info
                    self._begin(feed, info)
        finally:
            await reader.close()
