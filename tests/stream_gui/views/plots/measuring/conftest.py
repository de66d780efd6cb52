from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.plot_area import PlotArea
from stream_gui.views.plots.plot_canvas import PlotCanvas

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds

SECOND = 1_000_000_000


class Scope:
    """A panel with a curve of ten seconds, standing still, as an operator handles it."""

    def __init__(self, area: PlotArea, layout: PlotLayout, feeds: FakeFeeds) -> None:
        self.area = area
        self.layout = layout
        self.feeds = feeds
        self.panel = layout.plot("a")
        feeds["a"].become_live()
        feeds["a"].append(*range(101), interval_s=0.1)
        self._now_s = 0.0
        self.frame()
        layout.paused = True
        self.frame()
        area.activateWindow()
        area.setFocus()

    @property
    def canvas(self) -> PlotCanvas:
        canvas = self.area.panels[self.panel].view.time_canvas()
        assert canvas is not None
        return canvas

    def frame(self) -> None:
        """Let a second go by and paint."""
        self._now_s += 1.0
        QApplication.processEvents()
        self.area.paint_frame(round(self._now_s * SECOND))
        QApplication.processEvents()

    def at(self, x: float, share: float = 0.5) -> QPoint:
        """The place in the viewport of a place in the curves, in pixels and share of height."""
        box = self.canvas.box
        return self.canvas.mapFromScene(box.mapToScene(QPointF(x, share * box.rect().height())))

    def point(self, x: float, share: float = 0.5) -> None:
        """Let the mouse rest there."""
        viewport, place = self.canvas.viewport(), QPointF(self.at(x, share))
        none = Qt.MouseButton.NoButton
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            place,
            QPointF(viewport.mapToGlobal(place.toPoint())),
            none,
            none,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(viewport, event)
        self.frame()


@pytest.fixture
def scope(
    area: PlotArea, layout: PlotLayout, feeds: FakeFeeds, monkeypatch: pytest.MonkeyPatch
) -> Scope:
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", -1)
    return Scope(area, layout, feeds)
