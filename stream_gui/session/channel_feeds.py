"""A channel read once for all panels that show it: opened with the first, ended with the last.

What a subclass reads goes to a structure with a lock of its own; only news of states cross to Qt.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

import stream_core as sc
from stream_gui.models.python_lines import python_call
from stream_gui.session.bridge import Bridge
from stream_gui.session.following import Following, Surroundings

__all__ = ["ChannelFeed", "ChannelFeeds", "NotShowableError"]


class NotShowableError(ValueError):
    """The items are not what this kind of feed is for.

    Attributes:
        suits: the kind of panel that can show them.
    """

    def __init__(self, text: str, suits: str) -> None:
        super().__init__(text)
        self.suits = suits


class ChannelFeed(QObject):
    """One channel as it comes in.

    Signals:
        changed(): an attribute has a new value; never sent for each item.

    Attributes:
        channel: its name.
        unit: of its values, once it is known.
        state: "waiting", "live", "ended" or "error".
        problem: what is wrong, or "".
        suits: the kind of panel that can show its items, where that is another one; else "".
    """

    changed = Signal()

    def __init__(self, channel: str) -> None:
        super().__init__()
        self.channel = channel
        self.unit = ""
        self.state = "waiting"
        self.problem = ""
        self.suits = ""

    @property
    def has_data(self) -> bool:
        """Whether anything has come."""
        raise NotImplementedError

    def newest(self) -> object:
        """The newest value; None if there is none."""
        raise NotImplementedError

    def tell(self, state: str, problem: str = "", suits: str = "") -> None:
        """Take a new state."""
        if (state, problem, suits) != (self.state, self.problem, self.suits):
            self.state, self.problem, self.suits = state, problem, suits
            self.changed.emit()

    def remark(self, problem: str) -> None:
        """Something is odd about what has just come, or no more: that alone ends nothing."""
        if self.state != "error" and problem != self.problem:
            self.problem = problem
            self.changed.emit()

    def begin(self, unit: str) -> None:
        """The first items are there."""
        if unit != self.unit:
            self.unit = unit
            self.changed.emit()
        self.tell("live")


FeedType = TypeVar("FeedType", bound=ChannelFeed)


class ChannelFeeds(QObject, Generic[FeedType]):
    """Opens a feed once for all panels that show it.

    Args:
        around: what the session works with.
        bridge: the way back to the feeds.

    Attributes:
        doing: what is done with a channel, in words.
    """

    doing = "show"

    def __init__(self, around: Surroundings, bridge: Bridge) -> None:
        super().__init__()
        self._around = around
        self._bridge = bridge
        self._feeds: dict[str, FeedType] = {}
        self._users: dict[str, int] = {}
        self._following: dict[str, Following] = {}
        self._gone_failed: set[str] = set()
        around.link.opened.connect(self._link_opened)
        around.link.closed.connect(self._link_closed)

    def open(self, channel: str) -> FeedType:
        """The feed of a channel, which need not exist yet; to be closed as often as opened."""
        self._users[channel] = self._users.get(channel, 0) + 1
        if channel not in self._feeds:
            feed = self._feeds[channel] = self._make(channel)
            self._around.python.add(python_call("reader = client.subscribe", channel, wait=True))
            self._following[channel] = self._begin_following(feed)
        return self._feeds[channel]

    def close(self, feed: FeedType) -> None:
        """One panel needs the feed no longer; with the last one it ends."""
        self._users[feed.channel] -= 1
        if not self._users[feed.channel]:
            del self._users[feed.channel], self._feeds[feed.channel]
            self._following.pop(feed.channel).end()
            self._gone_failed.discard(feed.channel)

    @property
    def opened(self) -> list[FeedType]:
        """The feeds that are open."""
        return list(self._feeds.values())

    def newest(self) -> dict[str, object]:
        """The newest value of each channel that is being read."""
        values = {name: feed.newest() for name, feed in self._feeds.items() if feed.state == "live"}
        return {name: value for name, value in values.items() if value is not None}

    def channel_gone(self, name: str) -> None:
        """The server has no such channel any more; the feed waits for it to come again."""
        feed = self._feeds.get(name)
        if feed is not None and feed.state == "error":
            self._gone_failed.add(name)
        elif feed is not None:
            feed.tell("ended")

    def channel_came(self, name: str) -> None:
        """The server has such a channel; one that failed may be another one now."""
        feed = self._feeds.get(name)
        if feed is None:
            return
        if name in self._gone_failed:
            self.try_again(feed)
        elif feed.state not in ("error", "live"):
            feed.tell("live" if feed.has_data else "waiting")

    def try_again(self, feed: FeedType) -> None:
        """Read a channel that has failed anew; nothing happens to one that is being read."""
        if feed.state == "error" and feed in self._feeds.values():
            self._gone_failed.discard(feed.channel)
            self._following[feed.channel].end()
            feed.tell("waiting")
            self._following[feed.channel] = self._begin_following(feed)

    def _begin_following(self, feed: FeedType) -> Following:
        doing = f"{self.doing} {feed.channel}"
        return Following(self._around, doing, lambda client: self._follow(client, feed))

    def _make(self, channel: str) -> FeedType:
        raise NotImplementedError

    async def _read(self, client: sc.Client, feed: FeedType) -> None:
        """Subscribe and read until cancelled; in the client's thread.

        Raises:
            NotShowableError: the items are of another kind.
            StreamError: the subscription was refused, or has ended.
        """
        raise NotImplementedError

    def _begin(self, feed: FeedType, info: sc.ChannelInfo | None) -> None:
        """Tell that items come; from the client's thread."""
        self._bridge.post(feed.begin, info.unit if info is not None else "")

    async def _follow(self, client: sc.Client, feed: FeedType) -> None:
        try:
            await self._read(client, feed)
        except sc.ConnectionLost:
            raise
        except NotShowableError as error:
            self._bridge.post(self._failed, client, feed, str(error), error.suits)
        except (sc.StreamError, ValueError) as error:
            self._bridge.post(self._failed, client, feed, str(error), "")

    def _failed(self, client: sc.Client, feed: FeedType, problem: str, suits: str) -> None:
        if feed in self._feeds.values() and client is self._around.link.client:
            feed.tell("error", problem, suits)
            if not suits:
                self._around.feedback.warning(f"{self.doing} {feed.channel}", problem)

    def _link_closed(self) -> None:
        for name in self._feeds:
            self.channel_gone(name)

    def _link_opened(self) -> None:
        """What failed at one server may do at another; all are being followed anew."""
        self._gone_failed.clear()
        for feed in self._feeds.values():
            if feed.state == "error":
                feed.tell("waiting")
