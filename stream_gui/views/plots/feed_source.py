"""What plots need to know of channels that feed them; who feeds them is another's business."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from stream_gui.plotdata.frames import FrameRing
from stream_gui.plotdata.item_log import ItemLog
from stream_gui.plotdata.series import Series

__all__ = [
    "ChangeSignal",
    "ChannelSource",
    "FeedSource",
    "FrameFeed",
    "ItemFeed",
    "OpenFeed",
    "PlotFeed",
]


class ChangeSignal(Protocol):
    """A bound Qt signal without arguments."""

    def connect(self, slot: Callable[[], Any], /) -> Any:
        """Call this from now on."""

    def disconnect(self, slot: Callable[[], Any], /) -> Any:
        """Call it no more."""


class OpenFeed(Protocol):
    """One channel as it comes in, whatever it carries."""

    @property
    def channel(self) -> str:
        """The channel's name."""

    @property
    def unit(self) -> str:
        """The unit of the values."""

    @property
    def state(self) -> str:
        """One of "waiting", "live", "ended" and "error"."""

    @property
    def problem(self) -> str:
        """Why it ended or failed; "" if it did not."""

    @property
    def suits(self) -> str:
        """The kind of panel that can show its items, where that is another one; else ""."""

    @property
    def changed(self) -> ChangeSignal:
        """Sent when an attribute changes; never for each block."""


class PlotFeed(OpenFeed, Protocol):
    """A channel of numbers."""

    @property
    def columns(self) -> tuple[str, ...]:
        """A name for each series; ("",) of a channel without columns, () until they are known."""

    @property
    def series(self) -> tuple[Series, ...]:
        """The data of each column; () until they are known."""

    @property
    def lost(self) -> int:
        """How many items were lost on the way here."""

    @property
    def reduced(self) -> int:
        """Samples for each pair of minimum and maximum that the server sends; 1: it sends all."""


class FrameFeed(OpenFeed, Protocol):
    """A channel of pictures."""

    @property
    def frames(self) -> FrameRing:
        """The newest of them."""


class ItemFeed(OpenFeed, Protocol):
    """A channel of any objects."""

    @property
    def log(self) -> ItemLog:
        """The newest of them."""


FeedType = TypeVar("FeedType")


class ChannelSource(Protocol[FeedType]):
    """Whom to ask for feeds of one kind."""

    def open(self, channel: str) -> FeedType:
        """The feed of this channel, which may not exist yet."""

    def close(self, feed: FeedType) -> None:
        """Give a feed back."""

    def try_again(self, feed: FeedType) -> None:
        """Read a feed that has failed anew."""


class FeedSource(Protocol):
    """Whom to ask for feeds of all kinds."""

    def open(self, channel: str) -> Any:
        """A `PlotFeed` of this channel, which may not exist yet."""

    def close(self, feed: Any) -> None:
        """Give a feed back."""

    def try_again(self, feed: Any) -> None:
        """Read a feed that has failed anew."""

    def panel_kind(self, channel: str) -> str:
        """The kind of panel that can show a channel; "" while nothing tells."""

    @property
    def frames(self) -> ChannelSource[Any]:
        """Whom to ask for a `FrameFeed`."""

    @property
    def items(self) -> ChannelSource[Any]:
        """Whom to ask for an `ItemFeed`."""
