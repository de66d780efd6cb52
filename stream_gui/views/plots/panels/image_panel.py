"""A panel that shows the pictures of a channel, the newest or those of the time shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from stream_gui import assets
from stream_gui.models.event_text import clock_text
from stream_gui.models.image_options import (
    COLOUR_MAP,
    FILLS,
    LEVELS,
    MARKS_SATURATED,
    ImageOptions,
)
from stream_gui.models.value_text import span_text
from stream_gui.plotdata.frames import Frame
from stream_gui.plotdata.levels import Histogram, Levels, SteadyLevels, histogram_of
from stream_gui.plotdata.pixels import Colouring
from stream_gui.views.plots.feed_source import FrameFeed
from stream_gui.views.plots.image_canvas import ImageCanvas
from stream_gui.views.plots.image_choices import ImageChoices
from stream_gui.views.plots.image_text import (
    counts_texts,
    pixel_text,
    pooling_text,
    rate_text,
    shape_text,
)
from stream_gui.views.plots.level_bar import LevelBar
from stream_gui.views.plots.open_feeds import OpenFeeds
from stream_gui.views.plots.panels.kind_settling import KindSettling
from stream_gui.views.plots.panels.panel_action import panel_action
from stream_gui.views.plots.panels.panel_view import PanelContext, PanelView
from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.time_view import TimeView
from stream_gui.views.plots.tool_button import tool_button

__all__ = ["ImagePanel"]

STALE_S = 5.0
_HISTOGRAM_EVERY_S = 0.2
_LEAST_WIDTH_WITH_BAR, _LEAST_HEIGHT_WITH_BAR = 260, 130
_EMPTY = "Drag a channel of pictures here, or double-click one in the channel tree"


class ImagePanel(PanelView):
    """One channel's pictures, with their levels and colours.

    Args:
        context: what it shows, and where its data comes from.
    """

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context)
        self._layout, self._number = context.layout, context.number
        self._options = ImageOptions()
        self._steady = SteadyLevels()
        self._levels = Levels(0.0, 1.0)
        self._histogram: Histogram | None = None
        self._histogram_at_s = -1.0
        self._painted: object = None
        self._changed: tuple[int, float] = (0, 0.0)
        self._age_s = 0.0
        self.canvas = ImageCanvas()
        self.bar = LevelBar()
        self.status = QLabel()
        self.choices = ImageChoices()
        self._fills = tool_button("Square pixels, or fill the panel")
        self._marks = tool_button("Mark saturated pixels in red")
        self._settling = KindSettling(self, self._unseen)
        self._feeds: OpenFeeds[FrameFeed] = OpenFeeds(context.feeds.frames, self._on_feed_changed)
        self._build()
        self._connect()
        self.recolour(PlotColours.of(self.palette()))
        self.follow_layout()

    @property
    def feed(self) -> FrameFeed | None:
        """The channel that it shows."""
        return self._feeds.all[0] if self._feeds.all else None

    @property
    def title(self) -> str:
        """The channel's name."""
        return self.feed.channel if self.feed is not None else "Image"

    @property
    def frames(self) -> int:
        """How often a picture has been drawn."""
        return self.canvas.images_drawn

    @property
    def levels(self) -> Levels:
        """The values of the first and of the last colour."""
        return self._levels

    def header(self) -> QWidget:
        """The choice of colours and levels."""
        return self.choices

    def tools(self) -> Iterable[QToolButton]:
        """What marks pixels, and what keeps them square."""
        return self._marks, self._fills

    def follow_layout(self) -> None:
        """Take over what the layout says of this panel."""
        self._options = ImageOptions.of(self._layout.options(self._number))
        self.choices.show_options(self._options)
        self.canvas.lock(not self._options.fills)
        for button, on in ((self._fills, self._options.fills), (self._marks, self._marks_on)):
            button.setChecked(on)
        channels = [curve.channel for curve in self._layout.curves(self._number)]
        self._feeds.sync(channels[:1])
        self._on_feed_changed()
        self._show_tools()

    def recolour(self, colours: PlotColours) -> None:
        """Take these colours from now on."""
        self._colours = colours
        self.canvas.recolour(colours)
        self.bar.recolour(colours)
        self._show_tools()
        self.show_values()
        self.need_paint()

    def need_paint(self) -> None:
        """Paint at the next frame whatever has changed."""
        self._painted = None

    def paint_frame(self, time_view: TimeView, now_s: float) -> bool:
        """Show the picture of the time if it is another one, or in other colours."""
        frame = self._frame_of(time_view)
        self._follow_age(now_s)
        if frame is None:
            return False
        painted = (frame, self._options, self._histogram is None)
        if painted == self._painted:
            return False
        self._follow_levels(frame, now_s)
        colouring = Colouring(self._options.colour_map, self._levels, self._marks_on)
        self.canvas.show_frame(frame, colouring)
        self.bar.show_levels(self._levels, self._histogram, self._options.colour_map)
        self._painted = (frame, self._options, False)
        self._make_room()
        return True

    def show_values(self) -> None:
        """Say what is shown, and in place of a picture why there is none."""
        self.canvas.note = self._note()
        if self.canvas.note and self.canvas.frame_shown is not None:
            self.canvas.forget_frame()
            self._make_room()
        text, tip = self._status()
        self.status.setText(text)
        self.status.setToolTip(tip)
        colour = self._colours.warning if self._is_old else self._colours.dim
        self.status.setStyleSheet(f"color: {colour.name()}; padding: 1px 8px")
        self.canvas.update()

    def fit(self) -> None:
        """Show the whole picture, and find the levels again."""
        self.canvas.fit()
        self._choose_mode("auto")

    def newest(self) -> Iterator[tuple[FrameFeed, int]]:
        """The channel, with the time of its newest picture."""
        feed = self.feed
        if feed is not None and feed.frames.newest_time_ns is not None:
            yield feed, feed.frames.newest_time_ns

    def failed(self) -> Sequence[Callable[[], None]]:
        """For each of its channels that has failed, what lets it be tried again."""
        return self._feeds.failed()

    def shut_down(self) -> None:
        """Give the feed back."""
        self._settling.stop()
        self._feeds.close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A small panel leaves all its room to the picture."""
        super().resizeEvent(event)
        self._make_room()

    # made once

    def _build(self) -> None:
        for button in (self._fills, self._marks):
            button.setCheckable(True)
        self.status.setMinimumWidth(1)
        picture = QHBoxLayout()
        picture.setContentsMargins(0, 0, 0, 0)
        picture.setSpacing(2)
        picture.addWidget(self.canvas, 1)
        picture.addWidget(self.bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 1)
        column.setSpacing(0)
        column.addLayout(picture, 1)
        column.addWidget(self.status)
        self.setFocusProxy(self.canvas)
        self._build_actions()

    def _build_actions(self) -> None:
        for text, keys, slot in (
            ("Zoom in", ("Ctrl++", "Ctrl+="), lambda: self.canvas.zoom_step(1)),
            ("Zoom out", ("Ctrl+-",), lambda: self.canvas.zoom_step(-1)),
            ("Show the whole picture", ("0",), self.canvas.fit),
            ("Find the levels", (), lambda: self._choose_mode("auto")),
            ("Square pixels, or fill the panel", (), self._toggle_fills),
            ("Mark saturated pixels, or not", (), self._toggle_marks),
        ):
            self.addAction(panel_action(self, text, keys, slot))

    def _connect(self) -> None:
        self.canvas.hovered.connect(self.show_values)
        self.canvas.activated.connect(self.activated)
        self.bar.chosen.connect(self._choose_levels)
        self.bar.automatic.connect(lambda: self._choose_mode("auto"))
        self.choices.map_chosen.connect(self._choose_map)
        self.choices.mode_chosen.connect(self._choose_mode)
        self._fills.clicked.connect(self._toggle_fills)
        self._marks.clicked.connect(self._toggle_marks)

    # what an operator does

    def _choose_levels(self, low: float, high: float) -> None:
        fold = f"levels {self._number}"
        self._layout.set_option(self._number, LEVELS, [low, high], doing="other levels", fold=fold)

    def _choose_mode(self, mode: str) -> None:
        value = {"auto": None, "fixed": [self._levels.low, self._levels.high]}.get(mode, mode)
        self._layout.set_option(self._number, LEVELS, value, doing="other levels")

    def _choose_map(self, name: str) -> None:
        self._layout.set_option(self._number, COLOUR_MAP, name, doing="other colours")

    def _toggle_fills(self) -> None:
        fills = None if self._options.fills else True
        self._layout.set_option(self._number, FILLS, fills, doing="the shape of pixels")

    def _toggle_marks(self) -> None:
        marks = None if self._marks_on else True
        doing = "marking saturated pixels"
        self._layout.set_option(self._number, MARKS_SATURATED, marks, doing=doing)

    # within

    @property
    def _marks_on(self) -> bool:
        return self._options.marks_saturated

    @property
    def _is_old(self) -> bool:
        """Whether what is shown is not what the channel has now."""
        return self.feed is not None and (self.feed.state != "live" or self._age_s >= STALE_S)

    def _frame_of(self, time_view: TimeView) -> Frame | None:
        feed = self.feed
        if feed is None:
            return None
        if self._layout.paused and time_view.stop_ns is not None:
            return feed.frames.at(time_view.stop_ns)
        return feed.frames.newest

    def _follow_age(self, now_s: float) -> None:
        total = self.feed.frames.total if self.feed is not None else 0
        if total != self._changed[0]:
            self._changed = total, now_s
        self._age_s = now_s - self._changed[1]

    def _follow_levels(self, frame: Frame, now_s: float) -> None:
        pixels = frame.pixels
        if self._histogram is None or not 0 <= now_s - self._histogram_at_s < _HISTOGRAM_EVERY_S:
            self._histogram, self._histogram_at_s = histogram_of(pixels), now_s
        if self._options.levels is not None:
            self._levels = self._options.levels
        elif pixels.dtype.kind == "b":
            self._levels = Levels(0.0, 1.0)
        else:
            self._levels = self._steady.follow(pixels, self._options.share)

    def _on_feed_changed(self) -> None:
        self.title_changed.emit()
        self.show_values()
        self._settling.start()
        self.need_paint()

    def _unseen(self) -> Iterator[FrameFeed]:
        return (feed for feed in self._feeds.all if not feed.frames.total)

    def _make_room(self) -> None:
        roomy = self.width() >= _LEAST_WIDTH_WITH_BAR and self.height() >= _LEAST_HEIGHT_WITH_BAR
        frame = self.canvas.frame_shown
        coloured = frame is not None and frame.pixels.ndim == 3
        taken_as_is = coloured and frame is not None and frame.pixels.dtype == "u1"
        self.bar.setVisible(roomy and frame is not None and not taken_as_is)
        self.choices.offer(levels=not taken_as_is, maps=not coloured)

    def _show_tools(self) -> None:
        colours = self._colours
        for button, icon in ((self._fills, "aspect"), (self._marks, "saturated")):
            colour = colours.accent if button.isChecked() else colours.dim
            button.setIcon(assets.icon(icon, colour.name()))

    def _note(self) -> str:
        """What to say in place of a picture."""
        feed = self.feed
        if feed is None:
            return _EMPTY
        if feed.frames.total:
            return ""
        return feed.problem or f"Waiting for {feed.channel}"

    def _status(self) -> tuple[str, str]:
        """What is known of the picture and of the pixel under the mouse; and a tip."""
        feed, frame = self.feed, self.canvas.frame_shown
        if feed is None or frame is None:
            return "", ""
        parts = []
        pixel = self.canvas.pixel_under_mouse()
        if pixel is not None:
            parts.append(pixel_text(frame.pixels, pixel, feed.unit))
        if self._layout.paused:
            parts.append("paused")
        elif feed.problem or feed.state != "live":
            parts.append(feed.problem or feed.state)
        elif self._is_old:
            parts.append(f"no frame for {span_text(self._age_s)}")
        parts.append(rate_text(feed.frames.rates) if not self._layout.paused else "")
        parts.append(clock_text(frame.time_ns))
        parts.append(f"#{frame.sequence}")
        parts.append(shape_text(frame.pixels))
        parts += counts_texts(self._histogram)
        parts.append(pooling_text(self.canvas.pooling))
        text = "  ·  ".join(part for part in parts if part)
        return text, "\n".join(part for part in parts if part)
