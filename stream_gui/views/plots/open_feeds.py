"""The feeds that one panel has open: opens and gives back as its channels change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Generic, TypeVar

from stream_gui.views.plots.feed_source import ChannelSource, OpenFeed

__all__ = ["OpenFeeds"]

FeedType = TypeVar("FeedType", bound=OpenFeed)


class OpenFeeds(Generic[FeedType]):
    """A feed for each of a panel's channels.

    Args:
        source: whom to ask for them.
        changed: called when a feed has news.
    """

    def __init__(self, source: ChannelSource[FeedType], changed: Callable[[], None]) -> None:
        self._source = source
        self._changed = changed
        self._feeds: dict[str, FeedType] = {}
        self._is_closed = False

    @property
    def all(self) -> tuple[FeedType, ...]:
        """The feeds, in the order of the channels."""
        return tuple(self._feeds.values())

    def get(self, channel: str) -> FeedType | None:
        """The feed of a channel, if it is open."""
        return self._feeds.get(channel)

    def failed(self) -> list[Callable[[], None]]:
        """For each feed that has failed, what lets it be tried again."""
        again = self._source.try_again
        return [partial(again, feed) for feed in self.all if feed.state == "error"]

    def sync(self, channels: Iterable[str]) -> None:
        """Open what is not open yet, and give back what is not wanted."""
        wanted = [] if self._is_closed else list(dict.fromkeys(channels))
        for channel in [channel for channel in self._feeds if channel not in wanted]:
            feed = self._feeds.pop(channel)
            feed.changed.disconnect(self._changed)
            self._source.close(feed)
        for channel in wanted:
            if channel not in self._feeds:
                self._feeds[channel] = self._source.open(channel)
                self._feeds[channel].changed.connect(self._changed)
        self._feeds = {channel: self._feeds[channel] for channel in wanted}

    def close(self) -> None:
        """Give all back; none is opened any more."""
        self._is_closed = True
        self.sync(())
