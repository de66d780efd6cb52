"""The curves of a picture of lines, by the lines that are in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.panels.time_panel import TimePanel
from stream_gui.views.plots.plot_area import PlotArea
from stream_gui.views.plots.taking.picture import Motif, image_of, svg_of

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds

pytestmark = pytest.mark.qt_log_ignore("does not support")

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND
Line = list[tuple[float, float]]


class Drawn:
    """One panel as a file of lines."""

    def __init__(self, area: PlotArea, layout: PlotLayout, feeds: FakeFeeds) -> None:
        self.area, self.layout, self.feed = area, layout, feeds["a"]
        self.panel = layout.plot("a")
        self.feed.become_live()

    def lines(self, y_range: tuple[float, float]) -> list[Line]:
        """The pieces of the curve, in shares of the curves' area."""
        self.layout.set_y_range(self.panel, y_range)
        for now_s in (1, 2):
            QApplication.processEvents()
            self.area.paint_frame(now_s * SECOND)
        self.layout.paused = True
        self.area.paint_frame(3 * SECOND)
        dock = self.area.panels[self.panel]
        view = dock.view
        assert isinstance(view, TimePanel)
        view.paint_as_lines(True)
        svg = svg_of(Motif([dock]), "test").decode()
        view.paint_as_lines(False)
        assert "<image" not in svg
        assert "<text" in svg
        colour = f"#{view.curve_colours[0]:06x}"
        (group,) = re.findall(
            rf'<g fill="none" stroke="{colour}"[^>]*>\s*<path [^>]*d="([^"]*)"', svg
        )
        box = view.canvas.box.rect()
        points = re.findall(r"([ML])(-?[\d.e-]+),(-?[\d.e-]+)", group)
        found: list[Line] = []
        for letter, x, y in points:
            if letter == "M":
                found.append([])
            found[-1].append((float(x) / box.width(), float(y) / box.height()))
        return found


@pytest.fixture
def drawn(area: PlotArea, layout: PlotLayout, feeds: FakeFeeds) -> Drawn:
    return Drawn(area, layout, feeds)


def test_few_samples_are_a_line_through_them(drawn: Drawn) -> None:
    drawn.feed.append(*[0.0, 10.0] * 6)
    (line,) = drawn.lines((0, 10))
    heights = [y for _, y in line[1:-1]]
    assert heights == pytest.approx([(n + heights[0]) % 2 for n in range(len(heights))])
    steps = np.diff([x for x, _ in line[1:-1]])
    assert steps == pytest.approx(np.full(len(steps), 0.1), abs=2e-3)


def test_a_spike_among_many_samples_keeps_its_height(drawn: Drawn) -> None:
    values = np.zeros(100_000)
    values[54_321] = 8.0
    drawn.feed.series[0].append(values, time_ns=T0, interval_ns=100_000)
    (line,) = drawn.lines((-10, 10))
    assert min(y for _, y in line) == pytest.approx(0.1, abs=1e-3)
    assert len(line) < 6000


def test_gaps_and_nan_interrupt_the_line(drawn: Drawn) -> None:
    series = drawn.feed.series[0]
    series.append([1.0, 2.0, np.nan, 3.0, 4.0], time_ns=T0, interval_ns=SECOND)
    series.mark_gap("overflow", 2)
    series.append([5.0, 6.0], time_ns=T0 + 7 * SECOND, interval_ns=SECOND)
    assert [len(line) for line in drawn.lines((0, 10))] == [2, 2, 2]


def test_nothing_stands_outside_of_a_fixed_scale(drawn: Drawn) -> None:
    drawn.feed.append(*[0.0, 100.0, np.inf, 0.0] * 3)
    lines = drawn.lines((10, 20))
    assert len(lines) > 2
    assert all(-1e-6 <= y <= 1 + 1e-6 for line in lines for _, y in line)


def test_the_screen_is_an_image_again_afterwards(drawn: Drawn) -> None:
    drawn.feed.append(*range(12))
    drawn.lines((0, 12))
    dock = drawn.area.panels[drawn.panel]
    before = dock.view.frames
    image = image_of(Motif([dock]))
    assert image.width() == dock.width()
    assert dock.view.frames >= before


def test_buttons_are_not_in_the_picture(drawn: Drawn, qtbot: QtBot) -> None:
    dock = drawn.area.panels[drawn.panel]
    close = dock.titleBarWidget().findChildren(type(dock.titleBarWidget()._close))[-1]
    icon = close.icon().cacheKey()
    place = close.mapTo(dock, close.rect().center())
    image = image_of(Motif([dock]))
    around = {
        image.pixel(place.x() + dx, place.y() + dy) for dx in range(-5, 6) for dy in range(-5, 6)
    }
    assert len(around) == 1
    assert close.icon().cacheKey() == icon
