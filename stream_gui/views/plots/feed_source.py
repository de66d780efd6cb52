"""What plots need to know of channels that feed them; who feeds them is another's business."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from stream_gui.plotdata.series import Series

__all__ = ["ChangeSignal", "FeedSource", "PlotFeed"]


class ChangeSignal(Protocol):
    """A bound Qt signal without arguments."""

    def connect(self, slot: Callable[[], Any], /) -> Any:
        """Call this from now on."""

    def disconnect(self, slot: Callable[[], Any], /) -> Any:
        """Call it no more."""


class PlotFeed(Protocol):
    """One channel as it comes in."""

    @property
    def channel(self) -> str:
        """The channel's name."""

    @property
    def columns(self) -> tuple[str, ...]:
        """A name for each series; ("",) of a channel without columns, () until they are known."""

    @property
    def series(self) -> tuple[Series, ...]:
        """The data of each column; () until they are known."""

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
    def lost(self) -> int:
        """How many items were lost on the way here."""

    @property
    def reduced(self) -> int:
        """Samples for each pair of minimum and maximum that the server sends; 1: it sends all."""

    @property
    def changed(self) -> ChangeSignal:
        """Sent when columns, state or losses change; never for each block."""


class FeedSource(Protocol):
    """Whom to ask for feeds."""

    def open(self, channel: str) -> Any:
        """A `PlotFeed` of this channel, which may not exist yet."""

    def close(self, feed: Any) -> None:
        """Give a feed back."""
