"""All panels below each other, painted by one frame timer; keeps neither data nor layout itself."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSplitter, QVBoxLayout, QWidget

from stream_gui.models.channel_mime import CHANNEL_MIME, channels_from_mime
from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.feed_source import FeedSource
from stream_gui.views.plots.frame_timer import FrameTimer
from stream_gui.views.plots.measuring.measure_tools import MeasureTools
from stream_gui.views.plots.panel_frame import PanelFrame
from stream_gui.views.plots.panels.panel_view import PanelContext, PanelView
from stream_gui.views.plots.plot_actions import PlotActions
from stream_gui.views.plots.plot_bar import PlotBar
from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.time_view import TimeView

__all__ = ["PlotArea"]

_VALUES_EVERY_S = 0.2
_LAID_OUT_MS = 30
_EMPTY_TEXT = (
    "<p style='font-size: large'>No plots yet</p>"
    "<p>Drag a channel here, or double-click one in the channel tree.</p>"
)


class PlotArea(QWidget):
    """The plots of a layout.

    Args:
        layout: which curves stand where, and how much time is shown.
        feeds: where their data comes from.
        parent: the owner.
    """

    def __init__(
        self, layout: PlotLayout, feeds: FeedSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.setAccessibleName("Plots")
        self._layout = layout
        self._feeds = feeds
        self._panels: dict[int, PanelFrame] = {}
        self._painted_before = 0
        self._values_at_s = 0.0
        self.time_view = TimeView(layout)
        self.plot_actions = PlotActions(self, layout, self.time_view, self._fit_current)
        self.measure = MeasureTools(
            self, layout, self.time_view, self._views, self.plot_actions.moving()
        )
        self.bar = PlotBar(layout, self.plot_actions)
        self.bar.add_tool(self.measure.actions.cursors, "cursors")
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._scroll = QScrollArea()
        self._empty = QLabel(_EMPTY_TEXT)
        self.frame_timer = FrameTimer(self._paint_due, self)
        self._scrolling = QTimer(self, singleShot=True, interval=_LAID_OUT_MS)
        self._scrolling.timeout.connect(self._show_newest)
        self._build()
        self._connect()
        for panel in layout.panels:
            self._on_panel_added(panel)
        self._scrolling.stop()  # a layout that comes back begins at its top
        self._follow_panels()

    @property
    def frames(self) -> int:
        """How many times panels have been drawn."""
        return self._painted_before + sum(panel.view.frames for panel in self._panels.values())

    @property
    def empty_text(self) -> str:
        """What it says in place of panels; "" if there are any."""
        return "" if self._panels else self._empty.text()

    @property
    def panels(self) -> Mapping[int, PanelFrame]:
        """The panels by their numbers."""
        return MappingProxyType(self._panels)

    def actions(self) -> list[QAction]:
        """Everything that can be done here, for a menu."""
        return self.plot_actions.all()

    def paint_frame(self, now_ns: int) -> bool:
        """Do a frame's work; tell whether anything was to be painted.

        Args:
            now_ns: the time of a steady clock.
        """
        newest_ns, is_live = self._newest()
        self.time_view.advance(newest_ns, now_ns, is_live=is_live)
        now_s = now_ns / 1e9
        if now_s - self._values_at_s >= _VALUES_EVERY_S:
            self._values_at_s = now_s
            self._show_values()
        self.measure.follow(now_s)
        painted = [
            panel.view.paint_frame(self.time_view, now_s)
            for panel in self._panels.values()
            if not panel.visibleRegion().isEmpty()
        ]
        return any(painted)

    def shut_down(self) -> None:
        """Paint no more and give all feeds back."""
        self.frame_timer.stop()
        self._scrolling.stop()
        for panel in self._panels.values():
            panel.view.shut_down()

    def sizeHint(self) -> QSize:
        """Enough for two panels."""
        return QSize(800, 560)

    def showEvent(self, event: QShowEvent) -> None:
        """Paint from now on."""
        super().showEvent(event)
        self.frame_timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Paint no more."""
        super().hideEvent(event)
        self.frame_timer.stop()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_empty"):
            self._restyle()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take channels."""
        if event.mimeData().hasFormat(CHANNEL_MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Plot the channels in a panel of their own."""
        dropped = channels_from_mime(bytes(event.mimeData().data(CHANNEL_MIME).data()))
        if dropped:
            with self._layout.one_change("plotting what was dropped"):
                panel = self._layout.add_panel()
                for channel, column in dropped:
                    self._layout.plot(channel, column, panel)
        event.acceptProposedAction()

    def _build(self) -> None:
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(5)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._splitter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.bar)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(self.measure.view)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._restyle()

    def _connect(self) -> None:
        self._layout.panel_added.connect(self._on_panel_added)
        self._layout.panel_removed.connect(self._on_panel_removed)
        self._layout.panel_changed.connect(self._on_panel_changed)
        self._layout.current_changed.connect(self._follow_panels)
        self._layout.paused_changed.connect(self._show_values)

    def _restyle(self) -> None:
        colours = PlotColours.of(self.palette())
        self._empty.setStyleSheet(
            f"color: {colours.dim.name()}; background: {colours.base.name()};"
            f" border: 1px dashed {colours.border.name()}; border-radius: 5px"
        )

    def _on_panel_added(self, number: int) -> None:
        panel = PanelFrame(PanelContext(self._layout, number, self._feeds, self.time_view))
        self._panels[number] = panel
        panel.closed.connect(lambda: self._layout.remove_panel(number))
        self._splitter.addWidget(panel)
        self._follow_panels()
        self._scrolling.start()

    def _show_newest(self) -> None:
        """Scroll to the panel that came last, which stands at the end."""
        if self._panels:
            self._scroll.ensureWidgetVisible(list(self._panels.values())[-1])

    def _on_panel_removed(self, number: int) -> None:
        panel = self._panels.pop(number)
        self._painted_before += panel.view.frames
        panel.view.shut_down()
        panel.hide()
        panel.setParent(None)
        panel.deleteLater()
        self._follow_panels()

    def _on_panel_changed(self, number: int) -> None:
        if number in self._panels:
            self._panels[number].view.follow_layout()

    def _follow_panels(self) -> None:
        """Let the bottom panel alone show the times, and the current one stand out."""
        numbers = list(self._panels)
        self._scroll.setVisible(bool(numbers))
        self._empty.setVisible(not numbers)
        for number, panel in self._panels.items():
            panel.view.show_time_axis(number == numbers[-1])
            panel.show_current(number == self._layout.current and len(numbers) > 1)
            panel.view.need_paint()

    def _views(self) -> dict[int, PanelView]:
        return {number: panel.view for number, panel in self._panels.items()}

    def _fit_current(self) -> None:
        if self._layout.current in self._panels:
            self._panels[self._layout.current].view.fit()

    def _paint_due(self) -> None:
        if not self.window().isMinimized():
            self.paint_frame(time.monotonic_ns())

    def _newest(self) -> tuple[int | None, bool]:
        """The time of the newest sample of all live channels, else of all; whether any is live."""
        live: list[int] = []
        other: list[int] = []
        for panel in self._panels.values():
            for feed, newest_ns in panel.view.newest():
                (live if feed.state == "live" else other).append(newest_ns)
        return max(live or other, default=None), bool(live)

    def _show_values(self) -> None:
        behind_s = self.time_view.behind_s
        self.bar.show_behind(behind_s, self.time_view.stop_ns)
        for panel in self._panels.values():
            panel.view.show_values()
