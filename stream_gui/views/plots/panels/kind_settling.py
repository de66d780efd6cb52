"""Lets channels that a panel cannot show go to one that can; it shows nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QTimer

from stream_gui.views.plots.feed_source import OpenFeed
from stream_gui.views.plots.panels.panel_view import PanelView

__all__ = ["KindSettling"]


class KindSettling(QTimer):
    """To be started when a feed has news; what is to be done is done when the news are over.

    Args:
        view: the panel, which may be replaced by another one then.
        feeds: gives the feeds of the channels that it shows nothing of.
    """

    def __init__(self, view: PanelView, feeds: Callable[[], Iterable[OpenFeed]]) -> None:
        super().__init__(view, singleShot=True, interval=0)
        self._context = view.context
        self._feeds = feeds
        self.timeout.connect(self._settle)

    def _settle(self) -> None:
        layout, number = self._context.layout, self._context.number
        wanted = {feed.channel: feed.suits for feed in self._feeds() if feed.suits}
        for channel, kind in wanted.items():
            if number in layout.panels and layout.kind(number) != kind:
                layout.resolve_kind(number, channel, kind)
