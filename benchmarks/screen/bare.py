"""Plots without a server: the window's own part alone, with series that the benchmark fills."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stream_gui.plotdata.series import Series
    from stream_gui.views.plots.plot_area import PlotArea

__all__ = ["BarePlots"]


class BarePlots:
    """A plot area over series of one's own, one panel a channel.

    Args:
        channels: the series of each channel.
        window_s: how much time is shown.
        size: of the whole area, in pixels.
    """

    def __init__(
        self, channels: Sequence[Sequence[Series]], window_s: float, size: tuple[int, int]
    ) -> None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        from stream_gui.app import make_application
        from stream_gui.models.plot_layout import PlotLayout
        from stream_gui.views.plots.plot_area import PlotArea

        self.application = make_application()
        self.layout = PlotLayout()
        self.layout.window_s = window_s
        feeds = _feeds(channels)
        self.area: PlotArea = PlotArea(self.layout, feeds)
        for name in feeds.by_name:
            self.layout.plot_in_new_panel(name)
        self.area.resize(*size)
        self.area.show()
        self.application.processEvents()
        self.area.frame_timer.end()
        self._begun_ns = time.monotonic_ns()

    def frame(self, at_ns: int) -> None:
        """Paint one frame to its end, so long after the beginning.

        It is the clock of the frames that were painted at the beginning: with another one, the
        live edge would be anywhere.
        """
        self.area.paint_frame(self._begun_ns + at_ns)
        self.application.processEvents()

    def close(self) -> None:
        """End it."""
        self.area.shut_down()
        self.area.close()


def _feeds(channels: Sequence[Sequence[Series]]) -> Any:
    """A source of feeds that are filled already."""
    from stream_gui.session.block_sink import Curves
    from stream_gui.session.feeds import Feed

    class Feeds:
        def __init__(self) -> None:
            self.by_name: dict[str, Feed] = {}
            for number, series in enumerate(channels):
                feed = Feed(f"rig/group{number}")
                columns = tuple(f"ch{column}" for column in range(len(series)))
                feed.show(Curves(columns, tuple(series), "V"))
                self.by_name[feed.channel] = feed

        def open(self, channel: str) -> Feed:
            return self.by_name[channel]

        def close(self, feed: Feed) -> None:
            """They stay."""

    return Feeds()
