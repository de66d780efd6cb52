"""A panel of curves over time, with a legend and a scale; it follows its part of the layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from stream_gui import assets
from stream_gui.plotdata.autoscale import AutoScale
from stream_gui.plotdata.bundle import Bundle
from stream_gui.plotdata.column_cache import ColumnCache
from stream_gui.plotdata.columns import Columns, ColumnView
from stream_gui.plotdata.series import Series
from stream_gui.views.plots.envelope_item import DrawnCurve, Picture
from stream_gui.views.plots.feed_source import PlotFeed
from stream_gui.views.plots.legend import Legend
from stream_gui.views.plots.measuring.measured_curve import MeasuredCurve
from stream_gui.views.plots.panel_curves import PanelCurves, ShownCurve
from stream_gui.views.plots.panels.kind_settling import KindSettling
from stream_gui.views.plots.panels.panel_view import PanelContext, PanelView
from stream_gui.views.plots.plot_canvas import PlotCanvas
from stream_gui.views.plots.plot_colours import PlotColours, curve_colour
from stream_gui.views.plots.taking.vector_curves import paint_as_lines
from stream_gui.views.plots.time_view import TimeView
from stream_gui.views.plots.tool_button import tool_button

__all__ = ["TimePanel"]

_NEWS_EVERY_S = 0.1
"""A picture that need not move is repainted so often while data comes in."""

_EMPTY_RANGE = (0.0, 1.0)


class TimePanel(PanelView):
    """Curves over time.

    Args:
        context: what it shows, and where its data comes from.
    """

    has_time_axis = True

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context)
        self._layout, self._number = context.layout, context.number
        self._scale = AutoScale()
        self._colours = PlotColours.of(self.palette())
        self._painted: object = None
        self._shows_times = True
        self._news: object = None
        self._news_at_s = 0.0
        self._caches: dict[tuple[Series, ...], tuple[Bundle, ColumnCache]] = {}
        self._settling = KindSettling(self, self._unseen)
        self.canvas = PlotCanvas()
        self.curves = PanelCurves(
            context.layout, context.number, context.feeds, self._on_curves_changed
        )
        self.legend = Legend(self.curves, self._colours)
        self._fit = tool_button("The scale is fixed: fit it to the data again (A)")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self.canvas.setAcceptDrops(False)
        self.canvas.viewport().setAcceptDrops(False)
        self._connect()
        self.recolour(self._colours)
        self.follow_layout()

    @property
    def title(self) -> str:
        """What all its channels have in common."""
        return self.curves.title

    @property
    def frames(self) -> int:
        """How often its curves have been drawn."""
        return self.canvas.curves_item.images_drawn

    @property
    def curve_colours(self) -> list[int]:
        """The colour of each curve, 0xRRGGBB."""
        return [self._colour_of(shown) for shown in self.curves]

    def header(self) -> QWidget:
        """The legend."""
        return self.legend

    def tools(self) -> Iterable[QToolButton]:
        """The button that gives up a fixed scale."""
        return (self._fit,)

    def follow_layout(self) -> None:
        """Take over what the layout says of this panel."""
        self.curves.sync()
        self._fit.setVisible(self._fixed_range() is not None)

    def recolour(self, colours: PlotColours) -> None:
        """Take these colours from now on."""
        self._colours = colours
        self._fit.setIcon(assets.icon("fit", colours.warning.name()))
        self.legend.recolour(colours)
        self.need_paint()

    def show_values(self) -> None:
        """Show the newest values, and in place of curves why there are none."""
        self.legend.show_values(self.canvas.value_step)
        self.canvas.note = _note(self.curves)
        self.canvas.corner = "paused" if self._layout.paused else ""

    def show_time_axis(self, shown: bool) -> None:
        """Show the times below, or leave the room to the curves."""
        if shown != self._shows_times:
            self._shows_times = shown
            self.canvas.show_time_axis(shown)
            self.need_paint()

    def fit(self) -> None:
        """Let the scale fit itself to the data again."""
        self._scale.reset()
        self._layout.set_y_range(self._number, None)
        self.need_paint()

    def need_paint(self) -> None:
        """Paint at the next frame whatever has changed."""
        self._painted = None

    def paint_frame(self, time_view: TimeView, now_s: float) -> bool:
        """Show the curves as they are now if anything of them has changed; tell whether."""
        view = time_view.columns(self.canvas.column_count)
        if view is None or not self._is_due(view, now_s):
            return False
        drawn = self._drawn(view)
        y_range = self._y_range([curve.columns for curve in drawn], now_s)
        self.canvas.show_curves(view, y_range, drawn[::-1], self._unit())
        return True

    def time_canvas(self) -> PlotCanvas:
        """What the curves stand on."""
        return self.canvas

    def measured(self) -> Iterator[MeasuredCurve]:
        """The visible curves that have data."""
        for shown in self.curves:
            if shown.curve.visible and shown.series is not None:
                curve, colour = shown.curve, self._colour_of(shown)
                yield MeasuredCurve(
                    curve.channel,
                    curve.column,
                    shown.name,
                    shown.feed.unit,
                    colour,
                    shown.series,
                    shown.feed.reduced,
                )

    def paint_as_lines(self, wanted: bool) -> None:
        """Paint lines in place of an image of them."""
        item, curves = self.canvas.curves_item, self.measured()
        series: dict[object, Series] = {curve.key: curve.series for curve in curves}

        def paint(painter: QPainter, picture: Picture, area: QRectF) -> None:
            paint_as_lines(painter, picture, area, series)

        item.as_lines = paint if wanted else None

    def newest(self) -> Iterator[tuple[PlotFeed, int]]:
        """Each feed that has data, with the time of its newest sample."""
        for shown in self.curves:
            newest_ns = shown.series.newest_time_ns if shown.series is not None else None
            if newest_ns is not None:
                yield shown.feed, newest_ns

    def shut_down(self) -> None:
        """Give all feeds back."""
        self._settling.stop()
        self.curves.close()

    def _connect(self) -> None:
        time_view = self.context.time_view
        self._fit.clicked.connect(self.fit)
        self.legend.toggled.connect(self._on_toggled)
        self.legend.removed.connect(self._on_removed)
        self.canvas.activated.connect(self.activated)
        self.canvas.panned.connect(time_view.pan)
        self.canvas.zoomed.connect(time_view.zoom)
        self.canvas.fit_wanted.connect(self.fit)
        self.canvas.lifted.connect(self._lift)
        self.canvas.stretched.connect(self._stretch)

    def _on_toggled(self, channel: str, column: str, shown: bool) -> None:
        self._layout.set_visible(self._number, channel, column, shown)

    def _on_removed(self, channel: str, column: str) -> None:
        self._layout.remove_curve(self._number, channel, column)

    def _on_curves_changed(self) -> None:
        if hasattr(self, "legend"):
            self.title_changed.emit()
            self.legend.refresh()
            self.canvas.note = _note(self.curves)
            self._settling.start()
            self._caches.clear()
            self.need_paint()

    def _unseen(self) -> Iterator[PlotFeed]:
        """The feeds that nothing was ever drawn of."""
        return (shown.feed for shown in self.curves if not shown.feed.series)

    def _is_due(self, view: ColumnView, now_s: float) -> bool:
        """Whether there is another picture to show; one that only grows may wait a little."""
        picture = (view, self.canvas.size(), self._fixed_range())
        news = tuple(s.series.version for s in self.curves if s.series is not None)
        if picture == self._painted and (
            news == self._news or now_s - self._news_at_s < _NEWS_EVERY_S
        ):
            return False
        self._painted, self._news, self._news_at_s = picture, news, now_s
        return True

    def _drawn(self, view: ColumnView) -> list[DrawnCurve]:
        """The visible curves that have data; those of a channel are computed together."""
        together: dict[PlotFeed, list[ShownCurve]] = {}
        for shown in self.curves:
            if shown.curve.visible and shown.series is not None:
                together.setdefault(shown.feed, []).append(shown)
        drawn: dict[ShownCurve, DrawnCurve] = {}
        for group in together.values():
            drawn |= self._drawn_together(group, view)
        return [drawn[shown] for shown in self.curves if shown in drawn]

    def _drawn_together(
        self, group: list[ShownCurve], view: ColumnView
    ) -> dict[ShownCurve, DrawnCurve]:
        series = tuple(shown.series for shown in group if shown.series is not None)
        if series not in self._caches:
            self._caches[series] = Bundle(series), ColumnCache()
        bundle, cache = self._caches[series]
        found = cache.update(bundle, view)
        return {
            shown: DrawnCurve(
                found.columns.row(row),
                self._colour_of(shown),
                (shown.curve.channel, shown.curve.column),
                found.changed_from,
            )
            for row, shown in enumerate(group)
        }

    def _colour_of(self, shown: ShownCurve) -> int:
        colour = curve_colour(shown.curve.colour, self._colours.is_dark)
        return int(colour.rgb()) & 0xFFFFFF

    def _y_range(self, columns: list[Columns], now_s: float) -> tuple[float, float] | None:
        fixed = self._fixed_range()
        if fixed is not None:
            return fixed
        least = [c.least for c in columns if c.least == c.least]
        most = [c.most for c in columns if c.most == c.most]
        nothing = float("nan")
        return self._scale.update(min(least, default=nothing), max(most, default=nothing), now_s)

    def _unit(self) -> str:
        units = dict.fromkeys(s.feed.unit for s in self.curves if s.feed.unit)
        return ", ".join(units)

    def _lift(self, share: float) -> None:
        low, high = self._current_range()
        moved = (high - low) * share
        self._layout.set_y_range(self._number, (low + moved, high + moved))

    def _stretch(self, factor: float, share: float) -> None:
        low, high = self._current_range()
        kept = low + (high - low) * share
        bounds = kept - (kept - low) * factor, kept + (high - kept) * factor
        if bounds[1] - bounds[0] > 1e-12 * max(abs(bounds[0]), abs(bounds[1]), 1e-300):
            self._layout.set_y_range(self._number, bounds)

    def _fixed_range(self) -> tuple[float, float] | None:
        return self._layout.y_range(self._number)

    def _current_range(self) -> tuple[float, float]:
        return self._fixed_range() or self._scale.range or _EMPTY_RANGE


def _note(curves: PanelCurves) -> str:
    """What to say in place of curves."""
    shown = list(curves)
    if not shown:
        return "Drag a channel here, or double-click one in the channel tree"
    if any(s.series is not None and s.series.length for s in shown):
        return ""
    problems = [s.feed.problem for s in shown if s.feed.problem]
    if problems:
        return problems[0]
    names = list(dict.fromkeys(s.feed.channel for s in shown))
    return f"Waiting for {names[0]}" + (f" and {len(names) - 1} more" if names[1:] else "")
