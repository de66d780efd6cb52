"""Feeds of curves: what plots read; the bulk of it never passes the Qt thread's queues."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QTimer

import stream_core as sc
from stream_gui.plotdata.series import Series
from stream_gui.session.block_sink import BlockSink, Curves
from stream_gui.session.bridge import Bridge
from stream_gui.session.channel_feeds import ChannelFeed, ChannelFeeds
from stream_gui.session.economy import Economy
from stream_gui.session.following import Surroundings
from stream_gui.session.frame_feeds import FrameFeeds
from stream_gui.session.item_feeds import ItemFeeds

__all__ = ["Feed", "Feeds"]

BUFFER_SIZE = 4_000_000
SERVED_EVERY_S = 0.1  # small blocks come as one, and no eye sees the delay
OVERRUN = "overflow"
AWAY = "the channel or the link was away"
LOSSES_TOLD_MS = 250


class Feed(ChannelFeed):
    """One channel that is read for plots, and what has come of it.

    Attributes:
        columns: name of each column; empty until known.
        series: one for each column; empty until known.
        lost: how many items were lost on the way here.
        reduced: samples for each pair of minimum and maximum asked from the server; 1: all come.
    """

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self.columns: tuple[str, ...] = ()
        self.series: tuple[Series, ...] = ()
        self.lost = 0
        self.reduced = 1
        self._losses = QTimer(self, singleShot=True, interval=LOSSES_TOLD_MS)
        self._losses.timeout.connect(self.changed)

    @property
    def has_data(self) -> bool:
        """Whether its columns are known."""
        return bool(self.series)

    def newest(self) -> object:
        """The newest value: one number, or one for each column; None if there is none."""
        values = [series.last_value for series in self.series]
        if not values or any(value is None for value in values):
            return None
        return values[0] if len(values) == 1 else np.array(values)

    def show(self, curves: Curves) -> None:
        """Columns or unit are known, or others than before: other series, if any, are history."""
        self.columns, self.series, self.unit = curves.columns, curves.series, curves.unit
        self.state, self.problem, self.suits = "live", "", ""
        self.changed.emit()

    def resume(self) -> None:
        """What it was read for before comes again."""
        if self.state == "waiting" and self.has_data:
            self.tell("live")

    def reduce(self, reduced: int) -> None:
        """From here on it comes reduced, or whole again."""
        if reduced != self.reduced:
            self.reduced = reduced
            self.changed.emit()

    def add_lost(self, count: int) -> None:
        """More items were lost; told a few times a second, however often it happens."""
        self.lost += count
        if not self._losses.isActive():
            self._losses.start()


class Feeds(ChannelFeeds[Feed]):
    """Opens a feed once for all curves that show it.

    Args:
        around: what the session works with.
        bridge: the way back to the feeds.
        panel_kind: tells the kind of panel that can show a channel, "" while nothing tells.

    Attributes:
        panel_kind: the same.
        frames: opens the feeds of pictures.
        items: opens the feeds of whole items.
    """

    doing = "plot"

    def __init__(
        self, around: Surroundings, bridge: Bridge, panel_kind: Callable[[str], str]
    ) -> None:
        super().__init__(around, bridge)
        self.panel_kind = panel_kind
        self._sinks: dict[str, BlockSink] = {}
        self.frames = FrameFeeds(around, bridge)
        self.items = ItemFeeds(around, bridge)

    def close(self, feed: Feed) -> None:
        """One curve needs the feed no longer."""
        super().close(feed)
        if feed not in self.opened:
            del self._sinks[feed.channel]

    def every_series(self) -> list[Series]:
        """The series of all columns of all channels that are being read."""
        return [series for feed in self.opened for series in feed.series]

    def newest(self) -> dict[str, object]:
        """The newest value of each channel that is being read, by panels of any kind."""
        return self.items.newest() | self.frames.newest() | super().newest()

    def _make(self, channel: str) -> Feed:
        feed = Feed(channel)
        self._sinks[channel] = BlockSink(
            channel, lambda curves: self._bridge.post(feed.show, curves)
        )
        return feed

    async def _read(self, client: sc.Client, feed: Feed) -> None:
        sink = self._sinks[feed.channel]
        reader = await client.subscribe(
            feed.channel, buffer_size=BUFFER_SIZE, min_interval_s=SERVED_EVERY_S, wait=True
        )
        try:
            sink.interrupt(AWAY)
            await self._take_all(reader, feed, sink)
        finally:
            await reader.close()

    async def _take_all(self, reader: sc.Reader, feed: Feed, sink: BlockSink) -> None:
        """Take what comes; ask for less when it is too much."""
        economy = Economy(time.monotonic())
        odd, has_come = "", False
        self._bridge.post(feed.reduce, economy.reduced)
        while True:
            block = await reader.get_block()
            begin_s = time.monotonic()
            lost = sink.take(block, reader.info, economy.reduced)
            if lost:
                self._bridge.post(feed.add_lost, lost)
            if not has_come and len(block.sequences):
                has_come = True
                self._bridge.post(feed.resume)
            if sink.odd != odd:
                odd = sink.odd
                self._bridge.post(feed.remark, odd)
            now_s = time.monotonic()
            overrun = sum(loss.count for loss in block.lost if loss.reason == OVERRUN)
            economy.add(len(block.sequences) * economy.reduced, overrun, now_s - begin_s)
            if economy.is_due(now_s) and _has_samples(reader.info):
                before = economy.reduced
                if economy.judge(now_s) != before:
                    await reader.configure(
                        envelope=economy.reduced if economy.reduced > 1 else None
                    )
                    self._bridge.post(feed.reduce, economy.reduced)


def _has_samples(info: sc.ChannelInfo | None) -> bool:
    """Whether the server can fold an envelope of it."""
    return info is not None and info.dtype is not None
