"""Feeds: the channels that plots read; the bulk of them never passes the Qt thread's queues."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

import stream_core as sc
from stream_gui.plotdata.series import Series
from stream_gui.session.block_sink import BlockSink, Curves, NotDrawableError
from stream_gui.session.bridge import Bridge
from stream_gui.session.economy import Economy
from stream_gui.session.following import Following, Surroundings
from stream_gui.session.frame_feeds import FrameFeeds
from stream_gui.session.item_feeds import ItemFeeds

__all__ = ["Feed", "Feeds"]

BUFFER_SIZE = 4_000_000
SERVED_EVERY_S = 0.1  # small blocks come as one, and no eye sees the delay
OVERRUN = "overflow"
AWAY = "the channel or the link was away"
LOSSES_TOLD_MS = 250


class Feed(QObject):
    """One channel that is read for plots, and what has come of it.

    Signals:
        changed(): an attribute other than the data in the series has a new value.

    Attributes:
        channel: its name.
        columns: name of each column; empty until known.
        series: one for each column; empty until known.
        unit: of the values.
        state: "waiting", "live", "ended" or "error".
        problem: what is wrong, or "".
        suits: the kind of panel that can show its items, where that is another one; else "".
        lost: how many items were lost on the way here.
        reduced: samples for each pair of minimum and maximum asked from the server; 1: all come.
    """

    changed = Signal()

    def __init__(self, channel: str) -> None:
        super().__init__()
        self.channel = channel
        self.columns: tuple[str, ...] = ()
        self.series: tuple[Series, ...] = ()
        self.unit = ""
        self.state = "waiting"
        self.problem = ""
        self.suits = ""
        self.lost = 0
        self.reduced = 1
        self._losses = QTimer(self, singleShot=True, interval=LOSSES_TOLD_MS)
        self._losses.timeout.connect(self.changed)

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

    def tell(self, state: str, problem: str = "", suits: str = "") -> None:
        """Take a new state."""
        if (state, problem, suits) != (self.state, self.problem, self.suits):
            self.state, self.problem, self.suits = state, problem, suits
            self.changed.emit()

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


class Feeds(QObject):
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

    def __init__(
        self, around: Surroundings, bridge: Bridge, panel_kind: Callable[[str], str]
    ) -> None:
        super().__init__()
        self._around = around
        self._bridge = bridge
        self.panel_kind = panel_kind
        self._feeds: dict[str, Feed] = {}
        self._users: dict[str, int] = {}
        self._following: dict[str, Following] = {}
        self._sinks: dict[str, BlockSink] = {}
        self.frames = FrameFeeds(around, bridge)
        self.items = ItemFeeds(around, bridge)
        around.link.opened.connect(self._link_opened)
        around.link.closed.connect(self._link_closed)

    def open(self, channel: str) -> Feed:
        """The feed of a channel, which need not exist yet; to be closed as often as opened."""
        self._users[channel] = self._users.get(channel, 0) + 1
        if channel not in self._feeds:
            feed = self._feeds[channel] = Feed(channel)
            self._sinks[channel] = self._sink(feed)
            self._following[channel] = Following(
                self._around, f"read {channel}", lambda client: self._read(client, feed)
            )
        return self._feeds[channel]

    def close(self, feed: Feed) -> None:
        """One curve needs the feed no longer; with the last one it ends."""
        self._users[feed.channel] -= 1
        if not self._users[feed.channel]:
            del self._users[feed.channel], self._feeds[feed.channel], self._sinks[feed.channel]
            self._following.pop(feed.channel).end()

    @property
    def opened(self) -> list[Feed]:
        """The feeds that are open."""
        return list(self._feeds.values())

    def every_series(self) -> list[Series]:
        """The series of all columns of all channels that are being read."""
        return [series for feed in self._feeds.values() for series in feed.series]

    def newest(self) -> dict[str, object]:
        """The newest value of each channel that is being read."""
        values = {name: feed.newest() for name, feed in self._feeds.items() if feed.state == "live"}
        known = {name: value for name, value in values.items() if value is not None}
        return self.items.newest() | self.frames.newest() | known

    def channel_gone(self, name: str) -> None:
        """The server has no such channel any more; the feed waits for it to come again."""
        self.frames.channel_gone(name)
        self.items.channel_gone(name)
        feed = self._feeds.get(name)
        if feed is not None and feed.state != "error":
            feed.tell("ended")

    def channel_came(self, name: str) -> None:
        """The server has such a channel."""
        self.frames.channel_came(name)
        self.items.channel_came(name)
        feed = self._feeds.get(name)
        if feed is not None and feed.state != "error":
            feed.tell("live" if feed.series else "waiting")

    def _link_closed(self) -> None:
        for name in list(self._feeds):
            self.channel_gone(name)

    def _link_opened(self) -> None:
        """What failed at one server may do at another."""
        for feed in self._feeds.values():
            if feed.state == "error":
                feed.tell("waiting")

    def _failed(self, client: sc.Client, feed: Feed, problem: str, suits: str = "") -> None:
        if feed in self._feeds.values() and client is self._around.link.client:
            feed.tell("error", problem, suits)
            if not suits:  # else it is shown elsewhere
                self._around.feedback.warning(f"plot {feed.channel}", problem)

    def _sink(self, feed: Feed) -> BlockSink:
        return BlockSink(feed.channel, lambda curves: self._bridge.post(feed.show, curves))

    async def _read(self, client: sc.Client, feed: Feed) -> None:
        sink = self._sinks[feed.channel]
        try:
            reader = await client.subscribe(
                feed.channel, buffer_size=BUFFER_SIZE, min_interval_s=SERVED_EVERY_S, wait=True
            )
        except sc.ConnectionLost:
            raise
        except (sc.StreamError, ValueError) as error:
            self._bridge.post(self._failed, client, feed, str(error))
            return
        try:
            sink.interrupt(AWAY)
            await self._take_all(reader, feed, sink)
        except NotDrawableError as error:
            self._bridge.post(self._failed, client, feed, str(error), error.suits)
        except (sc.NotAllowed, sc.ChannelClosed) as error:
            self._bridge.post(self._failed, client, feed, str(error))
        finally:
            await reader.close()

    async def _take_all(self, reader: sc.Reader, feed: Feed, sink: BlockSink) -> None:
        """Take what comes; ask for less when it is too much."""
        economy = Economy(time.monotonic())
        self._bridge.post(feed.reduce, economy.reduced)
        while True:
            block = await reader.get_block()
            begin_s = time.monotonic()
            lost = sink.take(block, reader.info, economy.reduced)
            if lost:
                self._bridge.post(feed.add_lost, lost)
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
