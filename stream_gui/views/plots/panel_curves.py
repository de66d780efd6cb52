"""The curves of one panel with the feeds that fill them: opens and gives back; paints nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from stream_gui.models.plot_layout import Curve, PlotLayout
from stream_gui.plotdata.series import Series
from stream_gui.views.plots.feed_source import FeedSource, PlotFeed

__all__ = ["MOST_COLUMNS", "PanelCurves", "ShownCurve", "common_path"]

MOST_COLUMNS = 16
"""So many columns of a channel are shown when the whole channel is asked for."""


@dataclass(frozen=True, slots=True)
class ShownCurve:
    """A curve of the layout with its data.

    Attributes:
        curve: which, and how it looks.
        feed: the channel as it comes in.
        series: its data; None until its column is known.
        name: what it is called in this panel.
        is_first: whether it is the first one of its channel.
    """

    curve: Curve
    feed: PlotFeed
    series: Series | None
    name: str
    is_first: bool

    @property
    def key(self) -> tuple[str, str]:
        """Its channel and column: there is no other one of these in the panel."""
        return self.curve.channel, self.curve.column


class PanelCurves:
    """Follows a panel of the layout.

    Args:
        layout: where the panel stands.
        panel: its number.
        feeds: where the data comes from.
        changed: called when there is another set of curves, or a feed has news.
    """

    def __init__(
        self, layout: PlotLayout, panel: int, feeds: FeedSource, changed: Callable[[], None]
    ) -> None:
        self._layout = layout
        self._panel = panel
        self._source = feeds
        self._changed = changed
        self._feeds: dict[str, PlotFeed] = {}
        self._shown: tuple[ShownCurve, ...] = ()
        self._is_closed = False
        self.sync()

    def __iter__(self) -> Iterator[ShownCurve]:
        return iter(self._shown)

    def __len__(self) -> int:
        return len(self._shown)

    @property
    def title(self) -> str:
        """What all the channels of the panel have in common; "" if nothing."""
        return common_path(tuple(self._feeds))

    @property
    def note(self) -> str:
        """What to say in place of curves; "" if there are any."""
        shown = self._shown
        if not shown:
            return "Drag a channel here, or double-click one in the channel tree"
        if any(s.series is not None and s.series.length for s in shown):
            return ""
        problems = [s.feed.problem for s in shown if s.feed.problem]
        if problems:
            return problems[0]
        names = list(dict.fromkeys(s.feed.channel for s in shown))
        return f"Waiting for {names[0]}" + (f" and {len(names) - 1} more" if names[1:] else "")

    @property
    def left_out(self) -> int:
        """How many columns are not shown because there are too many."""
        return sum(max(0, len(feed.columns) - MOST_COLUMNS) for feed in self._feeds.values())

    def failed(self, channel: str = "") -> list[Callable[[], None]]:
        """For each channel that has failed, or this one if it has, what lets it be tried again."""
        return [
            partial(self._source.try_again, feed)
            for name, feed in self._feeds.items()
            if feed.state == "error" and channel in ("", name)
        ]

    def sync(self) -> None:
        """Open and close feeds as the layout asks for."""
        if self._is_closed:
            return
        wanted = dict.fromkeys(curve.channel for curve in self._layout.curves(self._panel))
        for channel in [channel for channel in self._feeds if channel not in wanted]:
            self._give_back(channel)
        for channel in wanted:
            if channel not in self._feeds:
                feed: PlotFeed = self._source.open(channel)
                self._feeds[channel] = feed
                feed.changed.connect(self._on_feed_changed)
                self._resolve(feed)
        self._collect()
        self._changed()

    def close(self) -> None:
        """Give all feeds back."""
        self._is_closed = True
        for channel in list(self._feeds):
            self._give_back(channel)
        self._shown = ()

    def _give_back(self, channel: str) -> None:
        feed = self._feeds.pop(channel)
        feed.changed.disconnect(self._on_feed_changed)
        self._source.close(feed)

    def _on_feed_changed(self) -> None:
        for feed in list(self._feeds.values()):
            self._resolve(feed)
        self._collect()
        self._changed()

    def _resolve(self, feed: PlotFeed) -> None:
        columns = feed.columns[:MOST_COLUMNS]
        self._layout.resolve_columns(self._panel, feed.channel, columns)

    def _collect(self) -> None:
        if self._is_closed:
            return
        title = self.title
        shown, seen = [], set()
        for curve in self._layout.curves(self._panel):
            feed = self._feeds.get(curve.channel)
            if feed is None:
                continue
            name = _name(curve, title, len(self._feeds) == 1)
            is_first = curve.channel not in seen
            seen.add(curve.channel)
            shown.append(ShownCurve(curve, feed, _series(feed, curve), name, is_first))
        self._shown = tuple(shown)


def common_path(channels: tuple[str, ...]) -> str:
    """The leading parts that all these names share."""
    if not channels:
        return ""
    split = [channel.split("/") for channel in channels]
    shared = 0
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        shared += 1
    return "/".join(split[0][:shared])


def _name(curve: Curve, title: str, is_alone: bool) -> str:
    if is_alone:
        return curve.column or curve.channel.rpartition("/")[2]
    rest = curve.channel[len(title) :].lstrip("/") or curve.channel
    return f"{rest} · {curve.column}" if curve.column else rest


def _series(feed: PlotFeed, curve: Curve) -> Series | None:
    if curve.column in feed.columns:
        number = feed.columns.index(curve.column)
        return feed.series[number] if number < len(feed.series) else None
    if not curve.column and len(feed.series) == 1:
        return feed.series[0]
    return None
