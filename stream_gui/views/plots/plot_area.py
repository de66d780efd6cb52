"""All panels with their tools, painted by one frame timer; keeps neither data nor layout itself."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from stream_gui.models.channel_mime import CHANNEL_MIME, channels_from_mime
from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.feed_source import FeedSource
from stream_gui.views.plots.frame_timer import FrameTimer
from stream_gui.views.plots.measuring.measure_tools import MeasureTools
from stream_gui.views.plots.panel_deck import PanelDeck
from stream_gui.views.plots.panel_dock import PanelDock
from stream_gui.views.plots.panels.panel_view import PanelView
from stream_gui.views.plots.plot_actions import PlotActions
from stream_gui.views.plots.plot_bar import PlotBar
from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.taking.export_source import ExportSource
from stream_gui.views.plots.taking.take_tools import TakeTools
from stream_gui.views.plots.time_view import TimeView

__all__ = ["PlotArea"]

_VALUES_EVERY_S = 0.2
_EMPTY_TEXT = (
    "<p style='font-size: large'>No plots yet</p>"
    "<p>Drag a channel here, double-click one in the channel tree,<br>"
    "or find one by a few letters of its name: Ctrl+K.</p>"
)


class PlotArea(QWidget):
    """The plots of a layout.

    Args:
        layout: which curves stand where, and how much time is shown.
        feeds: where their data comes from.
        exports: writes files; without it nothing can be taken away.

    Attributes:
        deck: the panels.
    """

    def __init__(
        self, layout: PlotLayout, feeds: FeedSource, exports: ExportSource | None = None
    ) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.setAccessibleName("Plots")
        self._layout = layout
        self._values_at_s = 0.0
        self._turn = 0
        self.time_view = TimeView(layout)
        self.deck = PanelDeck(layout, feeds, self.time_view)
        self.plot_actions = PlotActions(self, layout, self.time_view, self.deck)
        self.measure = MeasureTools(
            self, layout, self.time_view, self._views, self.plot_actions.moving()
        )
        self.take = self._make_take(exports) if exports is not None else None
        keys, menu = self.plot_actions.all(), self.plot_actions.of_a_panel()
        if self.take is not None:
            keys, menu = [*keys, *self.take.all()], [*menu, *self.take.of_a_panel()]
        self.deck.set_actions([*keys, *self.measure.actions.all()], menu)
        self.bar = PlotBar(layout, self.plot_actions)
        self.bar.add_tool(self.measure.actions.cursors, "cursors")
        self._empty = QLabel(_EMPTY_TEXT)
        self._empty_place: QWidget = self._empty
        self.frame_timer = FrameTimer(self._paint_due, self)
        self._build()
        self.deck.followed.connect(self._follow_deck)
        self.deck.leaving.connect(self.measure.forget)
        self.deck.keys_lost.connect(self._take_keys)
        layout.paused_changed.connect(self._show_values)
        self._follow_deck()

    @property
    def frames(self) -> int:
        """How many times panels have been drawn."""
        return self.deck.frames

    @property
    def empty_text(self) -> str:
        """What it says in place of panels; "" if there are any."""
        return "" if self.panels else self._empty.text()

    def set_empty(self, empty: QWidget) -> None:
        """Show this, rather than a sentence, where there are no panels."""
        layout = self.layout()
        assert layout is not None
        layout.replaceWidget(self._empty_place, empty)
        self._empty_place.hide()
        self._empty_place = empty
        self._follow_deck()

    @property
    def panels(self) -> Mapping[int, PanelDock]:
        """The panels by their numbers."""
        return self.deck.panels

    def actions(self) -> list[QAction]:
        """Everything that can be done here."""
        return self.plot_actions.all()

    def fill_menu(self, menu: QMenu) -> None:
        """Put everything that can be done here into a menu."""
        self.plot_actions.fill(menu)
        menu.addSeparator()
        menu.addMenu("&Measure").addActions(self.measure.actions.all())
        if self.take is not None:
            menu.addMenu("&Export").addActions(self.take.all())

    def plot(self, channels: Sequence[tuple[str, str]], *, anew: bool = False) -> None:
        """Show channels in the current panel if it suits, else or if `anew` in a new one."""
        self.deck.plot(channels, anew=anew)

    def paint_frame(self, now_ns: int) -> bool:
        """Do a frame's work; tell whether anything was to be painted.

        Args:
            now_ns: the time of a steady clock.
        """
        newest_ns, is_live = self._newest()
        self.time_view.advance(newest_ns, now_ns, is_live=is_live)
        now_s = now_ns / 1e9
        self._show_due_values(now_s)
        self._align()
        self.measure.follow(now_s)
        painted = [
            panel.view.paint_frame(self.time_view, now_s)
            for panel in self.panels.values()
            if not panel.visibleRegion().isEmpty()
        ]
        return any(painted)

    def shut_down(self) -> None:
        """Paint no more and give all feeds back."""
        self.frame_timer.end()
        self.deck.shut_down()

    def sizeHint(self) -> QSize:
        """Enough for two panels."""
        return QSize(800, 560)

    def showEvent(self, event: QShowEvent) -> None:
        """Paint from now on."""
        super().showEvent(event)
        self._keep_time()

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
            self.deck.plot(dropped, anew=True)
        event.acceptProposedAction()

    def _build(self) -> None:
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.bar)
        column.addWidget(self.deck, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(self.measure.view)
        if self.take is not None:
            column.addWidget(self.take.strip)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._restyle()

    def _make_take(self, exports: ExportSource) -> TakeTools:
        return TakeTools(self, self.deck, self.time_view, self.measure, exports)

    def _restyle(self) -> None:
        colours = PlotColours.of(self.palette())
        self._empty.setStyleSheet(
            f"color: {colours.dim.name()}; background: {colours.base.name()};"
            f" border: 1px dashed {colours.border.name()}; border-radius: 5px"
        )

    def _take_keys(self) -> None:
        """Let the next key act here, too."""
        self.window().activateWindow()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _follow_deck(self) -> None:
        """Where there are no panels, say how to get one."""
        self.deck.setVisible(bool(self.panels))
        self._empty_place.setVisible(not self.panels)
        self._keep_time()

    def _keep_time(self) -> None:
        """Paint as long as there is something to be seen."""
        if self.panels and self.isVisible():
            self.frame_timer.start()
        elif self.frame_timer.is_running:
            self.frame_timer.stop()
            self._paint_due()  # what told of the last panel is told no more

    def _views(self) -> dict[int, PanelView]:
        """The insides of the panels that are not behind a tab: the others are not measured."""
        return {number: panel.view for number, panel in self.deck.seen.items()}

    def _align(self) -> None:
        """Let a time stand at the same place in all panels."""
        wanted = [panel.view.axis_widths() for panel in self.panels.values()]
        if wanted:
            left, right = max(left for left, _ in wanted), max(right for _, right in wanted)
            for panel in self.panels.values():
                panel.view.set_axis_widths(left, right)

    def _paint_due(self) -> None:
        if not self.window().isMinimized():
            self.paint_frame(time.monotonic_ns())

    def _newest(self) -> tuple[int | None, bool]:
        """The time of the newest sample of all live channels, else of all; whether any is live."""
        live: list[int] = []
        other: list[int] = []
        for panel in self.panels.values():
            for feed, newest_ns in panel.view.newest():
                (live if feed.state == "live" else other).append(newest_ns)
        return max(live or other, default=None), bool(live)

    def _show_due_values(self, now_s: float) -> None:
        """Let panels show their newest values by turns: all in one frame would be felt."""
        panels = list(self.panels.values())
        each_s = _VALUES_EVERY_S / max(1, len(panels))
        due = int((now_s - self._values_at_s) / each_s)
        if due >= max(1, len(panels)):
            self._values_at_s, self._turn = now_s, 0
            self._show_values()
            return
        self._values_at_s += due * each_s
        for _ in range(due):
            self._turn = (self._turn + 1) % len(panels)
            panels[self._turn].view.show_values()
            if not self._turn:
                self._show_behind()

    def _show_values(self) -> None:
        self._show_behind()
        for panel in self.panels.values():
            panel.view.show_values()

    def _show_behind(self) -> None:
        self.bar.show_behind(self.time_view.behind_s, self.time_view.stop_ns)
