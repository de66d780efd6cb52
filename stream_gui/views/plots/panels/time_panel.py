"""A panel of curves over time, with a legend and a scale; it follows its part of the layout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
)
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from stream_gui import assets
from stream_gui.models.measuring import Measuring
from stream_gui.models.plot_layout import SECONDS
from stream_gui.plotdata.column_cache import CachedColumns
from stream_gui.plotdata.columns import ColumnView
from stream_gui.plotdata.gaps import GapSpans
from stream_gui.plotdata.picture import Picture
from stream_gui.plotdata.series import Series
from stream_gui.views.plots.axis_drop import AxisDrop
from stream_gui.views.plots.axis_gestures import AxisGestures
from stream_gui.views.plots.curve_columns import CurveColumns
from stream_gui.views.plots.feed_source import PlotFeed
from stream_gui.views.plots.legend import AxisReading, Legend
from stream_gui.views.plots.measuring.measured_curve import MeasuredCurve
from stream_gui.views.plots.panel_curves import PanelCurves, ShownCurve
from stream_gui.views.plots.panel_scales import AxisGroup, PanelScales, axis_groups, put_on_axis
from stream_gui.views.plots.panels.kind_settling import KindSettling
from stream_gui.views.plots.panels.panel_view import PanelContext, PanelView
from stream_gui.views.plots.plot_canvas import PlotCanvas
from stream_gui.views.plots.plot_colours import PlotColours, curve_colour
from stream_gui.views.plots.taking.vector_curves import paint_as_lines
from stream_gui.views.plots.time_view import TimeView
from stream_gui.views.plots.tool_button import tool_button
from stream_gui.views.plots.value_axis_item import AxisPicture, ValueAxisItem

__all__ = ["TimePanel"]

_NEWS_EVERY_S = 0.1
"""A picture that need not move is repainted so often while data comes in."""


class TimePanel(PanelView):
    """Curves over time.

    Args:
        context: what it shows, and where its data comes from.
    """

    has_time_axis = True

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context)
        self._layout, self._number = context.layout, context.number
        self.scales = PanelScales(context.layout, context.number)
        self._groups: list[AxisGroup] = []
        self._measuring = Measuring(context.layout, self)
        self._colours = PlotColours.of(self.palette())
        self._painted: object = None
        self._shows_times = True
        self._news: object = None
        self._news_at_s = 0.0
        self._columns = CurveColumns()
        self._settling = KindSettling(self, self._unseen)
        self.canvas = PlotCanvas()
        self.curves = PanelCurves(
            context.layout, context.number, context.feeds, self._on_curves_changed
        )
        self.legend = Legend(context.number, self.curves, self._colours)
        self.gestures = AxisGestures(self, self.canvas, self.scales, lambda: self._groups)
        self._fit = tool_button("The scale is fixed: fit it to the data again (A)")
        self._drop = AxisDrop(
            context.number, self, self.canvas, self._axis_names, self._on_axis_wanted
        )
        self.setAcceptDrops(True)
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
        self._fit.setVisible(any(self.scales.fixed(group.name) for group in self._groups))

    def recolour(self, colours: PlotColours) -> None:
        """Take these colours from now on."""
        self._colours = colours
        self._fit.setIcon(assets.icon("fit", colours.warning.name()))
        self.legend.recolour(colours)
        self._group_curves()
        self.need_paint()

    def show_values(self) -> None:
        """Show the newest values, and in place of curves why there are none."""
        axes = zip(self._groups, self.canvas.axes.items, strict=False)
        self.legend.show_values(
            {shown.key: _reading(group, axis) for group, axis in axes for shown in group.curves}
        )
        self.canvas.note = self.curves.note
        self.canvas.corner = "paused" if self._layout.paused else ""

    def show_time_axis(self, shown: bool) -> None:
        """Show the times below, or leave the room to the curves."""
        if shown != self._shows_times:
            self._shows_times = shown
            self.canvas.show_time_axis(shown)
            self.need_paint()

    def fit(self) -> None:
        """Let all scales fit themselves to the data again."""
        self.scales.fit()
        self.need_paint()

    def set_range(self) -> None:
        """Ask for the limits of an axis."""
        self.gestures.ask_for_range()

    def need_paint(self) -> None:
        """Paint at the next frame whatever has changed."""
        self._painted = None

    def paint_frame(self, time_view: TimeView, now_s: float) -> bool:
        """Show the curves as they are now if anything of them has changed; tell whether."""
        view = time_view.columns(self.canvas.column_count)
        if view is None or not self._is_due(view, now_s):
            return False
        columns = self._columns.update(view)
        self.canvas.show_curves(
            view,
            self._axis_pictures(columns, now_s),
            columns,
            self._columns.drawn,
            self._gaps(view),
            is_staggered=self._is_staggered,
            reference_ns=self._reference_ns(view),
        )
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
                )

    def paint_as_lines(self, wanted: bool) -> None:
        """Paint lines in place of an image of them."""
        item, curves = self.canvas.curves_item, self.measured()
        series: dict[object, Series] = {curve.key: curve.series for curve in curves}

        def paint(painter: QPainter, picture: Picture, area: QRectF) -> None:
            paint_as_lines(painter, picture, area, series)

        item.as_lines = paint if wanted else None
        self.canvas.axes.keep_images(not wanted)

    def axis_widths(self) -> tuple[float, float]:
        """The room that its value axes need."""
        return self.canvas.axes.wanted_widths

    def set_axis_widths(self, left: float, right: float) -> None:
        """Leave so much room for value axes."""
        self.canvas.axes.set_widths(left, right)

    def newest(self) -> Iterator[tuple[PlotFeed, int]]:
        """Each feed that has data, with the time of its newest sample."""
        for shown in self.curves:
            newest_ns = shown.series.newest_time_ns if shown.series is not None else None
            if newest_ns is not None:
                yield shown.feed, newest_ns

    def failed(self) -> Sequence[Callable[[], None]]:
        """For each of its channels that has failed, what lets it be tried again."""
        return self.curves.failed()

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
        self.legend.axis_wanted.connect(self._on_axis_wanted)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a curve of this panel for one of its axes; anything else is for the frame."""
        event.setAccepted(self._drop.enter(event))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show on which axis the curve will stand."""
        self._drop.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing will be dropped."""
        self._drop.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        """Put the curve on that axis."""
        self._drop.drop(event)

    def _on_toggled(self, channel: str, column: str, shown: bool) -> None:
        self._layout.set_visible(self._number, channel, column, shown)

    def _on_axis_wanted(self, channel: str, column: str, axis: str) -> None:
        put_on_axis(self._layout, self._number, self.curves, (channel, column), axis)

    def _axis_names(self) -> list[str]:
        return [name for name, _ in self.legend.axes]

    def _on_removed(self, channel: str, column: str) -> None:
        self._layout.remove_curve(self._number, channel, column)

    def _on_curves_changed(self) -> None:
        if hasattr(self, "legend"):
            self._group_curves()
            self.title_changed.emit()
            self.legend.refresh()
            self.canvas.note = self.curves.note
            self._settling.start()
            self.need_paint()

    def _unseen(self) -> Iterator[PlotFeed]:
        """The feeds that nothing was ever drawn of."""
        return (shown.feed for shown in self.curves if not shown.feed.series)

    def _is_due(self, view: ColumnView, now_s: float) -> bool:
        """Whether there is another picture to show; one that only grows may wait a little."""
        ranges = [self.scales.fixed(group.name) for group in self._groups]
        picture = (view, self.canvas.size(), ranges, self._reference_ns(view))
        news = tuple(s.series.version for s in self.curves if s.series is not None)
        if picture == self._painted and (
            news == self._news or now_s - self._news_at_s < _NEWS_EVERY_S
        ):
            return False
        self._painted, self._news, self._news_at_s = picture, news, now_s
        return True

    def _axis_pictures(self, columns: Sequence[CachedColumns], now_s: float) -> list[AxisPicture]:
        """The axes, each with the range that its curves need now."""
        extremes: list[list[tuple[float, float]]] = [[] for _ in self._groups]
        ends = [(e.columns.least.tolist(), e.columns.most.tolist()) for e in columns]
        for curve in self._columns.drawn:
            least, most = ends[curve.source]
            extremes[curve.scale].append((least[curve.row], most[curve.row]))
        return [
            self._axis_picture(group, self.scales.update(group.name, each, now_s))
            for group, each in zip(self._groups, extremes, strict=True)
        ]

    def _colour_of(self, shown: ShownCurve) -> int:
        colour = curve_colour(shown.curve.colour, self._colours.is_dark)
        return int(colour.rgb()) & 0xFFFFFF

    def _axis_picture(self, group: AxisGroup, bounds: tuple[float, float] | None) -> AxisPicture:
        several = len(self._groups) > 1
        colours = tuple(self._colour_of(shown) for shown in group.curves) if several else ()
        is_fixed = self.scales.fixed(group.name) is not None
        return AxisPicture(group.name, group.unit, bounds, is_fixed, colours)

    def _reference_ns(self, view: ColumnView) -> int | None:
        """From when seconds are counted: cursor A or, without cursors, the right edge."""
        if not self._layout.shared(SECONDS):
            return None
        cursors = self._measuring.cursors
        return cursors.a_ns if cursors is not None else view.stop_ns

    def _gaps(self, view: ColumnView) -> list[GapSpans]:
        """The gaps of each channel: all its columns have the same."""
        by_channel = {
            shown.curve.channel: shown.series
            for group in self._groups
            for shown in group.curves
            if shown.series is not None
        }
        found = (each.gap_spans(view.start_ns, view.stop_ns) for each in by_channel.values())
        return [spans for spans in found if spans is not None]

    @property
    def _is_staggered(self) -> bool:
        return self._layout.panel(self._number).staggered

    def _group_curves(self) -> None:
        """Find out which curve stands on which axis."""
        self._groups = axis_groups(self.curves, is_staggered=self._is_staggered)
        self._columns.take([*self.curves], self._groups, self._colour_of)
        self.legend.axes = [(group.name, group.title) for group in axis_groups(self.curves)]


def _reading(group: AxisGroup, axis: ValueAxisItem) -> AxisReading:
    """How a curve reads on its axis; of several units each keeps its own."""
    is_of_one_unit = "," not in group.unit
    return AxisReading(axis.step, axis.divisor, axis.unit_text if is_of_one_unit else "")
