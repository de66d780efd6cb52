from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import numpy as np
import pytest
from numpy.typing import ArrayLike
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.plotdata.frames import FrameRing
from stream_gui.plotdata.item_log import ItemLog
from stream_gui.plotdata.sample_table import SampleTable
from stream_gui.plotdata.series import Series, series_of
from stream_gui.views.plots.plot_area import PlotArea
from stream_gui.views.plots.plot_canvas import PlotCanvas

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND


class FakeFeed(QObject):
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

    def become_live(self, *columns: str, unit: str = "V") -> None:
        self.columns = columns or ("",)
        table = SampleTable(self.channel, len(self.columns), dtype="float64")
        self.series = series_of(table, self.columns)
        self.unit = unit
        self.state = "live"
        self.changed.emit()

    def append(self, *values: float, start_s: float = 0.0, interval_s: float = 1.0) -> None:
        self.series[0].table.append(
            np.tile(np.array(values), (len(self.series), 1)),
            time_ns=T0 + round(start_s * SECOND),
            interval_ns=round(interval_s * SECOND),
        )


class FakeChannelFeed(QObject):
    """A feed of pictures and of items."""

    changed = Signal()

    def __init__(self, channel: str) -> None:
        super().__init__()
        self.channel = channel
        self.unit = ""
        self.state = "waiting"
        self.problem = ""
        self.suits = ""
        self.frames = FrameRing()
        self.log = ItemLog(channel)

    def tell(self, state: str, problem: str = "", suits: str = "", unit: str = "") -> None:
        self.state, self.problem, self.suits, self.unit = state, problem, suits, unit
        self.changed.emit()

    def show(self, pixels: ArrayLike, at_s: float = 0.0, sequence: int = 0) -> None:
        self.frames.append(pixels, T0 + round(at_s * SECOND), sequence)

    def say(self, *values: object, at_s: float = 0.0) -> None:
        times_ns = [T0 + round((at_s + n) * SECOND) for n in range(len(values))]
        first = self.log.end
        self.log.append(list(values), times_ns, range(first, first + len(values)))


FeedType = TypeVar("FeedType")


class FakeSource(Generic[FeedType]):
    def __init__(self, make: Callable[[str], FeedType]) -> None:
        self.make = make
        self.by_channel: dict[str, FeedType] = {}
        self.is_open: list[FeedType] = []
        self.tried_again: list[FeedType] = []

    def __getitem__(self, channel: str) -> FeedType:
        if channel not in self.by_channel:
            self.by_channel[channel] = self.make(channel)
        return self.by_channel[channel]

    def open(self, channel: str) -> FeedType:
        self.is_open.append(self[channel])
        return self[channel]

    def close(self, feed: FeedType) -> None:
        self.is_open.remove(feed)

    def try_again(self, feed: FeedType) -> None:
        self.tried_again.append(feed)


class FakeFeeds(FakeSource[FakeFeed]):
    def __init__(self) -> None:
        super().__init__(FakeFeed)
        self.frames = FakeSource(FakeChannelFeed)
        self.items = FakeSource(FakeChannelFeed)
        self.kinds: dict[str, str] = {}

    def panel_kind(self, channel: str) -> str:
        return self.kinds.get(channel, "")


@pytest.fixture
def layout(qapp: object) -> PlotLayout:
    return PlotLayout()


@pytest.fixture
def feeds() -> FakeFeeds:
    return FakeFeeds()


@pytest.fixture
def area(qtbot: QtBot, layout: PlotLayout, feeds: FakeFeeds) -> Iterator[PlotArea]:
    """A plot area on screen whose frames the test paints itself."""
    area = PlotArea(layout, feeds)
    qtbot.addWidget(area, before_close_func=lambda widget: widget.shut_down())
    area.resize(800, 600)
    area.show()
    area.frame_timer.end()
    return area


@pytest.fixture
def paint(area: PlotArea, qapp: QObject) -> Callable[[float], bool]:
    """Paint the frame of a time, in seconds since the first sample."""

    def paint(now_s: float = 0.0) -> bool:
        for _ in range(3):  # docks are laid out by the event loop, and follow each other
            QApplication.processEvents()
        painted = area.paint_frame(round(now_s * SECOND))
        for panel in area.panels.values():
            for canvas in panel.view.findChildren(PlotCanvas):
                canvas.viewport().repaint()
        return painted

    return paint
